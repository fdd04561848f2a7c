//! Tallies as one statement: for each channel its end, for each person in it their place, and then
//! what lies between. Every part of it is one step into an index.

use rusqlite::{Connection, Row};

use super::sql::{Sql, key};
use super::{Sqlite, parse, plan, rows};
use crate::error::{Error, Result};
use crate::model::{Channel, Id, User};
use crate::store::{Plan, Tally};

impl Sqlite {
    pub(in crate::store) async fn tallies(
        &self,
        channels: &[Id<Channel>],
        users: &[Id<User>],
    ) -> Result<Vec<Tally>> {
        let sql = statement(channels, users)?;
        self.readers
            .run(move |connection| rows(connection, &sql, |row| Ok(tally(row))))
            .await?
            .into_iter()
            .collect()
    }

    pub(in crate::store) async fn explain_tallies(
        &self,
        channels: &[Id<Channel>],
        users: &[Id<User>],
    ) -> Result<Plan> {
        let sql = statement(channels, users)?;
        self.readers.run(move |connection| explain(connection, &sql)).await
    }
}

fn statement(channels: &[Id<Channel>], users: &[Id<User>]) -> Result<Sql> {
    let listed = |ids: serde_json::Result<String>| ids.map(Into::into).map_err(Error::internal);
    let values = vec![listed(serde_json::to_string(channels))?, listed(serde_json::to_string(users))?];
    Ok(Sql { text: text(), values })
}

fn text() -> String {
    let (log, seq, kind) = (key("channelId"), key("seq"), key("kind"));
    let (by, deleted, marked) = (key("userId"), key("deletedAt"), key("seq"));
    format!(
        "WITH logs AS MATERIALIZED (SELECT channels.id AS channel, \
           (SELECT {seq} FROM messages WHERE {log} = channels.id ORDER BY {seq} DESC LIMIT 1) AS head, \
           (SELECT json(doc) FROM messages WHERE {log} = channels.id AND {kind} = 'message' \
             ORDER BY {seq} DESC LIMIT 1) AS last \
           FROM json_each(?) AS wanted JOIN channels ON channels.id = wanted.value), \
         places AS MATERIALIZED (SELECT channel, people.value AS person, ifnull(head, 0) AS head, last, \
           min(ifnull(head, 0), max( \
             ifnull((SELECT {marked} FROM reads WHERE id = channel || ':' || people.value), 0), \
             ifnull((SELECT {seq} FROM messages WHERE {kind} = 'message' AND {log} = channel \
               AND {by} = people.value ORDER BY {seq} DESC LIMIT 1), 0))) AS place \
           FROM logs, json_each(?) AS people) \
         SELECT channel, person, place, head, \
           ifnull((SELECT doc->>'$.messages' FROM messages WHERE {log} = channel AND {seq} = head), 0) \
           - ifnull((SELECT doc->>'$.messages' FROM messages WHERE {log} = channel AND {seq} = place), 0) \
           - (SELECT count(*) FROM messages WHERE {log} = channel AND {seq} > place AND {seq} <= head \
               AND {deleted} IS NOT NULL), \
           (SELECT count(*) FROM notifications WHERE {by} = person AND {log} = channel \
             AND {kind} = 'mention' AND {seq} > place AND {seq} <= head), \
           last FROM places"
    )
}

fn tally(row: &Row<'_>) -> Result<Tally> {
    let id = |place: usize| row.get::<_, String>(place).map_err(Error::internal);
    let number = |place: usize| row.get::<_, i64>(place).map_err(Error::internal);
    let last: Option<String> = row.get(6).map_err(Error::internal)?;
    Ok(Tally {
        channel: id(0)?.parse()?,
        user: id(1)?.parse()?,
        read: number(2)?.unsigned_abs(),
        head: number(3)?.unsigned_abs(),
        unread: number(4)?.max(0).unsigned_abs(),
        mentions: number(5)?.unsigned_abs(),
        last: last.map(|text| parse(&text)).transpose()?,
    })
}

/// Read from end to end are only the lists that it was asked about.
fn explain(connection: &Connection, sql: &Sql) -> rusqlite::Result<Plan> {
    const LISTS: [&str; 4] = ["wanted", "people", "logs", "places"];
    let steps = plan::steps(connection, sql)?;
    let of_a_list = |step: &str| step.split_whitespace().nth(1).is_some_and(|read| LISTS.contains(&read));
    let used = steps.iter().filter_map(|step| step.split_once(" INDEX ")?.1.split_whitespace().next());
    Ok(Plan {
        indexes: used.filter_map(|name| Some(name.strip_prefix("messages_")?.to_owned())).collect(),
        scans: steps.iter().any(|step| step.starts_with("SCAN") && !of_a_list(step)),
        sorts: steps.iter().any(|step| step.starts_with("USE TEMP B-TREE")),
        text: steps.join("\n"),
    })
}

//! The statements of the index.
//!
//! Where few channels are wanted, they are among the tokens that are looked for; where many are, each
//! candidate is looked at.

use std::collections::HashSet;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use crate::model::{Channel, Entry, Id};
use crate::store::{Found, Indexed, Wanted};
use crate::words;

/// More channels than this are cheaper to look at afterwards.
const CHANNELS: usize = 64;
/// So many are looked at in one question; who wants more asks again from there.
const CANDIDATES: usize = 20_000;

/// Each as if it had not been there before, so that it can be done again.
pub(super) fn add(connection: &Connection, messages: &[Indexed]) -> rusqlite::Result<()> {
    let mut row = connection.prepare_cached("INSERT INTO search_rows VALUES (?, ?, ?)")?;
    let mut words = connection.prepare_cached("INSERT INTO search_words(rowid, tokens) VALUES (?, ?)")?;
    for message in messages {
        take_out(connection, message.id)?;
        let place = free(connection, message.place)?;
        row.execute(params![place, message.id.bytes(), message.channel.bytes()])?;
        let tokens: Vec<&str> = message.tokens.iter().map(String::as_str).collect();
        words.execute(params![place, tokens.join(" ")])?;
    }
    Ok(())
}

/// Messages of one moment may have the same place; the next one is as good.
fn free(connection: &Connection, mut place: i64) -> rusqlite::Result<i64> {
    let mut taken = connection.prepare_cached("SELECT 1 FROM search_rows WHERE place = ?")?;
    while taken.exists([place])? {
        place += 1;
    }
    Ok(place)
}

pub(super) fn remove(connection: &Connection, ids: &[Id<Entry>]) -> rusqlite::Result<()> {
    ids.iter().try_for_each(|id| take_out(connection, *id))
}

fn take_out(connection: &Connection, id: Id<Entry>) -> rusqlite::Result<()> {
    let mut row = connection.prepare_cached("DELETE FROM search_rows WHERE id = ? RETURNING place")?;
    let place: Option<i64> = row.query_row([id.bytes()], |row| row.get(0)).optional()?;
    if let Some(place) = place {
        connection.prepare_cached("DELETE FROM search_words WHERE rowid = ?")?.execute([place])?;
    }
    Ok(())
}

pub(super) fn search(connection: &Connection, wanted: &Wanted) -> rusqlite::Result<Found> {
    let few = wanted.channels.as_deref().filter(|channels| channels.len() <= CHANNELS);
    let looked_at: Option<HashSet<Id<Channel>>> = match (few, &wanted.channels) {
        (None, Some(channels)) => Some(channels.iter().copied().collect()),
        _ => None,
    };
    let (sql, values) = statement(wanted, few);
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let (mut found, mut seen) = (Found::default(), 0);
    while let Some(row) = rows.next()? {
        let place: i64 = row.get(0)?;
        if looked_at.as_ref().is_none_or(|channels| id(row, 2).is_ok_and(|id| channels.contains(&id))) {
            found.hits.push((id(row, 1)?, place));
        }
        seen += 1;
        if found.hits.len() == wanted.limit || seen == CANDIDATES {
            found.rest = Some(place);
            break;
        }
    }
    Ok(found)
}

fn statement(wanted: &Wanted, few: Option<&[Id<Channel>]>) -> (String, Vec<Value>) {
    let bounds = [Value::Integer(wanted.from), Value::Integer(wanted.to)];
    let Some(condition) = condition(wanted, few) else {
        let sql =
            "SELECT place, id, channel FROM search_rows WHERE place >= ? AND place < ? ORDER BY place DESC";
        return (sql.into(), bounds.into());
    };
    let sql = "SELECT w.rowid, r.id, r.channel FROM search_words w CROSS JOIN search_rows r ON r.place = w.rowid \
               WHERE search_words MATCH ? AND w.rowid >= ? AND w.rowid < ? ORDER BY w.rowid DESC";
    (sql.into(), [vec![Value::Text(condition)], bounds.into()].concat())
}

/// In the language of FTS5; none where any message would do.
fn condition(wanted: &Wanted, few: Option<&[Id<Channel>]>) -> Option<String> {
    let mut conditions: Vec<String> = wanted.tokens.iter().map(|token| quoted(token)).collect();
    let channels: Vec<String> = few.unwrap_or_default().iter().map(|id| words::channel(*id)).collect();
    for any in [&wanted.any, &channels] {
        let any: Vec<String> = any.iter().map(|token| quoted(token)).collect();
        conditions.extend((!any.is_empty()).then(|| format!("({})", any.join(" OR "))));
    }
    (!conditions.is_empty()).then(|| conditions.join(" AND "))
}

/// No token holds a quote.
fn quoted(token: &str) -> String {
    format!("\"{token}\"")
}

fn id<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<Id<T>> {
    Ok(Id::from_bytes(row.get(column)?))
}

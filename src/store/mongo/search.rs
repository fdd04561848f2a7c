//! The index of messages: an index over the list of their tokens.

use mongodb::bson::{Bson, Document, doc};
use mongodb::error::{Error as Cause, ErrorKind};
use mongodb::options::ReadConcern;

use super::{Mongo, OPERATION, fault, reading, writing, written};
use crate::error::{Error, Result};
use crate::model::{Channel, Entry, Id};
use crate::store::collection::SEARCH;
use crate::store::{Found, Indexed, Wanted};
use crate::words;

const DUPLICATE_KEY: i32 = 11_000;

impl Mongo {
    /// What is new in one go; what is there already, one by one.
    pub(in crate::store) async fn index(&self, messages: Vec<Indexed>) -> Result<()> {
        let rows: Vec<Document> = messages.iter().map(row).collect();
        let target = self.of(&SEARCH);
        let insert = async { target.insert_many(&rows).ordered(false).await };
        let there = match writing(insert).await {
            Ok(_) => return Ok(()),
            Err(None) => return Err(Error::unknown()),
            Err(Some(cause)) => there_already(cause)?,
        };
        for row in there.into_iter().filter_map(|place| rows.get(place)) {
            let id = doc! {"_id": row.get("_id").cloned().unwrap_or(Bson::Null)};
            let replace = target.replace_one(id, row).upsert(true);
            written(writing(async { replace.await }).await)?;
        }
        Ok(())
    }

    pub(in crate::store) async fn unindex(&self, ids: Vec<Id<Entry>>) -> Result<()> {
        let target = self.of(&SEARCH);
        let delete = target.delete_many(doc! {"_id": {"$in": texts(&ids)}});
        written(writing(async { delete.await }).await).map(drop)
    }

    pub(in crate::store) async fn search(&self, wanted: Wanted) -> Result<Found> {
        let source = self.of(&SEARCH);
        let find = source
            .find(filter(&wanted))
            .sort(doc! {"place": -1})
            .limit(i64::try_from(wanted.limit).unwrap_or(i64::MAX))
            .projection(doc! {"place": 1})
            .read_concern(ReadConcern::majority())
            .max_time(OPERATION);
        let mut cursor = reading(async { find.await }).await?;
        let mut found = Found::default();
        while reading(cursor.advance()).await? {
            let row = cursor.deserialize_current().map_err(Error::internal)?;
            let id = row.get_str("_id").map_err(Error::internal)?.parse()?;
            found.hits.push((id, row.get_i64("place").map_err(Error::internal)?));
        }
        let full = found.hits.len() == wanted.limit;
        found.rest = found.hits.last().map(|(_, place)| *place).filter(|_| full);
        Ok(found)
    }
}

fn row(message: &Indexed) -> Document {
    let tokens: Vec<&str> = message.tokens.iter().map(String::as_str).collect();
    doc! {
        "_id": message.id.to_string(),
        "place": message.place,
        "channelId": message.channel.to_string(),
        "tokens": tokens,
    }
}

/// Which of them were not inserted because they are there.
fn there_already(cause: Cause) -> Result<Vec<usize>> {
    let ErrorKind::InsertMany(failure) = &*cause.kind else {
        return Err(fault::of_write(cause));
    };
    let errors = failure.write_errors.as_deref().unwrap_or_default();
    let all_there = errors.iter().all(|error| error.code == DUPLICATE_KEY);
    match (&failure.write_concern_error, errors, all_there) {
        (None, [_, ..], true) => Ok(errors.iter().map(|error| error.index).collect()),
        _ => Err(Error::unknown().because(cause)),
    }
}

/// The rarest part first: the server walks along the first token it is given, and along the channels
/// only where there is none.
fn filter(wanted: &Wanted) -> Document {
    let mut conditions = vec![doc! {"place": {"$gte": wanted.from, "$lt": wanted.to}}];
    if !wanted.tokens.is_empty() {
        conditions.push(doc! {"tokens": {"$all": &wanted.tokens}});
    }
    if !wanted.any.is_empty() {
        conditions.push(doc! {"tokens": {"$in": &wanted.any}});
    }
    if let Some(channels) = &wanted.channels {
        conditions.push(match wanted.tokens.is_empty() && wanted.any.is_empty() {
            true => doc! {"tokens": {"$in": tokens(channels)}},
            false => doc! {"channelId": {"$in": texts(channels)}},
        });
    }
    doc! {"$and": conditions}
}

fn tokens(channels: &[Id<Channel>]) -> Vec<String> {
    channels.iter().map(|id| words::channel(*id)).collect()
}

fn texts<T>(ids: &[Id<T>]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

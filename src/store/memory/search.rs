//! The index in memory: every message is looked at.

use serde_json::{Value, json};

use super::reading::of;
use super::{Kept, Memory};
use crate::error::{Error, Result};
use crate::model::{Entry, Id};
use crate::store::collection::SEARCH;
use crate::store::{Document, Found, Indexed, Wanted};

impl Memory {
    pub(in crate::store) async fn index(&self, messages: Vec<Indexed>) -> Result<()> {
        self.pass_time().await;
        let mut kept = self.kept();
        for message in messages {
            let Value::Object(document) = json!({
                "place": message.place, "channelId": message.channel, "tokens": message.tokens,
            }) else {
                return Err(Error::internal("a message is indexed as an object"));
            };
            kept.put((SEARCH.name, message.id.to_string()), document);
        }
        kept.confirm();
        Ok(())
    }

    pub(in crate::store) async fn unindex(&self, ids: Vec<Id<Entry>>) -> Result<()> {
        self.pass_time().await;
        let mut kept = self.kept();
        for id in ids {
            let key = (SEARCH.name, id.to_string());
            kept.newest.remove(&key);
            kept.adrift.insert(key);
        }
        kept.confirm();
        Ok(())
    }

    pub(in crate::store) async fn search(&self, wanted: Wanted) -> Result<Found> {
        self.pass_time().await;
        self.kept().search(&wanted)
    }
}

impl Kept {
    fn search(&self, wanted: &Wanted) -> Result<Found> {
        let mut found = Found::default();
        for ((_, id), document) in
            of(&self.durable, &SEARCH).filter(|(_, document)| is_wanted(document, wanted))
        {
            found.hits.push((id.parse()?, document.get("place").and_then(Value::as_i64).unwrap_or_default()));
        }
        found.hits.sort_by_key(|(_, place)| std::cmp::Reverse(*place));
        if found.hits.len() >= wanted.limit {
            found.hits.truncate(wanted.limit);
            found.rest = found.hits.last().map(|(_, place)| *place);
        }
        Ok(found)
    }
}

fn is_wanted(document: &Document, wanted: &Wanted) -> bool {
    let tokens = document.get("tokens").and_then(Value::as_array);
    let has = |token: &String| tokens.is_some_and(|tokens| tokens.iter().any(|kept| kept == token));
    let within = |id: &Id<_>| document.get("channelId") == Some(&json!(id));
    let place = document.get("place").and_then(Value::as_i64).unwrap_or_default();
    wanted.tokens.iter().all(has)
        && (wanted.any.is_empty() || wanted.any.iter().any(has))
        && wanted.channels.as_ref().is_none_or(|channels| channels.iter().any(within))
        && (wanted.from..wanted.to).contains(&place)
}

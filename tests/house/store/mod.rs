//! The store keeps its promises on both engines.

mod changes;
mod directory;
mod language;
mod migrations;
#[cfg(feature = "mongo")]
mod mongo;
#[cfg(feature = "mongo")]
mod outage;
mod people;
mod plans;
mod promises;
mod races;
mod search;

use hubbub::store::{COLLECTIONS, Collection, Document, Filter, Literal};
use serde_json::{Value, json};

fn collection(name: &str) -> &'static Collection {
    COLLECTIONS.iter().find(|collection| collection.name == name).unwrap()
}

fn document(value: Value) -> Document {
    value.as_object().unwrap().clone()
}

fn text(text: &str) -> Literal {
    Literal::Text(text.into())
}

fn is_text(field: &'static str, value: &str) -> Filter {
    Filter::Is(field, text(value))
}

/// A row of the log with no more than its indexes need.
fn entry(id: &str, channel: &str, seq: u64) -> Document {
    document(json!({
        "_id": id, "channelId": channel, "seq": seq, "userId": "u", "kind": "message",
        "createdAt": "2023-11-14T22:13:20.000Z",
    }))
}

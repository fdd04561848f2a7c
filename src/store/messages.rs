//! Queries of the collection `messages`.

use super::collection::MESSAGES;
use super::{Collection, Record};
use crate::model::Entry;

impl Record for Entry {
    const COLLECTION: &'static Collection = &MESSAGES;
}

//! Queries of the collection `channels`.

use super::collection::CHANNELS;
use super::{Collection, Record};
use crate::model::Channel;

impl Record for Channel {
    const COLLECTION: &'static Collection = &CHANNELS;
}

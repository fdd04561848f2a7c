//! Queries of the collection `bans`.

use super::collection::BANS;
use super::{Collection, Record};
use crate::model::Ban;

impl Record for Ban {
    const COLLECTION: &'static Collection = &BANS;
}

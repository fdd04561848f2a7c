//! Queries of the collection `memberships`.

use super::collection::MEMBERSHIPS;
use super::{Collection, Record};
use crate::model::Membership;

impl Record for Membership {
    const COLLECTION: &'static Collection = &MEMBERSHIPS;
}

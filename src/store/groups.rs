//! Queries of the collection `groups`.

use super::collection::GROUPS;
use super::{Collection, Record};
use crate::model::Group;

impl Record for Group {
    const COLLECTION: &'static Collection = &GROUPS;
}

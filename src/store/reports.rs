//! The collection `reports`: what people find amiss, in the order in which it is to be looked at.

use super::Record;
use super::collection::{Collection, collection, index};
use crate::model::Report;

pub(super) static REPORTS: Collection = collection(
    "reports",
    &[
        index("group", &["groupId", "state", "createdAt", "_id"]),
        index("state", &["state", "createdAt", "_id"]),
    ],
);

impl Record for Report {
    const COLLECTION: &'static Collection = &REPORTS;
}

//! Queries of the collection `group_requests`.

use super::collection::REQUESTS;
use super::{Collection, Record};
use crate::model::GroupRequest;

impl Record for GroupRequest {
    const COLLECTION: &'static Collection = &REQUESTS;
}

//! Queries of the collection `users`.

use super::collection::USERS;
use super::{Collection, Record};
use crate::model::User;

impl Record for User {
    const COLLECTION: &'static Collection = &USERS;
}

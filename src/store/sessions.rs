//! Queries of the collections `sessions` and `refreshes`.

use super::collection::{REFRESHES, SESSIONS};
use super::{Collection, Record};
use crate::model::{Refresh, Session};

impl Record for Session {
    const COLLECTION: &'static Collection = &SESSIONS;
}

impl Record for Refresh {
    const COLLECTION: &'static Collection = &REFRESHES;
}

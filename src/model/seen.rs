//! When somebody was last here, as far as others saw it.

use serde::{Deserialize, Serialize};

use super::{Id, Time, User};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    #[serde(rename = "_id")]
    pub user_id: Id<User>,
    pub at: Time,
}

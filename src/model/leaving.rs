//! How somebody's account comes to its end, where it does.

use serde::{Deserialize, Serialize};

use super::Time;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Leaving {
    /// When the account falls due to be erased; gone again when it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_at: Option<Time>,
    /// Together with what its owner said.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub delete_messages: bool,
    /// Switched off, and not by asking to be erased: signing in brings it back no more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub barred: bool,
    /// Since when it is being erased: there is no way back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Time>,
}

impl Leaving {
    /// Until when its owner may take it back; none where they may not.
    pub fn returns_until(&self, now: Time) -> Option<Time> {
        self.delete_at.filter(|end| now < *end && !self.barred && self.erased_at.is_none())
    }
}

/// What becomes of what somebody said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Legacy {
    #[default]
    Keep,
    Delete,
}

//! All that somebody has here, put together for them to take away.

use serde::{Deserialize, Serialize};

use super::{Id, Time, User};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Export {
    /// 128 random bits.
    #[serde(rename = "_id")]
    pub id: String,
    pub user_id: Id<User>,
    pub state: ExportState,
    /// Lines written, and how many there were to be when it began.
    pub done: u64,
    pub total: u64,
    pub created_at: Time,
    /// When somebody is to take it up: to make it or go on making it, and once it is ready to throw it
    /// away.
    pub moment: Time,
    /// Of the archive, once it is ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportState {
    Running,
    Ready,
}

/// As its owner sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportView {
    pub id: String,
    pub state: ExportState,
    /// Of a hundred.
    pub progress: u64,
    pub created_at: Time,
    pub bytes: Option<u64>,
    /// None while it is being made.
    pub expires_at: Option<Time>,
}

impl Export {
    pub fn view(&self) -> ExportView {
        let ready = self.state == ExportState::Ready;
        let progress = match ready {
            true => 100,
            // What was added meanwhile is written as well, and 100 is said when it is ready.
            false => (self.done * 100 / self.total.max(1)).min(99),
        };
        ExportView {
            id: self.id.clone(),
            state: self.state,
            progress,
            created_at: self.created_at,
            bytes: self.bytes,
            expires_at: ready.then_some(self.moment),
        }
    }
}

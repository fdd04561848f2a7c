//! A durable note of a change that is to be told: written before the change, thrown away when
//! everybody has been told, so that a process that dies between leaves the rest to a sweep.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Moved;
use super::watch::Watch;
use crate::error::{Error, Result};
use crate::model::{Channel, Group, GroupRequest, Id, Leave, Time, User, Username};
use crate::store::Setting;

/// Notes stand among the settings under this.
pub(super) const NOTES: &str = "telling:";

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    #[serde(skip)]
    pub(super) name: String,
    pub(super) group: Id<Group>,
    pub(super) by: Id<User>,
    pub(super) by_name: Username,
    pub(super) at: Time,
    pub(super) news: News,
    /// None in a note that an earlier process, or another caller, left.
    #[serde(skip)]
    pub(super) watch: Option<Arc<Watch>>,
}

/// What changed, and nothing that the store can still be asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum News {
    /// Somebody's membership of the group, or whether their account is in use.
    Member { user: Id<User>, turn: Turn },
    /// Somebody's role in the group.
    Role { user: Id<User> },
    /// Somebody's ban in one channel, or their membership of a private one.
    Seat { user: Id<User>, channel: Id<Channel>, turn: Turn },
    /// Somebody was let into a private channel, as far as it has a seat for them.
    Admitted { user: Id<User>, channel: Id<Channel> },
    /// An approved request, which is to make its asker a member.
    Approved { user: Id<User>, request: Id<GroupRequest> },
    /// A channel is new, came back, or is private no longer.
    Opened { channel: Id<Channel> },
    /// A channel has another name, description, setting or life.
    Changed { channel: Id<Channel> },
    /// A channel became private.
    Narrowed { channel: Id<Channel> },
    /// A channel was deleted.
    Closed { channel: Id<Channel> },
    /// The group was changed.
    Group,
    /// The group was deleted.
    Ended,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    In,
    Out(Leave),
}

impl Turn {
    /// Why somebody is gone who, as this change has it, would be here: they went meanwhile.
    pub(super) fn reason(self) -> Leave {
        match self {
            Turn::Out(reason) => reason,
            Turn::In => Leave::Left,
        }
    }
}

impl News {
    pub(super) fn concerns(&self, somebody: Id<User>) -> bool {
        match self {
            News::Member { user, .. }
            | News::Role { user }
            | News::Seat { user, .. }
            | News::Admitted { user, .. }
            | News::Approved { user, .. } => *user == somebody,
            News::Opened { .. }
            | News::Changed { .. }
            | News::Narrowed { .. }
            | News::Closed { .. }
            | News::Group
            | News::Ended => false,
        }
    }

    /// Whether it can take a right away, so that telling of it does not bear waiting.
    pub(super) fn narrows(&self) -> bool {
        match self {
            News::Member { turn, .. } | News::Seat { turn, .. } => *turn != Turn::In,
            News::Role { .. } | News::Narrowed { .. } | News::Closed { .. } | News::Ended => true,
            News::Admitted { .. }
            | News::Approved { .. }
            | News::Opened { .. }
            | News::Changed { .. }
            | News::Group => false,
        }
    }
}

impl Note {
    /// Whose groups its change changes.
    pub(super) fn moved(&self) -> Option<Moved> {
        match &self.news {
            News::Member { user, .. } | News::Approved { user, .. } => Some(Moved::User(*user)),
            News::Ended => Some(Moved::Group(self.group)),
            _ => None,
        }
    }

    /// Where the notes about a group stand.
    pub(super) fn under(group: Id<Group>) -> String {
        format!("{NOTES}{group}:")
    }

    pub(super) fn setting(&self) -> Result<Setting> {
        let value = serde_json::to_value(self).map_err(Error::internal)?;
        Ok(Setting { name: self.name.clone(), value })
    }

    pub(super) fn read(setting: Setting) -> Result<Note> {
        let note: Note = serde_json::from_value(setting.value).map_err(Error::internal)?;
        Ok(Note { name: setting.name, ..note })
    }
}

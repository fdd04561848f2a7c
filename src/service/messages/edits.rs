//! What a message said before it was edited.

use serde::Serialize;

use super::Messages;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{Entry, Id, Message, Seq, Text, Time, What};
use crate::policy::{Action, Actor, can};
use crate::service::Seat;

/// What a message said from a moment on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Version {
    /// 0 is what was sent.
    pub revision: u32,
    /// Place in the log of the message or of the edit.
    pub seq: Seq,
    pub text: Option<Text>,
    pub at: Time,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Edits {
    pub edits: Vec<Version>,
    pub has_more: bool,
}

impl Messages {
    /// What a message said, the earliest first, after a seq. GONE once it is deleted.
    pub async fn edits(&self, actor: &Actor, id: Id<Entry>, after: Seq, limit: u64) -> Result<Edits> {
        let (entry, seat) = self.find(actor, id).await?;
        may_see_edits(&seat)?;
        let What::Message(message) = &entry.what else { return Err(Error::not_found("message")) };
        if message.deleted_at.is_some() {
            return Err(Error::gone("this message is deleted"));
        }
        let limit = limit.clamp(1, limits::PAGE_MAX);
        let edits = self.store.messages.edits(id, after, limit + 1).await?;
        let sent = (after < entry.seq).then(|| as_sent(&entry, message, edits.first()));
        let mut edits: Vec<Version> = sent.into_iter().chain(edits.iter().filter_map(version)).collect();
        let has_more = edits.len() as u64 > limit;
        edits.truncate(limit as usize);
        Ok(Edits { edits, has_more })
    }
}

fn may_see_edits(seat: &Seat) -> Result<()> {
    can(seat.standing, Action::SeeEdits, "message")?;
    match seat.group.as_ref().is_none_or(|group| group.settings.edit_history) {
        true => Ok(()),
        false => can(seat.standing, Action::SeeHiddenEdits, "message"),
    }
}

/// `first` is the first edit, if there is one.
fn as_sent(entry: &Entry, message: &Message, first: Option<&Entry>) -> Version {
    let text = match first.map(|edit| &edit.what) {
        Some(What::Edit { before, .. }) => before.clone(),
        _ => message.text.clone(),
    };
    Version { revision: 0, seq: entry.seq, text, at: entry.created_at }
}

fn version(edit: &Entry) -> Option<Version> {
    match &edit.what {
        What::Edit { text, revision, .. } => {
            let (seq, at) = (edit.seq, edit.created_at);
            Some(Version { revision: *revision, seq, text: text.clone(), at })
        }
        _ => None,
    }
}

//! Who has read a message, for those who may know: their marker stands at it or after it.

use std::collections::HashMap;

use serde::Serialize;

use super::Reads;
use crate::error::{Code, Error, Result};
use crate::model::{Entry, Id, ReadMarker, Shown, Time, User, Username};
use crate::policy::{Action, Actor, can};
use crate::service::{Page, Span};
use crate::store::After;

/// That somebody has read a message.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    pub user_id: Id<User>,
    pub username: Username,
    /// When they last read on.
    pub at: Time,
}

impl Reads {
    /// Of a page some may be left out: the author, whoever keeps what they have read to themselves, and
    /// who read it unseen.
    pub async fn receipts(&self, actor: &Actor, message: Id<Entry>, span: &Span) -> Result<Page<Receipt>> {
        let entry = self.shown(actor, message).await?;
        let (store, channel) = (&self.roster.store, entry.log.cast());
        let past = store.reads.past(channel, entry.seq, span.slice()).await?;
        let page = span.page(past, None, |marker| After(marker.user_id.to_string(), marker.id.clone()));
        let ids: Vec<Id<User>> = page.items.iter().map(|marker| marker.user_id).collect();
        let mut known: HashMap<_, _> =
            self.roster.in_use(&ids).await?.into_iter().map(|user| (user.id, user.username)).collect();
        for chosen in store.preferences.among(&ids).await? {
            if !chosen.receipts {
                known.remove(&chosen.user_id);
            }
        }
        known.remove(&entry.user_id);
        let receipt = |marker: ReadMarker| {
            let (user_id, Shown { seq, at }) = (marker.user_id, marker.seen());
            let username = known.remove(&user_id).filter(|_| seq >= entry.seq)?;
            Some(Receipt { user_id, username, at })
        };
        let Page { items, paging } = page;
        Ok(Page { items: items.into_iter().filter_map(receipt).collect(), paging })
    }

    /// The message, where the actor may know who has read it.
    async fn shown(&self, actor: &Actor, id: Id<Entry>) -> Result<Entry> {
        let unknown = || Error::not_found("message");
        let entry = self.roster.store.messages.get(id).await?;
        let entry = entry.filter(|entry| entry.what.is_message()).ok_or_else(unknown)?;
        let seat = match self.roster.rights.in_channel(actor, entry.log.cast()).await {
            Err(error) if error.code() == Code::NotFound => return Err(unknown()),
            other => other?,
        };
        can(seat.standing, Action::SeeReceipts, "message")?;
        match seat.group.is_none_or(|group| group.settings.read_receipts) {
            true => Ok(entry),
            false => Err(Error::forbidden("this group does not tell who has read what")),
        }
    }
}

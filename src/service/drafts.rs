//! What people began to write, kept for all their devices. The last write wins; what is told of it
//! says where, never what.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::Notify;
use tokio::time::sleep;
use tracing::warn;

use super::{Page, Roster, Span, own_log};
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{AccountEvent, Channel, Entry, Id, SavedDraft, Text, Time};
use crate::policy::{Action, Actor, can};
use crate::store::After;

#[derive(Clone, Debug)]
pub struct Drafts {
    roster: Roster,
    /// Something is to be told.
    changed: Arc<Notify>,
}

/// Where somebody writes.
#[derive(Clone, Copy, Debug)]
pub struct Spot {
    pub channel: Id<Channel>,
    pub thread: Option<Id<Entry>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewDraft {
    pub text: Text,
    #[serde(default)]
    pub reply_to: Option<Id<Entry>>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DraftView {
    pub channel_id: Id<Channel>,
    pub thread_id: Option<Id<Entry>>,
    pub text: Text,
    pub reply_to: Option<Id<Entry>>,
    pub updated_at: Time,
}

/// Drafts told of at once; the rest follows.
const AT_ONCE: u64 = 500;

fn view(draft: SavedDraft) -> Option<DraftView> {
    let SavedDraft { channel_id, thread_id, reply_to, updated_at, .. } = draft;
    draft.text.map(|text| DraftView { channel_id, thread_id, text, reply_to, updated_at })
}

fn unknown() -> Error {
    Error::not_found("draft")
}

impl Drafts {
    pub fn new(roster: &Roster) -> Drafts {
        Drafts { roster: roster.clone(), changed: Arc::default() }
    }

    /// The latest first.
    pub async fn list(&self, actor: &Actor, span: &Span) -> Result<Page<DraftView>> {
        let drafts = &self.roster.store.drafts;
        let found = drafts.of(actor.id, span.slice()).await?;
        let total = match span.counts() {
            true => Some(drafts.total(actor.id).await?),
            false => None,
        };
        let page = span.page(found, total, |draft| After(draft.updated_at.to_string(), draft.id.clone()));
        Ok(page.filter_map(view))
    }

    pub async fn get(&self, actor: &Actor, at: Spot) -> Result<DraftView> {
        let key = SavedDraft::key(actor.id, at.channel, at.thread);
        self.roster.store.drafts.get(key).await?.and_then(view).ok_or_else(unknown)
    }

    /// In a channel that one can read, whether one may write there now or not.
    pub async fn write(&self, actor: &Actor, at: Spot, new: NewDraft) -> Result<DraftView> {
        let seat = self.roster.rights.in_channel(actor, at.channel).await?;
        can(seat.standing, Action::ReadChannel, "channel")?;
        let draft = self.drafted(actor, at, Some(new));
        let drafts = &self.roster.store.drafts;
        let kept = match drafts.rewrite(&draft).await? {
            Some(kept) => kept,
            None if drafts.total(actor.id).await? >= limits::DRAFTS => {
                return Err(Error::conflict(format!("you have {} drafts at most", limits::DRAFTS)));
            }
            None => drafts.write(&draft).await?,
        };
        self.changed.notify_one();
        view(kept).ok_or_else(unknown)
    }

    /// Throws it away; where there is none, that is done already.
    pub async fn discard(&self, actor: &Actor, at: Spot) -> Result<()> {
        let discarded = self.roster.store.drafts.rewrite(&self.drafted(actor, at, None)).await?;
        if discarded.is_some() {
            self.changed.notify_one();
        }
        Ok(())
    }

    fn drafted(&self, actor: &Actor, at: Spot, new: Option<NewDraft>) -> SavedDraft {
        let (text, reply_to) = new.map_or((None, None), |new| (Some(new.text), new.reply_to));
        SavedDraft {
            id: SavedDraft::key(actor.id, at.channel, at.thread),
            user_id: actor.id,
            channel_id: at.channel,
            thread_id: at.thread,
            text,
            reply_to,
            updated_at: self.roster.clock.now(),
            rev: 0,
            untold: true,
        }
    }

    /// Tells the owners' devices, of each draft at most once a second, and first of what an earlier
    /// process left untold. Runs until it is dropped.
    pub async fn keep_telling(&self) {
        loop {
            if let Err(error) = self.tell().await {
                warn!(%error, "drafts cannot be told of, this will be tried again");
                self.changed.notify_one();
            }
            self.changed.notified().await;
            sleep(limits::DRAFT_TOLD_EVERY).await;
        }
    }

    pub async fn tell(&self) -> Result<()> {
        let drafts = &self.roster.store.drafts;
        let untold = drafts.untold(AT_ONCE).await?;
        if untold.len() as u64 == AT_ONCE {
            self.changed.notify_one();
        }
        for draft in &untold {
            let SavedDraft { channel_id, thread_id, updated_at, .. } = draft;
            let about = json!({ "channelId": channel_id, "threadId": thread_id, "updatedAt": updated_at });
            own_log::tell(&self.roster, draft.user_id, AccountEvent::DraftUpdated, about).await?;
            drafts.told(draft).await?;
        }
        Ok(())
    }
}

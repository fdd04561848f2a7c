//! Changing what was said: edits, deletions, reactions (contract D-13 to D-16).

use serde::Serialize;

use super::{Messages, address, view};
use crate::error::{Error, Result};
use crate::event::MessageView;
use crate::log::{Draft, Kept};
use crate::model::{Emoji, Entry, Epoch, Id, Reaction, Seq, Text, What};
use crate::policy::{Action, Actor, can};
use crate::service::Seat;
use crate::service::emoji::is_standard;

/// The answer to a change of a message.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    pub message: MessageView,
    /// The change's place in the log.
    pub seq: Seq,
    pub epoch: Epoch,
    /// It was so already and nothing was written.
    pub duplicate: bool,
}

impl Messages {
    pub async fn edit(&self, actor: &Actor, id: Id<Entry>, text: Text, base: Option<u32>) -> Result<Changed> {
        let (entry, seat) = self.find(actor, id).await?;
        let own = entry.user_id == actor.id;
        let action = if own { Action::EditOwnMessage } else { Action::EditOthersMessage };
        can(seat.standing, action, "message")?;
        seat.takes_posts()?;
        let (mentions, everyone) = self.called_anew(actor, &seat, &entry, &text).await?;
        let what = What::Edit {
            target: id,
            text: Some(text),
            before: None,
            mentions: Some(mentions),
            everyone,
            revision: 0,
            folded: false,
        };
        let draft = Draft { base_revision: base, ..Draft::new(actor.id, &actor.username, what) };
        self.change(&seat, draft).await
    }

    pub async fn delete(&self, actor: &Actor, id: Id<Entry>) -> Result<Changed> {
        let (entry, seat) = self.find(actor, id).await?;
        let own = entry.user_id == actor.id;
        let action = if own { Action::DeleteOwnMessage } else { Action::DeleteOthersMessage };
        can(seat.standing, action, "message")?;
        let what = What::delete(id);
        self.change(&seat, Draft::new(actor.id, &actor.username, what)).await
    }

    pub async fn react(
        &self,
        actor: &Actor,
        id: Id<Entry>,
        reaction: Reaction,
        removed: bool,
    ) -> Result<Changed> {
        let (_, seat) = self.find(actor, id).await?;
        can(seat.standing, Action::React, "message")?;
        seat.takes_posts()?;
        if !seat.channel.settings.reactions && !removed {
            return Err(Error::forbidden("this channel takes no reactions"));
        }
        if !removed {
            self.check_known(&seat, &reaction).await?;
        }
        let what = What::React { target: id, reaction, removed, folded: false };
        self.change(&seat, Draft::new(actor.id, &actor.username, what)).await
    }

    /// What can be taken for a word is none; an emoji that was taken away can be taken back.
    async fn check_known(&self, seat: &Seat, reaction: &Reaction) -> Result<()> {
        if is_standard(reaction) {
            return Ok(());
        }
        let own = match (reaction.own_name(), seat.channel.group_id) {
            (Some(name), Some(group)) => self.store.emoji.get(Emoji::key(group, name)).await?,
            _ => None,
        };
        let unknown = || Error::invalid("reaction", "must be an emoji, its short name, or the group's own");
        own.map(drop).ok_or_else(unknown)
    }

    pub(super) async fn change(&self, seat: &Seat, draft: Draft) -> Result<Changed> {
        let target = draft.what.target();
        let Kept { entry, row, duplicate } = self.logs.append(&address(seat), draft).await?;
        let row = match (row, target) {
            (Some(row), _) => row,
            (None, Some(target)) => self.message(target).await?,
            (None, None) => entry.clone(),
        };
        let epoch = seat.channel.epoch.clone();
        Ok(Changed { message: view(&row)?, seq: entry.seq, epoch, duplicate })
    }
}

//! Emoji of a group's own: who has them, who makes them, and how many there may be.

use serde::Deserialize;

use super::roster::News;
use super::{Page, Roster, Span};
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{Emoji, EmojiName, EmojiView, Group, Id, Link, May, Reaction};
use crate::policy::{Action, Actor, Standing, can};
use crate::store::After;

#[derive(Clone, Debug)]
pub struct Emojis {
    roster: Roster,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewEmoji {
    pub name: EmojiName,
    pub url: Link,
}

impl Emojis {
    pub fn new(roster: &Roster) -> Emojis {
        Emojis { roster: roster.clone() }
    }

    /// By name.
    pub async fn list(&self, actor: &Actor, group: Id<Group>, span: &Span) -> Result<Page<EmojiView>> {
        let (_, standing) = self.roster.rights.in_group(actor, group).await?;
        can(standing, Action::SeeMembers, "group")?;
        let whole = self.roster.store.emoji.of_group(group, limits::EMOJI_PER_GROUP).await?;
        Ok(span.cut(whole, |emoji| After(emoji.name.to_string(), emoji.id.clone())).map(|emoji| emoji.view()))
    }

    /// CONFLICT for a name that the group has, and where it has as many as one may.
    pub async fn add(&self, actor: &Actor, group: Id<Group>, new: NewEmoji) -> Result<EmojiView> {
        self.may_manage(actor, group).await?;
        let emoji = self.drafted(actor, group, new);
        let note = self.roster.begin(actor, group, News::Group).await?;
        match self.kept(&emoji).await {
            Ok(()) => self.roster.finish(&note).await?,
            Err(error) => {
                self.roster.forget(&note).await?;
                return Err(error);
            }
        }
        Ok(emoji.view())
    }

    /// Counted when it is there: of several that are added at once none makes one too many.
    async fn kept(&self, emoji: &Emoji) -> Result<()> {
        let table = &self.roster.store.emoji;
        match table.insert(emoji).await {
            Err(rejected) if rejected.taken("_id") => {
                return Err(Error::conflict("the group has an emoji of this name"));
            }
            inserted => inserted?,
        }
        if table.count_of_group(emoji.group_id).await? > limits::EMOJI_PER_GROUP {
            table.remove(emoji.group_id, emoji.name.as_str()).await?;
            let most = limits::EMOJI_PER_GROUP;
            return Err(Error::conflict(format!("a group has {most} emoji of its own at most")));
        }
        Ok(())
    }

    /// Reactions that were made with it stay.
    pub async fn remove(&self, actor: &Actor, group: Id<Group>, name: &EmojiName) -> Result<()> {
        self.may_manage(actor, group).await?;
        let note = self.roster.begin(actor, group, News::Group).await?;
        match self.roster.store.emoji.remove(group, name.as_str()).await? {
            true => self.roster.finish(&note).await,
            false => {
                self.roster.forget(&note).await?;
                Err(Error::not_found("emoji"))
            }
        }
    }

    async fn may_manage(&self, actor: &Actor, group: Id<Group>) -> Result<()> {
        let (group, standing) = self.roster.rights.in_group(actor, group).await?;
        match standing == Standing::Member && group.settings.emoji == May::Members {
            true => Ok(()),
            false => can(standing, Action::ManageEmoji, "group"),
        }
    }

    fn drafted(&self, actor: &Actor, group: Id<Group>, new: NewEmoji) -> Emoji {
        Emoji {
            id: Emoji::key(group, new.name.as_str()),
            group_id: group,
            name: new.name,
            url: new.url,
            by_id: actor.id,
            created_at: self.roster.clock.now(),
        }
    }
}

/// Whether everybody has it: a Unicode emoji, or the short name of one.
pub(super) fn is_standard(emoji: &Reaction) -> bool {
    let text = emoji.as_str();
    emojis::get(text).or_else(|| emojis::get_by_shortcode(text)).is_some()
}

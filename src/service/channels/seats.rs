//! Who sits in a private channel, and who is banned from a channel.

use serde::Deserialize;

use super::Channels;
use crate::error::{Error, Result};
use crate::model::{
    Ban, BanView, Channel, ChannelView, Id, Leave, MemberRole, MemberView, Membership, Place, Reason, Time,
    User,
};
use crate::policy::{Action, Actor};
use crate::service::roster::yourself;
use crate::service::{Page, Seat, Span};
use crate::store::After;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewBan {
    pub user_id: Id<User>,
    pub reason: Reason,
    /// For good where it is left out.
    pub until: Option<Time>,
}

fn everybody_belongs() -> Error {
    Error::conflict("everybody in the group belongs to a public channel: ban, or leave the group instead")
}

impl Channels {
    /// By username: of a public channel the group's members, of a private one those who sit in it.
    pub async fn members(&self, actor: &Actor, id: Id<Channel>, span: &Span) -> Result<Page<MemberView>> {
        let Seat { channel, .. } = self.allowed(actor, id, Action::ReadChannel).await?;
        let place: Id<Place> = match channel.group_id {
            Some(group) if !channel.is_private => group.into(),
            _ => channel.id.into(),
        };
        let memberships = &self.roster.store.memberships;
        let found = memberships.of_place(place, None, span.slice()).await?;
        let total = match span.counts() {
            true => Some(memberships.count_of_place(place, None).await?),
            false => None,
        };
        let page = span.page(found, total, |member| After(member.username.to_string(), member.id.clone()));
        Ok(page.map(|member| member.view()))
    }

    /// Takes a seat in a private channel that one can read as an admin; in a public one everybody
    /// in the group belongs already.
    pub async fn join(&self, actor: &Actor, id: Id<Channel>) -> Result<ChannelView> {
        let Seat { channel, .. } = self.allowed(actor, id, Action::ReadChannel).await?;
        if channel.is_private && self.role(&channel, actor.id).await?.is_some() {
            let user = self.user(actor.id).await?;
            self.roster.admit(actor, &channel, &user).await?;
        }
        self.get(actor, id).await
    }

    pub async fn leave(&self, actor: &Actor, id: Id<Channel>) -> Result<()> {
        let Seat { channel, .. } = self.allowed(actor, id, Action::ReadChannel).await?;
        match channel.is_private {
            true => self.roster.expel(actor, &channel, actor.id, Leave::Left).await.map_err(yourself),
            false => Err(everybody_belongs()),
        }
    }

    pub async fn add(&self, actor: &Actor, id: Id<Channel>, user: Id<User>) -> Result<MemberView> {
        let Seat { channel, .. } = self.allowed(actor, id, Action::ManageChannelMembers).await?;
        if !channel.is_private {
            return Err(everybody_belongs());
        }
        self.role(&channel, user).await?.ok_or_else(|| Error::not_found("member"))?;
        let user = self.user(user).await?;
        Ok(self.roster.admit(actor, &channel, &user).await?.view())
    }

    pub async fn remove(&self, actor: &Actor, id: Id<Channel>, user: Id<User>) -> Result<()> {
        if user == actor.id {
            return self.leave(actor, id).await;
        }
        let Seat { channel, .. } = self.allowed(actor, id, Action::ManageChannelMembers).await?;
        match channel.is_private {
            true => self.roster.expel(actor, &channel, user, Leave::Removed).await,
            false => Err(everybody_belongs()),
        }
    }

    /// Newest first. A ban that has ended stays listed until the sweep has let its member back in.
    pub async fn bans(&self, actor: &Actor, id: Id<Channel>, span: &Span) -> Result<Page<BanView>> {
        self.allowed(actor, id, Action::Ban).await?;
        let bans = &self.roster.store.bans;
        let found = bans.page(id, span.slice()).await?;
        let total = match span.counts() {
            true => Some(bans.total(id).await?),
            false => None,
        };
        let page = span.page(found, total, |ban| After(ban.created_at.to_string(), ban.id.clone()));
        Ok(page.map(|ban| ban.view()))
    }

    /// Members only: an admin reads every channel of the group.
    pub async fn ban(&self, actor: &Actor, id: Id<Channel>, new: NewBan) -> Result<BanView> {
        let Seat { channel, .. } = self.allowed(actor, id, Action::Ban).await?;
        let now = self.roster.clock.now();
        if new.until.is_some_and(|until| until <= now) {
            return Err(Error::invalid("until", "must be in the future"));
        }
        let user = self.user(new.user_id).await?;
        let role = self.role(&channel, user.id).await?.ok_or_else(|| Error::not_found("member"))?;
        if role == MemberRole::Admin || user.role == crate::model::Role::SuperAdmin {
            return Err(Error::forbidden("an admin cannot be banned"));
        }
        let ban = Ban {
            id: Ban::key(id, user.id),
            channel_id: id,
            user_id: user.id,
            username: user.username,
            reason: new.reason,
            until: new.until,
            banned_by: actor.id,
            created_at: now,
        };
        self.roster.ban(actor, &channel, &ban).await?;
        Ok(ban.view())
    }

    pub async fn unban(&self, actor: &Actor, id: Id<Channel>, user: Id<User>) -> Result<()> {
        let Seat { channel, .. } = self.allowed(actor, id, Action::Ban).await?;
        self.roster.unban(actor, &channel, user).await
    }

    /// Of somebody in the channel's group.
    async fn role(&self, channel: &Channel, user: Id<User>) -> Result<Option<MemberRole>> {
        let Some(group) = channel.group_id else { return Ok(None) };
        let key = Membership::key(group.into(), user);
        Ok(self.roster.store.memberships.get(key).await?.map(|membership| membership.role))
    }

    async fn user(&self, id: Id<User>) -> Result<User> {
        self.roster.store.users.get(id).await?.ok_or_else(|| Error::not_found("user"))
    }
}

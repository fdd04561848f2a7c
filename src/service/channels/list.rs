//! Which channels somebody can read, and in what order.

use super::Channels;
use crate::error::Result;
use crate::model::{Channel, ChannelView, Group, Id, Life, Membership};
use crate::policy::{Action, Actor, Standing, can};
use crate::service::{Page, Span};
use crate::store::{After, ChannelsWanted};

#[derive(Clone, Debug)]
pub struct ChannelFilter {
    pub group: Option<Id<Group>>,
    pub wanted: ChannelsWanted,
}

impl Channels {
    /// In the order in which they were created: what the actor can read, of all groups or of one.
    pub async fn list(
        &self,
        actor: &Actor,
        filter: &ChannelFilter,
        span: &Span,
    ) -> Result<Page<ChannelView>> {
        let wanted = &filter.wanted;
        if wanted.life == Life::Deleted {
            actor.must_administer()?;
        }
        let channels = match filter.group {
            Some(group) => self.readable_in(actor, group).await?,
            None if actor.is_super_admin() => return self.everywhere(wanted, span).await,
            None => self.roster.channels_of(actor.id).await?,
        };
        let channels = channels.into_iter().filter(|channel| wanted.met_by(channel)).collect();
        self.roster.shown(span.cut(channels, by_creation)).await
    }

    async fn everywhere(&self, wanted: &ChannelsWanted, span: &Span) -> Result<Page<ChannelView>> {
        let channels = &self.roster.store.channels;
        let found = channels.page(wanted, span.slice()).await?;
        let total = match span.counts() {
            true => Some(channels.total(wanted).await?),
            false => None,
        };
        Ok(span.page(found, total, by_creation).map(|channel| channel.view()))
    }

    /// Active and archived ones of a group, by name.
    pub async fn of_group(&self, actor: &Actor, group: Id<Group>, span: &Span) -> Result<Page<ChannelView>> {
        let channels = self.readable_in(actor, group).await?;
        Ok(span.cut(channels, by_name).map(|channel| channel.view()))
    }

    /// Those of the groups that the actor belongs to, and direct ones, by name.
    pub async fn mine(&self, actor: &Actor, span: &Span) -> Result<Page<ChannelView>> {
        let mut channels = self.roster.channels_of(actor.id).await?;
        channels.retain(|channel| channel.life == Life::Active);
        self.roster.shown(span.cut(channels, by_name)).await
    }

    async fn readable_in(&self, actor: &Actor, group: Id<Group>) -> Result<Vec<Channel>> {
        let (_, standing) = self.roster.rights.in_group(actor, group).await?;
        can(standing, Action::SeeMembers, "group")?;
        if standing == Standing::SuperAdmin {
            return self.roster.store.channels.of_group(group).await;
        }
        let own = self.roster.store.memberships.get(Membership::key(group.into(), actor.id)).await?;
        self.roster.channels_in(actor.id, own.as_slice()).await
    }
}

pub(in crate::service) fn by_creation(channel: &Channel) -> After {
    After(channel.created_at.to_string(), channel.id.to_string())
}

fn by_name(channel: &Channel) -> After {
    After(channel.name_key.clone(), channel.id.to_string())
}

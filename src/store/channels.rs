//! Queries of the collection `channels`.

use super::collection::CHANNELS;
use super::language::{all, is, one_of};
use super::{Change, Collection, Filter, Literal, Order, Query, Record, Slice, Table};
use crate::error::Result;
use crate::limits;
use crate::model::{Channel, ChannelEdit, ChannelType, Group, Id, Life, Time};

impl Record for Channel {
    const COLLECTION: &'static Collection = &CHANNELS;
}

/// A deleted channel is in no list.
const LISTED: [Life; 2] = [Life::Active, Life::Archived];

/// More than a group can come to have when several people create channels at once.
const MOST: u64 = limits::CHANNELS_PER_GROUP * 2;

/// Which channels a list is about.
#[derive(Clone, Debug)]
pub struct ChannelsWanted {
    pub life: Life,
    /// How the folded name begins.
    pub begins: Option<String>,
    pub channel_type: Option<ChannelType>,
}

impl ChannelsWanted {
    /// All channels in this state.
    pub fn being(life: Life) -> ChannelsWanted {
        ChannelsWanted { life, begins: None, channel_type: None }
    }

    fn filter(&self) -> Filter {
        let mut filters = vec![is("life", self.life), Filter::Not("groupId", Literal::of(Channel::NO_GROUP))];
        filters.extend(self.begins.iter().map(|begins| Filter::Begins("nameKey", begins.clone())));
        filters.extend(self.channel_type.map(|kind| is("type", kind)));
        Filter::And(filters)
    }

    /// The same of a channel that was read already.
    pub fn met_by(&self, channel: &Channel) -> bool {
        channel.life == self.life
            && self.begins.as_ref().is_none_or(|begins| channel.name_key.starts_with(begins))
            && self.channel_type.is_none_or(|kind| channel.channel_type == kind)
    }
}

impl Table<Channel> {
    /// Active and archived channels of a group.
    pub async fn of_group(&self, group: Id<Group>) -> Result<Vec<Channel>> {
        self.of_groups(&[group]).await
    }

    /// Active and archived channels of some groups, in no order.
    pub async fn of_groups(&self, groups: &[Id<Group>]) -> Result<Vec<Channel>> {
        let filter = all([one_of("groupId", groups), one_of("life", LISTED)]);
        self.find(Query::new(filter, MOST * groups.len() as u64)).await
    }

    pub async fn count_of_group(&self, group: Id<Group>) -> Result<u64> {
        self.count(all([is("groupId", group), one_of("life", LISTED)])).await
    }

    /// Active and archived ones of these, in no order.
    pub async fn among(&self, ids: &[Id<Channel>]) -> Result<Vec<Channel>> {
        self.find(Query::new(all([one_of("_id", ids), one_of("life", LISTED)]), ids.len() as u64)).await
    }

    /// Every channel, whatever became of it, in the order of ids.
    pub async fn each_after(&self, id: Option<Id<Channel>>, limit: u64) -> Result<Vec<Channel>> {
        let after = id.map(|id| id.to_string()).unwrap_or_default();
        let rest = Filter::Above("_id", Literal::Text(after));
        self.find(Query::new(rest, limit).by(Order::Up("_id"))).await
    }

    /// Channels of all groups, but no direct ones, in the order in which they were created.
    pub async fn page(&self, wanted: &ChannelsWanted, slice: Slice) -> Result<Vec<Channel>> {
        self.find(slice.up(wanted.filter(), "createdAt")).await
    }

    pub async fn total(&self, wanted: &ChannelsWanted) -> Result<u64> {
        self.count(wanted.filter()).await
    }

    /// The channel after the change; none where it is deleted. CONFLICT where the name is taken.
    pub async fn edit(&self, id: Id<Channel>, edit: &ChannelEdit, now: Time) -> Result<Option<Channel>> {
        let mut changes = vec![Change::set("updatedAt", now)];
        if let Some(name) = &edit.name {
            changes.push(Change::set("name", name));
            changes.push(Change::set("nameKey", name.folded()));
        }
        if let Some(description) = &edit.description {
            changes.push(super::set_or_unset("description", description.as_ref()));
        }
        if let Some(channel_type) = edit.channel_type {
            changes.push(Change::set("type", channel_type));
        }
        if let Some(private) = edit.is_private {
            changes.push(Change::set("isPrivate", private));
        }
        if let Some(settings) = &edit.settings {
            changes.push(Change::set("settings", settings));
        }
        self.update(all([is("_id", id), one_of("life", LISTED)]), changes).await
    }

    /// Leads a channel from one of `from` to `to`; none where it is in another life. CONFLICT where
    /// the name of one that becomes active is taken.
    pub async fn turn(&self, id: Id<Channel>, from: &[Life], to: Life, now: Time) -> Result<Option<Channel>> {
        let filter = all([is("_id", id), one_of("life", from)]);
        let changes = vec![Change::set("life", to), Change::set("updatedAt", now)];
        self.update(filter, changes).await
    }

    /// Direct ones that perhaps not everybody has been told of, in no order.
    pub async fn untold(&self, limit: u64) -> Result<Vec<Channel>> {
        self.find(Query::new(is("untold", true), limit)).await
    }

    /// Everybody has been told.
    pub async fn told(&self, id: Id<Channel>) -> Result<()> {
        self.update(is("_id", id), vec![Change::Unset("untold")]).await.map(drop)
    }

    /// Takes the rows away, as of a group that never came to be.
    pub async fn forget(&self, group: Id<Group>) -> Result<u64> {
        self.delete(Filter::And(vec![is("groupId", group), one_of("life", LISTED)])).await
    }
}

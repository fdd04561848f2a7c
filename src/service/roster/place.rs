//! Telling of a channel or a group: that it is there, who can no longer read it, that it is gone.

use super::sight::AT_ONCE;
use super::telling::{Said, of_channel, of_user};
use super::{Moved, News, Note, Roster};
use crate::error::{Error, Result};
use crate::model::{
    AccountEvent, Channel, ChannelType, Group, Id, Leave, Life, MemberRole, Membership, Place, Reason,
    RequestStatus, User, What,
};
use crate::store::Decision;

/// More notes about one group than there can be channels.
const NOTES_OF_A_GROUP: u64 = 2_000;

impl Roster {
    /// To each who can read it, in their own log.
    pub(super) async fn tell_opened(&self, note: &Note, channel: Id<Channel>) -> Result<()> {
        let Some(channel) = self.living(channel).await? else {
            // One whose creation stopped half-way may have its creator sitting in it.
            return self.store.memberships.clear(channel.into()).await.map(drop);
        };
        let mut said = Said::default();
        for user in self.readers(&channel).await? {
            said.added(&channel, &user)?;
        }
        self.say(note, said).await
    }

    pub(super) async fn tell_changed(&self, note: &Note, channel: Id<Channel>) -> Result<()> {
        let Some(channel) = self.living(channel).await? else {
            return Ok(());
        };
        let about = serde_json::to_value(channel.view()).map_err(Error::internal)?;
        let mut said = Said::default();
        said.channels.push((of_channel(&channel), What::ChannelUpdated { about }));
        self.say(note, said).await
    }

    /// To each member of the group who can read the channel no longer. All members are asked
    /// about, because one may have come while it was being made private.
    pub(super) async fn tell_narrowed(&self, note: &Note, channel: Id<Channel>) -> Result<()> {
        let Some(channel) = self.living(channel).await?.filter(|channel| channel.is_private) else {
            return Ok(());
        };
        let members = self.everybody(channel.group()?.into(), Some(MemberRole::Member)).await?;
        let sight = self.sight_of_channel(channel.id, &members).await?;
        let mut said = Said::default();
        for user in self.in_use(&ids(&members)).await? {
            if !sight.banned(user.id) && !sight.reads(true, user.id) {
                said.left(&channel, &user, Leave::Closed);
            }
        }
        self.say(note, said).await
    }

    pub(super) async fn tell_closed(&self, note: &Note, channel: Id<Channel>) -> Result<()> {
        let found = self.store.channels.get(channel).await?;
        let Some(channel) = found.filter(|channel| channel.life == Life::Deleted) else {
            return Ok(());
        };
        let mut said = Said::default();
        said.channels.push((of_channel(&channel), What::ChannelDeleted));
        for user in self.readers(&channel).await? {
            said.removed(&channel, &user, Leave::Closed);
        }
        self.say(note, said).await?;
        self.store.memberships.clear(channel.id.into()).await?;
        self.store.bans.clear(channel.id).await.map(drop)
    }

    /// Closes what the group had. Its memberships go last: they say who is to be told.
    pub(super) async fn tell_ended(&self, note: &Note) -> Result<()> {
        self.finish_closed(note.group).await?;
        for channel in self.store.channels.of_group(note.group).await? {
            let closed = News::Closed { channel: channel.id };
            let closing = self.note(note.by, &note.by_name, note.group, closed).await?;
            let living = [Life::Active, Life::Archived];
            let turned = self.store.channels.turn(channel.id, &living, Life::Deleted, self.clock.now()).await;
            self.rights.changed();
            turned?;
            self.tell_closed(&closing, channel.id).await?;
            self.forget(&closing).await?;
        }
        self.tell_group(note).await?;
        self.clear_group(note.group).await?;
        let decision = Decision {
            status: RequestStatus::Rejected,
            by: note.by,
            at: self.clock.now(),
            reason: "the group was deleted".parse::<Reason>().ok(),
        };
        self.store.requests.decide_all(note.group, &decision).await.map(drop)
    }

    /// Channels that were deleted before the process that deleted the group died.
    async fn finish_closed(&self, group: Id<Group>) -> Result<()> {
        for setting in self.store.settings.under(&Note::under(group), NOTES_OF_A_GROUP).await? {
            let note = Note::read(setting)?;
            if let News::Closed { channel } = note.news {
                self.tell_closed(&note, channel).await?;
                self.forget(&note).await?;
            }
        }
        Ok(())
    }

    /// A group whose creation stopped half-way was never there for anybody.
    pub(super) async fn clear_away(&self, group: Id<Group>) -> Result<()> {
        self.store.channels.forget(group).await?;
        self.clear_group(group).await
    }

    async fn clear_group(&self, group: Id<Group>) -> Result<()> {
        let cleared = self.store.memberships.clear(group.into()).await;
        self.moves.tell(Moved::Group(group));
        cleared.map(drop)
    }

    pub(super) async fn tell_group(&self, note: &Note) -> Result<()> {
        let Some(group) = self.store.groups.get(note.group).await? else {
            return Ok(());
        };
        let about = serde_json::to_value(group.view()).map_err(Error::internal)?;
        let members = self.everybody(note.group.into(), None).await?;
        let mut said = Said::default();
        for user in self.in_use(&ids(&members)).await? {
            let what = What::Account { event: AccountEvent::GroupUpdated, about: about.clone() };
            said.people.push((of_user(&user), what));
        }
        self.say(note, said).await
    }

    async fn living(&self, channel: Id<Channel>) -> Result<Option<Channel>> {
        let found = self.store.channels.get(channel).await?;
        Ok(found.filter(|channel| channel.life != Life::Deleted))
    }

    /// Everybody who belongs to the group, or to the direct channel, and can read it, or could until it was
    /// deleted.
    pub(in crate::service) async fn readers(&self, channel: &Channel) -> Result<Vec<User>> {
        if channel.channel_type == ChannelType::Direct {
            return self.in_use(&ids(&self.everybody(channel.id.into(), None).await?)).await;
        }
        let mut members = self.everybody(channel.group()?.into(), None).await?;
        self.retain_readers(channel, &mut members).await?;
        self.in_use(&ids(&members)).await
    }

    /// Those of some people who belong to the channel's group, or to the direct channel, and can read it.
    pub(in crate::service) async fn readers_among(
        &self,
        channel: &Channel,
        people: &[Id<User>],
    ) -> Result<Vec<Id<User>>> {
        let place: Id<Place> = channel.group_id.map_or(channel.id.into(), Into::into);
        let mut members = Vec::new();
        for some in people.chunks(AT_ONCE) {
            members.extend(self.store.memberships.of_these(place, some).await?);
        }
        if channel.channel_type != ChannelType::Direct {
            self.retain_readers(channel, &mut members).await?;
        }
        Ok(ids(&members))
    }

    async fn retain_readers(&self, channel: &Channel, members: &mut Vec<Membership>) -> Result<()> {
        let sight = self.sight_of_channel(channel.id, members).await?;
        members.retain(|member| {
            member.role == MemberRole::Admin || sight.reads(channel.is_private, member.user_id)
        });
        Ok(())
    }
}

fn ids(members: &[Membership]) -> Vec<Id<User>> {
    members.iter().map(|member| member.user_id).collect()
}

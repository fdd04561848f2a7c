//! Who can read what, as the store says at this moment; nothing remembered.

use std::collections::HashSet;

use super::Roster;
use crate::error::Result;
use crate::model::{Ban, Channel, Group, Id, Life, MemberRole, Membership, Place, PlaceKind, Status, User};
use crate::store::{After, Slice};

/// Rows read at once.
pub(super) const AT_ONCE: usize = 200;

/// Bans that hold and memberships of private channels: of one person by channel, or of one channel
/// by person.
#[derive(Debug, Default)]
pub(super) struct Sight<T> {
    banned: HashSet<Id<T>>,
    seated: HashSet<Id<T>>,
}

impl<T> Sight<T> {
    /// Whether a member who is no admin reads the channel.
    pub(super) fn reads(&self, private: bool, key: Id<T>) -> bool {
        !self.banned.contains(&key) && (!private || self.seated.contains(&key))
    }

    pub(super) fn banned(&self, key: Id<T>) -> bool {
        self.banned.contains(&key)
    }
}

impl Roster {
    /// The user and their membership, if they belong to the group and their account is in use.
    pub(super) async fn present(
        &self,
        group: Id<Group>,
        user: Id<User>,
    ) -> Result<Option<(User, Membership)>> {
        let Some(membership) = self.store.memberships.get(Membership::key(group.into(), user)).await? else {
            return Ok(None);
        };
        let user = self.store.users.get(user).await?.filter(|user| user.status == Status::Active);
        Ok(user.map(|user| (user, membership)))
    }

    /// Whether somebody belongs to the group and can read the channel.
    pub(super) async fn belongs(&self, channel: &Channel, user: Id<User>) -> Result<bool> {
        let Some((_, membership)) = self.present(channel.group()?, user).await? else {
            return Ok(false);
        };
        if membership.role == MemberRole::Admin {
            return Ok(true);
        }
        let sight = self.sight_of_user(user, std::slice::from_ref(channel)).await?;
        Ok(sight.reads(channel.is_private, channel.id))
    }

    pub(super) async fn sight_of_user(&self, user: Id<User>, channels: &[Channel]) -> Result<Sight<Channel>> {
        let mut sight = Sight { banned: HashSet::new(), seated: HashSet::new() };
        let now = self.clock.now();
        let ids: Vec<Id<Channel>> = channels.iter().map(|channel| channel.id).collect();
        for some in ids.chunks(AT_ONCE) {
            let bans = self.store.bans.of_user_in(user, some).await?;
            sight.banned.extend(held(bans, now).map(|ban| ban.channel_id));
            let seats = self.store.memberships.of_user_in(user, some).await?;
            sight.seated.extend(seats.into_iter().map(|seat| seat.place.cast::<Channel>()));
        }
        Ok(sight)
    }

    pub(super) async fn sight_of_channel(
        &self,
        channel: Id<Channel>,
        members: &[Membership],
    ) -> Result<Sight<User>> {
        let mut sight = Sight { banned: HashSet::new(), seated: HashSet::new() };
        let now = self.clock.now();
        let ids: Vec<Id<User>> = members.iter().map(|member| member.user_id).collect();
        for some in ids.chunks(AT_ONCE) {
            let bans = self.store.bans.of_these(channel, some).await?;
            sight.banned.extend(held(bans, now).map(|ban| ban.user_id));
            let seats = self.store.memberships.of_these(channel.into(), some).await?;
            sight.seated.extend(seats.into_iter().map(|seat| seat.user_id));
        }
        Ok(sight)
    }

    /// Everybody in a place, or those of a role.
    pub(super) async fn everybody(
        &self,
        place: Id<Place>,
        role: Option<MemberRole>,
    ) -> Result<Vec<Membership>> {
        let mut everybody: Vec<Membership> = Vec::new();
        loop {
            let after = everybody.last().map(|last| After(last.username.to_string(), last.id.clone()));
            let slice = Slice { after, ..Slice::first(AT_ONCE as u64) };
            let some = self.store.memberships.of_place(place, role, slice).await?;
            let whole = some.len() < AT_ONCE;
            everybody.extend(some);
            if whole {
                return Ok(everybody);
            }
        }
    }

    /// Those of them whose account is in use, in no order.
    pub(in crate::service) async fn in_use(&self, users: &[Id<User>]) -> Result<Vec<User>> {
        let mut found = Vec::new();
        for some in users.chunks(AT_ONCE) {
            let users = self.store.users.among(some).await?;
            found.extend(users.into_iter().filter(|user| user.status == Status::Active));
        }
        Ok(found)
    }

    /// Every active or archived channel that a user reads as a member of its group, and their direct
    /// ones, in no order.
    pub async fn channels_of(&self, user: Id<User>) -> Result<Vec<Channel>> {
        let (mut read, mut after) = (self.direct_channels_of(user).await?, None);
        loop {
            let some = self.store.memberships.of_user(user, PlaceKind::Group, after, AT_ONCE as u64).await?;
            let Some(last) = some.last() else {
                return Ok(read);
            };
            after = Some(last.place);
            read.extend(self.channels_in(user, &some).await?);
        }
    }

    /// The channels of some groups that a user reads through these memberships.
    pub async fn channels_in(&self, user: Id<User>, memberships: &[Membership]) -> Result<Vec<Channel>> {
        let ids: Vec<Id<Group>> = memberships.iter().map(|membership| membership.place.cast()).collect();
        let active = self.store.groups.among(&ids).await?;
        let active: HashSet<Id<Group>> =
            active.iter().filter(|group| group.life == Life::Active).map(|group| group.id).collect();
        let admin: HashSet<Id<Group>> = memberships
            .iter()
            .filter(|membership| membership.role == MemberRole::Admin)
            .map(|membership| membership.place.cast())
            .collect();
        let mut channels = self.store.channels.of_groups(&ids).await?;
        let sight = self.sight_of_user(user, &channels).await?;
        channels.retain(|channel| {
            let within =
                |groups: &HashSet<Id<Group>>| channel.group_id.is_some_and(|id| groups.contains(&id));
            within(&active) && (within(&admin) || sight.reads(channel.is_private, channel.id))
        });
        Ok(channels)
    }
}

fn held(bans: Vec<Ban>, now: crate::model::Time) -> impl Iterator<Item = Ban> {
    bans.into_iter().filter(move |ban| ban.holds_at(now))
}

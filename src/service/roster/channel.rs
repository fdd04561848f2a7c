//! Private channels and bans: who sits in a channel of a group they belong to.

use tracing::warn;

use super::{News, Note, Roster, Turn};
use crate::error::{Error, Result};
use crate::model::{Ban, Channel, Id, Leave, MemberRole, Membership, PlaceKind, User};
use crate::policy::Actor;

/// Ended bans taken up by one sweep.
const SWEPT: u64 = 500;

impl Roster {
    /// Makes a member of the group a member of its private channel; who is one already stays it.
    pub async fn admit(&self, by: &Actor, channel: &Channel, user: &User) -> Result<Membership> {
        let news = News::Admitted { user: user.id, channel: channel.id };
        let note = self.begin(by, channel.group()?, news).await?;
        let seat = self.seat(channel.id, user);
        match self.store.memberships.insert(&seat).await {
            Ok(()) => self.finish(&note).await?,
            Err(rejected) if rejected.taken("_id") => {
                self.forget(&note).await?;
                self.finish_of(channel.group()?, user.id).await?;
            }
            Err(rejected) => return Err(rejected.into()),
        }
        let found = self.store.memberships.get(&seat.id).await?;
        found.ok_or_else(|| {
            Error::conflict(match channel.settings.max_members {
                Some(_) => "every seat in this channel is taken",
                None => "this member is just leaving, try again",
            })
        })
    }

    /// They are counted once they sit, whoever finishes this: of several who come at once to the last
    /// seat none may find one, and never two.
    pub(super) async fn tell_admitted(
        &self,
        note: &Note,
        user: Id<User>,
        channel: Id<Channel>,
    ) -> Result<()> {
        if self.is_overfull(channel).await? {
            let removed = self.store.memberships.remove(channel.into(), user).await;
            self.rights.changed();
            removed?;
        }
        self.tell_seat(note, user, channel, Turn::In).await
    }

    async fn is_overfull(&self, channel: Id<Channel>) -> Result<bool> {
        let seats = self.store.channels.get(channel).await?.and_then(|channel| channel.settings.max_members);
        let Some(seats) = seats else { return Ok(false) };
        let taken = self.store.memberships.count_of_place(channel.into(), None).await?;
        Ok(taken > u64::from(seats.get()))
    }

    pub(in crate::service) fn seat(&self, channel: Id<Channel>, user: &User) -> Membership {
        Membership {
            id: Membership::key(channel.into(), user.id),
            place: channel.into(),
            place_kind: PlaceKind::Channel,
            user_id: user.id,
            username: user.username.clone(),
            role: MemberRole::Member,
            joined_at: self.clock.now(),
        }
    }

    /// Takes somebody out of a private channel.
    pub async fn expel(&self, by: &Actor, channel: &Channel, user: Id<User>, why: Leave) -> Result<()> {
        let news = News::Seat { user, channel: channel.id, turn: Turn::Out(why) };
        let note = self.begin(by, channel.group()?, news).await?;
        if self.store.memberships.remove(channel.id.into(), user).await? {
            return self.finish(&note).await;
        }
        self.forget(&note).await?;
        match self.finish_of(channel.group()?, user).await? {
            true => Ok(()),
            false => Err(Error::not_found("member")),
        }
    }

    /// CONFLICT where they are banned already.
    pub async fn ban(&self, by: &Actor, channel: &Channel, ban: &Ban) -> Result<()> {
        let turn = Turn::Out(Leave::Banned);
        let news = News::Seat { user: ban.user_id, channel: channel.id, turn };
        let note = self.begin(by, channel.group()?, news).await?;
        self.store.bans.remove_ended(&ban.id, self.clock.now()).await?;
        match self.store.bans.insert(ban).await {
            Ok(()) => self.finish(&note).await,
            Err(rejected) if rejected.taken("_id") => {
                self.forget(&note).await?;
                match self.finish_of(channel.group()?, ban.user_id).await? {
                    true => Ok(()),
                    false => Err(Error::conflict("this member is banned already")),
                }
            }
            Err(rejected) => Err(rejected.into()),
        }
    }

    pub async fn unban(&self, by: &Actor, channel: &Channel, user: Id<User>) -> Result<()> {
        let news = News::Seat { user, channel: channel.id, turn: Turn::In };
        let note = self.begin(by, channel.group()?, news).await?;
        if self.store.bans.remove(channel.id, user).await? {
            return self.finish(&note).await;
        }
        self.forget(&note).await?;
        match self.finish_of(channel.group()?, user).await? {
            true => Ok(()),
            false => Err(Error::not_found("ban")),
        }
    }

    /// Whose ban has ended can read again from that moment on; here they are told.
    pub(super) async fn lift_ended(&self) -> Result<()> {
        for ban in self.store.bans.ended(self.clock.now(), SWEPT).await? {
            if let Err(error) = self.lift(&ban).await {
                warn!(ban = ban.id, cause = ?error, "an ended ban cannot be lifted yet");
            }
        }
        Ok(())
    }

    async fn lift(&self, ban: &Ban) -> Result<()> {
        let Some(channel) = self.store.channels.get(ban.channel_id).await? else {
            return self.store.bans.remove_ended(&ban.id, self.clock.now()).await.map(drop);
        };
        let banner = self.store.users.get(ban.banned_by).await?;
        let by_name = banner.map_or_else(|| ban.username.clone(), |banner| banner.username);
        let news = News::Seat { user: ban.user_id, channel: channel.id, turn: Turn::In };
        let note = self.note(ban.banned_by, &by_name, channel.group()?, news).await?;
        match self.store.bans.remove_ended(&ban.id, self.clock.now()).await? {
            true => self.finish(&note).await,
            false => self.forget(&note).await,
        }
    }
}

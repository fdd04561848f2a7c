//! Telling of one person: that they came or went, their role, their place in a channel.

use super::sight::Sight;
use super::telling::Said;
use super::telling::of_channel;
use super::{News, Note, Roster, Turn};
use crate::error::{Error, Result};
use crate::model::{
    Channel, GroupRequest, Id, Leave, Life, MemberRole, Membership, Notification, RequestStatus, User, What,
};

/// How often a change that crosses with others is told anew before the sweep has to.
const ROUNDS: usize = 8;

fn unsettled() -> Error {
    Error::unavailable("this membership is being changed all the time")
}

impl Roster {
    pub(super) async fn tell_member(&self, note: &Note, id: Id<User>, turn: Turn) -> Result<()> {
        let Some(user) = self.store.users.get(id).await? else {
            return Ok(());
        };
        let mut told = None;
        for _ in 0..ROUNDS {
            let present = self.present(note.group, id).await?;
            // Nothing is left to tell once it has been told so, or where another change, which
            // tells of itself, has undone this one.
            if present.is_some() == told.unwrap_or(turn != Turn::In) {
                return self.unseat_if_gone(note, id).await;
            }
            told = Some(present.is_some());
            let said = match present {
                Some((_, membership)) => {
                    self.notify_of(note, &membership).await?;
                    self.coming(&user, &membership).await?
                }
                None => self.going(note, &user, turn).await?,
            };
            self.say(note, said).await?;
        }
        Err(unsettled())
    }

    /// Whoever was let in by somebody else and did not ask for it is notified, before it is told aloud.
    async fn notify_of(&self, note: &Note, membership: &Membership) -> Result<()> {
        let asked = note.by == membership.user_id || matches!(note.news, News::Approved { .. });
        // An older membership is not what this change is about.
        if asked || membership.joined_at < note.at {
            return Ok(());
        }
        self.bell.ring(&[Notification::of_membership(membership).by(note.by, &note.by_name)]).await
    }

    async fn coming(&self, user: &User, membership: &Membership) -> Result<Said> {
        let mut said = Said::default();
        let channels = self.store.channels.of_group(membership.place.cast()).await?;
        let sight = self.sight_of_user(user.id, &channels).await?;
        for channel in channels.iter().filter(|channel| channel.life == Life::Active) {
            if membership.role == MemberRole::Admin || sight.reads(channel.is_private, channel.id) {
                said.joined(channel, user, membership.role)?;
            }
        }
        Ok(said)
    }

    async fn going(&self, note: &Note, user: &User, turn: Turn) -> Result<Said> {
        let mut said = Said::default();
        let reason = turn.reason();
        let channels = self.store.channels.of_group(note.group).await?;
        let sight = self.sight_of_user(user.id, &channels).await?;
        // An account that was switched off keeps its memberships, also those of an admin.
        let kept = self.store.memberships.get(Membership::key(note.group.into(), user.id)).await?;
        let admin = kept.is_some_and(|membership| membership.role == MemberRole::Admin);
        for channel in &channels {
            if admin || sight.reads(channel.is_private, channel.id) {
                said.left(channel, user, reason);
            }
        }
        Ok(said)
    }

    /// Whoever left a group is in none of its private channels, also when they come again.
    async fn unseat_if_gone(&self, note: &Note, user: Id<User>) -> Result<()> {
        let key = Membership::key(note.group.into(), user);
        if self.store.memberships.get(key).await?.is_some() {
            return Ok(());
        }
        let channels = self.store.channels.of_group(note.group).await?;
        let ids: Vec<Id<Channel>> = channels.iter().map(|channel| channel.id).collect();
        let removed = self.store.memberships.remove_from(user, &ids).await;
        if !matches!(removed, Ok(0)) {
            self.rights.changed();
        }
        removed.map(drop)
    }

    pub(super) async fn tell_role(&self, note: &Note, id: Id<User>) -> Result<()> {
        self.put_back_last_admin(note.group, id).await?;
        let mut told = None;
        for _ in 0..ROUNDS {
            let Some((user, membership)) = self.present(note.group, id).await? else {
                return Ok(());
            };
            if told == Some(membership.role) {
                return Ok(());
            }
            told = Some(membership.role);
            let channels = self.store.channels.of_group(note.group).await?;
            let sight = self.sight_of_user(id, &channels).await?;
            self.say(note, changed_role(&user, membership.role, &channels, &sight)?).await?;
        }
        Err(unsettled())
    }

    pub(super) async fn tell_seat(
        &self,
        note: &Note,
        user: Id<User>,
        channel: Id<Channel>,
        turn: Turn,
    ) -> Result<()> {
        let mut told = None;
        for _ in 0..ROUNDS {
            let (Some(user), Some(channel)) =
                (self.store.users.get(user).await?, self.store.channels.get(channel).await?)
            else {
                return Ok(());
            };
            let reads = channel.life != Life::Deleted && self.belongs(&channel, user.id).await?;
            if reads == told.unwrap_or(turn != Turn::In) {
                return Ok(());
            }
            told = Some(reads);
            let mut said = Said::default();
            match reads {
                true => {
                    let seat = Membership::key(channel.id.into(), user.id);
                    if let Some(seat) = self.store.memberships.get(seat).await? {
                        self.notify_of(note, &seat).await?;
                    }
                    said.joined(&channel, &user, MemberRole::Member)?
                }
                false => said.left(&channel, &user, turn.reason()),
            }
            self.say(note, said).await?;
        }
        Err(unsettled())
    }

    /// Makes the asker of an approved request a member, whoever died before that.
    pub(super) async fn tell_approved(
        &self,
        note: &Note,
        user: Id<User>,
        request: Id<GroupRequest>,
    ) -> Result<()> {
        let request = self.store.requests.get(request).await?;
        let approved = request.filter(|request| request.status == RequestStatus::Approved);
        let (Some(request), Some(asker)) = (approved, self.store.users.get(user).await?) else {
            return Ok(());
        };
        self.bell.ring(&[Notification::of_request(&request).by(note.by, &note.by_name)]).await?;
        let membership = self.membership(note.group, &asker, MemberRole::Member);
        let inserted = self.store.memberships.insert(&membership).await;
        self.announce(note);
        if let Err(rejected) = inserted
            && !rejected.taken("_id")
        {
            return Err(rejected.into());
        }
        self.tell_member(note, user, Turn::In).await
    }
}

/// Channels that only admins read are come into or left; in the others the role is told.
fn changed_role(user: &User, role: MemberRole, channels: &[Channel], sight: &Sight<Channel>) -> Result<Said> {
    let mut said = Said::default();
    for channel in channels {
        match (sight.reads(channel.is_private, channel.id), role) {
            (true, _) => {
                said.channels.push((of_channel(channel), What::MemberRole { member: user.id, role }))
            }
            (false, MemberRole::Admin) => said.joined(channel, user, role)?,
            (false, MemberRole::Member) => said.left(channel, user, Leave::Removed),
        }
    }
    Ok(said)
}

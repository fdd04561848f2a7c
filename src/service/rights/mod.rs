//! Who stands where, as the store says, remembered until anything about rights changes.
//!
//! Every answer carries the generation and the moment in which its reading began; a change of any
//! right starts a new generation, so nothing older is believed again (contract D-33). Changes by
//! other processes on the same store start none here, so there nothing is believed for long.

mod remembered;

use std::sync::Arc;

use remembered::{Asked, Belief, Remembered};

use crate::clock::Clock;
use crate::error::{Code, Error, Result};
use crate::model::{Channel, Group, Id, Life, MemberRole, Membership, Place, Session, Status, User};
use crate::policy::{Action, Actor, Standing, can};
use crate::store::Store;

/// The store that no other process can open meanwhile.
const EMBEDDED: &str = "embedded";

#[derive(Clone, Debug)]
pub struct Rights(Arc<Known>);

#[derive(Debug)]
struct Known {
    store: Store,
    clock: Clock,
    belief: Belief,
    standings: Remembered<(Id<User>, Id<Channel>), Standing>,
    /// Apart from the standings, so that all who sit in a channel share one copy of it.
    channels: Remembered<Id<Channel>, Home>,
    users: Remembered<Id<User>, Arc<User>>,
    sessions: Remembered<String, Arc<Session>>,
}

/// A channel, and its group if it is in one.
type Home = (Arc<Channel>, Option<Arc<Group>>);

/// A channel with its group, and how somebody stands to it.
#[derive(Clone, Debug)]
pub struct Seat {
    pub channel: Arc<Channel>,
    /// None of a direct channel.
    pub group: Option<Arc<Group>>,
    pub standing: Standing,
}

impl Seat {
    /// Whether anything can be said in the channel by whoever may post there: it is not archived,
    /// and not for admins alone.
    pub fn takes_posts(&self) -> Result<()> {
        if self.channel.life == Life::Archived {
            return Err(Error::conflict("this channel is archived"));
        }
        match self.channel.settings.read_only {
            true => can(self.standing, Action::PostWhereReadOnly, "channel"),
            false => Ok(()),
        }
    }
}

impl Rights {
    pub fn new(store: Store, clock: Clock) -> Rights {
        let alone = store.engine.describe().store == EMBEDDED;
        Rights(Arc::new(Known {
            store,
            clock,
            belief: Belief::new(alone),
            standings: Remembered::new(),
            channels: Remembered::new(),
            users: Remembered::new(),
            sessions: Remembered::new(),
        }))
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// To be called after every write that can change anybody's rights, whatever became of it, and
    /// before it is answered.
    pub fn changed(&self) {
        self.0.belief.renounce();
    }

    pub async fn user(&self, id: Id<User>) -> Result<Option<Arc<User>>> {
        let Known { store, belief, users, .. } = &*self.0;
        let asked = belief.ask();
        if let Some(user) = users.get(&id, belief, asked) {
            return Ok(Some(user));
        }
        let user = store.users.get(id).await?.map(Arc::new);
        if let Some(user) = &user {
            users.keep(id, user.clone(), belief, asked);
        }
        Ok(user)
    }

    /// A session that is neither revoked nor over.
    pub async fn session(&self, id: &str) -> Result<Option<Arc<Session>>> {
        let Known { store, clock, belief, sessions, .. } = &*self.0;
        let asked = belief.ask();
        let session = match sessions.get(id, belief, asked) {
            Some(session) => session,
            None => {
                let Some(session) = store.sessions.get(id).await?.map(Arc::new) else {
                    return Ok(None);
                };
                sessions.keep(id.to_owned(), session.clone(), belief, asked);
                session
            }
        };
        Ok(Some(session).filter(|session| session.revoked_at.is_none() && clock.now() < session.expires_at))
    }

    /// The group, unless it is deleted, and the actor's standing to it.
    pub async fn in_group(&self, actor: &Actor, id: Id<Group>) -> Result<(Group, Standing)> {
        let group = self.0.store.groups.get(id).await?.filter(|group| group.life != Life::Deleted);
        let group = group.ok_or_else(|| Error::not_found("group"))?;
        let standing = self.to_group(actor, id).await?;
        Ok((group, standing))
    }

    async fn to_group(&self, actor: &Actor, id: Id<Group>) -> Result<Standing> {
        if actor.is_super_admin() {
            return Ok(Standing::SuperAdmin);
        }
        Ok(match self.membership(id.into(), actor.id).await?.map(|membership| membership.role) {
            Some(MemberRole::Admin) => Standing::GroupAdmin,
            Some(MemberRole::Member) => Standing::Member,
            None => Standing::Outsider,
        })
    }

    /// The channel with its group and the actor's standing to it; NOT_FOUND where they are deleted.
    pub async fn in_channel(&self, actor: &Actor, id: Id<Channel>) -> Result<Seat> {
        let Known { belief, standings, .. } = &*self.0;
        let asked = belief.ask();
        let (channel, group) = self.channel(id, asked).await?;
        let key = (actor.id, id);
        if let Some(standing) = standings.get(&key, belief, asked) {
            return Ok(Seat { channel, group, standing });
        }
        let (standing, lasting) = self.to_channel(actor, &channel).await?;
        if lasting {
            standings.keep(key, standing, belief, asked);
        }
        Ok(Seat { channel, group, standing })
    }

    /// Whether somebody can read a channel, and there is one.
    pub async fn reads(&self, actor: &Actor, id: Id<Channel>) -> Result<bool> {
        match self.in_channel(actor, id).await {
            Ok(seat) => Ok(can(seat.standing, Action::ReadChannel, "channel").is_ok()),
            Err(error) if error.code() == Code::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn channel(&self, id: Id<Channel>, asked: Asked) -> Result<Home> {
        let Known { store, belief, channels, .. } = &*self.0;
        if let Some(known) = channels.get(&id, belief, asked) {
            return Ok(known);
        }
        let unknown = || Error::not_found("channel");
        let channel = store.channels.get(id).await?.filter(|channel| channel.life != Life::Deleted);
        let channel = channel.ok_or_else(unknown)?;
        let group = match channel.group_id {
            Some(id) => {
                let group = store.groups.get(id).await?.filter(|group| group.life != Life::Deleted);
                Some(Arc::new(group.ok_or_else(unknown)?))
            }
            None => None,
        };
        let found = (Arc::new(channel), group);
        channels.keep(id, found.clone(), belief, asked);
        Ok(found)
    }

    /// The standing, and whether it lasts until a right changes: a ban with an end does not.
    async fn to_channel(&self, actor: &Actor, channel: &Channel) -> Result<(Standing, bool)> {
        let Some(group) = channel.group_id else {
            return Ok((self.to_direct(actor, channel.id).await?, true));
        };
        let standing = self.to_group(actor, group).await?;
        match standing {
            Standing::Stranger | Standing::Outsider => return Ok((Standing::Stranger, true)),
            Standing::Member => {}
            Standing::GroupAdmin | Standing::SuperAdmin => return Ok((standing, true)),
        }
        let ban = self.0.store.bans.get(crate::model::Ban::key(channel.id, actor.id)).await?;
        if let Some(ban) = ban
            && ban.holds_at(self.0.clock.now())
        {
            return Ok((Standing::Stranger, ban.until.is_none()));
        }
        if channel.is_private && self.membership(channel.id.into(), actor.id).await?.is_none() {
            return Ok((Standing::Stranger, true));
        }
        Ok((Standing::Member, true))
    }

    /// Whoever does not belong to a direct channel knows nothing of it, whatever else they may do.
    async fn to_direct(&self, actor: &Actor, channel: Id<Channel>) -> Result<Standing> {
        Ok(match self.membership(channel.into(), actor.id).await? {
            Some(_) => Standing::Member,
            None => Standing::Stranger,
        })
    }

    async fn membership(&self, place: Id<Place>, user: Id<User>) -> Result<Option<Membership>> {
        self.0.store.memberships.get(Membership::key(place, user)).await
    }

    /// The user as an actor, or UNAUTHENTICATED: deactivated, or signed in before `authz_epoch` rose.
    pub async fn actor(&self, user: Id<User>, session: &str, authz_epoch: i64) -> Result<Actor> {
        let refused = || Error::unauthenticated("this session is over, sign in again");
        let session =
            self.session(session).await?.filter(|session| session.user_id == user).ok_or_else(refused)?;
        let user = self.user(user).await?.ok_or_else(refused)?;
        if user.status != Status::Active || user.authz_epoch != authz_epoch {
            return Err(refused());
        }
        let (id, username, role) = (user.id, user.username.clone(), user.role);
        Ok(Actor { id, username, role, session: Some(session.id.clone()) })
    }
}

//! Who stands where, as the store says, remembered until anything about rights changes.
//!
//! Every answer carries the generation in which its reading began; a change of any right starts a
//! new generation, so nothing older is believed again (contract D-33).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dashmap::DashMap;

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::model::{Channel, Group, Id, Life, MemberRole, Membership, Place, Session, Status, User};
use crate::policy::{Actor, Standing};
use crate::store::Store;

/// More than this many remembered answers are forgotten at once rather than counted one by one.
const REMEMBERED: usize = 200_000;

#[derive(Clone, Debug)]
pub struct Rights(Arc<Known>);

#[derive(Debug)]
struct Known {
    store: Store,
    clock: Clock,
    generation: AtomicU64,
    seats: DashMap<(Id<User>, Id<Channel>), (u64, Seat)>,
    users: DashMap<Id<User>, (u64, Arc<User>)>,
    sessions: DashMap<String, (u64, Arc<Session>)>,
}

/// A channel with its group, and how somebody stands to it.
#[derive(Clone, Debug)]
pub struct Seat {
    pub channel: Arc<Channel>,
    pub group: Arc<Group>,
    pub standing: Standing,
}

impl Rights {
    pub fn new(store: Store, clock: Clock) -> Rights {
        Rights(Arc::new(Known {
            store,
            clock,
            generation: AtomicU64::new(0),
            seats: DashMap::new(),
            users: DashMap::new(),
            sessions: DashMap::new(),
        }))
    }

    /// To be called after every write that can change anybody's rights, and before it is answered.
    pub fn changed(&self) {
        self.0.generation.fetch_add(1, Ordering::AcqRel);
        if self.0.seats.len() + self.0.users.len() + self.0.sessions.len() > REMEMBERED {
            self.0.seats.clear();
            self.0.users.clear();
            self.0.sessions.clear();
        }
    }

    pub async fn user(&self, id: Id<User>) -> Result<Option<Arc<User>>> {
        let now = self.0.generation.load(Ordering::Acquire);
        if let Some(known) = self.0.users.get(&id).filter(|known| known.0 == now) {
            return Ok(Some(known.1.clone()));
        }
        let Some(user) = self.0.store.users.get(id).await?.map(Arc::new) else {
            return Ok(None);
        };
        self.0.users.insert(id, (now, user.clone()));
        Ok(Some(user))
    }

    /// A session that is neither revoked nor over.
    pub async fn session(&self, id: &str) -> Result<Option<Arc<Session>>> {
        let now = self.0.generation.load(Ordering::Acquire);
        let known = self.0.sessions.get(id).filter(|known| known.0 == now).map(|known| known.1.clone());
        let session = match known {
            Some(session) => session,
            None => {
                let Some(session) = self.0.store.sessions.get(id).await?.map(Arc::new) else {
                    return Ok(None);
                };
                self.0.sessions.insert(id.to_owned(), (now, session.clone()));
                session
            }
        };
        Ok(Some(session)
            .filter(|session| session.revoked_at.is_none() && self.0.clock.now() < session.expires_at))
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
        let now = self.0.generation.load(Ordering::Acquire);
        if let Some(known) = self.0.seats.get(&(actor.id, id)).filter(|known| known.0 == now) {
            return Ok(known.1.clone());
        }
        let channel = self.0.store.channels.get(id).await?.filter(|channel| channel.life != Life::Deleted);
        let channel = channel.ok_or_else(|| Error::not_found("channel"))?;
        let group =
            self.0.store.groups.get(channel.group_id).await?.filter(|group| group.life != Life::Deleted);
        let group = group.ok_or_else(|| Error::not_found("channel"))?;
        let (standing, lasting) = self.to_channel(actor, &channel).await?;
        let seat = Seat { channel: Arc::new(channel), group: Arc::new(group), standing };
        if lasting {
            self.0.seats.insert((actor.id, id), (now, seat.clone()));
        }
        Ok(seat)
    }

    /// The standing, and whether it lasts until a right changes: a ban with an end does not.
    async fn to_channel(&self, actor: &Actor, channel: &Channel) -> Result<(Standing, bool)> {
        let standing = self.to_group(actor, channel.group_id).await?;
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

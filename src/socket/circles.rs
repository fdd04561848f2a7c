//! Who may see whose presence: people who share a group (contract D-42), kept for those online.

use std::collections::HashSet;

use dashmap::DashMap;
use tracing::warn;

use crate::error::Result;
use crate::event::Told;
use crate::model::{Group, Id, PlaceKind, User, What};
use crate::store::Store;

/// More groups than this are not looked at.
const GROUPS: u64 = 1_000;

pub struct Circles {
    store: Store,
    groups: DashMap<Id<User>, HashSet<Id<Group>>>,
    online: DashMap<Id<Group>, HashSet<Id<User>>>,
}

impl Circles {
    pub fn new(store: Store) -> Circles {
        Circles { store, groups: DashMap::new(), online: DashMap::new() }
    }

    /// Reads which groups the user belongs to, from the store.
    pub async fn learn(&self, user: Id<User>) -> Result<()> {
        let memberships = self.store.memberships.of_user(user, PlaceKind::Group, None, GROUPS).await?;
        let groups: HashSet<Id<Group>> =
            memberships.into_iter().map(|membership| membership.place.cast()).collect();
        self.forget(user);
        for group in &groups {
            self.online.entry(*group).or_default().insert(user);
        }
        self.groups.insert(user, groups);
        Ok(())
    }

    pub fn forget(&self, user: Id<User>) {
        let Some((_, groups)) = self.groups.remove(&user) else { return };
        for group in groups {
            if let Some(mut users) = self.online.get_mut(&group) {
                users.remove(&user);
            }
            self.online.remove_if(&group, |_, users| users.is_empty());
        }
    }

    /// Somebody joined or left a place; what is known of them is read again. Where it cannot be, they
    /// see and are seen by nobody (D-37).
    pub async fn renew(&self, told: &Told) {
        let member = match &told.entry.what {
            What::MemberJoined { member, .. } | What::MemberLeft { member, .. } => *member,
            _ => return,
        };
        if self.groups.contains_key(&member)
            && let Err(error) = self.learn(member).await
        {
            warn!(user.id = %member, %error, "the groups of a user cannot be read");
            self.forget(member);
        }
    }

    /// Everybody online who may see the user, and the user.
    pub fn viewers(&self, user: Id<User>) -> HashSet<Id<User>> {
        let mut viewers = HashSet::from([user]);
        if let Some(groups) = self.groups.get(&user) {
            for group in groups.iter() {
                if let Some(online) = self.online.get(group) {
                    viewers.extend(online.iter().copied());
                }
            }
        }
        viewers
    }
}

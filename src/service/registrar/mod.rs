//! Who has an account, and as what: every write to an account that can change somebody's rights.
//!
//! [`Accounts`], [`Users`] and [`Admin`] stand on this. It keeps the rules that hold whoever asks:
//! names are unique, somebody always administers, and who loses rights loses sessions and sockets.
//! Who may ask is decided by those three.
//!
//! [`Accounts`]: super::Accounts
//! [`Users`]: super::Users
//! [`Admin`]: super::Admin

mod lock;

use serde_json::json;
use tracing::warn;

use super::roster::Turn;
use super::{Revocations, Revoked, Rights, Roster};
use crate::clock::nonce;
use crate::error::{Code, Error, Result};
use crate::log::{Address, Draft};
use crate::model::{AccountEvent, Email, Epoch, Id, Leave, Name, Role, Status, Time, User, Username, What};
use crate::policy::Actor;
use crate::store::{Edits, Store};

/// Held while a super admin is demoted or deactivated, so that two of them cannot remove each other.
const LAST_ADMIN: &str = "lock:super_admins";

#[derive(Clone, Debug)]
pub struct Registrar {
    pub(super) roster: Roster,
    pub(super) revocations: Revocations,
}

/// Somebody who is to have an account.
#[derive(Clone, Debug)]
pub struct Newcomer {
    pub username: Username,
    pub email: Email,
    pub password_hash: String,
    pub role: Role,
    pub display_name: Option<Name>,
}

impl Registrar {
    pub fn new(roster: Roster, revocations: Revocations) -> Registrar {
        Registrar { roster, revocations }
    }

    pub(super) fn store(&self) -> &Store {
        &self.roster.store
    }

    pub(super) fn rights(&self) -> &Rights {
        &self.roster.rights
    }

    pub(super) fn now(&self) -> Time {
        self.roster.clock.now()
    }

    pub async fn find(&self, id: Id<User>) -> Result<User> {
        self.store().users.get(id).await?.ok_or_else(|| Error::not_found("user"))
    }

    /// CONFLICT where the name or address is taken, without saying which of them.
    pub async fn admit(&self, newcomer: Newcomer) -> Result<User> {
        let now = self.now();
        let user = User {
            id: self.roster.clock.id(),
            username_key: newcomer.username.folded(),
            username: newcomer.username,
            email: newcomer.email,
            password_hash: newcomer.password_hash,
            role: newcomer.role,
            status: Status::Active,
            authz_epoch: 0,
            epoch: Epoch(nonce()),
            display_name: newcomer.display_name,
            bio: None,
            avatar_url: None,
            created_at: now,
            updated_at: now,
            last_login_at: None,
        };
        self.store().users.insert(&user).await.map_err(|rejected| taken(rejected.into()))?;
        Ok(user)
    }

    /// Changes an account. What says nothing new is left out, so that saying it twice signs nobody out.
    pub async fn edit(&self, by: &Actor, user: &User, mut edits: Edits) -> Result<User> {
        edits.role = edits.role.filter(|role| *role != user.role);
        edits.status = edits.status.filter(|status| *status != user.status);
        // Who is switched off leaves the channels in which they are heard, and comes back to them.
        let notes = match edits.status {
            None => Vec::new(),
            Some(Status::Active) => self.roster.begin_everywhere(by, user.id, Turn::In).await?,
            Some(Status::Inactive) => {
                self.roster.begin_everywhere(by, user.id, Turn::Out(Leave::Deactivated)).await?
            }
        };
        let edited = self.relieve_or_keep(user, &edits).await;
        let ended = match edits.end_tokens() {
            true => self.follow(user, &edited, None).await,
            false => Ok(()),
        };
        if let Ok(edited) = &edited
            && edits.end_tokens()
        {
            self.announce(by, edited, &edits).await;
        }
        // Also where nothing changed: what is told is how things stand.
        let mut told = Ok(());
        for note in &notes {
            told = told.and(self.roster.finish(note).await);
        }
        let edited = edited?;
        ended.and(told).map(|()| edited)
    }

    async fn relieve_or_keep(&self, user: &User, edits: &Edits) -> Result<User> {
        let administers = user.role == Role::SuperAdmin && user.status == Status::Active;
        match administers && (edits.role.is_some() || edits.status.is_some()) {
            true => self.relieve(user, edits).await,
            false => self.keep(user, edits).await,
        }
    }

    /// Changes the password and ends every session but the one it was changed from.
    pub async fn change_password(&self, by: &Actor, user: &User, password_hash: String) -> Result<User> {
        let edits = Edits { password_hash: Some(password_hash), ..Edits::default() };
        let edited = self.keep(user, &edits).await;
        let ended = self.follow(user, &edited, by.session.as_deref()).await;
        let edited = edited?;
        self.announce(by, &edited, &edits).await;
        ended.map(|()| edited)
    }

    /// True where it was alive until now.
    pub async fn end_session(&self, by: &Actor, of: &User, id: &str) -> Result<bool> {
        let ending = self.ending(Revoked::Session(id.into()));
        let ended = self.store().sessions.revoke(id, self.now()).await?;
        drop(ending);
        let forgotten = self.store().refreshes.forget(&[id.to_owned()]).await;
        if ended {
            self.note(by, of, AccountEvent::SessionRevoked, json!({"sessionId": id})).await;
        }
        forgotten.map(|_| ended)
    }

    /// Ends the sessions after [`Registrar::keep`], also where nobody knows whether it is written: who
    /// repeats the request may find nothing left to change.
    async fn follow(&self, user: &User, kept: &Result<User>, but: Option<&str>) -> Result<()> {
        match kept {
            Ok(_) => self.end_all_sessions(user.id, but).await,
            Err(error) if error.code() == Code::Unknown => {
                let ended = self.end_all_sessions(user.id, but).await;
                self.revocations.tell(Revoked::User(user.id));
                ended
            }
            Err(_) => Ok(()),
        }
    }

    /// The rights are gone with the first write; the sessions are ended so that lists say so, too.
    async fn end_all_sessions(&self, user: Id<User>, but: Option<&str>) -> Result<()> {
        let now = self.now();
        let ended = self.store().sessions.living(user, now).await?.into_iter().map(|session| session.id);
        let ended: Vec<String> = ended.filter(|id| but != Some(id)).collect();
        let revoked = self.store().sessions.revoke_all(user, but, now).await;
        self.rights().changed();
        revoked?;
        self.store().refreshes.forget(&ended).await.map(drop)
    }

    /// To be held over a write that ends rights, until it is answered.
    fn ending(&self, revoked: Revoked) -> Ending<'_> {
        Ending { registrar: self, revoked }
    }

    /// [`Registrar::keep`] for a change that takes an administrator away: CONFLICT for the last one.
    async fn relieve(&self, user: &User, edits: &Edits) -> Result<User> {
        let held = lock::hold(self.store(), &self.roster.clock, LAST_ADMIN).await?;
        let done = match self.store().users.super_admins().await {
            Ok(..=1) => Err(Error::conflict("somebody has to administer: name another super admin first")),
            Ok(_) => self.keep(user, edits).await,
            Err(error) => Err(error),
        };
        // A lock that could not be given back ends by itself.
        if let Err(error) = held.release().await {
            warn!(cause = ?error, "the lock on changes of administrators was not given back");
        }
        done
    }

    async fn keep(&self, user: &User, edits: &Edits) -> Result<User> {
        let ending = edits.end_tokens().then(|| self.ending(Revoked::User(user.id)));
        let edited = self.store().users.edit(user.id, edits, self.now()).await.map_err(taken);
        drop(ending);
        edited?.ok_or_else(|| Error::not_found("user"))
    }

    async fn announce(&self, by: &Actor, user: &User, edits: &Edits) {
        if edits.role.is_some() || edits.status.is_some() {
            let about = json!({"role": user.role, "status": user.status});
            return self.note(by, user, AccountEvent::RoleUpdated, about).await;
        }
        self.note(by, user, AccountEvent::SessionRevoked, json!({"sessionId": null})).await;
    }

    /// Into the user's own log. The change itself is durable by now and does not depend on this.
    pub(super) async fn note(&self, by: &Actor, user: &User, event: AccountEvent, about: serde_json::Value) {
        let address = Address { log: user.id.into(), epoch: user.epoch.clone() };
        let draft = Draft::new(by.id, &by.username, What::Account { event, about });
        if let Err(error) = self.roster.logs.append(&address, draft).await {
            warn!(user.id = %user.id, cause = ?error, "a change of an account was not noted in its log");
        }
    }
}

/// Sees to it that what a write ended is forgotten here and told to the sockets however the write
/// goes: answered with an error, or given up, it may be there all the same.
struct Ending<'a> {
    registrar: &'a Registrar,
    revoked: Revoked,
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.registrar.rights().changed();
        self.registrar.revocations.tell(self.revoked.clone());
    }
}

/// One text for a name and for an address: an address that is taken is nobody else's business.
fn taken(error: Error) -> Error {
    match error.code() {
        Code::Conflict => Error::conflict("that username or e-mail address cannot be used"),
        _ => error,
    }
}

/// The user acting for themselves: where the system does what they would want done, and for the
/// command line.
pub(super) fn own(user: &User) -> Actor {
    Actor { id: user.id, username: user.username.clone(), role: user.role, session: None }
}

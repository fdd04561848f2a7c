//! Leaving for good. Whoever asks for it is signed out everywhere at once and may come back for some
//! days; then what is personal of them is erased.
//!
//! It is erased in steps, each of which comes to the same when it is taken again: a process that dies
//! in between leaves the account due, and all steps are taken anew. What they said stays, unless they
//! asked for it to go, by somebody who was deleted.

mod names;
mod words;

use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tracing::info;

use super::Shelf;
use super::due::{self, CLAIM};
use super::registrar::{Registrar, own};
use crate::auth::{Password, Prover};
use crate::config;
use crate::error::{Error, Result};
use crate::model::{Id, Legacy, Status, Time, User};
use crate::policy::Actor;
use crate::store::{Edits, Store};

/// More than anybody has.
const ARCHIVES: u64 = 10;

#[derive(Clone, Debug)]
pub struct Erasure {
    registrar: Registrar,
    prover: Prover,
    shelf: Shelf,
    grace: Duration,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Farewell {
    pub password: Password,
    #[serde(default)]
    pub messages: Legacy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Parting {
    pub delete_at: Time,
    pub messages: Legacy,
}

/// In the order in which they are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Groups,
    Name,
    Words,
    /// Where their name stands in what is others' as well.
    Traces,
    Own,
    Log,
}

impl Step {
    pub const ALL: [Step; 6] = [Step::Groups, Step::Name, Step::Words, Step::Traces, Step::Own, Step::Log];
}

impl Erasure {
    pub fn new(registrar: Registrar, prover: Prover, shelf: Shelf, says: &config::Auth) -> Erasure {
        let grace = Duration::from_secs(says.deletion_grace_days * 24 * 60 * 60);
        Erasure { registrar, prover, shelf, grace }
    }

    /// Signs out everywhere. CONFLICT for the last super admin.
    pub async fn ask(&self, actor: &Actor, asked: &Farewell, from: IpAddr) -> Result<Parting> {
        let user = self.registrar.find(actor.id).await?;
        let (account, hash) = (user.id.to_string(), Some(user.password_hash.as_str()));
        if !self.prover.proves(&account, from, &asked.password, hash).await? {
            return Err(Error::invalid("password", "is not your password"));
        }
        let delete_at = self.registrar.now().plus(self.grace);
        let farewell = Some((delete_at, asked.messages));
        let edits = Edits { status: Some(Status::Inactive), farewell, ..Edits::default() };
        self.registrar.edit(actor, &user, edits).await?;
        Ok(Parting { delete_at, messages: asked.messages })
    }

    /// Erases whoever is due. Runs until it is dropped.
    pub async fn keep_up(&self) {
        due::keep_up("erasing accounts", || self.sweep()).await;
    }

    pub async fn sweep(&self) -> Result<()> {
        due::take_up(&self.store().users, &self.registrar.roster.clock, |user| self.erase(user)).await
    }

    async fn erase(&self, user: User) -> Result<()> {
        if !self.begin(&user).await? {
            return Ok(());
        }
        for step in Step::ALL {
            // Whoever is slower than the claim lasts leaves it to whoever took it up meanwhile.
            if !self.hold(user.id).await? {
                return Ok(());
            }
            self.take(step, user.id).await?;
        }
        self.store().users.erased(user.id).await?;
        self.registrar.rights().changed();
        info!(user.id = %user.id, "an account is erased");
        Ok(())
    }

    /// Whether they are to be erased: not whoever came back at the last moment.
    pub async fn begin(&self, user: &User) -> Result<bool> {
        if user.leaving.erased_at.is_some() {
            return Ok(true);
        }
        let begun = self.store().users.begin_erasing(user.id, self.registrar.now()).await?;
        self.registrar.rights().changed();
        Ok(begun.is_some())
    }

    async fn hold(&self, id: Id<User>) -> Result<bool> {
        let user = self.registrar.find(id).await?;
        let until = self.registrar.now().plus(CLAIM);
        Ok(self.store().users.claim(&user, until).await?.is_some())
    }

    /// One step by itself, of somebody whose erasure has begun.
    pub async fn take(&self, step: Step, id: Id<User>) -> Result<()> {
        let user = self.registrar.find(id).await?;
        match step {
            Step::Groups => {
                self.registrar.roster.leave_everywhere(&own(&user), id).await?;
                self.store().memberships.unseat(id).await.map(drop)
            }
            Step::Name => self.unname(&user).await,
            Step::Words => self.take_back_words(&user).await,
            Step::Traces => self.rename(&user).await,
            Step::Own => self.forget(id).await,
            Step::Log => self.store().messages.drop_log(id.into()).await.map(drop),
        }
    }

    /// An archive first, as only its row tells of it.
    async fn forget(&self, id: Id<User>) -> Result<()> {
        let exports = &self.store().exports;
        for export in exports.of(id, ARCHIVES).await? {
            self.shelf.clear(&export.id).await?;
            exports.remove(&export.id).await?;
        }
        self.store().forget(id).await
    }

    fn store(&self) -> &Store {
        self.registrar.store()
    }
}

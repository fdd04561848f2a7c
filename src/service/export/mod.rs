//! All that somebody has here, as one archive for them alone.
//!
//! It is made in the background. A process that dies leaves the claim on it to run out, and the next one
//! begins it anew; the archive gets its name when it is whole. After some days it is thrown away.

mod archive;
mod files;
mod job;

use std::fs::File;

use serde_json::json;

use super::{Roster, Shelf, due, own_log};
use crate::clock::nonce;
use crate::error::{Error, Result};
use crate::model::{AccountEvent, Export, ExportState, ExportView};
use crate::policy::Actor;

/// More than anybody has: one that is made and one that is ready.
const LISTED: u64 = 10;

#[derive(Clone, Debug)]
pub struct Exports {
    roster: Roster,
    shelf: Shelf,
}

impl Exports {
    pub fn new(roster: &Roster, shelf: Shelf) -> Exports {
        Exports { roster: roster.clone(), shelf }
    }

    /// Begins one; while one is being made, that is the answer. An earlier one gives way to it.
    pub async fn begin(&self, actor: &Actor) -> Result<ExportView> {
        let now = self.roster.clock.now();
        let export = Export {
            id: nonce(),
            user_id: actor.id,
            state: ExportState::Running,
            done: 0,
            total: 0,
            created_at: now,
            moment: now,
            bytes: None,
        };
        match self.roster.store.exports.insert(&export).await {
            Ok(()) => {}
            Err(rejected) if rejected.taken("running") => return self.running(actor).await,
            Err(rejected) => return Err(rejected.into()),
        }
        for earlier in self.roster.store.exports.of(actor.id, LISTED).await? {
            if earlier.state == ExportState::Ready {
                self.throw_away(&earlier).await?;
            }
        }
        self.tell(&export).await?;
        Ok(export.view())
    }

    async fn running(&self, actor: &Actor) -> Result<ExportView> {
        let found = self.roster.store.exports.of(actor.id, LISTED).await?;
        let running = found.iter().find(|export| export.state == ExportState::Running);
        running.map(Export::view).ok_or_else(|| Error::conflict("one was just finished, ask for it"))
    }

    /// The newest first.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<ExportView>> {
        let found = self.roster.store.exports.of(actor.id, LISTED).await?;
        Ok(found.iter().map(Export::view).collect())
    }

    /// The archive and its length. NOT_FOUND for one of somebody else's, one that is not ready and one
    /// whose time is over.
    pub async fn open(&self, actor: &Actor, id: &str) -> Result<(File, u64)> {
        let unknown = || Error::not_found("export");
        let export = self.roster.store.exports.get(id).await?.ok_or_else(unknown)?;
        let ready = export.state == ExportState::Ready && self.roster.clock.now() < export.moment;
        if export.user_id != actor.id || !ready {
            return Err(unknown());
        }
        let file = self.shelf.open(&export.id).await?.ok_or_else(unknown)?;
        Ok((file, export.bytes.unwrap_or_default()))
    }

    /// Makes what was asked for and throws away what is over. Runs until it is dropped.
    pub async fn keep_up(&self) {
        due::keep_up("exports", || self.sweep()).await;
    }

    pub async fn sweep(&self) -> Result<()> {
        let exports = &self.roster.store.exports;
        due::take_up(exports, &self.roster.clock, |export| self.attend(export)).await
    }

    async fn attend(&self, export: Export) -> Result<()> {
        match export.state {
            ExportState::Running => self.make(export).await,
            ExportState::Ready => self.throw_away(&export).await,
        }
    }

    /// The file first: a row without one is swept again.
    async fn throw_away(&self, export: &Export) -> Result<()> {
        self.shelf.clear(&export.id).await?;
        self.roster.store.exports.remove(&export.id).await
    }

    async fn tell(&self, export: &Export) -> Result<()> {
        let about = json!(export.view());
        own_log::tell(&self.roster, export.user_id, AccountEvent::ExportUpdated, about).await
    }
}

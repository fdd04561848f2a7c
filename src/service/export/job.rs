//! Making an archive: file after file, a few rows at a time, telling now and then how far it is.

use std::time::Duration;

use super::Exports;
use super::archive::Archive;
use super::files::{self, PARTS, Part, Reader};
use crate::error::Result;
use crate::limits;
use crate::model::{Export, Time};
use crate::service::due::CLAIM;
use crate::service::shelf::blocking;

/// Nobody is told more often how far it is.
const TOLD_EVERY: Duration = Duration::from_secs(1);

/// An export on its way.
struct Job {
    export: Export,
    archive: Archive,
    done: u64,
    total: u64,
    told: Time,
}

impl Exports {
    /// Where it ends early because the export is wanted no longer, what was written goes.
    pub(super) async fn make(&self, export: Export) -> Result<()> {
        let id = export.id.clone();
        let made = self.write_all(export).await;
        if self.roster.store.exports.get(&id).await?.is_none() {
            self.shelf.clear(&id).await?;
        }
        made
    }

    async fn write_all(&self, export: Export) -> Result<()> {
        let (shelf, id, now) = (self.shelf.clone(), export.id.clone(), self.roster.clock.now());
        let readme = files::readme();
        let archive = blocking(move || {
            let mut archive = Archive::new(shelf.begin(&id)?, now);
            archive.open()?;
            archive.write(readme.as_bytes())?;
            archive.close("README.txt")?;
            Ok(archive)
        })
        .await?;
        let total = files::total(&self.roster.store, export.user_id).await?;
        let mut job = Job { export, archive, done: 0, total, told: now };
        for part in PARTS {
            match self.write(job, part).await? {
                Some(next) => job = next,
                None => return Ok(()),
            }
        }
        self.put(job).await
    }

    /// None where another process has taken it up, or it is wanted no longer.
    async fn write(&self, mut job: Job, part: &'static Part) -> Result<Option<Job>> {
        let mut reader = Reader::new(part, job.export.user_id);
        job.archive = blocking(move || job.archive.open().map(|()| job.archive)).await?;
        loop {
            let rows = reader.next(&self.roster.store).await?;
            if rows.is_empty() {
                break;
            }
            let lines: Vec<_> = rows.iter().map(|row| files::line(part, row)).collect();
            job.done += lines.len() as u64;
            job.archive = blocking(move || job.archive.lines(&lines).map(|()| job.archive)).await?;
            match self.hold(job).await? {
                Some(held) => job = held,
                None => return Ok(None),
            }
        }
        job.archive = blocking(move || job.archive.close(part.name).map(|()| job.archive)).await?;
        Ok(Some(job))
    }

    /// Holds on to it, and tells how far it is where that is due.
    async fn hold(&self, mut job: Job) -> Result<Option<Job>> {
        let now = self.roster.clock.now();
        let exports = &self.roster.store.exports;
        let held = exports.progress(&job.export, job.done, job.total, now.plus(CLAIM)).await?;
        let Some(held) = held else {
            return Ok(None);
        };
        if now.since(job.told) >= TOLD_EVERY {
            self.tell(&held).await?;
            job.told = now;
        }
        Ok(Some(Job { export: held, ..job }))
    }

    async fn put(&self, job: Job) -> Result<()> {
        let Job { export, archive, .. } = job;
        let (shelf, id) = (self.shelf.clone(), export.id.clone());
        let bytes = blocking(move || shelf.put(&id, &archive.finish()?)).await?;
        let expires = self.roster.clock.now().plus(limits::EXPORT_LASTS);
        match self.roster.store.exports.ready(&export, bytes, expires).await? {
            Some(ready) => self.tell(&ready).await,
            // Wanted no longer, or another process makes the same one.
            None => Ok(()),
        }
    }
}

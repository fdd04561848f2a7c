//! What follows when a change is left before it is finished, by an error or because its caller went:
//! the write may be there all the same, so what was remembered of rights is forgotten at once, and
//! the telling is tried again soon rather than by the sweep (contract D-34).

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::time::{Instant, sleep_until};
use tracing::{debug, warn};

use super::moves::Moves;
use super::{Note, Roster};
use crate::error::Result;
use crate::limits;
use crate::service::Rights;

/// How long after a failure the telling is tried again.
const SOON: Duration = Duration::from_secs(1);

/// Notes that wait for that; what finds no room is left to the sweep.
const WAITING: usize = 4_096;

const BEGUN: u8 = 0;
const TELLING: u8 = 1;
const SETTLED: u8 = 2;

/// Goes with a note while its change is made, and acts where that ends unsettled.
#[derive(Debug)]
pub(super) struct Watch {
    note: Note,
    stage: AtomicU8,
    rights: Rights,
    moves: Moves,
    line: Sender<Errand>,
}

/// A note to be told again.
#[derive(Debug)]
struct Errand {
    note: Note,
    due: Instant,
    /// The write was answered, so that the note can go once it is told. Where it was not, it may
    /// still come about, and the sweep tells of it again when it is old.
    written: bool,
}

#[derive(Debug)]
pub(super) struct Errands {
    line: Sender<Errand>,
    waiting: Mutex<Receiver<Errand>>,
}

impl Default for Errands {
    fn default() -> Self {
        let (line, waiting) = mpsc::channel(WAITING);
        Errands { line, waiting: Mutex::new(waiting) }
    }
}

impl Watch {
    pub(super) fn over(note: &Note, roster: &Roster) -> Watch {
        Watch {
            note: note.clone(),
            stage: AtomicU8::new(BEGUN),
            rights: roster.rights.clone(),
            moves: roster.moves.clone(),
            line: roster.errands.line.clone(),
        }
    }

    /// The write was answered; what is left is telling of it.
    pub(super) fn telling(&self) {
        self.stage.store(TELLING, Ordering::Release);
    }

    pub(super) fn settled(&self) {
        self.stage.store(SETTLED, Ordering::Release);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let stage = self.stage.load(Ordering::Acquire);
        if stage == SETTLED {
            return;
        }
        self.rights.changed();
        if let Some(moved) = self.note.moved() {
            self.moves.tell(moved);
        }
        let written = stage == TELLING;
        if written || self.note.news.narrows() {
            let errand = Errand { note: self.note.clone(), due: Instant::now() + SOON, written };
            if self.line.try_send(errand).is_err() {
                debug!(note = self.note.name, "an unfinished change is left to the sweep");
            }
        }
    }
}

impl Roster {
    /// Tells soon what could not be told at once. Runs until it is dropped; a second one ends at once.
    pub async fn hurry(&self) {
        let Ok(mut waiting) = self.errands.waiting.try_lock() else { return };
        while let Some(errand) = waiting.recv().await {
            // Each is due as long after it came, so the line is in the order of what is due.
            sleep_until(errand.due).await;
            if let Err(error) = self.run(&errand).await {
                warn!(note = errand.note.name, cause = ?error, "a change of the roster cannot be told yet");
                self.again(errand);
            }
        }
    }

    async fn run(&self, errand: &Errand) -> Result<()> {
        if self.store.settings.get(&errand.note.name).await?.is_none() {
            // Somebody who repeated the request has told it.
            return Ok(());
        }
        match errand.written {
            true => self.finish(&errand.note).await,
            false => {
                self.announce(&errand.note);
                self.tell(&errand.note).await
            }
        }
    }

    fn again(&self, errand: Errand) {
        if self.clock.now().since(errand.note.at) < limits::TELLING_LASTS {
            // Where the line is full the sweep tells it.
            let _ = self.errands.line.try_send(Errand { due: Instant::now() + SOON, ..errand });
        }
    }
}

//! Who belongs where: every change of it, and telling everybody whom it concerns.
//!
//! A change is made in four steps: a [`Note`] is written, the store is changed, what was remembered
//! about rights is forgotten (also where the write failed, because it may be there), and then the
//! logs are told: the channel's (from that entry on the sequencer lets the one who left hear nothing
//! more, contract D-34) and each person's own. The note goes last. Telling asks the store how things stand *then*, never the note, and looks again
//! afterwards: of two changes that cross, whoever tells last tells the truth.
//!
//! What may be changed by whom is decided by the services that use it.

mod channel;
mod direct;
mod last;
mod member;
mod moves;
mod note;
mod person;
mod place;
mod sight;
mod telling;
mod watch;

use std::sync::Arc;

use tokio::sync::broadcast;
use tracing::warn;

pub use moves::Moved;
pub use note::{News, Note, Turn};
pub(super) use telling::{of_channel, of_user};

use super::{Bell, Rights};
use crate::clock::Clock;
use crate::error::{Code, Error, Result};
use crate::failpoint::{self, Point};
use crate::limits;
use crate::log::Logs;
use crate::model::{Group, Id, Time, User, Username};
use crate::policy::Actor;
use crate::store::Store;
use moves::Moves;
use note::NOTES;
use watch::{Errands, Watch};

/// Notes taken up by one sweep.
const SWEPT: u64 = 500;

/// What somebody is told who is to leave a place and does not belong to it, where it is themselves.
pub(super) fn yourself(error: Error) -> Error {
    match error.code() {
        Code::NotFound => Error::conflict("you do not belong to it"),
        _ => error,
    }
}

#[derive(Clone, Debug)]
pub struct Roster {
    pub(super) store: Store,
    pub(super) rights: Rights,
    pub(super) logs: Logs,
    pub(super) clock: Clock,
    pub(super) bell: Bell,
    moves: Moves,
    errands: Arc<Errands>,
}

impl Roster {
    pub fn new(store: Store, rights: Rights, logs: Logs, clock: Clock) -> Roster {
        let bell = Bell::new(store.clone(), logs.clone());
        Roster { store, rights, logs, clock, bell, moves: Moves::default(), errands: Arc::default() }
    }

    /// Hears whose groups may have changed, from changes that this process makes.
    pub fn moves(&self) -> broadcast::Receiver<Moved> {
        self.moves.listen()
    }

    /// Notes that something is about to change; to be followed by the change and [`Roster::finish`].
    pub async fn begin(&self, by: &Actor, group: Id<Group>, news: News) -> Result<Note> {
        self.note(by.id, &by.username, group, news).await
    }

    async fn note(&self, by: Id<User>, by_name: &Username, group: Id<Group>, news: News) -> Result<Note> {
        let name = format!("{}{}", Note::under(group), self.clock.id::<Note>());
        let (by_name, at) = (by_name.clone(), self.clock.now());
        let note = Note { name, group, by, by_name, at, news, watch: None };
        self.store.settings.insert(&note.setting()?).await?;
        let watch = Some(Arc::new(Watch::over(&note, self)));
        Ok(Note { watch, ..note })
    }

    /// Tells what the note is about as things stand, and throws it away. Repeating it is harmless.
    pub async fn finish(&self, note: &Note) -> Result<()> {
        if let Some(watch) = &note.watch {
            watch.telling();
        }
        self.announce(note);
        failpoint::reach(Point::BeforeTelling);
        self.tell(note).await?;
        failpoint::reach(Point::AfterTelling);
        self.forget(note).await
    }

    /// The change did not come about, or has been told.
    pub async fn forget(&self, note: &Note) -> Result<()> {
        self.store.settings.remove(&note.name).await?;
        if let Some(watch) = &note.watch {
            watch.settled();
        }
        Ok(())
    }

    /// What was remembered from before the change is worth nothing.
    fn announce(&self, note: &Note) {
        self.rights.changed();
        if let Some(moved) = note.moved() {
            self.moves.tell(moved);
        }
    }

    /// Finishes what an earlier process left. To be run before serving, while nobody else changes
    /// anything: a note that is being worked on would be told twice.
    pub async fn recover(&self) -> Result<()> {
        self.finish_older_than(self.clock.now().plus(limits::TELLING_LASTS)).await
    }

    /// Finishes what was left unfinished, and lets those back in whose ban has ended.
    pub async fn sweep(&self) -> Result<()> {
        self.finish_older_than(self.clock.now().minus(limits::TELLING_LASTS)).await?;
        self.lift_ended().await
    }

    async fn finish_older_than(&self, moment: Time) -> Result<()> {
        for setting in self.store.settings.under(NOTES, SWEPT).await? {
            let name = setting.name.clone();
            let finished = match Note::read(setting) {
                Ok(note) if note.at < moment => self.finish(&note).await,
                Ok(_) => Ok(()),
                Err(unreadable) => Err(unreadable),
            };
            if let Err(error) = finished {
                warn!(note = name, cause = ?error, "a change of the roster cannot be told yet");
            }
        }
        Ok(())
    }

    /// Finishes what is noted about somebody in a group; whether there was anything. A repeated
    /// request so completes what its first try left.
    async fn finish_of(&self, group: Id<Group>, user: Id<User>) -> Result<bool> {
        let mut found = false;
        for setting in self.store.settings.under(&Note::under(group), SWEPT).await? {
            let note = Note::read(setting)?;
            if note.news.concerns(user) {
                found = true;
                self.finish(&note).await?;
            }
        }
        Ok(found)
    }
}

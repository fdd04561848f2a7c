//! How many messages of a log are pinned: known exactly where one more is to be.

use std::collections::HashSet;

use super::writer::Item;
use crate::error::{Error, Result};
use crate::limits;
use crate::log::Draft;
use crate::model::{Entry, Id, Log, What};
use crate::store::{Slice, Store};

#[derive(Default)]
pub(super) struct Pins {
    pinned: HashSet<Id<Entry>>,
    /// Changed by entries that are not durable yet.
    pub moved: bool,
}

impl Pins {
    /// Nothing is read where nothing is to be pinned.
    pub(super) async fn read(store: &Store, log: Id<Log>, items: &[Item]) -> Result<Pins> {
        if !items.iter().any(|item| adds(&item.draft)) {
            return Ok(Pins::default());
        }
        let rows = store.messages.pinned(log, Slice::first(limits::PINS as u64)).await?;
        Ok(Pins { pinned: rows.into_iter().map(|row| row.id).collect(), moved: false })
    }

    pub(super) fn follow(&mut self, change: &Entry) {
        self.moved |= match &change.what {
            What::Pin { target, removed: false, .. } => self.pinned.insert(*target),
            What::Pin { target, .. } | What::Delete { target, .. } => self.pinned.remove(target),
            _ => false,
        };
    }

    pub(super) fn check(&self, draft: &Draft) -> Result<()> {
        match adds(draft) && self.pinned.len() >= limits::PINS {
            true => Err(Error::conflict(format!("a channel holds {} pins at most", limits::PINS))),
            false => Ok(()),
        }
    }
}

fn adds(draft: &Draft) -> bool {
    matches!(draft.what, What::Pin { removed: false, .. })
}

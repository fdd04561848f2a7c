//! The messages that a batch changes, as its entries leave them one after the other.

use std::collections::{HashMap, HashSet};

use super::fold::{self, Folded};
use super::pins::Pins;
use super::writer::Item;
use crate::error::{Error, Result};
use crate::log::Draft;
use crate::model::{Entry, Id, Log, Message, What};
use crate::store::Store;

/// More changes than this are never on their way at once, unless none can be folded in.
const PENDING: u64 = 2_000;

#[derive(Default)]
pub(super) struct Rows {
    rows: HashMap<Id<Entry>, Entry>,
    /// Changed by this batch, so not durable yet.
    touched: HashSet<Id<Entry>>,
    pins: Pins,
    /// Of each reply that is to be deleted: the newest other one of its thread.
    last: HashMap<Id<Entry>, Entry>,
}

/// What becomes of a draft.
pub(super) enum Foldable {
    /// The entry, and the rows that it changes, that of its target first.
    Write(Box<Entry>, Vec<Entry>),
    Already(Box<Entry>),
    /// The answer rests on an entry of the same batch, which is not durable yet (contract D-03).
    Later,
}

impl Rows {
    /// Each message as its log stands, also where a change is not folded in yet. The changes are
    /// read first: one that is folded in meanwhile is then found in the row.
    pub(super) async fn read(store: &Store, log: Id<Log>, items: &[Item]) -> Result<Rows> {
        let mut rows = Rows::default();
        let targets: HashSet<Id<Entry>> = items.iter().filter_map(|item| item.draft.what.target()).collect();
        if targets.is_empty() {
            return Ok(rows);
        }
        let changes = pending(store, log).await?;
        rows.load(store, targets).await?;
        let roots = items.iter().filter_map(|item| rows.root_of(&item.draft)).collect();
        rows.load(store, roots).await?;
        rows.pins = Pins::read(store, log, items).await?;
        changes.iter().for_each(|change| rows.replay(change));
        rows.pins.moved = false;
        rows.look_back(store, items, &changes).await?;
        Ok(rows)
    }

    async fn load(&mut self, store: &Store, mut ids: HashSet<Id<Entry>>) -> Result<()> {
        ids.retain(|id| !self.rows.contains_key(id));
        if !ids.is_empty() {
            let ids: Vec<Id<Entry>> = ids.into_iter().collect();
            let found = store.messages.named(&ids).await?;
            self.rows.extend(found.into_iter().map(|row| (row.id, row)));
        }
        Ok(())
    }

    /// Finds out which reply is the last one of a thread once another is deleted.
    async fn look_back(&mut self, store: &Store, items: &[Item], changes: &[Entry]) -> Result<()> {
        let deleted = changes.iter().filter(|change| matches!(change.what, What::Delete { .. }));
        let mut gone: HashSet<Id<Entry>> = deleted.filter_map(|change| change.what.target()).collect();
        for item in items {
            let (Some(root), Some(reply)) = (self.root_of(&item.draft), item.draft.what.target()) else {
                continue;
            };
            let added = gone.insert(reply);
            let newest = store.messages.newest_replies(root, gone.len() as u64 + 1).await?;
            let last = newest.into_iter().find(|other| !gone.contains(&other.id));
            self.last.extend(last.map(|last| (reply, last)));
            if added {
                gone.remove(&reply);
            }
        }
        Ok(())
    }

    /// Checks a change against its message and folds it in; every other entry passes.
    pub(super) fn fold(&mut self, draft: &Draft, mut entry: Entry) -> Result<Foldable> {
        let Some(target) = draft.what.target() else {
            return Ok(Foldable::Write(Box::new(entry), Vec::new()));
        };
        let root = self.root_of(draft);
        let row = self.rows.get(&target).filter(|row| row.log == entry.log);
        let row = row.ok_or_else(|| Error::not_found("message"))?;
        let What::Message(message) = &row.what else {
            return Err(Error::not_found("message"));
        };
        let mut checked = fold::check(message, draft, entry.created_at);
        if let Ok(Folded::Changed) = checked {
            checked = self.pins.check(draft).map(|()| Folded::Changed);
        }
        if self.must_wait(target, root, &checked) {
            return Ok(Foldable::Later);
        }
        if let Folded::Already = checked? {
            return Ok(Foldable::Already(Box::new(row.clone())));
        }
        self.stamp(message, root, &mut entry);
        self.replay(&entry);
        self.touched.extend([Some(target), root].into_iter().flatten());
        let changed = [Some(target), root].into_iter().flatten();
        let rows = changed.filter_map(|id| self.rows.get(&id).cloned()).collect();
        Ok(Foldable::Write(Box::new(entry), rows))
    }

    /// Which reply is left as the last one was read before this batch, too.
    fn must_wait(&self, target: Id<Entry>, root: Option<Id<Entry>>, checked: &Result<Folded>) -> bool {
        let unsettled = self.touched.contains(&target) || self.pins.moved;
        let moved = root.is_some_and(|root| self.touched.contains(&root));
        moved || (unsettled && !matches!(checked, Ok(Folded::Changed)))
    }

    /// Writes into an entry what only the log knows: what it follows.
    fn stamp(&self, message: &Message, root: Option<Id<Entry>>, entry: &mut Entry) {
        let thread = match (&entry.what, root.and_then(|root| self.message(root))) {
            (What::Message(_), _) => Some(message.thread.clone().unwrap_or_default().with(entry)),
            (What::Delete { target, .. }, Some(root)) => {
                let known = root.thread.clone().unwrap_or_default();
                Some(known.without(entry, self.last.get(target)))
            }
            _ => None,
        };
        match &mut entry.what {
            What::Message(reply) => reply.thread = thread,
            What::Delete { thread_id, thread: stamped, .. } => (*thread_id, *stamped) = (root, thread),
            What::Edit { revision, before, .. } => {
                *before = message.text.clone().filter(|_| message.revision == 0);
                *revision = message.revision + 1;
            }
            _ => {}
        }
    }

    fn replay(&mut self, change: &Entry) {
        self.pins.follow(change);
        if let Some(message) = change.what.target().and_then(|target| self.message_mut(target)) {
            fold::apply(message, change);
        }
        if let Some(message) = change.what.thread().and_then(|(root, _)| self.message_mut(root)) {
            fold::sum_up(message, change);
        }
    }

    /// Of the deletion of a reply: the root of its thread, which changes with it.
    fn root_of(&self, draft: &Draft) -> Option<Id<Entry>> {
        match &draft.what {
            What::Delete { target, .. } => self.message(*target)?.thread_id,
            _ => None,
        }
    }

    fn message(&self, id: Id<Entry>) -> Option<&Message> {
        match &self.rows.get(&id)?.what {
            What::Message(message) => Some(message),
            _ => None,
        }
    }

    fn message_mut(&mut self, id: Id<Entry>) -> Option<&mut Message> {
        match &mut self.rows.get_mut(&id)?.what {
            What::Message(message) => Some(message),
            _ => None,
        }
    }
}

/// Changes in the log that may not be in their rows yet, in order.
async fn pending(store: &Store, log: Id<Log>) -> Result<Vec<Entry>> {
    // By its log alone an index would be read that holds the whole log.
    let mut changes = store.messages.unfolded(PENDING).await?;
    if changes.len() as u64 >= PENDING {
        return Err(Error::unavailable("too many changes are on their way into their messages"));
    }
    changes.retain(|change| change.log == log);
    changes.sort_by_key(|change| change.seq);
    Ok(changes)
}

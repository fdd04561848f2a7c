//! A client of a simulated schedule: acts, repeats, moves, loses hints, and keeps its table.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use hubbub::error::Code;
use hubbub::event::Durable;
use hubbub::log::{Address, Budget, Caught, Draft, Logs};
use hubbub::model::{Entry, Id, Position, User, Verdict, What};
use tokio::sync::Notify;
use tokio::time::sleep;

use super::{ACTIONS, NODES, World};
use crate::log_rig::{answer, channel, delete, edit, pin, post, react};
use crate::shared::checker::{self, Answer, Note, Noted};
use crate::shared::dice::Dice;

pub(super) struct Client {
    pub(super) user: Id<User>,
    pub(super) world: Rc<World>,
    pub(super) node: Cell<usize>,
    pub(super) moves: Notify,
    pub(super) dice: RefCell<Dice>,
    pub(super) notes: RefCell<Vec<Note>>,
    pub(super) position: RefCell<Option<Position<Durable>>>,
}

impl Client {
    fn note(&self, what: Noted) {
        self.notes.borrow_mut().push(Note { at: self.world.tick(), what });
    }

    fn throw(&self, sides: u64) -> u64 {
        self.dice.borrow_mut().below(sides)
    }

    pub(super) async fn act(&self) {
        for n in 0..ACTIONS {
            sleep(Duration::from_millis(self.throw(60))).await;
            let target = {
                let known = self.world.known.borrow();
                let some = self.throw(known.len() as u64) as usize;
                known.get(some).copied()
            };
            match (self.throw(20), target) {
                (0, _) => self.moves.notify_one(),
                (1..=3, Some(target)) => {
                    self.change(edit(self.user, target, &format!("edit {n}"), None)).await;
                }
                (4..=6, Some(target)) => {
                    let (reaction, removed) = (format!("r{}", self.throw(2)), self.throw(3) == 0);
                    self.change(react(self.user, target, &reaction, removed)).await;
                }
                (7, Some(target)) => self.change(delete(self.user, target)).await,
                (8, Some(target)) => self.change(pin(self.user, target, self.throw(2) == 0)).await,
                (9..=12, _) => self.send(n, self.root()).await,
                _ => self.send(n, None).await,
            }
        }
    }

    /// A message that others reply to as well.
    fn root(&self) -> Option<Id<Entry>> {
        let some = self.throw(3) as usize;
        self.world.roots.borrow().get(some).copied()
    }

    /// Repeats one intent as the contract asks of clients (D-06).
    async fn send(&self, n: u64, root: Option<Id<Entry>>) {
        let (log, text) = (channel(1).log, format!("message {n}"));
        let intent = format!("intent-of-{}-{n:06}", self.user);
        for _ in 0..10 {
            self.note(Noted::Sent { log, intent: intent.clone(), text: text.clone() });
            let logs = self.world.node(self.node.get()).logs.clone();
            let draft = match root {
                Some(root) => answer(self.user, root, &intent, &text),
                None => post(self.user, &intent, &text),
            };
            let answer = logs.append(&channel(1), draft).await;
            let noted = match &answer {
                Ok(kept) => {
                    self.world.known.borrow_mut().push(kept.entry.id);
                    if root.is_none() {
                        self.world.roots.borrow_mut().push(kept.entry.id);
                    }
                    Answer::Kept { id: kept.entry.id, seq: kept.entry.seq, epoch: channel(1).epoch }
                }
                Err(error) if error.code() == Code::Unknown => Answer::Unknown,
                Err(_) => Answer::Refused,
            };
            self.note(Noted::Answered { log, intent: intent.clone(), answer: noted });
            match answer {
                Err(error) if error.code().retryable() => sleep(Duration::from_millis(self.throw(900))).await,
                _ => return,
            }
        }
    }

    async fn change(&self, draft: Draft) {
        let (target, deletes) = (draft.what.target().unwrap(), matches!(draft.what, What::Delete { .. }));
        let logs = self.world.node(self.node.get()).logs.clone();
        if let Ok(kept) = logs.append(&channel(1), draft).await {
            if !kept.duplicate {
                let (log, epoch, seq) = (channel(1).log, channel(1).epoch, kept.entry.seq);
                self.note(Noted::Changed { log, epoch, seq, target });
            }
            if deletes {
                self.world.deleted.borrow_mut().insert(target);
            }
        }
    }

    /// Hears from one node after the other, until it is aborted.
    pub(super) async fn hear(&self) {
        loop {
            let node = self.world.node(self.node.get());
            let mut dead = node.dead.subscribe();
            self.note(Noted::Connected);
            tokio::select! {
                biased;
                _ = dead.wait_for(|dead| *dead) => {}
                () = self.moves.notified() => {}
                () = self.stay(&node.logs) => {}
            }
            self.note(Noted::Closed);
            self.node.set(self.throw(NODES as u64) as usize);
            sleep(Duration::from_millis(1 + self.throw(100))).await;
        }
    }

    async fn stay(&self, logs: &Logs) {
        let mut live = logs.outbox().listen();
        if logs.settled(&channel(1)).await.is_err() || !self.catch_up(logs).await {
            return;
        }
        loop {
            tokio::select! {
                biased;
                told = live.recv() => {
                    let Some(told) = told else { return };
                    // A hint may be lost, but not while all is calm.
                    if !self.world.calm.get() && self.throw(12) == 0 {
                        continue;
                    }
                    let event = Durable::of(&told.entry, &channel(1).epoch);
                    if self.take(event, true) && !self.catch_up(logs).await {
                        return;
                    }
                }
                () = sleep(Duration::from_secs(5)) => {
                    logs.sweep(&channel(1));
                    if !self.catch_up(logs).await {
                        return;
                    }
                }
            }
        }
    }

    /// Whether the client has to ask for what is missing.
    fn take(&self, event: Durable, live: bool) -> bool {
        let (_, epoch, seq, to) = checker::place(&event);
        let epoch = epoch.clone();
        let mut position = self.position.borrow_mut();
        match position.as_mut().unwrap().take(&epoch, seq, to, event) {
            Verdict::Apply(events) => {
                events.into_iter().for_each(|event| self.note(Noted::Applied { event, live }));
                false
            }
            Verdict::Drop => false,
            Verdict::Resume(_) | Verdict::Resync => true,
        }
    }

    async fn catch_up(&self, logs: &Logs) -> bool {
        let Address { log, epoch } = channel(1);
        if self.position.borrow().is_none() {
            self.note(Noted::Reset { log, epoch: epoch.clone(), seq: 0 });
            *self.position.borrow_mut() = Some(Position::new(epoch.clone(), 0));
        }
        loop {
            let after = self.position.borrow().as_ref().unwrap().seq();
            match logs.catch_up(&channel(1), Some(&epoch), after, &mut Budget::default()).await {
                Ok(Caught::Changes { changes, more, .. }) => {
                    changes.into_iter().for_each(|event| _ = self.take(event, false));
                    if !more {
                        return true;
                    }
                }
                // What was shown is never taken back: a client ahead of its log has seen a lost tail.
                Ok(other) => panic!("{} at {after}: {other:?}", self.user),
                Err(_) => return false,
            }
        }
    }
}

//! A client of the mirror: what it makes of the events it hears.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hubbub::event::{Durable, MessageView, PollVoted, ReactionView, ThreadMoved, Told};
use hubbub::log::{Address, Budget, Caught, Logs};
use hubbub::model::{Entry, Id, Position, Reaction, User, Verdict};
use tokio::sync::mpsc;

use crate::shared::checker;

/// What one client holds of a channel.
pub(super) struct Mirror {
    pub(super) name: &'static str,
    pub(super) position: Position<Durable>,
    pub(super) messages: BTreeMap<Id<Entry>, MessageView>,
    pub(super) members: BTreeSet<Id<User>>,
    pub(super) live: mpsc::Receiver<Arc<Told>>,
    /// Hears nothing while it is away.
    pub(super) away: bool,
}

impl Mirror {
    fn apply(&mut self, event: Durable) {
        match event {
            Durable::NewMessage(said) => {
                let message = said.what.message;
                self.messages.insert(message.id, message);
                self.sum_up(said.what.thread);
            }
            Durable::MessageEdited(said) => {
                if let Some(message) = self.standing(said.what.message_id) {
                    message.text = Some(said.what.text);
                    if let Some(mentions) = said.what.mentions {
                        (message.mentions, message.everyone) = (mentions, said.what.everyone);
                    }
                    message.revision = said.what.revision;
                    message.edited_at = Some(said.what.edited_at);
                }
            }
            Durable::MessageDeleted(said) => {
                if let Some(message) = self.standing(said.what.message_id) {
                    message.text = None;
                    message.mentions.clear();
                    message.attachments.clear();
                    message.image_url = None;
                    message.file_url = None;
                    message.forwarded = None;
                    message.poll = None;
                    message.reactions.clear();
                    (message.pinned_at, message.pinned_by) = (None, None);
                    message.deleted_at = Some(said.what.deleted_at);
                }
                self.sum_up(said.what.thread);
            }
            Durable::ReactionUpdated(said) => {
                let said = said.what;
                if let Some(message) = self.standing(said.message_id) {
                    react(message, said.user_id, &said.reaction, said.removed);
                }
            }
            Durable::PollVoted(said) => {
                if let Some(message) = self.standing(said.what.message_id) {
                    vote(message, &said.what);
                }
            }
            Durable::PollClosed(said) => {
                if let Some(message) = self.standing(said.what.message_id) {
                    message.poll.as_mut().unwrap().closed_at = Some(said.what.closed_at);
                }
            }
            Durable::MessagePinned(said) => {
                let said = said.what;
                if let Some(message) = self.standing(said.message_id) {
                    message.pinned_at = said.pinned_at;
                    message.pinned_by = (!said.removed).then_some(said.user_id);
                }
            }
            Durable::UserJoined(said) => drop(self.members.insert(said.what.user_id)),
            Durable::UserLeft(said) => drop(self.members.remove(&said.what.user_id)),
            _ => {}
        }
    }

    fn standing(&mut self, id: Id<Entry>) -> Option<&mut MessageView> {
        self.messages.get_mut(&id).filter(|message| message.deleted_at.is_none())
    }

    /// Of two summaries of a thread the later one holds.
    fn sum_up(&mut self, moved: Option<ThreadMoved>) {
        let Some(ThreadMoved { root_id, summary }) = moved else { return };
        let root = self.messages.get_mut(&root_id).unwrap();
        if root.thread.as_ref().is_none_or(|known| known.seq < summary.seq) {
            root.thread = Some(summary);
        }
    }

    /// By the client's table and by nothing else (contract D-18).
    fn take(&mut self, event: Durable) {
        let (_, epoch, seq, to) = checker::place(&event);
        let epoch = epoch.clone();
        match self.position.take(&epoch, seq, to, event) {
            Verdict::Apply(events) => events.into_iter().for_each(|event| self.apply(event)),
            Verdict::Drop => {}
            Verdict::Resume(_) | Verdict::Resync => panic!("{}: live events left a gap at {seq}", self.name),
        }
    }

    pub(super) async fn resume(&mut self, logs: &Logs, log: &Address) {
        loop {
            match logs.catch_up(log, None, self.position.seq(), &mut Budget::default()).await.unwrap() {
                Caught::Changes { changes, more, .. } => {
                    changes.into_iter().for_each(|event| self.take(event));
                    if !more {
                        return;
                    }
                }
                other => panic!("{}: {other:?}", self.name),
            }
        }
    }

    /// Takes in what has arrived; who is away loses it.
    pub(super) fn hear(&mut self, channel: &Address) {
        while let Ok(told) = self.live.try_recv() {
            if !self.away && told.log == channel.log {
                self.take(Durable::of(&told.entry, &channel.epoch));
            }
        }
    }
}

fn react(message: &mut MessageView, user: Id<User>, reaction: &Reaction, removed: bool) {
    let mut all: BTreeMap<_, Vec<Id<User>>> =
        message.reactions.drain(..).map(|one| (one.reaction, one.user_ids)).collect();
    let users = all.entry(reaction.clone()).or_default();
    users.retain(|one| *one != user);
    if !removed {
        users.push(user);
    }
    all.retain(|_, users| !users.is_empty());
    let views = all.into_iter();
    message.reactions = views
        .map(|(reaction, user_ids)| ReactionView { reaction, count: user_ids.len(), user_ids })
        .collect();
}

fn vote(message: &mut MessageView, voted: &PollVoted) {
    for (place, option) in message.poll.as_mut().unwrap().options.iter_mut().enumerate() {
        option.user_ids.retain(|user| *user != voted.user_id);
        if voted.options.contains(&(place as u8)) {
            option.user_ids.push(voted.user_id);
        }
        option.user_ids.sort_unstable();
        option.count = option.user_ids.len();
    }
}

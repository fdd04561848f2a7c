//! One client that keeps its part of the contract: an outbox that is repeated with the same ids
//! (D-06) and resume after every reconnection (D-26). What it hears is in [`super::hearing`].

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hubbub::event::Durable;
use hubbub::model::{Entry, Id, Log, Position, User};
use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

use crate::checker::{Answer, Journal, Note, Noted};
use crate::client::Wire;
use crate::log_rig::Dice;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Talk,
    /// Nothing new is said; what is unanswered is repeated until it is answered.
    Drain,
    /// Nobody says anything any more: catch up, and end.
    Settle,
}

/// What an answer will be about.
#[derive(Debug)]
pub(super) enum Question {
    Send(Intent, Instant),
    Change { target: Id<Entry>, log: Id<Log> },
    Join(Id<Log>),
    Resume,
}

#[derive(Clone, Debug)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) log: Id<Log>,
    pub(super) text: String,
}

pub struct Talker {
    pub(super) user: Id<User>,
    pub(super) token: String,
    pub(super) port: u16,
    pub(super) logs: Vec<Id<Log>>,
    pub(super) dice: Dice,
    pub(super) ticks: Arc<AtomicU64>,
    pub(super) notes: Vec<Note>,
    pub(super) positions: BTreeMap<Id<Log>, Position<Durable>>,
    /// To be sent, or sent again.
    pub(super) outbox: Vec<Intent>,
    pub(super) questions: BTreeMap<u64, Question>,
    pub(super) mine: Vec<(Id<Entry>, Id<Log>)>,
    pub(super) intents: u64,
    /// Comes and goes: what it says while it is gone is refused for good.
    pub(super) guest: bool,
    /// Logs that are known to be whole since the settling began.
    pub(super) whole: Vec<Id<Log>>,
    pub(super) ending: Option<Instant>,
    /// Milliseconds before the next try to connect, at most; none since the last success.
    pub(super) pause: u64,
}

/// After this long an answer counts as UNKNOWN (D-02).
const PATIENCE: Duration = Duration::from_secs(11);

impl Talker {
    pub fn new(
        user: Id<User>,
        token: String,
        port: u16,
        logs: Vec<Id<Log>>,
        dice: Dice,
        ticks: Arc<AtomicU64>,
        guest: bool,
    ) -> Talker {
        Talker {
            user,
            token,
            port,
            logs,
            dice,
            ticks,
            notes: Vec::new(),
            positions: BTreeMap::new(),
            outbox: Vec::new(),
            questions: BTreeMap::new(),
            mine: Vec::new(),
            intents: 0,
            guest,
            whole: Vec::new(),
            ending: None,
            pause: 0,
        }
    }

    pub(super) fn note(&mut self, what: Noted) {
        let at = self.ticks.fetch_add(1, Ordering::SeqCst);
        self.notes.push(Note { at, what });
    }

    pub async fn talk(mut self, mut phase: watch::Receiver<Phase>, drained: mpsc::Sender<()>) -> Journal {
        let mut drained = Some(drained);
        loop {
            let auth = json!({ "token": self.token });
            if let Some(wire) = Wire::open(self.port, &auth).await
                && self.stay(wire, &mut phase, &mut drained).await.is_some()
            {
                return Journal { user: self.user, notes: self.notes };
            }
            self.lose();
            // With full jitter, as the contract asks (D-06): all come back at once after a crash.
            self.pause = (self.pause * 2).clamp(100, 4_000);
            sleep(Duration::from_millis(self.dice.below(self.pause))).await;
        }
    }

    /// The connection is gone, and with it every answer.
    fn lose(&mut self) {
        for (_, question) in std::mem::take(&mut self.questions) {
            if let Question::Send(intent, _) = question {
                self.answered(&intent, Answer::Unknown);
                self.outbox.push(intent);
            }
        }
        self.whole.clear();
        self.note(Noted::Closed);
    }

    pub(super) fn answered(&mut self, intent: &Intent, answer: Answer) {
        self.note(Noted::Answered { log: intent.log, intent: intent.id.clone(), answer });
    }

    /// Until the connection breaks (none), or all is said and heard.
    async fn stay(
        &mut self,
        mut wire: Wire,
        phase: &mut watch::Receiver<Phase>,
        drained: &mut Option<mpsc::Sender<()>>,
    ) -> Option<()> {
        let mut next = Instant::now() + Duration::from_millis(self.dice.below(300));
        let mut known = *phase.borrow();
        loop {
            let now = *phase.borrow_and_update();
            if now != known {
                // What was whole before may not be any more, whenever its answer arrives.
                known = now;
                self.whole.clear();
                self.questions
                    .retain(|_, question| !matches!(question, Question::Join(_) | Question::Resume));
                self.come_in(&mut wire).await?;
            }
            let quiet = self.outbox.is_empty() && self.questions.is_empty();
            if let Some(drained) = drained.take_if(|_| now == Phase::Drain && quiet) {
                drained.send(()).await.ok()?;
            }
            if now == Phase::Settle && self.whole.len() == self.logs.len() {
                return Some(());
            }
            self.must_end(now, drained.is_none());
            tokio::select! {
                heard = wire.hear() => self.hear(&mut wire, heard?).await?,
                _ = phase.changed() => {}
                () = sleep_until(next) => {
                    next = Instant::now() + Duration::from_millis(150 + self.dice.below(600));
                    self.forget_the_late();
                    if now == Phase::Talk {
                        self.act(&mut wire).await?;
                    }
                    self.send_all(&mut wire).await?;
                    self.join(&mut wire).await?;
                }
            }
        }
    }

    /// Says what is missing, rather than only that something is.
    fn must_end(&mut self, phase: Phase, drained: bool) {
        let waits = match phase {
            Phase::Talk => false,
            Phase::Drain => !drained,
            Phase::Settle => true,
        };
        if !waits {
            self.ending = None;
            return;
        }
        let since = *self.ending.get_or_insert_with(Instant::now);
        let Talker { user, guest, logs, whole, positions, questions, outbox, .. } = self;
        assert!(
            since.elapsed() < PATIENCE * 4,
            "{user} (guest: {guest}) has to send {}, waits for {:?}, knows of {whole:?} of {logs:?}, stands at {:?}",
            outbox.len(),
            questions.values().collect::<Vec<_>>(),
            positions.iter().map(|(log, position)| (log, position.seq())).collect::<Vec<_>>(),
        );
    }

    fn forget_the_late(&mut self) {
        let late: Vec<u64> = self
            .questions
            .iter()
            .filter(
                |(_, question)| matches!(question, Question::Send(_, since) if since.elapsed() > PATIENCE),
            )
            .map(|(number, _)| *number)
            .collect();
        for number in late {
            if let Some(Question::Send(intent, _)) = self.questions.remove(&number) {
                self.answered(&intent, Answer::Unknown);
                self.outbox.push(intent);
            }
        }
    }

    async fn act(&mut self, wire: &mut Wire) -> Option<()> {
        let number = self.dice.below(1_000);
        let some = self.dice.below(self.mine.len() as u64) as usize;
        let (event, payload) = match (self.dice.below(20), self.mine.get(some).copied()) {
            // The client's own line breaks.
            (0, _) => return None,
            (1..=2, Some((id, _))) => {
                ("edit_message", json!({ "messageId": id, "text": format!("edit {number}") }))
            }
            (3..=5, Some((id, _))) => {
                let reaction = format!("r{}", number % 3);
                (
                    "react_message",
                    json!({ "messageId": id, "reaction": reaction, "remove": number.is_multiple_of(4) }),
                )
            }
            (6, Some((id, _))) => ("delete_message", json!({ "messageId": id })),
            _ => {
                self.intents += 1;
                let log = self.logs[self.dice.below(self.logs.len() as u64) as usize];
                let id = format!("{}-{:08}", self.user, self.intents);
                self.outbox.push(Intent { id, log, text: format!("message {number}") });
                return Some(());
            }
        };
        let (target, log) = self.mine[some];
        let asked = wire.ask(event, &payload).await?;
        self.questions.insert(asked, Question::Change { target, log });
        Some(())
    }

    pub(super) async fn send_all(&mut self, wire: &mut Wire) -> Option<()> {
        while !self.outbox.is_empty() {
            let intent = self.outbox.remove(0);
            let (log, text) = (intent.log, intent.text.clone());
            self.note(Noted::Sent { log, intent: intent.id.clone(), text: text.clone() });
            let payload = json!({ "channelId": log, "text": text, "clientMsgId": intent.id });
            let asked = wire.ask("send_message", &payload).await;
            // Whether it left is not known where the line broke.
            let number = asked.unwrap_or(u64::MAX);
            self.questions.insert(number, Question::Send(intent, Instant::now()));
            asked?;
        }
        Some(())
    }
}

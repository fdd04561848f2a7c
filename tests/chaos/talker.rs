//! One client that keeps its part of the contract: an outbox that is repeated with the same ids
//! (D-06) and resume after every reconnection (D-26). What it hears is in [`super::hearing`].

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hubbub::event::Durable;
use hubbub::model::{Entry, Id, Log, Position, User};
use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::board::Board;
use crate::client::Wire;
use crate::place::{self, Person};
use crate::shared::checker::{Answer, Journal, Note, Noted};
use crate::shared::dice::Dice;

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
pub enum Question {
    Send(Intent),
    Change { target: Id<Entry>, log: Id<Log> },
    Join(Id<Log>),
    Resume(Vec<Id<Log>>),
    Renew,
    Online,
}

#[derive(Clone, Debug)]
pub struct Intent {
    pub(super) id: String,
    pub(super) log: Id<Log>,
    pub(super) text: String,
    pub(super) tries: u32,
    /// Not to be sent before.
    pub(super) due: Instant,
}

/// Who talks, where and how much.
#[derive(Clone)]
pub struct Part {
    pub person: Person,
    pub address: SocketAddr,
    pub logs: Vec<Id<Log>>,
    pub dice: Dice,
    pub board: Arc<Board>,
    /// Between two things to say, on average; who has none only listens.
    pub pace: Option<Duration>,
    /// Comes and goes, and hears when it is there: what it says while it is gone is refused for good.
    pub guest: Option<watch::Receiver<bool>>,
    /// Breaks its own line now and then.
    pub fickle: bool,
}

pub struct Talker {
    pub(super) part: Part,
    pub(super) notes: Vec<Note>,
    pub(super) positions: BTreeMap<Id<Log>, Position<Durable>>,
    /// To be sent, or sent again.
    pub(super) outbox: Vec<Intent>,
    /// With the time they were asked.
    pub(super) questions: BTreeMap<u64, (Question, Instant)>,
    pub(super) mine: Vec<(Id<Entry>, Id<Log>)>,
    pub(super) intents: u64,
    /// Logs that are known to be whole since the settling began.
    pub(super) whole: BTreeSet<Id<Log>>,
    /// Logs to be asked about again.
    pub(super) stale: BTreeSet<Id<Log>>,
    ending: Option<Instant>,
    heard: Instant,
    /// Milliseconds before the next try to connect, at most; none since the last success.
    pub(super) pause: u64,
    /// The token ran out.
    pub(super) expired: bool,
    /// Nobody has answered yet who is online.
    pub(super) unlisted: bool,
    /// Of each person, the version of the newest presence that was told.
    pub(super) presences: BTreeMap<Id<User>, u64>,
    /// Why the last connection or question was refused.
    pub(super) refused: String,
    /// The server took this connection in.
    pub(super) welcome: bool,
}

/// After this long an answer counts as UNKNOWN (D-02).
const PATIENCE: Duration = Duration::from_secs(11);
/// Longer than any send may take, with the way back after the last fault.
const ENDING: Duration = Duration::from_secs(60);

impl Talker {
    pub fn new(part: Part) -> Talker {
        Talker {
            part,
            notes: Vec::new(),
            positions: BTreeMap::new(),
            outbox: Vec::new(),
            questions: BTreeMap::new(),
            mine: Vec::new(),
            intents: 0,
            whole: BTreeSet::new(),
            stale: BTreeSet::new(),
            ending: None,
            heard: Instant::now(),
            pause: 0,
            expired: false,
            unlisted: false,
            presences: BTreeMap::new(),
            refused: String::new(),
            welcome: false,
        }
    }

    pub(super) fn note(&mut self, what: Noted) {
        let at = self.part.board.tick();
        self.notes.push(Note { at, what });
    }

    pub async fn talk(mut self, mut phase: watch::Receiver<Phase>, drained: mpsc::Sender<()>) -> Journal {
        if self.part.pace.is_none() {
            self.note(Noted::Narrow);
        }
        let mut drained = Some(drained);
        loop {
            self.renew().await;
            let auth = json!({ "token": self.part.person.token });
            self.note(Noted::Knocked);
            let opening = timeout(Duration::from_secs(10), Wire::open(self.part.address, &auth));
            if let Ok(Some(wire)) = opening.await
                && self.stay(wire, &mut phase, &mut drained).await.is_some()
            {
                return Journal { user: self.part.person.id, notes: self.notes };
            }
            self.lose();
            self.must_end(*phase.borrow(), drained.is_none());
            // With full jitter, as the contract asks (D-06): all come back at once after a crash.
            self.pause = (self.pause * 2).clamp(100, 4_000);
            sleep(Duration::from_millis(self.part.dice.below(self.pause))).await;
        }
    }

    /// New tokens for those that ran out.
    pub(super) async fn renew(&mut self) {
        let person = &mut self.part.person;
        if self.expired
            && let Some((token, refresh)) = place::refresh(self.part.address, &person.refresh).await
        {
            (person.token, person.refresh) = (token, refresh);
            self.expired = false;
        }
    }

    /// The connection is gone, and with it every answer.
    fn lose(&mut self) {
        for (_, (question, _)) in std::mem::take(&mut self.questions) {
            if let Question::Send(intent) = question {
                self.answered(&intent, Answer::Unknown);
                self.outbox.push(Intent { due: Instant::now(), ..intent });
            }
        }
        self.whole.clear();
        self.stale.clear();
        self.note(Noted::Closed);
    }

    pub(super) fn ask(&mut self, number: u64, question: Question) {
        self.questions.insert(number, (question, Instant::now()));
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
        (self.heard, self.welcome) = (Instant::now(), false);
        let mut next = Instant::now() + Duration::from_millis(self.part.dice.below(300));
        let mut known = *phase.borrow();
        loop {
            let now = *phase.borrow_and_update();
            if now != known {
                known = now;
                self.begin_again(&mut wire).await?;
            }
            let quiet = self.outbox.is_empty() && self.questions.is_empty();
            if let Some(drained) = drained.take_if(|_| now == Phase::Drain && quiet) {
                drained.send(()).await.ok()?;
            }
            if now == Phase::Settle && self.whole.len() == self.part.logs.len() {
                return Some(());
            }
            self.must_end(now, drained.is_none());
            tokio::select! {
                heard = wire.hear() => {
                    self.heard = Instant::now();
                    let Some(heard) = heard else {
                        if self.welcome {
                            self.part.board.cut();
                        }
                        return None;
                    };
                    self.hear(&mut wire, heard).await?;
                }
                _ = phase.changed() => {}
                () = sleep_until(next) => {
                    next = Instant::now() + self.breath(now);
                    self.turn(&mut wire, now).await?;
                }
            }
        }
    }

    /// What was whole before may not be any more, whenever its answer arrives.
    async fn begin_again(&mut self, wire: &mut Wire) -> Option<()> {
        self.whole.clear();
        self.questions
            .retain(|_, (question, _)| !matches!(question, Question::Join(_) | Question::Resume(_)));
        self.come_in(wire).await
    }

    fn breath(&mut self, phase: Phase) -> Duration {
        let pace =
            self.part.pace.filter(|_| phase == Phase::Talk).map_or(300, |pace| pace.as_millis() as u64);
        Duration::from_millis(pace / 2 + self.part.dice.below(pace))
    }

    async fn turn(&mut self, wire: &mut Wire, phase: Phase) -> Option<()> {
        self.give_up_the_late()?;
        if phase == Phase::Talk && self.part.pace.is_some() {
            self.act(wire).await?;
        }
        self.send_all(wire).await?;
        self.join(wire).await?;
        if self.unlisted {
            self.ask_who_is_online(wire).await?;
        }
        let stale: Vec<Id<Log>> = std::mem::take(&mut self.stale).into_iter().collect();
        self.resume(wire, &stale).await
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
        let Talker { part, whole, positions, questions, outbox, refused, .. } = self;
        assert!(
            since.elapsed() < ENDING,
            "{} (guest: {}) was refused last with {refused:?}, has to send {}, waits for {:?}, \
             knows of {whole:?} of {:?}, stands at {:?}",
            part.person.name,
            part.guest.is_some(),
            outbox.len(),
            questions.values().map(|(question, since)| (question, since.elapsed())).collect::<Vec<_>>(),
            part.logs,
            positions.iter().map(|(log, position)| (log, position.seq())).collect::<Vec<_>>(),
        );
    }

    /// A connection that brings nothing at all is given up (none), as a client does that hears no
    /// heartbeat; on one that lives, an answer that does not come is a fault of the server.
    fn give_up_the_late(&mut self) -> Option<()> {
        let late: Vec<(u64, Instant)> = self
            .questions
            .iter()
            .filter(|(_, (_, since))| since.elapsed() > PATIENCE)
            .map(|(number, (_, since))| (*number, *since))
            .collect();
        let mut dead = false;
        for (number, since) in late {
            let alive = self.heard > since;
            dead |= !alive;
            let Some((question, _)) = self.questions.remove(&number) else { continue };
            self.part.board.unanswered(&question, since, alive);
            match question {
                Question::Send(intent) => {
                    self.answered(&intent, Answer::Unknown);
                    self.again(intent);
                }
                Question::Resume(logs) => self.stale.extend(logs),
                _ => {}
            }
        }
        (!dead).then_some(())
    }
}

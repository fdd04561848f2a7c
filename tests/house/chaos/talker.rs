//! One client that keeps its part of the contract: an outbox that is repeated with the same ids
//! (D-06), the client's table (D-18), and resume after every reconnection (D-26).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hubbub::event::Durable;
use hubbub::model::{Entry, Epoch, Id, Log, Position, Seq, User, Verdict};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

use crate::checker::{self, Answer, Journal, Note, Noted};
use crate::client::{Heard, Wire};
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
enum Question {
    Send(Intent, Instant),
    Change { target: Id<Entry>, log: Id<Log> },
    Join(Id<Log>),
    Resume,
}

#[derive(Clone)]
struct Intent {
    id: String,
    log: Id<Log>,
    text: String,
}

pub struct Talker {
    user: Id<User>,
    token: String,
    port: u16,
    logs: Vec<Id<Log>>,
    dice: Dice,
    ticks: Arc<AtomicU64>,
    notes: Vec<Note>,
    positions: BTreeMap<Id<Log>, Position<Durable>>,
    /// To be sent, or sent again.
    outbox: Vec<Intent>,
    questions: BTreeMap<u64, Question>,
    mine: Vec<(Id<Entry>, Id<Log>)>,
    intents: u64,
    /// Comes and goes: what it says while it is gone is refused for good.
    guest: bool,
    /// Logs that are known to be whole since the settling began.
    whole: Vec<Id<Log>>,
    settling: Option<Instant>,
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
            settling: None,
        }
    }

    fn note(&mut self, what: Noted) {
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
            sleep(Duration::from_millis(20 + self.dice.below(200))).await;
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

    fn answered(&mut self, intent: &Intent, answer: Answer) {
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
        loop {
            let now = *phase.borrow_and_update();
            if now == Phase::Drain && self.outbox.is_empty() && self.questions.is_empty() {
                if let Some(drained) = drained.take() {
                    drained.send(()).await.ok()?;
                }
            }
            if now == Phase::Settle && self.whole.len() == self.logs.len() {
                return Some(());
            }
            self.must_settle(now);
            tokio::select! {
                heard = wire.hear() => self.hear(&mut wire, heard?).await?,
                _ = phase.changed() => {
                    self.whole.clear();
                    self.come_in(&mut wire).await?;
                }
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
    fn must_settle(&mut self, phase: Phase) {
        let since = *self.settling.get_or_insert_with(Instant::now);
        if phase != Phase::Settle {
            self.settling = None;
        }
        let Talker { user, guest, logs, whole, positions, questions, .. } = self;
        assert!(
            phase != Phase::Settle || since.elapsed() < PATIENCE * 2,
            "{user} (guest: {guest}) knows of {whole:?} of {logs:?}, stands at {positions:?} and waits for {} answers",
            questions.len()
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
                ("react_message", json!({ "messageId": id, "reaction": reaction, "remove": number % 4 == 0 }))
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

    async fn send_all(&mut self, wire: &mut Wire) -> Option<()> {
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

    async fn hear(&mut self, wire: &mut Wire, heard: Heard) -> Option<()> {
        match heard {
            Heard::Ping => wire.pong().await,
            Heard::Connected => {
                self.note(Noted::Connected);
                self.come_in(wire).await?;
                self.send_all(wire).await
            }
            Heard::Refused => None,
            Heard::Event(name, data) if name == "heads" => self.heads(wire, &data).await,
            Heard::Event(name, data) => {
                let event = serde_json::from_value(json!({ "event": name, "data": data }));
                match event {
                    Ok(event) => match self.take(event, true) {
                        Some(log) => self.resume(wire, &[log]).await,
                        None => Some(()),
                    },
                    Err(_) => Some(()),
                }
            }
            Heard::Answer(number, answer) => match self.questions.remove(&number) {
                Some(question) => self.hear_answer(wire, question, &answer).await,
                None => Some(()),
            },
            Heard::Other => Some(()),
        }
    }

    /// Joins what is new and resumes what is known.
    async fn come_in(&mut self, wire: &mut Wire) -> Option<()> {
        self.join(wire).await?;
        let known: Vec<Id<Log>> = self.positions.keys().copied().collect();
        self.resume(wire, &known).await
    }

    /// Where the client is not yet, or no longer.
    async fn join(&mut self, wire: &mut Wire) -> Option<()> {
        let asked = |log: &Id<Log>| {
            self.questions.values().any(|question| matches!(question, Question::Join(asked) if asked == log))
        };
        let missing = self.logs.iter().filter(|log| !self.positions.contains_key(log) && !asked(log));
        for log in missing.copied().collect::<Vec<_>>() {
            let asked = wire.ask("join_channel", &json!({ "channelId": log })).await?;
            self.questions.insert(asked, Question::Join(log));
        }
        Some(())
    }

    async fn resume(&mut self, wire: &mut Wire, logs: &[Id<Log>]) -> Option<()> {
        let places = logs.iter().filter_map(|log| {
            let position = self.positions.get(log)?;
            Some((log.to_string(), json!({ "epoch": position.epoch(), "seq": position.seq() })))
        });
        let places: serde_json::Map<String, Value> = places.collect();
        if places.is_empty() {
            return Some(());
        }
        let asked = wire.ask("resume", &json!({ "channels": places })).await?;
        self.questions.insert(asked, Question::Resume);
        Some(())
    }

    async fn heads(&mut self, wire: &mut Wire, heads: &Value) -> Option<()> {
        let heads: BTreeMap<Id<Log>, Seq> = serde_json::from_value(heads.clone()).unwrap_or_default();
        let behind = |log: &Id<Log>, head: Seq| self.positions.get(log).is_some_and(|at| at.seq() < head);
        let behind: Vec<Id<Log>> =
            heads.into_iter().filter(|(log, head)| behind(log, *head)).map(|(log, _)| log).collect();
        self.resume(wire, &behind).await
    }

    /// By the client's table; the log of which something is missing.
    fn take(&mut self, event: Durable, live: bool) -> Option<Id<Log>> {
        let (log, epoch, seq, to) = checker::place(&event);
        let epoch = epoch.clone();
        match self.positions.get_mut(&log)?.take(&epoch, seq, to, event) {
            Verdict::Apply(events) => {
                for event in events {
                    let gone = matches!(&event, Durable::UserLeft(left) if left.what.user_id == self.user);
                    self.note(Noted::Applied { event, live });
                    // In what is read later, leaving is the past: who reads it is back.
                    if gone && live {
                        self.stop(log);
                        break;
                    }
                }
                None
            }
            Verdict::Drop => None,
            Verdict::Resume(_) => Some(log),
            Verdict::Resync => panic!("{} is asked to begin {log} again at {seq}", self.user),
        }
    }

    fn stop(&mut self, log: Id<Log>) {
        self.note(Noted::Stopped { log });
        self.positions.remove(&log);
        self.whole.retain(|whole| *whole != log);
    }

    async fn hear_answer(&mut self, wire: &mut Wire, question: Question, answer: &Value) -> Option<()> {
        let data = &answer["data"];
        let ok = answer["ok"] == json!(true);
        match question {
            Question::Send(intent, _) => self.hear_sent(intent, ok, answer),
            Question::Change { target, log } => {
                let (epoch, seq) = (data["epoch"].as_str(), data["seq"].as_u64());
                if let (true, Some(epoch), Some(seq), Some(false)) =
                    (ok, epoch, seq, data["duplicate"].as_bool())
                {
                    self.note(Noted::Changed { log, epoch: Epoch(epoch.into()), seq, target });
                }
            }
            Question::Join(log) if ok => {
                let epoch = Epoch(data["epoch"].as_str().unwrap().into());
                let seq = data["head"].as_u64().unwrap();
                self.note(Noted::Reset { log, epoch: epoch.clone(), seq });
                self.positions.insert(log, Position::new(epoch, seq));
                self.whole.push(log);
            }
            Question::Resume if ok => {
                for (log, caught) in data["channels"].as_object().unwrap() {
                    let log: Id<Log> = log.parse().unwrap();
                    if self.caught_up(log, caught) {
                        self.whole.retain(|whole| *whole != log);
                        self.whole.extend(self.positions.contains_key(&log).then_some(log));
                    } else {
                        self.resume(wire, &[log]).await?;
                    }
                }
            }
            Question::Join(_) if self.guest && answer["error"]["code"] == json!("NOT_FOUND") => {}
            // The store was away for a moment; the connection is given up, and all begins again.
            Question::Join(_) | Question::Resume => return None,
        }
        Some(())
    }

    fn hear_sent(&mut self, intent: Intent, ok: bool, answer: &Value) {
        let error = &answer["error"];
        if ok {
            let message = &answer["data"]["message"];
            let id: Id<Entry> = message["id"].as_str().unwrap().parse().unwrap();
            let seq = message["seq"].as_u64().unwrap();
            let epoch = Epoch(answer["data"]["epoch"].as_str().unwrap().into());
            self.mine.push((id, intent.log));
            return self.answered(&intent, Answer::Kept { id, seq, epoch });
        }
        let unknown = error["code"] == json!("UNKNOWN");
        self.answered(&intent, if unknown { Answer::Unknown } else { Answer::Refused });
        if error["retryable"] == json!(true) {
            return self.outbox.push(intent);
        }
        assert!(self.guest, "{} was refused for good: {error}", intent.id);
    }

    /// Whether nothing is left to ask for.
    fn caught_up(&mut self, log: Id<Log>, caught: &Value) -> bool {
        if !self.positions.contains_key(&log) {
            return true;
        }
        if self.guest && caught["gone"] == json!(true) {
            self.stop(log);
            return true;
        }
        let changes = caught["changes"].as_array();
        let changes = changes.unwrap_or_else(|| panic!("{} in {log}: {caught}", self.user));
        for change in changes {
            let event: Durable = serde_json::from_value(change.clone()).unwrap();
            let _ = self.take(event, false);
        }
        caught["more"] != json!(true)
    }
}

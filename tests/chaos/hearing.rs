//! What a talker hears, and what it makes of it: the client's table (D-18) and its positions.

use std::collections::BTreeMap;

use hubbub::event::Durable;
use hubbub::model::{Entry, Epoch, Id, Log, Position, Seq, Verdict};
use serde_json::{Value, json};

use tokio::time::Instant;

use crate::client::{Heard, Wire};
use crate::shared::checker::{self, Answer, Noted};
use crate::talker::{Intent, Question, Talker};

impl Talker {
    pub(super) async fn hear(&mut self, wire: &mut Wire, heard: Heard) -> Option<()> {
        match heard {
            Heard::Ping => wire.pong().await,
            Heard::Connected => {
                self.note(Noted::Connected);
                self.ask_who_is_online(wire).await?;
                self.come_in(wire).await?;
                self.send_all(wire).await
            }
            Heard::Refused(why) => {
                self.expired |= expired(why["message"].as_str());
                self.refused = why.to_string();
                None
            }
            Heard::Event(name, data) if name == "heads" => self.heads(wire, &data).await,
            Heard::Event(name, data) if name == "user_presence_update" => self.hear_presence(&data),
            Heard::Event(name, data) if name == "presence_updates" => {
                let told = data["presences"].as_array()?;
                told.iter().try_for_each(|told| self.hear_presence(told))
            }
            Heard::Event(name, _) if name == "welcome" => {
                self.welcome = true;
                Some(())
            }
            Heard::Event(name, data) => {
                if let Some(at) = data["message"]["text"].as_str().and_then(said_at) {
                    self.part.board.delivered(at);
                }
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
                Some((question, asked)) => self.hear_answer(wire, question, asked, &answer).await,
                None => Some(()),
            },
            Heard::Other => Some(()),
        }
    }

    /// Joins what is new and resumes what is known.
    pub(super) async fn come_in(&mut self, wire: &mut Wire) -> Option<()> {
        self.join(wire).await?;
        let known: Vec<Id<Log>> = self.positions.keys().copied().collect();
        self.resume(wire, &known).await
    }

    /// Where the client is not yet, or no longer.
    pub(super) async fn join(&mut self, wire: &mut Wire) -> Option<()> {
        let asked = |log: &Id<Log>| {
            let joins = |question: &Question| matches!(question, Question::Join(asked) if asked == log);
            self.questions.values().any(|(question, _)| joins(question))
        };
        if self.part.guest.as_ref().is_some_and(|present| !*present.borrow()) {
            return Some(());
        }
        let missing = self.part.logs.iter().filter(|log| !self.positions.contains_key(log) && !asked(log));
        for log in missing.copied().collect::<Vec<_>>() {
            let asked = wire.ask("join_channel", &json!({ "channelId": log })).await?;
            self.ask(asked, Question::Join(log));
        }
        Some(())
    }

    pub(super) async fn resume(&mut self, wire: &mut Wire, logs: &[Id<Log>]) -> Option<()> {
        // What is under way is not asked for twice, but looked at again after it.
        let (later, logs): (Vec<_>, Vec<_>) = logs.iter().copied().partition(|log| self.is_resuming(log));
        self.stale.extend(later);
        let places = logs.iter().filter_map(|log| {
            let position = self.positions.get(log)?;
            Some((log.to_string(), json!({ "epoch": position.epoch(), "seq": position.seq() })))
        });
        let places: serde_json::Map<String, Value> = places.collect();
        if places.is_empty() {
            return Some(());
        }
        let asked = wire.ask("resume", &json!({ "channels": places })).await?;
        self.ask(asked, Question::Resume(logs));
        Some(())
    }

    fn is_resuming(&self, log: &Id<Log>) -> bool {
        let resumes = |question: &Question| matches!(question, Question::Resume(logs) if logs.contains(log));
        self.questions.values().any(|(question, _)| resumes(question))
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
                    let gone =
                        matches!(&event, Durable::UserLeft(left) if left.what.user_id == self.part.person.id);
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
            // The epoch is the same, so more is missing than can be held: what is asked for comes again.
            Verdict::Resync => Some(log),
        }
    }

    /// Hears the log from its head on.
    fn begin(&mut self, log: Id<Log>, at: &Value) {
        let epoch = Epoch(at["epoch"].as_str().unwrap().into());
        let seq = at["head"].as_u64().unwrap();
        self.note(Noted::Reset { log, epoch: epoch.clone(), seq });
        self.positions.insert(log, Position::new(epoch, seq));
    }

    fn stop(&mut self, log: Id<Log>) {
        self.note(Noted::Stopped { log });
        self.positions.remove(&log);
        self.whole.remove(&log);
    }

    async fn hear_answer(
        &mut self,
        wire: &mut Wire,
        question: Question,
        asked: Instant,
        answer: &Value,
    ) -> Option<()> {
        let data = &answer["data"];
        let ok = answer["ok"] == json!(true);
        if !ok {
            self.refused = answer["error"].to_string();
        }
        if expired(answer["error"]["code"].as_str()) && !self.expired {
            self.expired = true;
            self.renew().await;
            let token = json!({ "token": self.part.person.token });
            let asked = wire.ask("refresh_auth", &token).await?;
            self.ask(asked, Question::Renew);
        }
        match question {
            Question::Renew => {}
            Question::Online => self.hear_online(answer),
            Question::Send(intent) => self.hear_sent(intent, asked, ok, answer),
            Question::Change { target, log } => {
                let (epoch, seq) = (data["epoch"].as_str(), data["seq"].as_u64());
                if let (true, Some(epoch), Some(seq), Some(false)) =
                    (ok, epoch, seq, data["duplicate"].as_bool())
                {
                    self.note(Noted::Changed { log, epoch: Epoch(epoch.into()), seq, target });
                }
            }
            Question::Join(log) if ok => {
                self.pause = 0;
                self.begin(log, data);
                self.whole.insert(log);
            }
            Question::Resume(_) if ok => {
                self.pause = 0;
                for (log, caught) in data["channels"].as_object().unwrap() {
                    let log: Id<Log> = log.parse().unwrap();
                    if self.caught_up(log, caught) {
                        self.whole.extend(self.positions.contains_key(&log).then_some(log));
                    } else {
                        self.resume(wire, &[log]).await?;
                    }
                }
            }
            // The store is away for a moment, or a guest may not come in: at the next turn again.
            Question::Join(_) => {}
            Question::Resume(logs) => self.stale.extend(logs),
        }
        Some(())
    }

    fn hear_sent(&mut self, intent: Intent, asked: Instant, ok: bool, answer: &Value) {
        let error = &answer["error"];
        let failed = error["code"].as_str().filter(|_| !ok);
        self.part.board.answered(intent.log, asked, failed);
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
        if error["retryable"] == json!(true) || expired(failed) {
            return self.again(intent);
        }
        assert!(self.part.guest.is_some(), "{} was refused for good: {error}", intent.id);
    }

    /// Whether nothing is left to ask for.
    fn caught_up(&mut self, log: Id<Log>, caught: &Value) -> bool {
        if !self.positions.contains_key(&log) {
            return true;
        }
        if self.part.guest.is_some() && caught["gone"] == json!(true) {
            self.stop(log);
            return true;
        }
        // Any other reason would mean that history went back.
        if let Some("too_far_behind") = caught["reset"]["reason"].as_str() {
            self.begin(log, &caught["reset"]);
            return true;
        }
        let changes = caught["changes"].as_array();
        let changes = changes.unwrap_or_else(|| panic!("{} in {log}: {caught}", self.part.person.name));
        for change in changes {
            let event: Durable = serde_json::from_value(change.clone()).unwrap();
            let _ = self.take(event, false);
        }
        caught["more"] != json!(true)
    }
}

/// When a message was first said; its text tells.
fn said_at(text: &str) -> Option<u64> {
    text.rsplit_once(" at ")?.1.parse().ok()
}

/// A client that is not let in tries its refresh token before it asks for a password.
fn expired(code: Option<&str>) -> bool {
    code.is_some_and(|code| code.contains("TOKEN_EXPIRED") || code.contains("UNAUTHENTICATED"))
}

//! What a talker says, and when it says it again.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use crate::client::Wire;
use crate::shared::checker::Noted;
use crate::talker::{Intent, Question, Talker};

/// Who waits for so many answers says nothing new.
const WAITING: usize = 8;
/// Milliseconds between two tries of one send at first and at most. Clients go up to 30 s, for which a
/// run has no time.
const PAUSES: (u64, u64) = (500, 4_000);

impl Talker {
    pub(super) async fn act(&mut self, wire: &mut Wire) -> Option<()> {
        let number = self.part.dice.below(1_000);
        let some = self.part.dice.below(self.mine.len() as u64) as usize;
        let (event, payload) = match (self.part.dice.below(20), self.mine.get(some).copied()) {
            // The client's own line breaks.
            (0, _) if self.part.fickle => return None,
            (1, Some((id, _))) => {
                ("edit_message", json!({ "messageId": id, "text": format!("edit {number}") }))
            }
            (2..=3, Some((id, _))) => {
                let reaction = ["👍", "🎉", "⚓"][number as usize % 3];
                (
                    "react_message",
                    json!({ "messageId": id, "reaction": reaction, "remove": number.is_multiple_of(4) }),
                )
            }
            (4, Some((id, _))) => ("delete_message", json!({ "messageId": id })),
            _ if self.outbox.len() + self.questions.len() >= WAITING => return Some(()),
            _ => {
                self.intents += 1;
                let log = self.part.logs[self.part.dice.below(self.part.logs.len() as u64) as usize];
                let id = format!("{}-{:08}", self.part.person.id, self.intents);
                let text = format!("message {number} at {}", self.part.board.time());
                self.outbox.push(Intent { id, log, text, tries: 0, due: Instant::now() });
                return Some(());
            }
        };
        let (target, log) = self.mine[some];
        let asked = wire.ask(event, &payload).await?;
        self.ask(asked, Question::Change { target, log });
        Some(())
    }

    /// With growing pauses and full jitter (D-06).
    pub(super) fn again(&mut self, intent: Intent) {
        let most = (PAUSES.0 << intent.tries.min(10)).min(PAUSES.1);
        let pause = Duration::from_millis(self.part.dice.below(most));
        self.outbox.push(Intent { tries: intent.tries + 1, due: Instant::now() + pause, ..intent });
    }

    pub(super) async fn send_all(&mut self, wire: &mut Wire) -> Option<()> {
        while let Some(next) = self.outbox.iter().position(|intent| intent.due <= Instant::now()) {
            let intent = self.outbox.remove(next);
            let (log, text) = (intent.log, intent.text.clone());
            self.note(Noted::Sent { log, intent: intent.id.clone(), text: text.clone() });
            let payload = json!({ "channelId": log, "text": text, "clientMsgId": intent.id });
            let asked = wire.ask("send_message", &payload).await;
            // Whether it left is not known where the line broke.
            let number = asked.unwrap_or(u64::MAX);
            self.ask(number, Question::Send(intent));
            asked?;
        }
        Some(())
    }
}

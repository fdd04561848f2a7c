//! Reading a channel's history: pages in both directions, and around a place.

use serde::Serialize;

use super::{Messages, address, view};
use crate::error::Result;
use crate::event::MessageView;
use crate::limits;
use crate::model::{Channel, Entry, Epoch, Id, Log, Seq};
use crate::policy::{Action, Actor, can};

/// Which part of a channel's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Newest,
    Before(Seq),
    After(Seq),
    Around(Seq),
    /// For clients that page by offset from the newest.
    Offset(u64),
}

/// Messages in the order of the log, with what is needed to go on from there live.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct History {
    pub messages: Vec<MessageView>,
    pub epoch: Epoch,
    /// The last seq of the log at the time of reading: resume after it and nothing is missed.
    pub head: Seq,
    /// There is more before, or after, what is shown.
    pub has_more_before: bool,
    pub has_more_after: bool,
}

impl Messages {
    pub async fn history(
        &self,
        actor: &Actor,
        channel: Id<Channel>,
        part: Part,
        limit: u64,
    ) -> Result<History> {
        let seat = self.rights.in_channel(actor, channel).await?;
        can(seat.standing, Action::ReadChannel, "channel")?;
        let log = address(&seat);
        // What is written after this head shows twice, never not at all; what is before it is folded.
        let head = self.logs.settled(&log).await?;
        let window = self.window(log.log, head, part, limit.clamp(1, limits::PAGE_MAX)).await?;
        Ok(History {
            messages: window.rows.iter().map(view).collect::<Result<Vec<_>>>()?,
            epoch: log.epoch,
            head,
            has_more_before: window.more_before,
            has_more_after: window.more_after,
        })
    }

    async fn window(&self, log: Id<Log>, head: Seq, part: Part, limit: u64) -> Result<Window> {
        let messages = &self.store.messages;
        Ok(match part {
            Part::Newest => Window::back(messages.before(log, head + 1, limit + 1).await?, limit, false),
            Part::Before(seq) => {
                Window::back(messages.before(log, seq, limit + 1).await?, limit, seq <= head)
            }
            Part::Offset(skip) => Window::back(messages.page(log, skip, limit + 1).await?, limit, skip > 0),
            Part::After(seq) => {
                Window::on(messages.from(log, seq.saturating_add(1), limit + 1).await?, limit, seq > 0)
            }
            Part::Around(seq) => {
                let half = limit / 2;
                let older = Window::back(messages.before(log, seq, half + 1).await?, half, true);
                let newer = Window::on(messages.from(log, seq, limit - half + 1).await?, limit - half, true);
                Window {
                    rows: [older.rows, newer.rows].concat(),
                    more_before: older.more_before,
                    more_after: newer.more_after,
                }
            }
        })
    }
}

/// Rows in the order of the log.
struct Window {
    rows: Vec<Entry>,
    more_before: bool,
    more_after: bool,
}

impl Window {
    /// Of rows read newest first, one more than `room` where there are more.
    fn back(mut rows: Vec<Entry>, room: u64, more_after: bool) -> Window {
        let more_before = rows.len() as u64 > room;
        rows.truncate(room as usize);
        rows.reverse();
        Window { rows, more_before, more_after }
    }

    /// Of rows read oldest first, one more than `room` where there are more.
    fn on(mut rows: Vec<Entry>, room: u64, more_before: bool) -> Window {
        let more_after = rows.len() as u64 > room;
        rows.truncate(room as usize);
        Window { rows, more_before, more_after }
    }
}

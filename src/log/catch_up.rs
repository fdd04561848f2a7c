//! What a reader who was away gets: what they missed, or why to start again (contract D-26 to D-29).

use serde::Serialize;

use super::{Address, Logs};
use crate::error::{Error, Result};
use crate::event::Durable;
use crate::limits;
use crate::model::{Epoch, Seq};

#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Caught {
    Changes {
        epoch: Epoch,
        head: Seq,
        changes: Vec<Durable>,
        /// Position after these changes.
        upto: Seq,
        /// There are more: ask again after `upto`. Until then the log is not heard live.
        more: bool,
    },
    Reset {
        reset: Reset,
    },
    /// The reader may not read this log, or it is not there (D-29).
    Gone {
        gone: bool,
    },
}

/// Drop what is cached, read afresh, and go on from `head`.
#[derive(Clone, Debug, Serialize)]
pub struct Reset {
    pub epoch: Epoch,
    pub head: Seq,
    /// `epoch`: history may have gone back. `ahead`: the reader knows more than there is.
    /// `too_far_behind`: reading afresh is cheaper.
    pub reason: &'static str,
}

/// What one reader may be given at once, over all logs they catch up with.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    pub entries: u64,
    pub bytes: usize,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { entries: limits::RESUME_PER_CONNECT, bytes: limits::RESUME_BYTES }
    }
}

impl Logs {
    /// One page of what comes after `after`; an empty one with `more` where the budget is used up.
    pub async fn catch_up(
        &self,
        log: &Address,
        epoch: Option<&Epoch>,
        after: Seq,
        budget: &mut Budget,
    ) -> Result<Caught> {
        let head = self.head(log.log).await?;
        let behind = head.saturating_sub(after);
        let reason = match epoch {
            Some(epoch) if *epoch != log.epoch => Some("epoch"),
            _ if after > head => Some("ahead"),
            _ if behind > limits::RESUME_PER_CHANNEL.min(budget.entries) => Some("too_far_behind"),
            _ => None,
        };
        if let Some(reason) = reason {
            return Ok(Caught::Reset { reset: Reset { epoch: log.epoch.clone(), head, reason } });
        }
        self.page(log, after, head, budget).await
    }

    /// Up to 300 entries or 256 KiB (D-28).
    async fn page(&self, log: &Address, after: Seq, head: Seq, budget: &mut Budget) -> Result<Caught> {
        let epoch = log.epoch.clone();
        if budget.bytes == 0 {
            return Ok(Caught::Changes { epoch, head, changes: Vec::new(), upto: after, more: after < head });
        }
        let entries = self.0.store.messages.after(log.log, after, limits::RESUME_PAGE).await?;
        let (mut changes, mut upto, mut bytes) = (Vec::new(), after, 0);
        for entry in &entries {
            let event = Durable::of(entry, &log.epoch);
            bytes += serde_json::to_string(&event).map_err(Error::internal)?.len();
            if bytes > limits::RESUME_PAGE_BYTES && !changes.is_empty() {
                break;
            }
            upto = entry.seq;
            changes.push(event);
        }
        budget.bytes = budget.bytes.saturating_sub(bytes);
        budget.entries = budget.entries.saturating_sub(changes.len() as u64);
        let read = entries.last().map_or(after, |entry| entry.seq);
        let full = entries.len() as u64 == limits::RESUME_PAGE;
        let head = if full { self.head(log.log).await?.max(read) } else { read };
        Ok(Caught::Changes { epoch, head, changes, upto, more: upto < head })
    }
}

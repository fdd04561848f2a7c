//! Threads: a message and what was said in reply to it.

use serde::Serialize;

use super::{Messages, address, view};
use crate::error::{Error, Result};
use crate::event::MessageView;
use crate::limits;
use crate::model::{Entry, Id, Seq, What};
use crate::policy::Actor;

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Thread {
    pub root: MessageView,
    /// Deleted ones too, as in the history.
    pub messages: Vec<MessageView>,
    pub has_more: bool,
}

impl Messages {
    /// The thread that a message begins or is in, its replies oldest first, after a seq.
    pub async fn thread(&self, actor: &Actor, id: Id<Entry>, after: Seq, limit: u64) -> Result<Thread> {
        let (entry, seat) = self.find(actor, id).await?;
        self.logs.settled(&address(&seat)).await?;
        let root = self.message(root_of(&entry)?).await?;
        let limit = limit.clamp(1, limits::PAGE_MAX);
        let mut replies = self.store.messages.in_thread(root.id, after, limit + 1).await?;
        let has_more = replies.len() as u64 > limit;
        replies.truncate(limit as usize);
        let messages = replies.iter().map(view).collect::<Result<Vec<_>>>()?;
        Ok(Thread { root: view(&root)?, messages, has_more })
    }
}

fn root_of(entry: &Entry) -> Result<Id<Entry>> {
    match &entry.what {
        What::Message(message) => Ok(message.thread_id.unwrap_or(entry.id)),
        _ => Err(Error::not_found("message")),
    }
}

//! Threads: a message and what was said in reply to it.

use serde::Serialize;

use super::{Messages, address, view};
use crate::error::{Error, Result};
use crate::event::MessageView;
use crate::limits;
use crate::log::Draft;
use crate::model::{AccountEvent, Channel, Entry, Follow, Id, Seq, What};
use crate::policy::Actor;
use crate::service::roster::of_user;

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Thread {
    pub root: MessageView,
    /// Deleted ones too, as in the history.
    pub messages: Vec<MessageView>,
    pub has_more: bool,
    pub following: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Following {
    pub channel_id: Id<Channel>,
    pub root_id: Id<Entry>,
    pub following: bool,
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
        let following = self.follows(actor, &root).await?;
        Ok(Thread { root: view(&root)?, messages, has_more, following })
    }

    /// Whether the actor wants to hear of a thread; told to all their devices.
    pub async fn follow(&self, actor: &Actor, id: Id<Entry>, following: bool) -> Result<Following> {
        let (entry, seat) = self.find(actor, id).await?;
        let root_id = root_of(&entry)?;
        let user = self.rights.user(actor.id).await?.ok_or_else(|| Error::not_found("user"))?;
        let chosen = Following { channel_id: seat.channel.id, root_id, following };
        self.store.follows.choose(&self.choice(actor, &chosen)).await?;
        let about = serde_json::to_value(&chosen).map_err(Error::internal)?;
        let what = What::Account { event: AccountEvent::ThreadFollowed, about };
        self.logs.append(&of_user(&user), Draft::new(actor.id, &actor.username, what)).await?;
        Ok(chosen)
    }

    fn choice(&self, actor: &Actor, chosen: &Following) -> Follow {
        let Following { channel_id, root_id, following } = *chosen;
        let (id, at) = (Follow::key(root_id, actor.id), self.clock.now());
        Follow { id, root_id, channel_id, user_id: actor.id, following, at }
    }

    async fn follows(&self, actor: &Actor, root: &Entry) -> Result<bool> {
        if let Some(chosen) = self.store.follows.get(Follow::key(root.id, actor.id)).await? {
            return Ok(chosen.following);
        }
        let thread = match &root.what {
            What::Message(message) => message.thread.as_ref(),
            _ => None,
        };
        let replied = thread.is_some_and(|thread| thread.participants.contains(&actor.id));
        Ok(replied || root.user_id == actor.id)
    }
}

fn root_of(entry: &Entry) -> Result<Id<Entry>> {
    match &entry.what {
        What::Message(message) => Ok(message.thread_id.unwrap_or(entry.id)),
        _ => Err(Error::not_found("message")),
    }
}

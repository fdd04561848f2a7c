//! One's channels with what was last said in them, and how much of it is not read.

use std::cmp::Reverse;
use std::collections::HashMap;

use serde::Serialize;

use super::Channels;
use crate::error::{Error, Result};
use crate::event::MessageView;
use crate::model::{Channel, ChannelView, Entry, Id, Life, What};
use crate::policy::Actor;
use crate::service::{Page, Span};
use crate::store::Tally;

/// What a list of channels tells beside the channels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct With {
    pub last: bool,
    pub unread: bool,
}

impl With {
    /// The words `last` and `unread`, with commas between them.
    pub fn read(words: &str) -> Result<With> {
        let mut with = With::default();
        for word in words.split(',') {
            match word {
                "last" => with.last = true,
                "unread" => with.unread = true,
                _ => return Err(Error::invalid("with", "may name last and unread")),
            }
        }
        Ok(with)
    }
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counted {
    #[serde(flatten)]
    pub channel: ChannelView,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message: Option<MessageView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mentions: Option<u64>,
}

impl Channels {
    /// [`Channels::mine`], and what else is asked for; one more question to the store.
    pub async fn counted(&self, actor: &Actor, span: &Span, with: With) -> Result<Page<Counted>> {
        let page = self.mine(actor, span).await?;
        let ids: Vec<Id<Channel>> = match with == With::default() {
            true => Vec::new(),
            false => page.items.iter().map(|channel| channel.id).collect(),
        };
        let tallies = self.roster.store.engine.tallies(&ids, &[actor.id]).await?;
        let mut tallies: HashMap<_, _> = tallies.into_iter().map(|tally| (tally.channel, tally)).collect();
        Ok(page.map(|channel| Counted::of(channel, &mut tallies, with)))
    }
}

impl Channels {
    /// The last message of each active channel of the actor's, the newest first.
    pub async fn recent(&self, actor: &Actor, limit: u64) -> Result<Vec<MessageView>> {
        let mut channels = self.roster.channels_of(actor.id).await?;
        channels.retain(|channel| channel.life == Life::Active);
        let ids: Vec<Id<Channel>> = channels.iter().map(|channel| channel.id).collect();
        let tallies = self.roster.store.engine.tallies(&ids, &[actor.id]).await?;
        let mut last: Vec<Entry> = tallies.into_iter().filter_map(|tally| tally.last).collect();
        last.sort_by_key(|entry| Reverse((entry.created_at, entry.id)));
        last.truncate(limit as usize);
        Ok(last.iter().filter_map(shown).collect())
    }
}

fn shown(entry: &Entry) -> Option<MessageView> {
    match &entry.what {
        What::Message(message) => Some(MessageView::of(entry, message)),
        _ => None,
    }
}

impl Counted {
    fn of(channel: ChannelView, tallies: &mut HashMap<Id<Channel>, Tally>, with: With) -> Counted {
        let Some(tally) = tallies.remove(&channel.id) else {
            return Counted { channel, last_message: None, unread: None, mentions: None };
        };
        let last = tally.last.filter(|_| with.last);
        let last_message = last.as_ref().and_then(shown);
        let channel = ChannelView { head: with.unread.then_some(tally.head), ..channel };
        let counted = |number: u64| with.unread.then_some(number);
        let (unread, mentions) = (counted(tally.unread), counted(tally.mentions));
        Counted { channel, last_message, unread, mentions }
    }
}

//! Passing on what was said elsewhere, and taking it back when it is taken back there.

use serde::Deserialize;

use super::{Messages, Sent, send};
use crate::error::{Error, Result};
use crate::log::{Batch, Draft};
use crate::model::{Channel, ClientMsgId, Entry, Forwarded, Id, Message, Text, What};
use crate::policy::Actor;
use crate::service::roster::of_channel;

/// Copies read at once.
const PAGE: u64 = 100;

/// Where to, and what to say to it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Forward {
    pub channel_id: Id<Channel>,
    #[serde(default)]
    pub text: Option<Text>,
    #[serde(default)]
    pub client_msg_id: Option<ClientMsgId>,
}

impl Messages {
    /// To be read there, and posted here. Of what was passed on before, the first source is named.
    pub async fn forward(&self, actor: &Actor, id: Id<Entry>, forward: Forward) -> Result<Sent> {
        let (entry, _) = self.find(actor, id).await?;
        let What::Message(source) = &entry.what else { return Err(Error::not_found("message")) };
        let Forward { channel_id, text, client_msg_id } = forward;
        let mut message =
            Message { text, forward_of: Some(source.forward_of.unwrap_or(id)), ..Message::default() };
        // A repeat is the same one also where the source was edited or deleted meanwhile.
        message.digest = send::digest(&message)?;
        let standing = match (source.deleted_at, &source.poll) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err(Error::conflict("a poll is voted on where it was asked")),
            (Some(_), _) => Err(Error::gone("this message is deleted")),
        };
        take(&mut message, &entry, source);
        self.line_up(actor, channel_id, client_msg_id, Ok(message), standing).await?.sent().await
    }

    /// What follows from entries for copies: with a message that was passed on its copies go, by the
    /// hand that deleted it; and a copy that was on its way meanwhile (contract D-16).
    pub async fn take_back(&self, batch: &Batch) -> Result<()> {
        for entry in &batch.entries {
            match &entry.what {
                What::Delete { target, .. } => self.take_back_copies(*target, entry).await?,
                What::Message(Message { forward_of: Some(source), deleted_at: None, .. }) => {
                    self.take_back_late(*source, entry).await?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    async fn take_back_copies(&self, source: Id<Entry>, deletion: &Entry) -> Result<()> {
        let mut after = None;
        loop {
            let copies = self.store.messages.copies(source, after, PAGE).await?;
            let Some(last) = copies.last() else { return Ok(()) };
            after = Some(last.id);
            for copy in &copies {
                self.delete_as(deletion, copy).await?;
            }
        }
    }

    /// The source was deleted after it was read and before the copy was written.
    async fn take_back_late(&self, source: Id<Entry>, copy: &Entry) -> Result<()> {
        match self.store.messages.get(source).await?.map(|entry| entry.what) {
            Some(What::Message(message)) if message.deleted_at.is_none() => Ok(()),
            _ => self.delete_as(copy, copy).await,
        }
    }

    async fn delete_as(&self, by: &Entry, copy: &Entry) -> Result<()> {
        let Some(channel) = self.store.channels.get(copy.log).await? else { return Ok(()) };
        let draft = Draft::new(by.user_id, &by.username, What::delete(copy.id));
        self.logs.append(&of_channel(&channel), draft).await.map(drop)
    }
}

/// What the message carries of its source.
fn take(message: &mut Message, entry: &Entry, source: &Message) {
    message.message_type = source.message_type;
    message.attachments.clone_from(&source.attachments);
    message.image_url.clone_from(&source.image_url);
    message.file_url.clone_from(&source.file_url);
    message.forwarded = source.forwarded.clone().or_else(|| {
        Some(Forwarded {
            message_id: entry.id,
            channel_id: entry.log.cast(),
            user_id: entry.user_id,
            username: entry.username.clone(),
            created_at: entry.created_at,
            text: source.text.clone(),
        })
    });
}

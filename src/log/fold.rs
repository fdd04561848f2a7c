//! How a change alters the message it names. Pure.

use crate::error::{Error, Result};
use crate::limits;
use crate::log::Draft;
use crate::model::{Entry, Id, Message, Reaction, User, What};

/// What a change would do.
#[derive(Debug)]
pub enum Folded {
    Changed,
    /// It is so already: nothing is to be written (deleting twice, the same reaction twice).
    Already,
}

/// Refuses what cannot be done to the message as it stands.
pub fn check(message: &Message, draft: &Draft) -> Result<Folded> {
    let change = &draft.what;
    if message.deleted_at.is_some() {
        return match change {
            What::Delete { .. } => Ok(Folded::Already),
            _ => Err(Error::gone("this message is deleted")),
        };
    }
    match change {
        What::Edit { .. } if draft.base_revision.is_some_and(|base| base != message.revision) => {
            Err(Error::conflict("somebody edited this message meanwhile")
                .detail("revision", message.revision.to_string()))
        }
        What::React { reaction, removed, .. } => react(message, draft.by, reaction, *removed),
        _ => Ok(Folded::Changed),
    }
}

fn react(message: &Message, by: Id<User>, reaction: &Reaction, removed: bool) -> Result<Folded> {
    let there = message.reactions.get(reaction);
    let mine = there.is_some_and(|users| users.contains(&by));
    if mine != removed {
        return Ok(Folded::Already);
    }
    if !removed && there.is_none() && message.reactions.len() >= limits::REACTIONS_PER_MESSAGE {
        let most = limits::REACTIONS_PER_MESSAGE;
        return Err(Error::invalid(
            "reaction",
            format!("a message holds {most} different reactions at most"),
        ));
    }
    Ok(Folded::Changed)
}

/// Folds one entry into the message it names. Older entries than the last folded one change nothing.
pub fn apply(message: &mut Message, entry: &Entry) {
    if entry.seq <= message.folded_seq {
        return;
    }
    message.folded_seq = entry.seq;
    if message.deleted_at.is_some() {
        return;
    }
    match &entry.what {
        What::Edit { text, revision, .. } => {
            message.text.clone_from(text);
            message.revision = *revision;
            message.edited_at = Some(entry.created_at);
        }
        What::Delete { .. } => {
            message.text = None;
            message.mentions.clear();
            message.everyone = None;
            message.attachments.clear();
            message.image_url = None;
            message.file_url = None;
            message.reactions.clear();
            message.deleted_at = Some(entry.created_at);
        }
        What::React { reaction, removed, .. } => {
            let users = message.reactions.entry(reaction.clone()).or_default();
            users.retain(|user| *user != entry.user_id);
            if !removed {
                users.push(entry.user_id);
            }
            message.reactions.retain(|_, users| !users.is_empty());
        }
        _ => {}
    }
}

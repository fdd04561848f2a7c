//! How a change alters the message it names. Pure.

use crate::error::{Error, Result};
use crate::limits;
use crate::log::Draft;
use crate::model::{Entry, Id, Message, Poll, Reaction, Time, User, What};

/// What a change would do.
#[derive(Debug)]
pub enum Folded {
    Changed,
    /// It is so already: nothing is to be written (deleting twice, the same reaction twice).
    Already,
}

/// Refuses what cannot be done to the message as it stands.
pub fn check(message: &Message, draft: &Draft, now: Time) -> Result<Folded> {
    let change = &draft.what;
    if message.deleted_at.is_some() {
        return match change {
            What::Delete { .. } => Ok(Folded::Already),
            What::Message(_) => Err(Error::not_found("message")),
            _ => Err(Error::gone("this message is deleted")),
        };
    }
    match change {
        What::Edit { .. } if draft.base_revision.is_some_and(|base| base != message.revision) => {
            Err(Error::conflict("somebody edited this message meanwhile")
                .detail("revision", message.revision.to_string()))
        }
        What::React { reaction, removed, .. } => react(message, draft.by, reaction, *removed),
        What::Vote { options, .. } => vote(message, draft.by, options, now),
        What::PollClosed { .. } => match poll(message)?.closed_at {
            Some(_) => Ok(Folded::Already),
            None => Ok(Folded::Changed),
        },
        What::Pin { removed, .. } if *removed == message.pinned_at.is_none() => Ok(Folded::Already),
        _ => Ok(Folded::Changed),
    }
}

fn poll(message: &Message) -> Result<&Poll> {
    message.poll.as_ref().ok_or_else(|| Error::conflict("this message is no poll"))
}

fn vote(message: &Message, by: Id<User>, choice: &[u8], now: Time) -> Result<Folded> {
    let poll = poll(message)?;
    poll.check(choice)?;
    if poll.choice(by) == choice {
        return Ok(Folded::Already);
    }
    match poll.is_closed(now) {
        true => Err(Error::conflict("this poll is closed")),
        false => Ok(Folded::Changed),
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
    if entry.what.is_message() {
        return sum_up(message, entry);
    }
    if entry.seq <= message.folded_seq {
        return;
    }
    message.folded_seq = entry.seq;
    if message.deleted_at.is_some() {
        return;
    }
    match &entry.what {
        What::Edit { text, revision, mentions, everyone, .. } => {
            message.text.clone_from(text);
            if let Some(mentions) = mentions {
                (message.mentions, message.everyone) = (mentions.clone(), *everyone);
            }
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
            message.forwarded = None;
            message.poll = None;
            message.reactions.clear();
            (message.pinned_at, message.pinned_by) = (None, None);
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
        What::Vote { options, .. } => {
            message.poll.iter_mut().for_each(|poll| poll.vote(entry.user_id, options));
        }
        What::PollClosed { .. } => {
            message.poll.iter_mut().for_each(|poll| _ = poll.closed_at.get_or_insert(entry.created_at));
        }
        What::Pin { removed: true, .. } => (message.pinned_at, message.pinned_by) = (None, None),
        What::Pin { .. } if message.pinned_at.is_none() => {
            message.pinned_at = Some(entry.created_at);
            message.pinned_by = Some(entry.user_id);
        }
        _ => {}
    }
}

/// Folds a reply, or its deletion, into the root of its thread, also where that is deleted itself.
pub fn sum_up(root: &mut Message, entry: &Entry) {
    root.folded_seq = root.folded_seq.max(entry.seq);
    if let Some((_, thread)) = entry.what.thread()
        && root.thread.as_ref().is_none_or(|known| known.seq < thread.seq)
    {
        root.thread = Some(thread.clone());
    }
}

//! What the store must hold: I-1, I-2, I-3, I-10, I-12.

use std::collections::{BTreeMap, BTreeSet};

use hubbub::event::MessageView;
use hubbub::log::fold;
use hubbub::model::{Entry, Id, Log, Message, User, What};

use super::{Answer, Kept, Noted, Run, Verdict, broken, threads};

type Intent = (Id<Log>, Id<User>, String);

pub(super) fn gap_free(run: &Run) -> Verdict {
    for (log, kept) in &run.dump.logs {
        let (mut before, mut messages) = (None::<&Entry>, 0);
        for (place, entry) in kept.entries.iter().enumerate() {
            if entry.seq != place as u64 + 1 {
                return broken("I-3", format!("entry {} of log {log} has the seq {}", place + 1, entry.seq));
            }
            if before.is_some_and(|before| before.created_at > entry.created_at) {
                return broken("I-3", format!("time goes back at seq {} of log {log}", entry.seq));
            }
            messages += u64::from(entry.what.is_message());
            if entry.messages != messages {
                return broken(
                    "I-3",
                    format!(
                        "seq {} of log {log} counts {} messages of {messages}",
                        entry.seq, entry.messages
                    ),
                );
            }
            before = Some(entry);
        }
    }
    Ok(())
}

pub(super) fn acknowledged(run: &Run) -> Verdict {
    for (journal, note) in run.notes() {
        if let Noted::Changed { log, epoch, seq, target } = &note.what {
            let kept = run.dump.logs.get(log).filter(|kept| kept.epoch == *epoch);
            let entry = kept.and_then(|kept| kept.entries.get((*seq as usize).wrapping_sub(1)));
            if entry.is_none_or(|entry| entry.what.target() != Some(*target) || entry.user_id != journal.user)
            {
                return broken(
                    "I-1",
                    format!(
                        "a change of {target} was answered ok at seq {seq} of {log}, where the store holds {entry:?}"
                    ),
                );
            }
        }
        let Noted::Answered { log, intent, answer: Answer::Kept { id, seq, epoch } } = &note.what else {
            continue;
        };
        let kept = run.dump.logs.get(log);
        let entry = kept.and_then(|kept| kept.entries.get((*seq as usize).wrapping_sub(1)));
        let there = entry.is_some_and(|entry| {
            entry.id == *id
                && entry.user_id == journal.user
                && entry.client_msg_id.as_ref().is_some_and(|kept| kept.as_str() == intent)
        });
        if !there || kept.is_none_or(|kept| kept.epoch != *epoch) {
            return broken(
                "I-1",
                format!(
                    "{intent} was answered ok with {id} at seq {seq} of {log}, where the store holds {entry:?}"
                ),
            );
        }
    }
    Ok(())
}

pub(super) fn once(run: &Run) -> Verdict {
    let mut seen = BTreeMap::new();
    for (log, kept) in &run.dump.logs {
        for entry in &kept.entries {
            let Some(intent) = intent(*log, entry) else { continue };
            if let Some(first) = seen.insert(intent, entry.seq) {
                return broken("I-2", format!("seq {first} and {} of {log} are one intent", entry.seq));
            }
        }
    }
    for intent in refused_for_good(run) {
        if let Some(seq) = seen.get(&intent) {
            return broken("I-2", format!("{} was always refused and is kept at seq {seq}", intent.2));
        }
    }
    Ok(())
}

fn intent(log: Id<Log>, entry: &Entry) -> Option<Intent> {
    entry.client_msg_id.as_ref().map(|id| (log, entry.user_id, id.as_str().to_owned()))
}

/// Intents of which every try was answered, and each time with a refusal.
fn refused_for_good(run: &Run) -> BTreeSet<Intent> {
    let mut open = BTreeMap::<Intent, (u64, u64)>::new();
    for (journal, note) in run.notes() {
        match &note.what {
            Noted::Sent { log, intent, .. } => {
                open.entry((*log, journal.user, intent.clone())).or_default().0 += 1;
            }
            Noted::Answered { log, intent, answer: Answer::Refused } => {
                open.entry((*log, journal.user, intent.clone())).or_default().1 += 1;
            }
            _ => {}
        }
    }
    open.into_iter().filter(|(_, (sent, refused))| sent == refused).map(|(intent, _)| intent).collect()
}

pub(super) fn nothing_invented(run: &Run) -> Verdict {
    let sent = sent(run);
    for (log, kept) in &run.dump.logs {
        for entry in &kept.entries {
            let What::Message(message) = &entry.what else { continue };
            let Some(intent) = intent(*log, entry) else { continue };
            match sent.get(&intent) {
                None => return broken("I-10", format!("nobody sent seq {} of {log}", entry.seq)),
                Some(text)
                    if message.revision == 0
                        && message.deleted_at.is_none()
                        && message.text.as_ref().is_none_or(|kept| kept.as_str() != *text) =>
                {
                    return broken(
                        "I-10",
                        format!("seq {} of {log} says {:?}, sent was {text:?}", entry.seq, message.text),
                    );
                }
                Some(_) => {}
            }
        }
    }
    Ok(())
}

fn sent(run: &Run) -> BTreeMap<Intent, &str> {
    let mut sent = BTreeMap::new();
    for (journal, note) in run.notes() {
        if let Noted::Sent { log, intent, text } = &note.what {
            sent.insert((*log, journal.user, intent.clone()), text.as_str());
        }
    }
    sent
}

pub(super) fn folded(run: &Run) -> Verdict {
    let sent = sent(run);
    for (log, kept) in &run.dump.logs {
        for entry in &kept.entries {
            let What::Message(message) = &entry.what else { continue };
            let text = intent(*log, entry).and_then(|intent| sent.get(&intent).copied());
            let again = fold_again(kept, entry, message, text);
            if !same(&again, message) {
                return broken(
                    "I-12",
                    format!("seq {} of {log} folds to {again:?}, its row is {message:?}", entry.seq),
                );
            }
        }
        in_turn(*log, kept)?;
        threads::counted(*log, kept)?;
        if let Some(late) = kept.entries.iter().find(|entry| is_unfolded(entry)) {
            return broken("I-12", format!("seq {} of {log} was never folded in", late.seq));
        }
        history(*log, kept)?;
    }
    Ok(())
}

/// Revisions rise by one, and nothing changes what is deleted (D-14, D-15).
fn in_turn(log: Id<Log>, kept: &Kept) -> Verdict {
    let mut states = BTreeMap::<Id<Entry>, (u32, bool)>::new();
    for entry in &kept.entries {
        let Some(target) = entry.what.target() else { continue };
        let (revision, deleted) = states.entry(target).or_default();
        if *deleted {
            return broken("I-12", format!("seq {} of {log} changes a deleted message", entry.seq));
        }
        match entry.what {
            What::Edit { revision: next, .. } if next != *revision + 1 => {
                return broken(
                    "I-12",
                    format!("seq {} of {log} makes revision {next} of {revision}", entry.seq),
                );
            }
            What::Edit { .. } => *revision += 1,
            What::Delete { .. } => *deleted = true,
            _ => {}
        }
    }
    Ok(())
}

fn fold_again(kept: &Kept, entry: &Entry, row: &Message, sent: Option<&str>) -> Message {
    let mut again = Message { revision: 0, edited_at: None, deleted_at: None, folded_seq: 0, ..row.clone() };
    again.reactions.clear();
    (again.pinned_at, again.pinned_by) = (None, None);
    if row.thread_id.is_none() {
        again.thread = None;
    }
    if let Some(poll) = &mut again.poll {
        poll.votes.clear();
        poll.closed_at = None;
    }
    again.text = sent.and_then(|text| text.parse().ok()).or(row.text.clone());
    for change in &kept.entries {
        if change.what.target() == Some(entry.id) {
            fold::apply(&mut again, change);
        }
        if change.what.thread().is_some_and(|(root, _)| root == entry.id) {
            fold::sum_up(&mut again, change);
        }
    }
    again
}

/// All that is seen of a message; how far it was folded may lag behind changes without effect.
fn same(one: &Message, other: &Message) -> bool {
    Message { folded_seq: 0, ..one.clone() } == Message { folded_seq: 0, ..other.clone() }
}

fn is_unfolded(entry: &Entry) -> bool {
    matches!(
        entry.what,
        What::Edit { folded: false, .. }
            | What::Delete { folded: false, .. }
            | What::React { folded: false, .. }
            | What::Pin { folded: false, .. }
            | What::Vote { folded: false, .. }
            | What::PollClosed { folded: false, .. }
            | What::Message(Message { folded: Some(false), .. })
    )
}

fn history(log: Id<Log>, kept: &Kept) -> Verdict {
    let Some(history) = &kept.history else { return Ok(()) };
    let rows = kept.entries.iter().filter_map(|entry| match &entry.what {
        What::Message(message) => Some(MessageView::of(entry, message)),
        _ => None,
    });
    let rows: Vec<MessageView> = rows.collect();
    if rows != *history {
        let odd = rows.iter().zip(history).find(|(row, shown)| row != shown);
        return broken(
            "I-12",
            format!(
                "history of {log} shows {} of {} messages; first other: {odd:?}",
                history.len(),
                rows.len()
            ),
        );
    }
    Ok(())
}

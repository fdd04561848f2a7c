//! What clients may have seen: I-4, I-5, I-6, I-7, I-11, I-13.

use std::collections::BTreeMap;

use hubbub::event::Durable;
use hubbub::model::{Entry, Epoch, Id, Log, Seq, User, What};

use super::{Answer, Journal, Kept, Noted, Run, Verdict, broken, place};

/// What tells one entry from another, whoever speaks of it; none for a skip.
fn mark(event: &Durable) -> Option<String> {
    Some(match event {
        Durable::NewMessage(said) => format!("message {}", said.what.message.id),
        Durable::MessageEdited(said) => format!("edit {} of {}", said.what.revision, said.what.message_id),
        Durable::MessageDeleted(said) => format!("deletion of {}", said.what.message_id),
        Durable::ReactionUpdated(said) => format!("{:?}", said.what),
        Durable::MessagePinned(said) => format!("{:?}", said.what),
        Durable::PollVoted(said) => format!("{:?}", said.what),
        Durable::PollClosed(said) => format!("{:?}", said.what),
        Durable::Skip(_) => return None,
        other => format!("{other:?}"),
    })
}

pub(super) fn one_meaning(run: &Run) -> Verdict {
    let mut meanings = BTreeMap::<(Id<Log>, String, Seq), String>::new();
    for (_, note) in run.notes() {
        let (place, mark) = match &note.what {
            Noted::Applied { event, .. } => {
                let (log, Epoch(epoch), seq, _) = place(event);
                let Some(mark) = mark(event) else { continue };
                ((log, epoch.clone(), seq), mark)
            }
            Noted::Answered { log, answer: Answer::Kept { id, seq, epoch: Epoch(epoch) }, .. } => {
                ((*log, epoch.clone(), *seq), format!("message {id}"))
            }
            _ => continue,
        };
        let first = meanings.entry(place.clone()).or_insert_with(|| mark.clone());
        if *first != mark {
            return broken("I-4", format!("seq {} of {} is both {first} and {mark}", place.2, place.0));
        }
    }
    Ok(())
}

pub(super) fn in_steps(run: &Run) -> Verdict {
    for journal in &run.journals {
        let mut positions = BTreeMap::<Id<Log>, (Epoch, Seq)>::new();
        for note in &journal.notes {
            match &note.what {
                Noted::Reset { log, epoch, seq } => {
                    positions.insert(*log, (epoch.clone(), *seq));
                }
                Noted::Stopped { log } => drop(positions.remove(log)),
                Noted::Applied { event, .. } => {
                    let (log, epoch, seq, to) = place(event);
                    let before = positions.insert(log, (epoch.clone(), to));
                    if before.as_ref().is_none_or(|(was, before)| was != epoch || seq != before + 1) {
                        return broken(
                            "I-5",
                            format!("{} applied seq {seq} of {log} after {before:?}", journal.user),
                        );
                    }
                }
                _ => {}
            }
        }
    }
    Ok(())
}

pub(super) fn caught_up(run: &Run) -> Verdict {
    for journal in &run.journals {
        let mut connected = false;
        let mut positions = BTreeMap::<Id<Log>, Seq>::new();
        for note in &journal.notes {
            match &note.what {
                Noted::Connected => connected = true,
                Noted::Closed => connected = false,
                Noted::Reset { log, seq, .. } => drop(positions.insert(*log, *seq)),
                Noted::Applied { event, .. } => {
                    let (log, _, _, to) = place(event);
                    positions.insert(log, to);
                }
                Noted::Stopped { log } => drop(positions.remove(log)),
                _ => {}
            }
        }
        for (log, position) in positions.into_iter().filter(|_| connected) {
            let entries = run.dump.logs.get(&log).map_or(&[][..], |kept| &kept.entries);
            let head = entries.len() as Seq;
            if position != head {
                let missed: Vec<_> = entries.iter().filter(|entry| entry.seq > position).collect();
                return broken(
                    "I-6",
                    format!(
                        "{} stands at {position} of {head} in {log} and missed {missed:#?}",
                        journal.user
                    ),
                );
            }
        }
    }
    Ok(())
}

pub(super) fn authorised(run: &Run) -> Verdict {
    for (journal, note) in run.notes() {
        let Noted::Applied { event, live } = &note.what else { continue };
        let (log, _, seq, _) = place(event);
        let Some(kept) = run.dump.logs.get(&log) else { continue };
        if Id::<Log>::from(journal.user) != log && !may_hear(kept, journal.user, seq, *live) {
            return broken(
                "I-7",
                format!(
                    "{} heard seq {seq} of {log} (live: {live}) without being allowed to: {:?}",
                    journal.user,
                    turns(kept, journal.user).collect::<Vec<_>>()
                ),
            );
        }
    }
    Ok(())
}

/// Live: while reading, with the entries that begin and end it. Later: whoever may read at all,
/// reads everything, so only who never came back may not.
fn may_hear(kept: &Kept, user: Id<User>, seq: Seq, live: bool) -> bool {
    let mut reads = kept.readers.contains(&user);
    for (at, comes) in turns(kept, user) {
        if (at > seq || (at == seq && !comes)) && (live || reads) {
            return reads;
        }
        reads = comes;
    }
    reads
}

/// When somebody came (true) and went.
fn turns(kept: &Kept, user: Id<User>) -> impl Iterator<Item = (Seq, bool)> {
    kept.entries.iter().filter_map(move |entry| turn(entry, user).map(|comes| (entry.seq, comes)))
}

/// Whether the entry begins or ends somebody's reading.
pub(super) fn turn(entry: &Entry, user: Id<User>) -> Option<bool> {
    match &entry.what {
        What::MemberJoined { member, .. } if *member == user => Some(true),
        What::MemberLeft { member, .. } if *member == user => Some(false),
        _ => None,
    }
}

pub(super) fn held_by_the_store(run: &Run) -> Verdict {
    for (journal, note) in run.notes() {
        let Noted::Applied { event, .. } = &note.what else { continue };
        let (log, epoch, seq, _) = place(event);
        let Some(kept) = run.dump.logs.get(&log) else {
            return broken("I-11", format!("{} heard of a log {log} that is not there", journal.user));
        };
        let entry = kept.entries.get(seq as usize - 1);
        let true_to = entry.is_some_and(|entry| kept.epoch == *epoch && agrees(event, entry, &kept.epoch));
        if !true_to {
            return broken("I-11", format!("{} applied {event:?}, the store holds {entry:?}", journal.user));
        }
    }
    Ok(())
}

/// A message may be shown as it was at any time before; what does not change must be the same.
fn agrees(event: &Durable, entry: &Entry, epoch: &Epoch) -> bool {
    match (event, &entry.what) {
        (Durable::NewMessage(said), What::Message(now)) => {
            let said = &said.what.message;
            let same_text =
                said.revision != now.revision || said.deleted_at != now.deleted_at || said.text == now.text;
            said.id == entry.id
                && said.user_id == entry.user_id
                && said.created_at == entry.created_at
                && same_text
        }
        (Durable::MessageEdited(said), What::Edit { target, text, revision, mentions, everyone, .. }) => {
            let same_words = text.as_ref().is_none_or(|text| {
                let calls = said.what.mentions == *mentions && said.what.everyone == *everyone;
                *text == said.what.text && calls
            });
            said.what.message_id == *target && said.what.revision == *revision && same_words
        }
        (Durable::Skip(_), What::Edit { text: None, .. }) => true,
        _ => *event == Durable::of(entry, epoch),
    }
}

pub(super) fn markers(run: &Run) -> Verdict {
    for journal in &run.journals {
        told_markers(journal)?;
    }
    let mut notes: Vec<_> = run.notes().collect();
    notes.sort_by_key(|(_, note)| note.at);
    let mut marked = BTreeMap::<(Id<User>, Id<Log>), Seq>::new();
    for (journal, note) in notes {
        let Noted::Marked { log, seq } = &note.what else { continue };
        let before = marked.insert((journal.user, *log), *seq);
        if before.is_some_and(|before| before > *seq) {
            return broken(
                "I-13",
                format!("the read marker of {} in {log} fell from {before:?} to {seq}", journal.user),
            );
        }
    }
    Ok(())
}

/// What a device is told of its user's markers rises as well.
fn told_markers(journal: &Journal) -> Verdict {
    let mut told = BTreeMap::<String, u64>::new();
    for note in &journal.notes {
        let Noted::Applied { event: Durable::ReadUpdated(said), .. } = &note.what else { continue };
        let about = &said.what.about;
        let (channel, seq) = (about["channelId"].to_string(), about["seq"].as_u64().unwrap_or(0));
        let before = told.insert(channel.clone(), seq);
        if before.is_some_and(|before| before > seq) {
            return broken(
                "I-13",
                format!("{} was told of {before:?} in {channel} and then of {seq}", journal.user),
            );
        }
    }
    Ok(())
}

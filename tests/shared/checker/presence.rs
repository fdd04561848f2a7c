//! Who was shown to be there, against who really was: I-14. Judged only of people who could see
//! each other all the time, and only where nothing had changed for long enough.

use std::collections::{BTreeMap, BTreeSet};

use hubbub::model::{Id, User};

use super::clients::turn;
use super::{Journal, Noted, Run, Verdict, broken};

/// Whatever happened longer ago than this must be known: microseconds, as `Note::at`.
const QUIET: u64 = 35_000_000;

/// Somebody was there, was not, or nobody knows, from one moment to another.
#[derive(Clone, Copy, Debug)]
struct Span {
    from: u64,
    to: u64,
    there: Option<bool>,
}

/// What one client held to be so.
#[derive(Debug)]
struct Belief {
    of: Id<User>,
    online: bool,
    from: u64,
    to: u64,
}

pub(super) fn true_when_quiet(run: &Run) -> Verdict {
    let end = run.notes().map(|(_, note)| note.at).max().unwrap_or(0);
    let knows = |journal: &&Journal| !journal.notes.iter().any(|note| matches!(note.what, Noted::Narrow));
    let people: BTreeSet<Id<User>> = run.journals.iter().filter(knows).map(|journal| journal.user).collect();
    let spans: BTreeMap<_, _> = people.iter().map(|user| (*user, truth(run, *user, end))).collect();
    for journal in run.journals.iter().filter(knows) {
        let companions: Vec<_> =
            people.iter().copied().filter(|other| see_each_other(run, journal.user, *other)).collect();
        for Belief { of, online, from, to } in beliefs(journal, &companions) {
            let wrong = spans[&of]
                .iter()
                .find(|span| span.there == Some(!online) && from.max(span.from + QUIET) < to.min(span.to));
            if let Some(span) = wrong {
                return broken(
                    "I-14",
                    format!(
                        "{} held {of} to be online={online} from {from} to {to}, who was the opposite {span:?}",
                        journal.user
                    ),
                );
            }
        }
    }
    Ok(())
}

/// Whether both came to read one log, which they did before anybody was asked about, and never left it.
fn see_each_other(run: &Run, one: Id<User>, other: Id<User>) -> bool {
    run.dump.logs.values().any(|kept| {
        let stays = |user: Id<User>| {
            let turns: Vec<bool> = kept.entries.iter().filter_map(|entry| turn(entry, user)).collect();
            (kept.readers.contains(&user) || turns.contains(&true)) && !turns.contains(&false)
        };
        stays(one) && stays(other)
    })
}

/// A belief begins with what is asked or told, and ends with the next word or with the connection.
fn beliefs(journal: &Journal, companions: &[Id<User>]) -> Vec<Belief> {
    let mut held = BTreeMap::<Id<User>, (bool, u64)>::new();
    let mut ended = Vec::new();
    for note in &journal.notes {
        let said: Vec<(Id<User>, bool)> = match &note.what {
            Noted::Listed { online } => companions.iter().map(|of| (*of, online.contains(of))).collect(),
            Noted::Seen { of, online } if companions.contains(of) => vec![(*of, *online)],
            Noted::Connected | Noted::Closed => {
                ended.extend(std::mem::take(&mut held).into_iter().map(until(note.at)));
                continue;
            }
            _ => continue,
        };
        for (of, online) in said {
            let before = held.insert(of, (online, note.at));
            ended.extend(before.map(|before| until(note.at)((of, before))));
        }
    }
    let last = journal.notes.last().map_or(0, |note| note.at);
    ended.extend(held.into_iter().map(until(last)));
    ended
}

fn until(to: u64) -> impl Fn((Id<User>, (bool, u64))) -> Belief {
    move |(of, (online, from))| Belief { of, online, from, to }
}

/// When the user had a connection on any device. After the last word of a device that did not close
/// nobody knows.
fn truth(run: &Run, user: Id<User>, end: u64) -> Vec<Span> {
    let devices: Vec<Vec<Span>> = run
        .journals
        .iter()
        .filter(|journal| journal.user == user)
        .map(|journal| device(journal, end))
        .collect();
    let turns: BTreeSet<u64> = devices.iter().flatten().flat_map(|span| [span.from, span.to]).collect();
    let turns: Vec<u64> = turns.into_iter().collect();
    let mut whole: Vec<Span> = Vec::new();
    for pair in turns.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let at: Vec<Option<bool>> = devices
            .iter()
            .filter_map(|spans| spans.iter().find(|span| span.from <= from && from < span.to))
            .map(|span| span.there)
            .collect();
        let there = if at.contains(&Some(true)) {
            Some(true)
        } else if at.contains(&None) {
            None
        } else {
            Some(false)
        };
        match whole.last_mut() {
            Some(last) if last.there == there => last.to = to,
            _ => whole.push(Span { from, to, there }),
        }
    }
    whole
}

fn device(journal: &Journal, end: u64) -> Vec<Span> {
    let mut spans = Vec::new();
    let (mut from, mut there) = (0, Some(false));
    for note in &journal.notes {
        let now = match note.what {
            Noted::Knocked => None,
            Noted::Connected => Some(true),
            Noted::Closed => Some(false),
            _ => continue,
        };
        if now != there {
            spans.push(Span { from, to: note.at, there });
            (from, there) = (note.at, now);
        }
    }
    let last = if there == Some(true) { journal.notes.last().map_or(0, |note| note.at) } else { end };
    spans.push(Span { from, to: last, there });
    spans.push(Span { from: last, to: end, there: None });
    spans
}

//! In which order messages must stand: I-8 and I-9.

use std::collections::BTreeMap;

use hubbub::model::{Id, Log, Seq, User};

use super::{Answer, Noted, Run, Verdict, broken};

/// Who was answered before another was first sent stands before it, whoever they are.
pub(super) fn real_time(run: &Run) -> Verdict {
    let mut notes: Vec<_> = run.notes().collect();
    notes.sort_by_key(|(_, note)| note.at);
    // What was known to be kept when each intent was first sent.
    let mut known = BTreeMap::<Id<Log>, (Seq, String)>::new();
    let mut first_sent = BTreeMap::<(Id<Log>, Id<User>, String), (Seq, String)>::new();
    for (journal, note) in notes {
        match &note.what {
            Noted::Sent { log, intent, .. } => {
                let before = known.get(log).cloned().unwrap_or_default();
                first_sent.entry((*log, journal.user, intent.clone())).or_insert(before);
            }
            Noted::Answered { log, intent, answer: Answer::Kept { seq, .. } } => {
                if let Some((before, other)) = first_sent.get(&(*log, journal.user, intent.clone()))
                    && seq <= before
                    && other != intent
                {
                    return broken(
                        "I-8",
                        format!(
                            "{intent} was sent after {other} was answered with seq {before} of {log}, and got {seq}"
                        ),
                    );
                }
                let newest = known.entry(*log).or_default();
                if *seq > newest.0 {
                    *newest = (*seq, intent.clone());
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// What one socket sends one after the other stands in that order, unless it had to be repeated.
pub(super) fn of_a_sender(run: &Run) -> Verdict {
    for journal in &run.journals {
        let mut tries = BTreeMap::<(Id<Log>, &str), u64>::new();
        let mut kept = BTreeMap::<(Id<Log>, &str), Seq>::new();
        for note in &journal.notes {
            match &note.what {
                Noted::Sent { log, intent, .. } => *tries.entry((*log, intent)).or_default() += 1,
                Noted::Answered { log, intent, answer: Answer::Kept { seq, .. } } => {
                    kept.insert((*log, intent), *seq);
                }
                _ => {}
            }
        }
        let mut before = BTreeMap::<Id<Log>, (Seq, &str)>::new();
        for note in &journal.notes {
            match &note.what {
                Noted::Connected => before.clear(),
                Noted::Sent { log, intent, .. } if tries.get(&(*log, intent.as_str())) == Some(&1) => {
                    let Some(seq) = kept.get(&(*log, intent.as_str())) else { continue };
                    if let Some((earlier, other)) = before.insert(*log, (*seq, intent))
                        && earlier > *seq
                    {
                        return broken(
                            "I-9",
                            format!(
                                "{} sent {other} before {intent}, which stands at seq {seq} of {log} before {earlier}",
                                journal.user
                            ),
                        );
                    }
                }
                _ => {}
            }
        }
    }
    Ok(())
}

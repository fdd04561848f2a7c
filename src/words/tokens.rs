//! What is kept of a message so that it can be found: short pieces, the same on both engines.
//!
//! Of a word the letters three by three, with a mark before its beginning and after its end, and its
//! first letter with the mark; of a run its letters one by one and two by two. What else a question may
//! name is one token each. The marks are letters for private use, which no text is read as.

use std::collections::BTreeSet;

use super::query::Has;
use super::reading::{Kind, Reading, Unit};
use crate::model::{Channel, Id, User};

const START: char = '\u{e000}';
const END: char = '\u{e001}';
const CHANNEL: char = '\u{e002}';
const AUTHOR: char = '\u{e003}';
const HAS: char = '\u{e004}';
const PINNED: char = '\u{e005}';

/// Of what a message says; no more than two for each letter.
pub fn tokens(text: &str) -> BTreeSet<String> {
    let reading = Reading::of(text);
    reading.units.iter().flat_map(of_unit).collect()
}

fn of_unit(unit: &Unit) -> Vec<String> {
    match unit.kind {
        Kind::Word => whole(&unit.letters),
        Kind::Run => [pieces(&unit.letters, 1), pieces(&unit.letters, 2)].concat(),
    }
}

/// Of a word that is this one.
pub(super) fn whole(letters: &[char]) -> Vec<String> {
    let mut marked = begun(letters);
    marked.extend(pieces(&[&[START], letters, &[END]].concat(), 3).pop());
    marked
}

/// Of a word that begins so.
pub(super) fn begun(letters: &[char]) -> Vec<String> {
    let marked = [&[START], letters].concat();
    let first = marked.iter().take(2).collect();
    [vec![first], pieces(&marked, 3)].concat()
}

/// Of a word that ends so.
pub(super) fn ended(letters: &[char]) -> Vec<String> {
    pieces(&[letters, &[END]].concat(), 3)
}

/// `size` letters at a time; none where there are fewer.
pub(super) fn pieces(letters: &[char], size: usize) -> Vec<String> {
    letters.windows(size).map(|piece| piece.iter().collect()).collect()
}

pub fn channel(id: Id<Channel>) -> String {
    format!("{CHANNEL}{id}")
}

pub fn author(id: Id<User>) -> String {
    format!("{AUTHOR}{id}")
}

pub fn has(what: Has) -> String {
    format!("{HAS}{}", what.name())
}

pub fn pinned() -> String {
    PINNED.to_string()
}

/// Whether a text holds a link to the web.
pub fn links(text: &str) -> bool {
    let leads_on = |scheme: &str| {
        text.split(scheme).skip(1).any(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '['))
    };
    leads_on("https://") || leads_on("http://")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> Vec<String> {
        tokens(text).iter().map(|token| token.replace(START, "^").replace(END, "$")).collect()
    }

    #[test]
    fn words_are_kept_by_three_and_runs_by_one_and_two() {
        assert_eq!(shown("cats"), ["ats", "cat", "ts$", "^c", "^ca"]);
        assert_eq!(shown("a I"), ["^a", "^a$", "^i", "^i$"]);
        assert_eq!(shown("東京都"), ["京", "京都", "東", "東京", "都"]);
    }

    #[test]
    fn a_link_leads_somewhere() {
        for text in ["see https://example.org", "(http://a.example)", "HTTPS://x https://y"] {
            assert!(links(text), "{text}");
        }
        for text in ["https://", "http:// x", "example.org", "no"] {
            assert!(!links(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn they_are_bounded_and_no_text_makes_a_mark_of_ours(text in "\\PC{0,80}") {
            let found = tokens(&text);
            prop_assert!(found.len() <= 2 * super::super::fold::fold(&text).len());
            prop_assert!(found.iter().all(|token| !token.starts_with([CHANNEL, AUTHOR, HAS, PINNED])));
            prop_assert!(found.iter().all(|token| !token.contains(|c: char| c.is_whitespace() || c == '"')));
        }
    }
}

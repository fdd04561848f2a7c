//! Whom a text calls: `@name`, and `@here`, `@channel` or `@everyone` for all at once. Pure: whether
//! there is such a person, and who may call them, is decided elsewhere.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::limits;

/// All readers of a channel at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Everyone {
    /// Those who are online.
    Here,
    Channel,
}

/// What stands behind the `@`s of a text, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Called {
    /// Of each the names it can mean, the longest first: a full stop may end a name or a sentence.
    pub people: Vec<Vec<String>>,
    pub everyone: Option<Everyone>,
}

impl Called {
    pub fn is_nobody(&self) -> bool {
        self.people.is_empty() && self.everyone.is_none()
    }

    /// What is code calls nobody, nor does an `@` within a word or behind a backslash.
    pub fn by(text: &str) -> Called {
        let mut called = Called::default();
        if !text.contains('@') {
            return called;
        }
        for prose in prose(text) {
            let mut before = None;
            for (place, character) in prose.char_indices() {
                if character == '@' && Called::may_begin_after(before) {
                    called.take(prose.get(place + 1..).unwrap_or_default());
                }
                before = Some(character);
            }
        }
        called
    }

    /// Whether an `@` behind this sign can call anybody.
    pub fn may_begin_after(before: Option<char>) -> bool {
        !before.is_some_and(|c| c.is_alphanumeric() || "_\\@".contains(c))
    }

    /// What one `@` calls, by the text behind it.
    pub fn after_sign(text: &str) -> Called {
        let mut called = Called::default();
        called.take(text);
        called
    }

    fn take(&mut self, after: &str) {
        let end =
            after.find(|c: char| !(c.is_ascii_alphanumeric() || ".-_".contains(c))).unwrap_or(after.len());
        let word = after.get(..end).unwrap_or_default().to_ascii_lowercase();
        // Letters of other scripts go on with the word, and no name has them.
        if after.get(end..).and_then(|rest| rest.chars().next()).is_some_and(char::is_alphanumeric) {
            return;
        }
        match word.trim_end_matches(['.', '-', '_']) {
            "here" => self.everyone = self.everyone.max(Some(Everyone::Here)),
            "channel" | "everyone" => self.everyone = Some(Everyone::Channel),
            _ => self.people.extend(Some(names(&word)).filter(|names| !names.is_empty())),
        }
    }
}

/// The word, and what is left of it without what may as well be punctuation.
fn names(word: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = word;
    loop {
        if limits::USERNAME_CHARS.contains(&rest.len()) {
            names.push(rest.to_owned());
        }
        match rest.strip_suffix(['.', '-', '_']) {
            Some(shorter) if names.len() < 4 => rest = shorter,
            _ => return names,
        }
    }
}

/// The parts of a Markdown text that are no code.
fn prose(text: &str) -> Vec<&str> {
    let (mut parts, mut fence, mut start, mut place) = (Vec::new(), None, 0, 0);
    for line in text.split_inclusive('\n') {
        let next = place + line.len();
        match (fence, fence_of(line)) {
            (None, Some(opened)) => {
                parts.extend(text.get(start..place));
                fence = Some(opened);
            }
            (Some(opened), Some(closed)) if closes(opened, closed, line) => (fence, start) = (None, next),
            _ => {}
        }
        place = next;
    }
    if fence.is_none() {
        parts.extend(text.get(start..));
    }
    parts.into_iter().flat_map(outside_of_spans).collect()
}

/// The sign and the length of a fence that a line begins or ends a block with.
fn fence_of(line: &str) -> Option<(char, usize)> {
    let text = line.trim_start_matches(' ');
    if line.len() - text.len() > 3 {
        return None;
    }
    let sign = text.chars().next().filter(|sign| "`~".contains(*sign))?;
    let length = text.chars().take_while(|c| *c == sign).count();
    let rest = text.get(length..).unwrap_or_default();
    // What a line of backticks encloses further on is a span.
    (length >= 3 && !(sign == '`' && rest.contains('`'))).then_some((sign, length))
}

fn closes(opened: (char, usize), closed: (char, usize), line: &str) -> bool {
    closed.0 == opened.0 && closed.1 >= opened.1 && line.trim().chars().all(|c| c == opened.0)
}

/// What lies between code spans: a run of backticks opens one, and the next run as long closes it.
fn outside_of_spans(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut place) = (Vec::new(), 0, 0);
    while let Some(run) = run_from(text, place) {
        let mut look = run.end;
        let end = std::iter::from_fn(|| {
            let next = run_from(text, look)?;
            look = next.end;
            Some(next)
        })
        .try_for_each(|next| match next.len() == run.len() {
            true => ControlFlow::Break(next.end),
            false => ControlFlow::Continue(()),
        });
        place = run.end;
        if let ControlFlow::Break(end) = end {
            parts.extend(text.get(start..run.start));
            (start, place) = (end, end);
        }
    }
    parts.extend(text.get(start..));
    parts
}

/// The next run of backticks.
fn run_from(text: &str, from: usize) -> Option<std::ops::Range<usize>> {
    let start = from + text.get(from..)?.find('`')?;
    let length = text.get(start..)?.bytes().take_while(|byte| *byte == b'`').count();
    Some(start..start + length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The longest name of each.
    fn people(text: &str) -> Vec<String> {
        Called::by(text).people.into_iter().map(|names| names[0].clone()).collect()
    }

    fn everyone(text: &str) -> Option<Everyone> {
        Called::by(text).everyone
    }

    #[test]
    fn a_name_is_called_with_its_sign() {
        assert_eq!(people("@ann and (@Ben_2), hello@example.org"), ["ann", "ben_2"]);
        assert_eq!(people("\\@ann @@ben @x @"), [""; 0], "escaped, doubled, too short, nothing");
        assert_eq!(people("@annä @日本"), [""; 0]);
        assert_eq!(people("日本 @ann、"), ["ann"]);
    }

    #[test]
    fn a_full_stop_belongs_to_the_name_or_to_the_sentence() {
        let called = Called::by("ask @ann.");
        assert_eq!(called.people, [["ann.", "ann"]]);
        assert_eq!(Called::by("@ann.lee").people, [["ann.lee"]]);
    }

    #[test]
    fn everyone_is_more_than_those_who_are_here() {
        assert_eq!(everyone("@here!"), Some(Everyone::Here));
        assert_eq!(everyone("@channel. @here"), Some(Everyone::Channel));
        assert_eq!(everyone("@Everyone"), Some(Everyone::Channel));
        assert_eq!(everyone("@hereby at here"), None);
    }

    #[test]
    fn code_calls_nobody() {
        assert_eq!(people("`@ann` and ``a ` @ben`` but @cem"), ["cem"]);
        assert_eq!(people("a ` alone @dan"), ["dan"]);
        assert_eq!(people("```\n@ann\n~~~\n@ben\n```\n@cem"), ["cem"]);
        assert_eq!(people("~~~ text\n@ann\n```\n~~~~\n@cem\n```rust\n@dan"), ["cem"]);
        assert_eq!(people("```not a fence``` @eva"), ["eva"]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[@`~\\n\\\\ a-c.é]{0,60}") {
            for names in Called::by(&text).people {
                prop_assert!(!names.is_empty() && names.iter().all(|name| text.to_lowercase().contains(name.as_str())));
            }
        }
    }
}

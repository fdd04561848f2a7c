//! What means something within a line besides Markdown: addresses, names of people and of emoji.

use crate::model::{Called, Everyone};

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Text(&'a str),
    Link(&'a str),
    /// What begins with `@`, and the names it can mean, the longest first.
    Person(&'a str, Vec<String>),
    Everyone(&'a str),
    Emoji(&'static str),
}

/// A text as parts, in order and with nothing left out. `before` is what stands in front of it.
pub(super) fn parts(text: &str, before: Option<char>) -> Vec<Part<'_>> {
    let (mut parts, mut rest, mut before) = (Vec::new(), text, before);
    while let Some((head, found, tail)) = next(rest, before) {
        parts.extend((!head.is_empty()).then_some(Part::Text(head)));
        // Emoji may stand side by side; a name or an address ends in a letter or sign of its own.
        before = match found {
            Part::Emoji(_) => None,
            _ => rest.strip_suffix(tail).and_then(|read| read.chars().next_back()),
        };
        parts.push(found);
        rest = tail;
    }
    parts.extend((!rest.is_empty()).then_some(Part::Text(rest)));
    parts
}

/// The first part that means something, with what is before and after it.
fn next(text: &str, before: Option<char>) -> Option<(&str, Part<'_>, &str)> {
    let mut earlier = before;
    for (place, sign) in text.char_indices() {
        let (head, rest) = text.split_at_checked(place)?;
        let found = match sign {
            'h' | 'H' if !earlier.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') => link(rest),
            '@' if Called::may_begin_after(earlier) => name(rest),
            ':' if !earlier.is_some_and(|c| c.is_alphanumeric() || "_:\\".contains(c)) => emoji(rest),
            _ => None,
        };
        if let Some((part, length)) = found {
            return Some((head, part, rest.get(length..)?));
        }
        earlier = Some(sign);
    }
    None
}

/// The address that this begins with. What ends a sentence does not belong to it.
fn link(text: &str) -> Option<(Part<'_>, usize)> {
    let begins = |scheme: &str| {
        let found = text.get(..scheme.len())?.eq_ignore_ascii_case(scheme);
        text.get(scheme.len()..).filter(|_| found)
    };
    let rest = begins("https://").or_else(|| begins("http://"))?;
    if !rest.starts_with(|c: char| c.is_alphanumeric() || c == '[') {
        return None;
    }
    let ends = |c: char| c.is_whitespace() || c.is_control() || "<>\"`。，、；：？！）」』】》".contains(c);
    let link = trimmed(text.get(..text.find(ends).unwrap_or(text.len()))?);
    Some((Part::Link(link), link.len()))
}

/// Without the punctuation at the end; a bracket belongs to it when it was opened within.
fn trimmed(link: &str) -> &str {
    let count = |bracket: char| link.matches(bracket).count();
    let mut unopened =
        [('(', ')'), ('[', ']')].map(|(opens, closes)| (closes, count(closes).saturating_sub(count(opens))));
    let mut link = link;
    loop {
        link = link.trim_end_matches(['.', ',', ':', ';', '!', '?', '\'', '*', '_', '~']);
        let bracket = unopened.iter_mut().find(|(closes, count)| *count > 0 && link.ends_with(*closes));
        let Some((closes, count)) = bracket else { return link };
        *count -= 1;
        link = link.strip_suffix(*closes).unwrap_or(link);
    }
}

/// Whom the `@` that this begins with calls, with the letters that can belong to it.
fn name(text: &str) -> Option<(Part<'_>, usize)> {
    let called = Called::after_sign(text.get(1..)?);
    if let Some(names) = called.people.into_iter().next() {
        let length = 1 + names.first()?.len();
        return Some((Part::Person(text.get(..length)?, names), length));
    }
    let length = 1 + match called.everyone? {
        Everyone::Here => "here".len(),
        Everyone::Channel if text.get(1..8)?.eq_ignore_ascii_case("channel") => "channel".len(),
        Everyone::Channel => "everyone".len(),
    };
    Some((Part::Everyone(text.get(..length)?), length))
}

/// The emoji whose short name, between colons, this begins with.
fn emoji(text: &str) -> Option<(Part<'_>, usize)> {
    let rest = text.strip_prefix(':')?;
    let (name, after) = rest.split_once(':')?;
    let ends = !after.starts_with(char::is_alphanumeric);
    let emoji = emojis::get_by_shortcode(name).filter(|_| ends)?;
    Some((Part::Emoji(emoji.as_str()), name.len() + 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn links_end_where_the_sentence_does() {
        for (text, link) in [
            ("see https://example.org/a?b=c#d.", "https://example.org/a?b=c#d"),
            ("(https://example.org/a_(b))", "https://example.org/a_(b)"),
            ("http://[::1]:80/x, or", "http://[::1]:80/x"),
        ] {
            let parts = parts(text, None);
            assert!(parts.contains(&Part::Link(link)), "{text}: {parts:?}");
        }
        for text in ["https://", "xhttps://example.org", "javascript:alert(1)", "ftp://example.org"] {
            assert_eq!(parts(text, None), [Part::Text(text)]);
        }
    }

    #[test]
    fn names_stand_by_themselves() {
        let person = Part::Person("@ann-lee.", vec!["ann-lee.".into(), "ann-lee".into()]);
        assert_eq!(parts("hi @ann-lee.", None), [Part::Text("hi "), person]);
        assert_eq!(parts("@Everyone!", None), [Part::Everyone("@Everyone"), Part::Text("!")]);
        for text in ["ann@example.org", "@", "@annä"] {
            assert_eq!(parts(text, None), [Part::Text(text)]);
        }
        assert_eq!(parts("@ann", Some('\\')), [Part::Text("@ann")]);
    }

    #[test]
    fn emoji_stand_by_themselves_or_side_by_side() {
        assert_eq!(parts(":tada::heart:", None), [Part::Emoji("🎉"), Part::Emoji("❤️")]);
        for text in ["std::key::of", "10:30:45", ":nobody:", ":tada:x", "x:tada:"] {
            assert_eq!(parts(text, None), [Part::Text(text)]);
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "([@a-c.() ]|https?://|\\PC){0,40}") {
            let whole: String = parts(&text, None).iter().map(|part| match part {
                Part::Text(text) | Part::Link(text) | Part::Person(text, _) | Part::Everyone(text) => *text,
                Part::Emoji(emoji) => emoji,
            }).collect();
            prop_assert_eq!(whole, text);
        }
    }
}

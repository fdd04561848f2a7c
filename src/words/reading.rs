//! A text taken apart: words of letters with spaces between, and runs of letters without.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use super::fold::{Letter, fold};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    /// Of a script that puts no spaces between words.
    Run,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) kind: Kind,
    pub(super) letters: Vec<char>,
    /// Where its letters begin in [`Reading::letters`].
    start: usize,
}

#[derive(Debug)]
pub(super) struct Reading {
    letters: Vec<Letter>,
    pub(super) units: Vec<Unit>,
}

impl Reading {
    pub(super) fn of(text: &str) -> Reading {
        let letters = fold(text);
        let mut units: Vec<Unit> = Vec::new();
        let mut before = None;
        for (start, letter) in letters.iter().enumerate() {
            let kind = kind(letter.folded, before);
            match (kind, units.last_mut()) {
                (Some(_), Some(unit)) if before == kind => unit.letters.push(letter.folded),
                (Some(kind), _) => units.push(Unit { kind, letters: vec![letter.folded], start }),
                (None, _) => {}
            }
            before = kind;
        }
        Reading { letters, units }
    }

    /// Where some letters of a unit stand in the text, in UTF-16 units.
    pub(super) fn place(&self, unit: &Unit, letters: &Range<usize>) -> Range<usize> {
        let at = |letter: usize| self.letters.get(unit.start + letter);
        let start = at(letters.start).map_or(0, |first| first.start);
        let end = at(letters.end.saturating_sub(1)).map_or(start, |last| last.end);
        start..end
    }
}

/// None for what stands between words. A mark belongs to what is before it.
fn kind(c: char, before: Option<Kind>) -> Option<Kind> {
    if is_combining_mark(c) && before.is_some() {
        return before;
    }
    match is_dense(c) {
        true => Some(Kind::Run),
        false => c.is_alphanumeric().then_some(Kind::Word),
    }
}

fn is_dense(c: char) -> bool {
    matches!(c,
        '\u{0e01}'..='\u{0e3a}' | '\u{0e40}'..='\u{0e4e}' // Thai
        | '\u{0e81}'..='\u{0ecf}' | '\u{0edc}'..='\u{0edf}' // Lao
        | '\u{1000}'..='\u{103f}' | '\u{1050}'..='\u{1089}' | '\u{aa60}'..='\u{aa7f}' // Burmese
        | '\u{1780}'..='\u{17d3}' | '\u{17dc}' // Khmer
        | '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' // Chinese
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
        | '\u{3041}'..='\u{309f}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' // Japanese
        | '\u{31f0}'..='\u{31ff}'
        | '\u{3105}'..='\u{312f}' // Bopomofo
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str) -> Vec<String> {
        Reading::of(text).units.into_iter().map(|unit| unit.letters.into_iter().collect()).collect()
    }

    #[test]
    fn words_end_at_spaces_and_runs_where_the_script_does() {
        assert_eq!(units("Don't stop, ann@example.org!"), ["don", "t", "stop", "ann", "example", "org"]);
        assert_eq!(units("iPhone手机很好。真的"), ["iphone", "手机很好", "真的"]);
        assert_eq!(units("ราคา 300 บาท"), ["ราคา", "300", "บาท"]);
        assert_eq!(units("हिन्दी में"), ["हिन्दी", "में"]);
        assert_eq!(units("— 🎉 …"), [""; 0]);
    }
}

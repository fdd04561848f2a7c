//! Letters as they are compared: width, case and accents make no difference.
//!
//! Each knows where it stands in what was written, so that what is found can be shown there.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// A letter as it is compared, and its place in the text in UTF-16 units, as JavaScript counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) folded: char,
    pub(super) start: usize,
    pub(super) end: usize,
}

pub(super) fn fold(text: &str) -> Vec<Letter> {
    let mut letters = Vec::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let (mut start, mut cluster) = (0, String::new());
    while let Some(first) = rest.next() {
        let mut end = start + first.len_utf16();
        if first.is_ascii() && rest.peek().is_none_or(char::is_ascii) {
            letters.push(Letter { folded: first.to_ascii_lowercase(), start, end });
            start = end;
            continue;
        }
        cluster.clear();
        cluster.push(first);
        while let Some(next) = rest.next_if(|next| continues(*next)) {
            cluster.push(next);
            end += next.len_utf16();
        }
        letters.extend(folded(&cluster).map(|folded| Letter { folded, start, end }));
        start = end;
    }
    letters
}

/// What belongs to the letter before it: marks, the inner letters of a Korean syllable, and the voicing
/// marks of half-width Katakana.
fn continues(c: char) -> bool {
    is_combining_mark(c) || matches!(c, '\u{1160}'..='\u{11ff}' | '\u{ff9e}' | '\u{ff9f}')
}

fn folded(cluster: &str) -> impl Iterator<Item = char> {
    let (mut kept, mut base) = (String::new(), ' ');
    for c in cluster.nfkd().filter(|c| !is_invisible(*c)) {
        if !is_combining_mark(c) {
            base = c;
        } else if makes_no_difference(base, c) {
            continue;
        }
        match c {
            'ς' => kept.push('σ'),
            'ß' | 'ẞ' => kept.push_str("ss"),
            'Æ' | 'æ' => kept.push_str("ae"),
            'Œ' | 'œ' => kept.push_str("oe"),
            'Ø' | 'ø' => kept.push('o'),
            'Ł' | 'ł' => kept.push('l'),
            'Đ' | 'đ' => kept.push('d'),
            'Ħ' | 'ħ' => kept.push('h'),
            'ı' => kept.push('i'),
            other => kept.extend(other.to_lowercase()),
        }
    }
    kept.nfc().collect::<Vec<char>>().into_iter()
}

/// What only shapes a line: joiners, soft hyphens, marks of direction, the Arabic tatweel.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{640}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// Whether people leave the mark out when they write in a hurry, or ask in one.
fn makes_no_difference(base: char, mark: char) -> bool {
    match base {
        // Latin and Greek.
        '\0'..='\u{24f}' | '\u{370}'..='\u{3ff}' | '\u{1e00}'..='\u{1fff}' | '\u{2c60}'..='\u{2c7f}' => true,
        'е' | 'Е' => matches!(mark, '\u{300}' | '\u{301}' | '\u{308}'),
        // A Cyrillic stress mark stands on vowels only; on к and г it makes another letter.
        'а' | 'и' | 'о' | 'у' | 'ы' | 'э' | 'ю' | 'я' | 'і' | 'А' | 'И' | 'О' | 'У' | 'Ы' | 'Э' | 'Ю'
        | 'Я' | 'І' => matches!(mark, '\u{300}' | '\u{301}'),
        // The points of Hebrew and the vowel signs of Arabic, but not its hamza.
        _ => matches!(
            mark,
            '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{652}' | '\u{656}'..='\u{65f}'
                | '\u{670}' | '\u{6d6}'..='\u{6ed}'
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(written: &str) -> String {
        fold(written).into_iter().map(|letter| letter.folded).collect()
    }

    #[test]
    fn width_case_and_accents_make_no_difference() {
        for (written, folded) in [
            ("CAFÉ", "cafe"),
            ("cafe\u{301}", "cafe"),
            ("Straße", "strasse"),
            ("İstanbul", "istanbul"),
            ("Łódź", "lodz"),
            ("Smørrebrød", "smorrebrod"),
            ("ｆｕｌｌ ｗｉｄｔｈ", "full width"),
            ("ﬁre", "fire"),
            ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
            ("Ёлка", "елка"),
            ("за\u{301}мок", "замок"),
            ("العـــربيّة", "العربية"),
            ("ｶﾞｷﾞ", "ガギ"),
            ("shy\u{ad}phen", "shyphen"),
        ] {
            assert_eq!(text(written), folded, "{written}");
        }
    }

    #[test]
    fn marks_that_make_another_letter_stay() {
        assert_ne!(text("й"), text("и"));
        assert_ne!(text("が"), text("か"));
        assert_ne!(text("ї"), text("і"));
        assert_ne!(text("น้ำ"), text("นำ"));
    }

    #[test]
    fn places_are_counted_as_javascript_does() {
        let letters = fold("𝒜é🎉ﬁ");
        let places: Vec<_> = letters.iter().map(|letter| (letter.folded, letter.start, letter.end)).collect();
        assert_eq!(places, [('a', 0, 2), ('e', 2, 3), ('🎉', 3, 5), ('f', 5, 6), ('i', 5, 6)]);
    }

    proptest! {
        #[test]
        fn what_is_folded_stays_as_it_is(written in "\\PC{0,60}") {
            let once = text(&written);
            prop_assert_eq!(text(&once), once);
        }

        #[test]
        fn places_rise_and_end_with_the_text(written in "\\PC{0,60}") {
            let letters = fold(&written);
            prop_assert!(letters.is_sorted_by_key(|letter| letter.start));
            prop_assert!(letters.iter().all(|letter| letter.start < letter.end));
            prop_assert!(letters.last().is_none_or(|last| last.end <= written.encode_utf16().count()));
        }
    }
}

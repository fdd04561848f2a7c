//! Whether a text is what was asked for, and where in it.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::query::Query;
use super::reading::Reading;

/// Part of a text, in UTF-16 units, as JavaScript counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Highlight {
    pub start: usize,
    pub end: usize,
}

/// How well a text answers a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// In order, none over another.
    pub highlights: Vec<Highlight>,
    /// How many of the terms stand there as whole words.
    pub whole: usize,
    /// How far apart the terms lie.
    pub spread: usize,
}

impl Query {
    /// None where the text does not match.
    pub fn find(&self, text: &str) -> Option<Hit> {
        let reading = Reading::of(text);
        if self.without.iter().any(|term| !term.places(&reading).is_empty()) {
            return None;
        }
        let mut each = Vec::new();
        for term in &self.terms {
            let places = term.places(&reading);
            if places.is_empty() {
                return None;
            }
            each.push(places);
        }
        let whole = each.iter().filter(|places| places.iter().any(|(_, whole)| *whole)).count();
        let starts = || each.iter().filter_map(|places| places.first()).map(|(place, _)| place.start);
        let spread = starts().max().unwrap_or(0) - starts().min().unwrap_or(0);
        let places = each.into_iter().flatten().map(|(place, _)| place).collect();
        Some(Hit { highlights: joined(places), whole, spread })
    }
}

fn joined(mut places: Vec<Range<usize>>) -> Vec<Highlight> {
    places.sort_by_key(|place| place.start);
    let mut joined: Vec<Highlight> = Vec::new();
    for place in places {
        match joined.last_mut() {
            Some(last) if place.start < last.end => last.end = last.end.max(place.end),
            _ => joined.push(Highlight { start: place.start, end: place.end }),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::super::tokens;
    use super::*;
    use proptest::prelude::*;

    /// What is shown of a text, or none where it does not match.
    fn shown(query: &str, text: &str) -> Option<Vec<String>> {
        let hit = Query::parse(query).unwrap().find(text)?;
        let units: Vec<u16> = text.encode_utf16().collect();
        let parts =
            hit.highlights.iter().map(|part| String::from_utf16(&units[part.start..part.end]).unwrap());
        Some(parts.collect())
    }

    fn finds(query: &str, text: &str) -> bool {
        shown(query, text).is_some()
    }

    #[test]
    fn a_word_is_found_within_words_and_a_short_one_at_their_beginning() {
        assert_eq!(shown("oat", "The boats float").unwrap(), ["oat", "oat"]);
        assert_eq!(shown("bo", "The boats, two jobs").unwrap(), ["bo"]);
        assert!(!finds("oa", "The boats"));
        assert!(finds("CAFE", "ein Café") && finds("café", "CAFE"));
    }

    #[test]
    fn quotes_mean_these_very_words_and_a_star_their_beginning() {
        assert!(
            finds("\"low water\"", "At low -- water") && !finds("\"low water\"", "slow water, low waters")
        );
        assert!(!finds("\"low water\"", "low tide water"));
        assert!(finds("boat*", "boats") && !finds("boat*", "houseboat"));
        assert_eq!(shown("\"low water\"", "at low, water!").unwrap(), ["low, water"]);
    }

    #[test]
    fn any_part_of_a_run_is_found() {
        assert_eq!(shown("京都", "東京都は広い").unwrap(), ["京都"]);
        assert!(finds("広", "東京都は広い") && !finds("京は", "東京都は広い"));
        assert_eq!(shown("iphone手", "买iPhone手机").unwrap(), ["iPhone手"]);
    }

    #[test]
    fn what_is_written_together_is_found_together() {
        assert!(finds("ann@exam", "write to Ann@Example.org") && !finds("ann@exam", "example of ann"));
        assert!(finds("don't", "don’t go") && !finds("don't", "don has it"));
        assert!(finds("2.10", "v2.10.3") && !finds("2.10", "2.310"));
    }

    #[test]
    fn nothing_of_what_is_left_out_may_stand_there() {
        assert!(
            finds("boat -storm", "a boat in the sun") && !finds("boat -storm", "a boat in stormy weather")
        );
    }

    #[test]
    fn what_is_shown_never_overlaps() {
        assert_eq!(shown("nana banana", "bananas").unwrap(), ["banana"]);
        assert_eq!(shown("aaa", "aaaaaaa").unwrap(), ["aaa", "aaa"]);
    }

    #[test]
    fn whole_words_and_neighbours_answer_better() {
        let hit = |text: &str| Query::parse("low water").unwrap().find(text).unwrap();
        assert_eq!((hit("low water").whole, hit("slow waters").whole), (2, 0));
        assert!(hit("low water").spread < hit("low, and much later water").spread);
    }

    proptest! {
        /// Otherwise the index would keep back what the text has.
        #[test]
        fn whatever_matches_has_the_tokens_that_are_asked_for(
            text in "([a-cа-в東京 é'-]{0,12}|\\PC{0,12}){0,3}", query in "[\"*-]?([a-c]{1,4}|[東京]{1,3}|[а-в]{1,4}| ){0,4}",
        ) {
            let query = Query::parse(&query).unwrap();
            if query.find(&text).is_some() {
                let kept = tokens(&text);
                for token in query.tokens() {
                    prop_assert!(kept.contains(&token), "{token:?} of {query:?}");
                }
            }
        }

        #[test]
        fn no_text_and_no_question_make_it_panic(text in "\\PC{0,60}", query in "\\PC{0,30}") {
            if let Ok(query) = Query::parse(&query) {
                let _ = query.find(&text);
            }
        }
    }
}

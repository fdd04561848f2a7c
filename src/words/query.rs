//! A question for messages: what is to be found, and where.

use std::ops::Range;
use std::str::FromStr;

use super::reading::{Kind, Reading, Unit};
use super::tokens::{begun, ended, pieces, whole};
use crate::error::{Error, Result};
use crate::model::Time;

/// Tokens that are asked for at once: more would make nothing rarer.
const TOKENS: usize = 24;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// All of them are to be found.
    pub(super) terms: Vec<Term>,
    /// None of them may be.
    pub(super) without: Vec<Term>,
    /// Usernames; one of them wrote it.
    pub from: Vec<String>,
    /// Names or ids of channels; it stands in one of them.
    pub within: Vec<String>,
    pub before: Option<Time>,
    pub after: Option<Time>,
    /// All of them.
    pub has: Vec<Has>,
    pub pinned: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Has {
    File,
    Image,
    Link,
}

impl Has {
    pub fn name(self) -> &'static str {
        match self {
            Has::File => "file",
            Has::Image => "image",
            Has::Link => "link",
        }
    }
}

impl FromStr for Has {
    type Err = Error;

    fn from_str(name: &str) -> Result<Has> {
        let known = [Has::File, Has::Image, Has::Link].into_iter();
        let mut named = known.filter(|has| name.eq_ignore_ascii_case(has.name()));
        named.next().ok_or_else(|| Error::invalid("has", "must be file, image or link"))
    }
}

impl Query {
    /// Tokens that whatever matches has.
    pub fn tokens(&self) -> Vec<String> {
        let mut tokens: Vec<String> = Vec::new();
        for token in self.terms.iter().flat_map(Term::tokens) {
            if !tokens.contains(&token) {
                tokens.push(token);
            }
        }
        tokens.truncate(TOKENS);
        tokens
    }

    /// Whether any message would do.
    pub fn is_empty(&self) -> bool {
        *self == Query::default()
    }
}

/// Words or runs that follow one another.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Term(Vec<Piece>);

#[derive(Clone, Debug, PartialEq)]
struct Piece {
    kind: Kind,
    letters: Vec<char>,
    fit: Fit,
}

/// How a piece lies in a word or run of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    Within,
    Begins,
    Ends,
    Whole,
}

/// What was written around a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    Plain,
    Quoted,
    Starred,
}

impl Term {
    /// None where there are no letters in it.
    pub(super) fn of(text: &str, manner: Manner) -> Option<Term> {
        let units = Reading::of(text).units;
        let last = units.len().checked_sub(1)?;
        let pieces = units.into_iter().enumerate().map(|(place, unit)| {
            let fit = match unit.kind {
                Kind::Word => of_word(&unit.letters, manner, place == 0, place == last),
                Kind::Run => of_several(place == 0, place == last),
            };
            Piece { kind: unit.kind, letters: unit.letters, fit }
        });
        Some(Term(pieces.collect()))
    }

    fn tokens(&self) -> Vec<String> {
        self.0.iter().flat_map(Piece::tokens).collect()
    }

    /// Where it stands in a text, in UTF-16 units; of each whether it stands there as whole words.
    pub(super) fn places(&self, reading: &Reading) -> Vec<(Range<usize>, bool)> {
        let mut found = Vec::new();
        for units in reading.units.windows(self.0.len().max(1)) {
            match (self.0.as_slice(), units) {
                ([piece], [unit]) => found
                    .extend(piece.places(unit).map(|place| (reading.place(unit, &place), piece.fills(unit)))),
                (pieces, units) => found.extend(follow(pieces, units, reading)),
            }
        }
        found
    }
}

/// Short words would be found within too many.
fn of_word(letters: &[char], manner: Manner, first: bool, last: bool) -> Fit {
    match (manner, first, last) {
        (Manner::Quoted, ..) => Fit::Whole,
        (Manner::Starred, true, true) => Fit::Begins,
        (_, true, true) if letters.len() < 3 => Fit::Begins,
        _ => of_several(first, last),
    }
}

/// Pieces that stand next to one another: the first may be the end of a longer one, the last the
/// beginning.
fn of_several(first: bool, last: bool) -> Fit {
    match (first, last) {
        (true, true) => Fit::Within,
        (true, false) => Fit::Ends,
        (false, true) => Fit::Begins,
        (false, false) => Fit::Whole,
    }
}

fn follow(pieces: &[Piece], units: &[Unit], reading: &Reading) -> Option<(Range<usize>, bool)> {
    let mut whole: Option<Range<usize>> = None;
    for (piece, unit) in pieces.iter().zip(units) {
        let place = reading.place(unit, &piece.places(unit).next()?);
        whole = Some(whole.map_or(place.clone(), |begun| begun.start..place.end));
    }
    let last = pieces.last().zip(units.last());
    whole.map(|place| (place, last.is_some_and(|(piece, unit)| piece.fills(unit))))
}

impl Piece {
    fn tokens(&self) -> Vec<String> {
        match (self.kind, self.fit) {
            (Kind::Word, Fit::Within) => pieces(&self.letters, 3),
            (Kind::Word, Fit::Ends) => ended(&self.letters),
            (Kind::Word, Fit::Begins) => begun(&self.letters),
            (Kind::Word, Fit::Whole) => whole(&self.letters),
            (Kind::Run, _) => pieces(&self.letters, self.letters.len().min(2)),
        }
    }

    /// Where it lies in a unit, in letters of it, none over another.
    fn places<'a>(&'a self, unit: &'a Unit) -> impl Iterator<Item = Range<usize>> + 'a {
        let (size, length) = (self.letters.len(), unit.letters.len());
        let mut free = 0;
        let candidates = match self.fit {
            _ if unit.kind != self.kind || size > length => 0..0,
            Fit::Within => 0..length - size + 1,
            Fit::Begins => 0..1,
            Fit::Ends => length - size..length - size + 1,
            Fit::Whole => 0..usize::from(size == length),
        };
        candidates.filter_map(move |start| {
            let there = start >= free && unit.letters.get(start..start + size) == Some(&self.letters);
            there.then(|| {
                free = start + size;
                start..free
            })
        })
    }

    /// Whether there is nothing in the unit but this.
    fn fills(&self, unit: &Unit) -> bool {
        self.letters == unit.letters
    }
}

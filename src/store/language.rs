//! The closed language: eight filters, six changes, and how null, lists and types are read.
//!
//! Both engines read alike: a missing field is null; a comparison holds only between values of one
//! type (text, whole number, truth); a list equals nothing. Text compares by its UTF-8 bytes.

use serde::Serialize;
use serde_json::Value;

/// One row; its id is under `_id` and is text.
pub type Document = serde_json::Map<String, Value>;

/// A top-level field of a document.
pub type Field = &'static str;

/// What a filter compares with. There are no fractions: both engines would round them differently.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    Null,
    Truth(bool),
    Whole(i64),
    Text(String),
}

impl Literal {
    /// The literal that a value serialises to; null where it is none (a list, an object, a fraction).
    pub fn of(value: impl Serialize) -> Literal {
        match serde_json::to_value(value) {
            Ok(Value::String(text)) => Literal::Text(text),
            Ok(Value::Bool(truth)) => Literal::Truth(truth),
            Ok(Value::Number(number)) => number.as_i64().map_or(Literal::Null, Literal::Whole),
            _ => Literal::Null,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    All,
    /// Equal; `Null` is met by a null and by a missing field.
    Is(Field, Literal),
    /// Whatever [`Filter::Is`] would not meet, so also a missing field (unless compared with null).
    Not(Field, Literal),
    /// Equal to one of them; met by nothing when there are none.
    In(Field, Vec<Literal>),
    Below(Field, Literal),
    Above(Field, Literal),
    AtMost(Field, Literal),
    AtLeast(Field, Literal),
    /// Text that begins so, by bytes.
    Begins(Field, String),
    And(Vec<Filter>),
    Or(Vec<Filter>),
}

/// How an update alters a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    Set(Field, Value),
    Unset(Field),
    /// Adds to a whole number; a missing field counts as 0.
    Add(Field, i64),
    /// Sets to the larger of the two; a missing field is smaller than any number.
    Raise(Field, i64),
    /// Appends to a list unless it holds the value; a missing field is the empty list.
    Include(Field, Value),
    /// Takes every equal value out of a list; a missing field stays missing.
    Exclude(Field, Value),
}

impl Change {
    /// [`Change::Set`] of anything that serialises.
    pub fn set(field: Field, value: impl Serialize) -> Change {
        Change::Set(field, serde_json::to_value(value).unwrap_or(Value::Null))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Up(Field),
    Down(Field),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    pub filter: Filter,
    pub order: Vec<Order>,
    pub skip: u64,
    /// Every read is bounded.
    pub limit: u64,
    /// Sees also what is written but not yet durable, and may still be lost. Never for what is shown
    /// to anybody (contract D-04), nor for the head of a log: a number after a lost one is a hole.
    pub newest: bool,
}

impl Query {
    pub fn new(filter: Filter, limit: u64) -> Query {
        Query { filter, order: Vec::new(), skip: 0, limit, newest: false }
    }

    /// Everything that meets the filter; for what is counted or changed, never for what is read.
    pub(super) fn whole(filter: Filter) -> Query {
        Query::new(filter, u64::MAX)
    }

    pub fn by(mut self, order: Order) -> Query {
        self.order.push(order);
        self
    }

    pub fn skip(mut self, skip: u64) -> Query {
        self.skip = skip;
        self
    }

    pub fn newest(mut self) -> Query {
        self.newest = true;
        self
    }
}

/// `field` equals what `value` serialises to.
pub fn is(field: Field, value: impl Serialize) -> Filter {
    Filter::Is(field, Literal::of(value))
}

/// `field` equals one of what the values serialise to.
pub fn one_of<T: Serialize>(field: Field, values: impl IntoIterator<Item = T>) -> Filter {
    Filter::In(field, values.into_iter().map(Literal::of).collect())
}

pub fn all<const N: usize>(filters: [Filter; N]) -> Filter {
    Filter::And(filters.into())
}

/// The first text after all those that begin with `prefix`; none where all texts after it do.
pub(super) fn successor(prefix: &str) -> Option<String> {
    let mut characters: Vec<char> = prefix.chars().collect();
    while let Some(last) = characters.pop() {
        // A range of characters knows to step over the surrogates.
        if let Some(next) = (last..=char::MAX).nth(1) {
            return Some(characters.into_iter().chain([next]).collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_begins_with_a_prefix_lies_before_its_successor(prefix in any::<String>(), other in any::<String>()) {
            let longer = format!("{prefix}{other}");
            for text in [longer, other] {
                let within = text >= prefix && successor(&prefix).is_none_or(|end| text < end);
                prop_assert_eq!(within, text.starts_with(&prefix));
            }
        }
    }

    #[test]
    fn the_last_characters_have_successors_too() {
        assert_eq!(successor("a\u{d7ff}"), Some("a\u{e000}".into()));
        assert_eq!(successor("a\u{10ffff}"), Some("b".into()));
        assert_eq!(successor("\u{10ffff}"), None);
        assert_eq!(successor(""), None);
    }
}

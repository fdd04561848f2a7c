//! Reading what somebody typed into a search field. Whatever is no operator is something to find.

use serde_json::Value;

use super::query::{Manner, Query, Term};
use crate::error::{Error, Result};
use crate::model::Time;

impl Query {
    /// VALIDATION_FAILED where an operator is given something that it does not know.
    pub fn parse(text: &str) -> Result<Query> {
        let mut query = Query::default();
        let mut rest = Rest(text);
        while let Some(word) = rest.next() {
            query.add(word)?;
        }
        Ok(query)
    }

    fn add(&mut self, word: Word) -> Result<()> {
        let Word { left_out, operator, text, manner } = word;
        match (operator, left_out) {
            (None, false) => once(&mut self.terms, Term::of(&text, manner)),
            (None, true) => once(&mut self.without, Term::of(&text, manner)),
            (Some(_), true) => return Err(Error::invalid("q", "only words can be left out with -")),
            (Some(Operator::From), false) => self.from.push(text.trim_start_matches('@').to_owned()),
            (Some(Operator::In), false) => self.within.push(text.trim_start_matches('#').to_owned()),
            (Some(Operator::Before), false) => self.before = Some(moment("before", &text)?),
            (Some(Operator::After), false) => self.after = Some(moment("after", &text)?),
            (Some(Operator::Has), false) => self.has.push(text.parse()?),
            (Some(Operator::Is), false) if text.eq_ignore_ascii_case("pinned") => self.pinned = true,
            (Some(Operator::Is), false) => return Err(Error::invalid("is", "must be pinned")),
        }
        Ok(())
    }
}

/// The same word again asks for nothing more.
fn once(terms: &mut Vec<Term>, term: Option<Term>) {
    terms.extend(term.filter(|term| !terms.contains(term)));
}

/// A day, which begins in UTC, or a moment as RFC 3339 writes it.
pub fn moment(field: &str, text: &str) -> Result<Time> {
    let whole = if text.contains(['T', 't']) { text.to_owned() } else { format!("{text}T00:00:00Z") };
    let read = serde_json::from_value(Value::String(whole.to_uppercase()));
    read.map_err(|_| Error::invalid(field, "must be a day like 2026-05-31 or a moment in RFC 3339"))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    From,
    In,
    Before,
    After,
    Has,
    Is,
}

const OPERATORS: &[(&str, Operator)] = &[
    ("from:", Operator::From),
    ("in:", Operator::In),
    ("before:", Operator::Before),
    ("after:", Operator::After),
    ("has:", Operator::Has),
    ("is:", Operator::Is),
];

struct Word {
    left_out: bool,
    operator: Option<Operator>,
    text: String,
    manner: Manner,
}

/// What has not been read yet.
struct Rest<'a>(&'a str);

impl Rest<'_> {
    fn next(&mut self) -> Option<Word> {
        self.0 = self.0.trim_start();
        let left_out = self.0.strip_prefix('-').filter(|rest| !rest.is_empty());
        let after = left_out.unwrap_or(self.0);
        self.0 = after;
        let operator = OPERATORS.iter().find_map(|(name, operator)| {
            let (head, rest) = after.split_at_checked(name.len())?;
            let follows = !rest.is_empty() && !rest.starts_with(char::is_whitespace);
            (follows && head.eq_ignore_ascii_case(name)).then_some((*operator, rest))
        });
        if let Some((_, rest)) = operator {
            self.0 = rest;
        }
        let (text, manner) = self.quoted().or_else(|| self.plain())?;
        Some(Word { left_out: left_out.is_some(), operator: operator.map(|(named, _)| named), text, manner })
    }

    /// Up to the closing quote or, where it is forgotten, the end.
    fn quoted(&mut self) -> Option<(String, Manner)> {
        let rest = self.0.strip_prefix(is_quote)?;
        let (text, rest) = rest.split_once(is_quote).unwrap_or((rest, ""));
        self.0 = rest;
        Some((text.to_owned(), Manner::Quoted))
    }

    fn plain(&mut self) -> Option<(String, Manner)> {
        let end = self.0.find(|c: char| c.is_whitespace() || is_quote(c)).unwrap_or(self.0.len());
        let (text, rest) = self.0.split_at_checked(end).filter(|(text, _)| !text.is_empty())?;
        self.0 = rest;
        Some(match text.strip_suffix('*') {
            Some(begun) => (begun.to_owned(), Manner::Starred),
            None => (text.to_owned(), Manner::Plain),
        })
    }
}

/// Also as telephones and word processors write them.
fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»' | '「' | '」')
}

#[cfg(test)]
mod tests {
    use super::super::Has;
    use super::*;
    use crate::error::Code;
    use proptest::prelude::*;

    fn parse(text: &str) -> Query {
        Query::parse(text).unwrap()
    }

    fn term(text: &str, manner: Manner) -> Term {
        Term::of(text, manner).unwrap()
    }

    #[test]
    fn words_phrases_beginnings_and_what_is_left_out() {
        let query = parse(r#"tide "low water" boat* -storm -"high wind" – "#);
        let terms =
            [term("tide", Manner::Plain), term("low water", Manner::Quoted), term("boat", Manner::Starred)];
        assert_eq!(query.terms, terms);
        assert_eq!(query.without, [term("storm", Manner::Plain), term("high wind", Manner::Quoted)]);
        assert_eq!(parse("“low water”"), parse("\"low water\""));
        assert_eq!(parse("a\"b"), parse("a \"b\""));
    }

    #[test]
    fn what_is_asked_twice_is_asked_once() {
        assert_eq!(parse("tide TIDE -low tide -low"), parse("tide -low"));
    }

    #[test]
    fn operators_say_where_and_by_whom() {
        let query =
            parse("from:@ann FROM:bob in:#general in:\"night bakery\" has:image before:2026-05-31 tide");
        assert_eq!(query.from, ["ann", "bob"]);
        assert_eq!(query.within, ["general", "night bakery"]);
        assert_eq!((query.has, query.pinned), (vec![Has::Image], false));
        assert!(parse("IS:Pinned").pinned);
        assert_eq!(query.before.unwrap().to_string(), "2026-05-31T00:00:00.000Z");
        assert_eq!(query.terms, [term("tide", Manner::Plain)]);
        assert_eq!(parse("after:2026-05-31T12:00:00.5Z").after.unwrap().millis() % 1000, 500);
    }

    #[test]
    fn what_is_no_operator_is_looked_for() {
        assert_eq!(parse("to:ann").terms, [term("to ann", Manner::Plain)]);
        assert_eq!(parse("from: ann").terms.len(), 2);
        assert_eq!(parse("-").terms, []);
    }

    #[test]
    fn an_operator_that_is_misled_says_so() {
        for bad in
            ["before:soon", "after:2026-13-01", "has:money", "is:lost", "-is:pinned", "-from:ann", "after:12"]
        {
            assert_eq!(Query::parse(bad).unwrap_err().code(), Code::ValidationFailed, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "\\PC{0,60}") {
            let _ = Query::parse(&text);
        }
    }
}

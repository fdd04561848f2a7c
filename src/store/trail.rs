//! Which queries were asked, one of each shape, for the test that explains them all.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::{Collection, Filter, Literal, Query};

#[derive(Clone, Debug)]
pub struct Asked {
    pub operation: &'static str,
    pub collection: &'static Collection,
    pub query: Query,
}

#[derive(Debug, Default)]
pub(super) struct Trail(Mutex<BTreeMap<String, Asked>>);

impl Trail {
    pub(super) fn note(&self, operation: &'static str, collection: &'static Collection, query: Query) {
        let shape = format!("{} {operation} {} {:?}", collection.name, shape(&query.filter), query.order);
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.entry(shape).or_insert(Asked { operation, collection, query });
    }

    pub(super) fn all(&self) -> Vec<Asked> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.values().cloned().collect()
    }
}

/// The filter without what differs from one asking to the next; the text of constants stays, as a
/// partial index may hang on it.
fn shape(filter: &Filter) -> String {
    let joined = |filters: &[Filter], word: &str| {
        let shapes: Vec<String> = filters.iter().map(shape).collect();
        format!("({})", shapes.join(word))
    };
    match filter {
        Filter::All => "all".into(),
        Filter::Is(field, literal) => format!("{field}={}", constant(literal)),
        Filter::Not(field, literal) => format!("{field}!={}", constant(literal)),
        Filter::In(field, _) => format!("{field} in"),
        Filter::Below(field, _) => format!("{field}<"),
        Filter::Above(field, _) => format!("{field}>"),
        Filter::AtMost(field, _) => format!("{field}<="),
        Filter::AtLeast(field, _) => format!("{field}>="),
        Filter::Begins(field, _) => format!("{field} begins"),
        Filter::And(filters) => joined(filters, " and "),
        Filter::Or(filters) => joined(filters, " or "),
    }
}

/// Words of the product (`active`, `pending`) are short and of small letters; ids and names are not
/// told from one another.
fn constant(literal: &Literal) -> String {
    match literal {
        Literal::Null => "null".into(),
        Literal::Truth(truth) => truth.to_string(),
        Literal::Whole(_) => "number".into(),
        Literal::Text(text) if is_word(text) => text.clone(),
        Literal::Text(_) => "text".into(),
    }
}

fn is_word(text: &str) -> bool {
    text.len() < 20 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

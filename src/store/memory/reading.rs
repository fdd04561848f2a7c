//! Filters and orders read on documents in memory.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::Value;

use super::Key;
use crate::store::{Collection, Document, Field, Filter, Literal, Order, When};

pub(super) fn of<'a>(
    rows: &'a BTreeMap<Key, Document>,
    collection: &'static Collection,
) -> impl Iterator<Item = (&'a Key, &'a Document)> {
    rows.iter().filter(|((name, _), _)| *name == collection.name)
}

pub(super) fn covers(when: When, document: &Document) -> bool {
    match when {
        When::Has(field) => document.contains_key(field),
        When::Text(field, text) => document.get(field).is_some_and(|value| value == text),
        When::False(field) => document.get(field) == Some(&Value::Bool(false)),
    }
}

pub(super) fn meets(document: &Document, filter: &Filter) -> bool {
    let against = |field: &Field, literal: &Literal| compare(document.get(*field), literal);
    match filter {
        Filter::All => true,
        Filter::Is(field, literal) => against(field, literal) == Some(Ordering::Equal),
        Filter::Not(field, literal) => against(field, literal) != Some(Ordering::Equal),
        Filter::In(field, some) => {
            some.iter().any(|literal| against(field, literal) == Some(Ordering::Equal))
        }
        Filter::Below(field, literal) => against(field, literal) == Some(Ordering::Less),
        Filter::Above(field, literal) => against(field, literal) == Some(Ordering::Greater),
        Filter::AtMost(field, literal) => against(field, literal).is_some_and(Ordering::is_le),
        Filter::AtLeast(field, literal) => against(field, literal).is_some_and(Ordering::is_ge),
        Filter::Begins(field, prefix) => {
            document.get(*field).and_then(Value::as_str).is_some_and(|text| text.starts_with(prefix))
        }
        Filter::And(filters) => filters.iter().all(|filter| meets(document, filter)),
        Filter::Or(filters) => filters.iter().any(|filter| meets(document, filter)),
    }
}

/// Values of different types do not compare.
fn compare(value: Option<&Value>, literal: &Literal) -> Option<Ordering> {
    match (value, literal) {
        (None | Some(Value::Null), Literal::Null) => Some(Ordering::Equal),
        (Some(Value::Bool(value)), Literal::Truth(truth)) => Some(value.cmp(truth)),
        (Some(Value::Number(value)), Literal::Whole(number)) => value.as_i64().map(|value| value.cmp(number)),
        (Some(Value::String(value)), Literal::Text(text)) => Some(value.as_str().cmp(text)),
        _ => None,
    }
}

pub(super) fn order(left: &Document, right: &Document, orders: &[Order]) -> Ordering {
    let by = |field: &Field| match (left.get(*field), right.get(*field)) {
        (Some(Value::Number(left)), Some(Value::Number(right))) => left.as_i64().cmp(&right.as_i64()),
        (left, right) => left.and_then(Value::as_str).cmp(&right.and_then(Value::as_str)),
    };
    let one = |order: &Order| match order {
        Order::Up(field) => by(field),
        Order::Down(field) => by(field).reverse(),
    };
    orders.iter().map(one).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

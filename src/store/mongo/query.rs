//! The language read as BSON.
//!
//! MongoDB looks into lists where it compares; to us a list equals nothing. Indexed fields are never
//! lists (`rules`), so only the others are asked.

use mongodb::bson::{Bson, Document, doc};

use super::values::{of_literal, of_value};
use crate::store::language::successor;
use crate::store::{Change, Collection, Field, Filter, Literal, Order, rules};

pub(super) fn filter(collection: &Collection, filter: &Filter) -> Document {
    let compare = |field, operator, literal| compare(collection, field, operator, literal);
    match filter {
        Filter::All => doc! {},
        Filter::Is(field, literal) => single(collection, field, doc! {"$eq": of_literal(literal)}),
        Filter::Not(field, literal) => not(collection, field, literal),
        Filter::In(field, literals) => {
            let values: Vec<Bson> = literals.iter().map(of_literal).collect();
            single(collection, field, doc! {"$in": values})
        }
        Filter::Below(field, literal) => compare(field, "$lt", literal),
        Filter::Above(field, literal) => compare(field, "$gt", literal),
        Filter::AtMost(field, literal) => compare(field, "$lte", literal),
        Filter::AtLeast(field, literal) => compare(field, "$gte", literal),
        Filter::Begins(field, prefix) => begins(collection, field, prefix),
        Filter::And(filters) => join(collection, "$and", filters, doc! {}),
        Filter::Or(filters) => join(collection, "$or", filters, never()),
    }
}

pub(super) fn order(order: &[Order]) -> Document {
    order
        .iter()
        .map(|order| match order {
            Order::Up(field) => ((*field).to_owned(), Bson::Int32(1)),
            Order::Down(field) => ((*field).to_owned(), Bson::Int32(-1)),
        })
        .collect()
}

pub(super) fn changes(changes: &[Change]) -> Document {
    let mut update = Document::new();
    for change in changes {
        let (operator, field, value) = match change {
            Change::Set(field, value) => ("$set", field, of_value(value.clone())),
            Change::Unset(field) => ("$unset", field, Bson::String(String::new())),
            Change::Add(field, by) => ("$inc", field, Bson::Int64(*by)),
            Change::Raise(field, to) => ("$max", field, Bson::Int64(*to)),
            Change::Include(field, value) => ("$addToSet", field, of_value(value.clone())),
            // `$pull` would read an object as a condition.
            Change::Exclude(field, value) => ("$pullAll", field, Bson::Array(vec![of_value(value.clone())])),
        };
        let mut fields = match update.remove(operator) {
            Some(Bson::Document(fields)) => fields,
            _ => Document::new(),
        };
        fields.insert(*field, value);
        update.insert(operator, fields);
    }
    update
}

fn single(collection: &Collection, field: Field, mut condition: Document) -> Document {
    if !rules::is_single(collection, field) {
        condition.insert("$not", doc! {"$type": "array"});
    }
    doc! {field: condition}
}

fn not(collection: &Collection, field: Field, literal: &Literal) -> Document {
    let differs = doc! {field: {"$ne": of_literal(literal)}};
    if rules::is_single(collection, field) {
        return differs;
    }
    doc! {"$or": [differs, {field: {"$type": "array"}}]}
}

fn compare(collection: &Collection, field: Field, operator: &str, literal: &Literal) -> Document {
    match literal {
        // MongoDB finds null at most null; nothing compares with null here.
        Literal::Null => never(),
        other => single(collection, field, doc! {operator: of_literal(other)}),
    }
}

fn begins(collection: &Collection, field: Field, prefix: &str) -> Document {
    let mut range = doc! {"$gte": prefix};
    if let Some(end) = successor(prefix) {
        range.insert("$lt", end);
    }
    single(collection, field, range)
}

fn join(collection: &Collection, operator: &str, filters: &[Filter], empty: Document) -> Document {
    if filters.is_empty() {
        return empty;
    }
    let each: Vec<Document> = filters.iter().map(|one| filter(collection, one)).collect();
    doc! {operator: each}
}

fn never() -> Document {
    doc! {"_id": {"$in": []}}
}

//! The language read as SQL.
//!
//! Every comparison goes through one expression per field, its *key*, which keeps the types apart:
//! text is text, a whole number an integer, a truth one byte of blob, and anything else is NULL.
//! Indexes are over the same expression, so what is compared is what is indexed.

use rusqlite::types::Value;

use crate::store::language::successor;
use crate::store::{Collection, Field, Filter, Literal, Order, Query, When};

/// One statement and what is bound to its question marks.
#[derive(Debug)]
pub(super) struct Sql {
    pub(super) text: String,
    pub(super) values: Vec<Value>,
}

impl Sql {
    pub(super) fn find(collection: &'static Collection, query: &Query) -> Sql {
        let mut sql = Sql::select("json(doc)", collection, &query.filter);
        let order: Vec<String> = query.order.iter().map(order).collect();
        if !order.is_empty() {
            sql.push(&format!(" ORDER BY {}", order.join(", ")));
        }
        sql.push(" LIMIT ?");
        sql.bind_count(query.limit);
        if query.skip > 0 {
            sql.push(" OFFSET ?");
            sql.bind_count(query.skip);
        }
        sql
    }

    pub(super) fn count(collection: &'static Collection, filter: &Filter) -> Sql {
        Sql::select("count(*)", collection, filter)
    }

    /// The ids of all that meet the filter.
    pub(super) fn ids(collection: &'static Collection, filter: &Filter) -> Sql {
        Sql::select("id", collection, filter)
    }

    /// Id and text of one that meets the filter; `id` narrows it to that one.
    pub(super) fn one(collection: &'static Collection, filter: &Filter, id: Option<&str>) -> Sql {
        let mut sql = Sql::select("id, json(doc)", collection, filter);
        if let Some(id) = id {
            sql.push(" AND id = ?");
            sql.values.push(Value::Text(id.into()));
        }
        sql.push(" LIMIT 1");
        sql
    }

    pub(super) fn delete(collection: &'static Collection, filter: &Filter, most: u64) -> Sql {
        let mut inner = Sql::select("rowid", collection, filter);
        inner.push(" LIMIT ?");
        inner.bind_count(most);
        inner.text = format!("DELETE FROM {} WHERE rowid IN ({})", collection.name, inner.text);
        inner
    }

    fn select(what: &str, collection: &'static Collection, filter: &Filter) -> Sql {
        let mut reading = Reading {
            collection,
            sql: Sql { text: format!("SELECT {what} FROM {} WHERE ", collection.name), values: Vec::new() },
        };
        reading.condition(filter);
        reading.sql
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn bind_count(&mut self, count: u64) {
        self.values.push(Value::Integer(i64::try_from(count).unwrap_or(i64::MAX)));
    }
}

fn order(order: &Order) -> String {
    match order {
        Order::Up(field) => format!("{} ASC", key(field)),
        Order::Down(field) => format!("{} DESC", key(field)),
    }
}

/// The expression that stands for a field.
pub(super) fn key(field: Field) -> String {
    if field == "_id" {
        return "id".into();
    }
    format!(
        "CASE json_type(doc,'$.{field}') WHEN 'text' THEN doc->>'$.{field}' \
         WHEN 'integer' THEN doc->>'$.{field}' WHEN 'true' THEN x'01' WHEN 'false' THEN x'00' END"
    )
}

struct Reading {
    collection: &'static Collection,
    sql: Sql,
}

impl Reading {
    fn condition(&mut self, filter: &Filter) {
        match filter {
            Filter::All => self.sql.push("1"),
            Filter::Is(field, literal) => self.is(field, literal),
            Filter::Not(field, literal) => self.not(field, literal),
            Filter::In(field, literals) => self.within(field, literals),
            Filter::Below(field, literal) => self.compare(field, "<", literal),
            Filter::Above(field, literal) => self.compare(field, ">", literal),
            Filter::AtMost(field, literal) => self.compare(field, "<=", literal),
            Filter::AtLeast(field, literal) => self.compare(field, ">=", literal),
            Filter::Begins(field, prefix) => self.begins(field, prefix),
            Filter::And(filters) => self.join(filters, " AND ", "1"),
            Filter::Or(filters) => self.join(filters, " OR ", "0"),
        }
    }

    fn join(&mut self, filters: &[Filter], word: &str, empty: &str) {
        if filters.is_empty() {
            return self.sql.push(empty);
        }
        self.sql.push("(");
        for (place, filter) in filters.iter().enumerate() {
            if place > 0 {
                self.sql.push(word);
            }
            self.condition(filter);
        }
        self.sql.push(")");
    }

    fn is(&mut self, field: Field, literal: &Literal) {
        let key = key(field);
        match literal {
            // A list has no key either, so its absence alone is not enough.
            Literal::Null => self.push(&format!("({key} IS NULL AND {})", absent(field))),
            Literal::Text(text) if self.narrows_an_index(field, text) => {
                self.push(&format!("{key} = '{text}'"));
            }
            other => {
                self.push(&format!("{key} = "));
                self.literal(other);
            }
        }
    }

    fn not(&mut self, field: Field, literal: &Literal) {
        match literal {
            Literal::Null => self.push(&format!("NOT {}", absent(field))),
            other => {
                self.push(&format!("{} IS NOT ", key(field)));
                self.literal(other);
            }
        }
    }

    fn within(&mut self, field: Field, literals: &[Literal]) {
        let with_null = literals.contains(&Literal::Null);
        let values: Vec<&Literal> = literals.iter().filter(|one| **one != Literal::Null).collect();
        self.push("(");
        if let Some(last) = values.last() {
            self.push(&format!("{} IN (", key(field)));
            // Repeating the last up to a power of two keeps the number of different statements small.
            let padding = values.len().next_power_of_two() - values.len();
            for (place, literal) in values.iter().chain(std::iter::repeat_n(last, padding)).enumerate() {
                self.push(if place > 0 { "," } else { "" });
                self.literal(literal);
            }
            self.push(")");
        }
        match (with_null, values.is_empty()) {
            (true, true) => self.is(field, &Literal::Null),
            (true, false) => {
                self.push(" OR ");
                self.is(field, &Literal::Null);
            }
            (false, true) => self.push("0"),
            (false, false) => {}
        }
        self.push(")");
    }

    fn compare(&mut self, field: Field, operator: &str, literal: &Literal) {
        let kind = match literal {
            Literal::Null => return self.push("0"),
            Literal::Truth(_) => "blob",
            Literal::Whole(_) => "integer",
            Literal::Text(_) => "text",
        };
        let key = key(field);
        self.push(&format!("({key} {operator} "));
        self.literal(literal);
        self.push(&format!(" AND typeof({key}) = '{kind}')"));
    }

    fn begins(&mut self, field: Field, prefix: &str) {
        let key = key(field);
        self.push(&format!("({key} >= "));
        self.bind(Value::Text(prefix.into()));
        self.push(&format!(" AND {key} < "));
        match successor(prefix) {
            Some(end) => self.bind(Value::Text(end)),
            // Any blob comes after every text.
            None => self.push("x''"),
        }
        self.push(")");
    }

    /// SQLite uses a partial index only where it sees the index's own constant in the statement.
    fn narrows_an_index(&self, field: Field, text: &str) -> bool {
        self.collection.indexes.iter().any(|index| {
            index.when.is_some_and(|when| matches!(when, When::Text(f, t) if f == field && t == text))
        })
    }

    fn literal(&mut self, literal: &Literal) {
        match literal {
            Literal::Null => self.push("NULL"),
            Literal::Truth(truth) => self.push(if *truth { "x'01'" } else { "x'00'" }),
            Literal::Whole(number) => self.bind(Value::Integer(*number)),
            Literal::Text(text) => self.bind(Value::Text(text.clone())),
        }
    }

    fn bind(&mut self, value: Value) {
        self.sql.values.push(value);
        self.push("?");
    }

    fn push(&mut self, text: &str) {
        self.sql.text.push_str(text);
    }
}

/// Whether the field is missing or null.
fn absent(field: Field) -> String {
    format!("(COALESCE(json_type(doc,'$.{field}'),'null') = 'null')")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::collection::{GROUPS, MESSAGES};
    use crate::store::language::{all, is};

    #[test]
    fn the_constant_of_a_partial_index_stands_in_the_statement() {
        let sql = Sql::count(&GROUPS, &all([is("life", "active"), is("nameKey", "a")]));
        assert!(sql.text.contains("= 'active'"));
        assert_eq!(sql.values, [Value::Text("a".into())]);
    }

    #[test]
    fn lists_of_nearly_one_length_share_a_statement() {
        let of = |count: i64| {
            let literals = (0..count).map(Literal::Whole).collect();
            Sql::count(&MESSAGES, &Filter::In("seq", literals)).text
        };
        assert_eq!(of(5), of(8));
        assert_ne!(of(8), of(9));
    }
}

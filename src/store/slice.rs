//! The part of a list that is read: in the order of a field, and of ids where the field is equal.

use serde::{Deserialize, Serialize};

use super::language::all;
use super::{Field, Filter, Literal, Order, Query};

/// The row after which a list goes on: its value of the field in order, and its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct After(pub String, pub String);

#[derive(Clone, Debug)]
pub struct Slice {
    pub after: Option<After>,
    pub skip: u64,
    pub limit: u64,
}

impl Slice {
    /// The first `limit` rows.
    pub fn first(limit: u64) -> Slice {
        Slice { after: None, skip: 0, limit }
    }

    pub(super) fn up(self, filter: Filter, field: Field) -> Query {
        let onward = self.after.map(|After(value, id)| {
            all([
                // The bound on the field alone lets the engine begin in the middle of its index.
                Filter::AtLeast(field, Literal::Text(value.clone())),
                Filter::Or(vec![
                    Filter::Above(field, Literal::Text(value)),
                    Filter::Above("_id", Literal::Text(id)),
                ]),
            ])
        });
        let filter = onward.map_or_else(|| filter.clone(), |on| all([filter.clone(), on]));
        Query::new(filter, self.limit).by(Order::Up(field)).by(Order::Up("_id")).skip(self.skip)
    }

    pub(super) fn down(self, filter: Filter, field: Field) -> Query {
        let onward = self.after.map(|After(value, id)| {
            all([
                Filter::AtMost(field, Literal::Text(value.clone())),
                Filter::Or(vec![
                    Filter::Below(field, Literal::Text(value)),
                    Filter::Below("_id", Literal::Text(id)),
                ]),
            ])
        });
        let filter = onward.map_or_else(|| filter.clone(), |on| all([filter.clone(), on]));
        Query::new(filter, self.limit).by(Order::Down(field)).by(Order::Down("_id")).skip(self.skip)
    }
}

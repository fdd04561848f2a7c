//! Somebody's deeds, one kind after the other, a few rows at a time.

use super::language::{all, is};
use super::{Filter, Literal, Order, Query, Table};
use crate::error::Result;
use crate::model::{Entry, Id, User};

/// Rows taken at a time.
const PAGE: u64 = 200;

/// A walk through what somebody did, in the order of time. Rows of one moment have no order to go on
/// after, so those that were passed are counted.
#[derive(Debug)]
pub struct Walk {
    user: Id<User>,
    kind: String,
    from: Option<String>,
    passed: u64,
}

impl Walk {
    pub fn new(user: Id<User>, kind: &str) -> Walk {
        Walk { user, kind: kind.to_owned(), from: None, passed: 0 }
    }

    pub(super) fn query(&self) -> Query {
        let mut filters = vec![is("userId", self.user), is("kind", &self.kind)];
        filters.extend(self.from.clone().map(|from| Filter::AtLeast("createdAt", Literal::Text(from))));
        Query::new(Filter::And(filters), PAGE).by(Order::Up("createdAt")).skip(self.passed)
    }

    pub(super) fn pass(&mut self, moments: &[&str]) {
        let Some(last) = moments.last() else { return };
        let here = moments.iter().rev().take_while(|moment| *moment == last).count() as u64;
        self.passed = if self.from.as_deref() == Some(*last) { self.passed + here } else { here };
        self.from = Some((*last).to_owned());
    }
}

impl Table<Entry> {
    /// The next few; none at the end.
    pub async fn walk(&self, walk: &mut Walk) -> Result<Vec<Entry>> {
        let some = self.find(walk.query()).await?;
        let moments: Vec<String> = some.iter().map(|entry| entry.created_at.to_string()).collect();
        walk.pass(&moments.iter().map(String::as_str).collect::<Vec<_>>());
        Ok(some)
    }

    pub async fn count_done(&self, user: Id<User>, kind: &str) -> Result<u64> {
        self.count(all([is("userId", user), is("kind", kind)])).await
    }
}

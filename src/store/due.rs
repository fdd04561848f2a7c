//! Queries of what falls due: rows that somebody has to take up at a moment, one at a time.

use super::language::{all, is};
use super::{Change, Field, Filter, Literal, Order, Query, Record, Table};
use crate::error::Result;
use crate::model::{Id, Time, User};

/// A record that is to be taken up at a moment. There is one moment alone: first when it falls due,
/// then when the claim of whoever took it up ends, so that what a dead process held falls due again.
/// Whoever claims or changes a row names the moment they saw, so of two who try one does.
pub trait Due: Record {
    /// Holds the moment, and is left out where nothing more is to be done; has an index [`super::When::Has`].
    const MOMENT: Field;

    fn key(&self) -> String;

    fn moment(&self) -> Option<Time>;

    /// Whose it is: what is one person's is taken up in order.
    fn owner(&self) -> Id<User>;
}

/// The row as it was seen, unless somebody claimed it or gave it another moment since.
pub(super) fn still<T: Due>(seen: &T) -> Filter {
    all([is("_id", seen.key()), is(T::MOMENT, seen.moment())])
}

impl<T: Due> Table<T> {
    /// What is to be taken up by now, the earliest first.
    pub async fn due(&self, now: Time, limit: u64) -> Result<Vec<T>> {
        let due = all([Filter::Not(T::MOMENT, Literal::Null), Filter::AtMost(T::MOMENT, Literal::of(now))]);
        self.find(Query::new(due, limit).by(Order::Up(T::MOMENT))).await
    }

    /// Claims it, or holds on to what one has claimed. The row as it is then; none where somebody was faster.
    pub async fn claim(&self, seen: &T, until: Time) -> Result<Option<T>> {
        self.update(still(seen), vec![Change::set(T::MOMENT, until)]).await
    }
}

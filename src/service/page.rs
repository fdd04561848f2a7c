//! A page of a list: what is asked for, and where the page stands.

use crate::error::{Error, Result};
use crate::limits;

/// The `page`th page of `limit` rows, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    pub page: u64,
    pub limit: u64,
}

/// No list is read further than this by number; a cursor reads on.
const PAGES: u64 = 10_000;

impl Ask {
    /// Refuses page 0 and limit 0; more than the most one may ask for gives the most.
    pub fn new(page: Option<u64>, limit: Option<u64>) -> Result<Ask> {
        let (page, limit) = (page.unwrap_or(1), limit.unwrap_or(limits::PAGE));
        if !(1..=PAGES).contains(&page) {
            return Err(Error::invalid("page", format!("must be 1 to {PAGES}")));
        }
        if limit == 0 {
            return Err(Error::invalid("limit", format!("must be 1 to {}", limits::PAGE_MAX)));
        }
        let limit = limit.min(limits::PAGE_MAX);
        Ok(Ask { page, limit })
    }

    pub fn skip(self) -> u64 {
        (self.page - 1) * self.limit
    }
}

#[derive(Clone, Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub paging: Paging,
}

#[derive(Clone, Debug, Default)]
pub struct Paging {
    pub numbered: Option<Numbered>,
    /// Where to read on; none at the end.
    pub next_cursor: Option<String>,
}

#[derive(Clone, Copy, Debug)]
pub struct Numbered {
    pub total: u64,
    pub page: u64,
    pub pages: u64,
}

impl<T> Page<T> {
    /// A list that is whole.
    pub fn whole(items: Vec<T>) -> Page<T> {
        Page { items, paging: Paging::default() }
    }

    /// A list that goes on after `next_cursor`.
    pub fn until(items: Vec<T>, next_cursor: Option<String>) -> Page<T> {
        Page { items, paging: Paging { numbered: None, next_cursor } }
    }

    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(turn).collect(), paging: self.paging }
    }

    /// Leaves out what turns into nothing; where the list goes on stays.
    pub fn filter_map<U>(self, turn: impl FnMut(T) -> Option<U>) -> Page<U> {
        Page { items: self.items.into_iter().filter_map(turn).collect(), paging: self.paging }
    }
}

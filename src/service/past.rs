//! The part of a list that is asked for where its rows stand in the order of time alone, the newest
//! first. Rows of one moment have no order that a cursor could name, so it says how many of them were
//! shown.

use super::span::{read, unknown, write};
use super::{Ask, Page};
use crate::error::Result;
use crate::limits;
use crate::model::Time;
use crate::store::After;

#[derive(Clone, Debug)]
pub struct Past {
    until: Option<Time>,
    /// Of the moment `until`.
    shown: u64,
    limit: u64,
}

impl Past {
    /// Refuses a cursor that is none of ours.
    pub fn new(limit: Option<u64>, cursor: Option<&str>) -> Result<Past> {
        let limit = Ask::new(None, limit)?.limit;
        let Some(After(until, shown)) = cursor.map(read).transpose()? else {
            return Ok(Past { until: None, shown: 0, limit });
        };
        let until = serde_json::from_value(until.into()).map_err(|_| unknown())?;
        let shown = shown.parse().ok().filter(|shown| *shown <= limits::OFFSET_MAX).ok_or_else(unknown)?;
        Ok(Past { until: Some(until), shown, limit })
    }

    /// The rows are no later than this.
    pub fn until(&self) -> Option<Time> {
        self.until
    }

    /// How many rows to read: those that were shown before are read again, and one more than is shown
    /// tells whether the list goes on.
    pub fn reads(&self) -> u64 {
        self.shown + self.limit + 1
    }

    /// The page out of rows that were read so.
    pub fn page<T>(&self, rows: Vec<T>, at: impl Fn(&T) -> Time) -> Page<T> {
        let mut rows: Vec<T> = rows.into_iter().skip(self.shown as usize).collect();
        let more = rows.len() as u64 > self.limit;
        rows.truncate(self.limit as usize);
        let next = rows.last().filter(|_| more).map(|last| {
            let moment = at(last);
            let here = rows.iter().rev().take_while(|row| at(row) == moment).count() as u64;
            let before = if self.until == Some(moment) { self.shown } else { 0 };
            write(&After(moment.to_string(), (before + here).to_string()))
        });
        Page::until(rows, next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn following_the_cursor_reads_every_row_once_and_in_order(
            mut moments in prop::collection::vec(0i64..6, 0..40),
            limit in 1u64..9,
        ) {
            moments.sort_unstable_by(|one, other| other.cmp(one));
            let all: Vec<(i64, usize)> = moments.into_iter().zip(0..).collect();
            let at = |row: &(i64, usize)| Time::from_millis(row.0);
            let (mut seen, mut cursor): (Vec<(i64, usize)>, Option<String>) = (Vec::new(), None);
            loop {
                let past = Past::new(Some(limit), cursor.as_deref()).unwrap();
                let rest = all.iter().filter(|row| past.until().is_none_or(|until| at(row) <= until));
                let page = past.page(rest.take(past.reads() as usize).copied().collect(), at);
                seen.extend(page.items);
                cursor = page.paging.next_cursor;
                if cursor.is_none() { break; }
            }
            prop_assert_eq!(seen, all);
        }
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        let of_names = write(&After("ann".into(), "7".into()));
        let too_far = write(&After("2023-11-14T22:13:20.000Z".into(), "99999999".into()));
        for cursor in [of_names, too_far, "x".into()] {
            assert!(Past::new(None, Some(&cursor)).is_err(), "{cursor}");
        }
    }
}

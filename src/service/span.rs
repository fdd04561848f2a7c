//! The part of a list that is asked for: a numbered page, or what follows a cursor.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Ask, Numbered, Page, Paging};
use crate::error::{Error, Result};
use crate::limits;
use crate::store::{After, Slice};

#[derive(Clone, Debug, Default)]
pub struct Span {
    numbered: Option<Ask>,
    after: Option<After>,
    limit: u64,
}

impl Span {
    /// Refuses a page beside a cursor, and a cursor that is none of ours.
    pub fn new(page: Option<u64>, limit: Option<u64>, cursor: Option<&str>) -> Result<Span> {
        if page.is_some() && cursor.is_some() {
            return Err(Error::invalid("cursor", "cannot be given together with page"));
        }
        let ask = Ask::new(page, limit)?;
        let after = cursor.map(read).transpose()?;
        Ok(Span { numbered: page.map(|_| ask), after, limit: ask.limit })
    }

    /// Whether the caller wants to know how many there are in all.
    pub fn counts(&self) -> bool {
        self.numbered.is_some()
    }

    /// What to read: one row more than is shown tells whether the list goes on.
    pub fn slice(&self) -> Slice {
        let skip = self.numbered.map_or(0, Ask::skip);
        Slice { after: self.after.clone(), skip, limit: self.limit + 1 }
    }

    /// The page out of what [`Span::slice`] gave; `total` where it is wanted.
    pub fn page<T>(&self, mut rows: Vec<T>, total: Option<u64>, place: impl Fn(&T) -> After) -> Page<T> {
        let more = rows.len() as u64 > self.limit;
        rows.truncate(self.limit as usize);
        let next_cursor = rows.last().filter(|_| more).map(|last| write(&place(last)));
        let numbered = self.numbered.zip(total).map(|(ask, total)| {
            let pages = total.div_ceil(ask.limit);
            Numbered { total, page: ask.page, pages }
        });
        Page { items: rows, paging: Paging { numbered, next_cursor } }
    }

    /// The page out of a whole list, which is put in order by `place`.
    pub fn cut<T>(&self, mut whole: Vec<T>, place: impl Fn(&T) -> After) -> Page<T> {
        let total = whole.len() as u64;
        whole.sort_by_cached_key(&place);
        let slice = self.slice();
        let rows = whole
            .into_iter()
            .filter(|row| slice.after.as_ref().is_none_or(|after| place(row) > *after))
            .skip(slice.skip as usize)
            .take(slice.limit as usize)
            .collect();
        self.page(rows, Some(total), place)
    }
}

pub(super) fn write(after: &After) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(after).unwrap_or_default())
}

pub(super) fn unknown() -> Error {
    Error::invalid("cursor", "is none that a list has given")
}

pub(super) fn read(cursor: &str) -> Result<After> {
    if cursor.len() > limits::CURSOR_CHARS {
        return Err(unknown());
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| unknown())?;
    serde_json::from_slice(&bytes).map_err(|_| unknown())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn span(page: Option<u64>, limit: u64, cursor: Option<&str>) -> Span {
        Span::new(page, Some(limit), cursor).unwrap()
    }

    fn place(row: &u8) -> After {
        After(format!("{row:03}"), String::new())
    }

    proptest! {
        #[test]
        fn following_the_cursor_reads_every_row_once_and_in_order(
            rows in proptest::collection::hash_set(any::<u8>(), 0..60),
            limit in 1u64..20,
        ) {
            let (mut read, mut cursor): (Vec<u8>, Option<String>) = (Vec::new(), None);
            loop {
                let page = span(None, limit, cursor.as_deref()).cut(rows.iter().copied().collect(), place);
                read.extend(page.items);
                cursor = page.paging.next_cursor;
                if cursor.is_none() { break; }
            }
            let mut all: Vec<u8> = rows.into_iter().collect();
            all.sort_unstable();
            prop_assert_eq!(read, all);
        }

        #[test]
        fn no_cursor_makes_it_panic(cursor in "\\PC{0,60}") {
            let _ = Span::new(None, None, Some(&cursor));
        }
    }

    #[test]
    fn a_numbered_page_tells_how_many_there_are() {
        let page = span(Some(2), 2, None).cut(vec![5, 1, 4, 2, 3], place);
        assert_eq!(page.items, [3, 4]);
        let numbered = page.paging.numbered.unwrap();
        assert_eq!((numbered.total, numbered.page, numbered.pages), (5, 2, 3));
        assert!(Span::new(Some(1), None, Some("x")).is_err());
    }
}

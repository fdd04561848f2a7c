//! Cursors of lists: one of ours leads on from its row, any other is refused, and following them
//! ends.
//!
//! The input is a cursor as it is sent, and also what such a cursor would hold.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hubbub::limits;
use hubbub::service::Span;
use hubbub::store::After;

pub fn run(bytes: &[u8]) {
    if let Ok(cursor) = str::from_utf8(bytes) {
        try_out(cursor);
    }
    try_out(&URL_SAFE_NO_PAD.encode(bytes));
}

fn try_out(cursor: &str) {
    let Ok(span) = Span::new(None, Some(3), Some(cursor)) else { return };
    assert!(cursor.len() <= limits::CURSOR_CHARS);
    assert!(Span::new(Some(1), None, Some(cursor)).is_err(), "a page beside a cursor");
    let after = span.slice().after.expect("a cursor says after what");
    // A row at that place gives a cursor that says the same.
    let rows = vec![after.clone(); 4];
    let next = span.page(rows, None, After::clone).paging.next_cursor.expect("there is a fourth row");
    match Span::new(None, Some(3), Some(&next)) {
        Ok(again) => assert_eq!(again.slice().after, Some(after.clone())),
        // The spelling of ours can be longer than the bound; nothing of ours has such a place.
        Err(_) => assert!(next.len() > limits::CURSOR_CHARS, "a cursor of ours is refused: {next}"),
    }
    follow(span, &after);
}

/// Reads a list from there to its end.
fn follow(first: Span, after: &After) {
    let all: Vec<After> = (0..10).map(|number| After(format!("row {number}"), number.to_string())).collect();
    let (mut span, mut read) = (first, Vec::new());
    for _ in 0..=all.len() {
        let page = span.cut(all.clone(), After::clone);
        assert!(page.items.len() <= 3, "more than was asked for");
        read.extend(page.items);
        let Some(next) = page.paging.next_cursor else {
            let rest: Vec<After> = all.into_iter().filter(|row| row > after).collect();
            assert_eq!(read, rest, "after {after:?}");
            return;
        };
        span = Span::new(None, Some(3), Some(&next)).expect("a cursor that was given");
    }
    panic!("the list has no end after {after:?}");
}

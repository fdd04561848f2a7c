//! What is set for which point, and how often each was reached.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Point;
use crate::error::{Error, Result};

const VARIABLE: &str = "HUBBUB_FAILPOINT";

static TRAPS: OnceLock<Vec<Trap>> = OnceLock::new();

#[derive(Debug)]
struct Trap {
    point: Point,
    act: Act,
    when: When,
    reached: AtomicU64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Kill,
    Panic,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    At(u64),
    Every(u64),
}

impl When {
    fn is_now(self, count: u64) -> bool {
        match self {
            When::At(number) => count == number,
            When::Every(number) => count.is_multiple_of(number),
        }
    }
}

/// Reads what is set. To be called before anything is reached.
pub fn arm() -> Result<()> {
    let text = std::env::var(VARIABLE).unwrap_or_default();
    let traps = text.split(',').filter(|part| !part.is_empty()).map(trap).collect::<Result<Vec<Trap>>>()?;
    let _ = TRAPS.set(traps);
    Ok(())
}

pub fn reach(point: Point) {
    for trap in TRAPS.get().into_iter().flatten().filter(|trap| trap.point == point) {
        let count = trap.reached.fetch_add(1, Ordering::AcqRel) + 1;
        match (trap.when.is_now(count), trap.act) {
            (false, _) => {}
            (true, Act::Kill) => std::process::abort(),
            (true, Act::Panic) => fall(point, count),
        }
    }
}

#[expect(clippy::panic, reason = "it is what was asked for")]
fn fall(point: Point, count: u64) {
    panic!("{} was reached {count} times", point.name());
}

/// `after-store-write:kill@37`
fn trap(text: &str) -> Result<Trap> {
    let wrong = || {
        let names: Vec<&str> = Point::ALL.iter().map(|point| point.name()).collect();
        Error::bad_request(format!(
            "{VARIABLE}: `{text}` is not POINT:kill@N, POINT:panic@N or POINT:panic%N, with one of {}",
            names.join(", ")
        ))
    };
    let (name, rest) = text.split_once(':').ok_or_else(wrong)?;
    let point = Point::ALL.iter().copied().find(|point| point.name() == name).ok_or_else(wrong)?;
    let (act, number, when): (&str, &str, fn(u64) -> When) = match rest.split_once('@') {
        Some((act, number)) => (act, number, When::At),
        None => {
            rest.split_once('%').map(|(act, number)| (act, number, When::Every as _)).ok_or_else(wrong)?
        }
    };
    let act = match act {
        "kill" => Act::Kill,
        "panic" => Act::Panic,
        _ => return Err(wrong()),
    };
    let number = number.parse().ok().filter(|number| *number > 0).ok_or_else(wrong)?;
    Ok(Trap { point, act, when: when(number), reached: AtomicU64::new(0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trap_says_where_what_and_when() {
        let once = trap("after-store-write:kill@37").unwrap();
        assert_eq!((once.point, once.act, once.when), (Point::AfterStoreWrite, Act::Kill, When::At(37)));
        let often = trap("in-event:panic%5").unwrap();
        assert_eq!((often.point, often.act, often.when), (Point::InEvent, Act::Panic, When::Every(5)));
        for wrong in
            ["after-store-write", "nowhere:kill@1", "in-event:sleep@1", "in-event:kill@0", "in-event:kill"]
        {
            assert!(trap(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn once_is_once_and_often_is_every_so_often() {
        let times = |when: When| (1..=10).filter(|count| when.is_now(*count)).collect::<Vec<u64>>();
        assert_eq!(times(When::At(3)), [3]);
        assert_eq!(times(When::Every(4)), [4, 8]);
    }
}

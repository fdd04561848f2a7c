//! What is tried on bytes of strangers, one function for each target.
//!
//! A function takes any bytes, panics where the house breaks a promise, and is otherwise silent.
//! `fuzz_targets/` hands them to libFuzzer; `tests/house/fuzz.rs` feeds them the corpus and every
//! input that was once a finding, so that the ordinary tests cover those. The doors are tried whole,
//! in this process and without a port; time is tokio's own and stands still, so that a wait costs
//! nothing and a bound is a bound.

pub mod callers;
pub mod cursors;
pub mod events;
pub mod fold;
pub mod frames;
mod house;
mod line;
pub mod requests;
pub mod tokens;
mod websocket;

type Target = (&'static str, fn(&[u8]));

/// Every target by name. `fuzz_targets/`, `corpus/` and `regressions/` go by these names.
pub const TARGETS: &[Target] = &[
    ("callers", callers::run),
    ("cursors", cursors::run),
    ("events", events::run),
    ("fold", fold::run),
    ("frames", frames::run),
    ("requests", requests::run),
    ("tokens", tokens::run),
];

/// How an input is cut: the first line, and what follows it.
fn first_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[]),
    }
}

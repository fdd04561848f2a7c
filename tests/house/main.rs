//! The stories: what the house does, told through its public face, in one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says aloud what it did not run on"
)]

mod checker;
mod store;
mod stores;

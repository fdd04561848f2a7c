//! What the product does: every rule that needs a store.
//!
//! A method walks five steps: find, may they, keep, tell, answer. Services do not call one another;
//! what two of them need stands here beside them ([`Rights`]) or moves down.

pub mod messages;
mod rights;

pub use rights::{Rights, Seat};

//! What the product does: every rule that needs a store.
//!
//! A method walks five steps: find, may they, keep, tell, answer. Services do not call one another;
//! what two of them need stands here beside them ([`Rights`], [`Roster`]) or moves down.

mod accounts;
pub mod channels;
pub mod groups;
pub mod messages;
mod page;
pub mod presence;
pub mod requests;
mod rights;
pub mod roster;
mod span;
pub mod typing;

pub use accounts::{Accounts, Admission, Revoked};
pub use page::{Ask, Numbered, Page, Paging};
pub use rights::{Rights, Seat};
pub use roster::Roster;
pub use span::Span;

//! What the product does: every rule that needs a store.
//!
//! A method walks five steps: find, may they, keep, tell, answer. Services do not call one another;
//! what two of them need stands here beside them ([`Rights`], [`Registrar`]) or moves down.

pub mod accounts;
pub mod admin;
pub mod messages;
mod page;
mod registrar;
mod revocations;
mod rights;
pub mod users;

pub use accounts::Accounts;
pub use admin::Admin;
pub use page::{Ask, Numbered, Page, Paging};
pub use registrar::{Newcomer, Registrar};
pub use revocations::{Revocations, Revoked};
pub use rights::{Rights, Seat};
pub use users::Users;

//! What the product does: every rule that needs a store.
//!
//! A method walks five steps: find, may they, keep, tell, answer. Services do not call one another;
//! what two of them need stands here beside them ([`Rights`], [`Roster`], [`Registrar`]) or moves down.

pub mod accounts;
pub mod admin;
mod bell;
pub mod blocks;
pub mod bookmarks;
pub mod channels;
pub mod direct;
mod display;
pub mod drafts;
pub mod due;
pub mod emoji;
pub mod groups;
pub mod messages;
pub mod notifications;
pub mod notifier;
mod own_log;
mod page;
pub mod presence;
pub mod previews;
pub mod reads;
pub mod registrar;
pub mod reminders;
pub mod reports;
pub mod requests;
mod revocations;
mod rights;
pub mod roster;
pub mod schedule;
pub mod search;
pub mod settings;
mod span;
pub mod status;
pub mod typing;
pub mod users;
mod wishes;

pub use accounts::{Accounts, Admission};
pub use admin::Admin;
use bell::Bell;
pub use display::Display;
pub use page::{Ask, Numbered, Page, Paging};
pub use registrar::Registrar;
pub use revocations::{Revocations, Revoked};
pub use rights::{Rights, Seat};
pub use roster::Roster;
pub use search::Search;
pub use span::Span;
pub use status::Statuses;
pub use users::Users;
use wishes::Wishes;

//! Words: how text is read so that it can be found, and how a question for it is read. Pure.
//!
//! Both engines keep the same [`tokens`] of a message and are asked for the same ones, so that they
//! give the same answers. Tokens only say what may match; whether it does is decided on the text itself
//! by [`Query::find`], which also tells where.
//!
//! Scripts that put spaces between words are read word by word, others (Chinese, Japanese, Thai, Lao,
//! Khmer, Burmese) as runs of letters of which any part can be found.

mod fold;
mod hit;
mod parse;
mod query;
mod reading;
mod tokens;

pub use hit::{Highlight, Hit};
pub use parse::moment;
pub use query::{Has, Query};
pub use tokens::{author, channel, has, links, pinned, tokens};

/// Of the way in which tokens are made: another one means that all has to be read again.
pub const VERSION: u32 = 2;

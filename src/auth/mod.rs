//! Keys and hashes: passwords, access tokens, refresh tokens, and who tried too often.
//!
//! No product rules and no store: what a token is worth is decided in `service`.

pub mod tokens;

pub use tokens::{Claims, Tokens};

//! Keys and hashes: passwords, access tokens, refresh tokens, and who tried too often.
//!
//! No product rules and no store: what a token is worth is decided in `service`.

mod attempts;
mod password;
mod passwords;
mod prover;
mod refresh;
mod tokens;

pub use attempts::Attempts;
pub use password::{NewPassword, Password};
pub use passwords::Passwords;
pub use prover::Prover;
pub use refresh::RefreshToken;
pub use tokens::{Claims, Tokens};

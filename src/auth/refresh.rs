//! Opaque tokens, of refreshing and of the claim: 256 random bits, kept only as their SHA-256.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};

use crate::clock::secret;
use crate::error::{Error, Result};

/// A token in the clear: made here, or sent by a client. Never printed, never kept.
pub struct RefreshToken(String);

impl RefreshToken {
    pub fn make() -> RefreshToken {
        RefreshToken(secret())
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> RefreshToken {
        RefreshToken(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Only what has the form of one is looked up; anything else is refused unread.
    pub fn parse(text: &str) -> Result<RefreshToken> {
        match URL_SAFE_NO_PAD.decode(text) {
            Ok(bytes) if bytes.len() == 32 => Ok(RefreshToken(text.to_owned())),
            _ => Err(Error::unauthenticated("this is no refresh token of ours")),
        }
    }

    /// What the store keeps and looks up by.
    pub fn hash(&self) -> String {
        hex::encode(Sha256::digest(&self.0))
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for RefreshToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        RefreshToken::parse(&text).map_err(|_| serde::de::Error::custom("is no token of ours"))
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_token_is_read_as_it_was_made_and_never_printed() {
        let made = RefreshToken::make();
        let read = RefreshToken::parse(made.reveal()).unwrap();
        assert_eq!(read.hash(), made.hash());
        assert!(!format!("{made:?}").contains(made.reveal()));
    }

    proptest! {
        #[test]
        fn nothing_of_another_length_is_a_token(text in "[A-Za-z0-9_-]{0,42}|[A-Za-z0-9_-]{44,80}|\\PC{0,50}") {
            if let Ok(token) = RefreshToken::parse(&text) {
                prop_assert_eq!(token.reveal().len(), 43);
            }
        }
    }
}

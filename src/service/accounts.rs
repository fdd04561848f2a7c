//! Signing up, in and out, and who a token belongs to.

use crate::auth::Tokens;
use crate::error::Result;
use crate::policy::Actor;

use super::Rights;

#[derive(Clone, Debug)]
pub struct Accounts {
    tokens: Tokens,
    rights: Rights,
}

impl Accounts {
    pub fn new(tokens: Tokens, rights: Rights) -> Accounts {
        Accounts { tokens, rights }
    }

    /// Whose access token this is, as the store says now: for both doors, at every use.
    pub async fn actor(&self, token: &str) -> Result<Actor> {
        let claims = self.tokens.read(token)?;
        self.rights
            .actor(claims.sub, &claims.sid, claims.epoch)
            .await
    }
}

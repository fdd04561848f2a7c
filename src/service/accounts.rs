//! Signing up, in and out, and who a token belongs to.

use crate::auth::Tokens;
use crate::error::Result;
use crate::model::{Id, Time, User};
use crate::policy::Actor;
use tokio::sync::broadcast;

use super::Rights;

/// What an access token is worth at the moment it is shown.
#[derive(Clone, Debug)]
pub struct Admission {
    pub actor: Actor,
    pub authz_epoch: i64,
    pub expires_at: Time,
}

/// Whose sockets are to be looked at again, because a session or a right ended.
#[derive(Clone, Debug)]
pub enum Revoked {
    Session(String),
    User(Id<User>),
}

#[derive(Clone, Debug)]
pub struct Accounts {
    revoked: broadcast::Sender<Revoked>,
    tokens: Tokens,
    rights: Rights,
}

impl Accounts {
    pub fn new(tokens: Tokens, rights: Rights) -> Accounts {
        Accounts { revoked: broadcast::channel(1_024).0, tokens, rights }
    }

    /// For a socket, which asks again at each event.
    pub async fn admit(&self, token: &str) -> Result<Admission> {
        let claims = self.tokens.read(token)?;
        let actor = self.rights.actor(claims.sub, &claims.sid, claims.epoch).await?;
        let expires_at = Time::from_millis(claims.exp.saturating_mul(1000));
        Ok(Admission { actor, authz_epoch: claims.epoch, expires_at })
    }

    pub fn revocations(&self) -> broadcast::Receiver<Revoked> {
        self.revoked.subscribe()
    }

    /// Whose access token this is, as the store says now: for both doors, at every use.
    pub async fn actor(&self, token: &str) -> Result<Actor> {
        let claims = self.tokens.read(token)?;
        self.rights.actor(claims.sub, &claims.sid, claims.epoch).await
    }
}

//! Signing up, in and out; passwords, sessions, and who a token belongs to.

mod claim;
mod join;
mod refresh;
mod sessions;
mod sign_in;

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::broadcast;

pub use claim::Claim;
pub use join::Registration;
pub use sessions::SessionView;
pub use sign_in::SignIn;

use super::Revoked;
use super::registrar::{Registrar, own};
use crate::auth::{Claims, Prover, RefreshToken, Tokens};
use crate::clock::nonce;
use crate::config;
use crate::error::{Code, Error, Result};
use crate::limits;
use crate::model::{Account, Refresh, Session, Time, User};
use crate::policy::Actor;

#[derive(Clone, Debug)]
pub struct Accounts {
    registrar: Registrar,
    prover: Prover,
    tokens: Tokens,
    registration: config::Registration,
    session_lifetime: Duration,
}

/// From where somebody signs in.
#[derive(Clone, Debug)]
pub struct Device {
    pub name: String,
    pub address: IpAddr,
}

/// What an access token is worth at the moment it is shown.
#[derive(Clone, Debug)]
pub struct Admission {
    pub actor: Actor,
    pub authz_epoch: i64,
    pub expires_at: Time,
    pub claims: Claims,
}

impl Admission {
    /// TOKEN_EXPIRED once the token ran out: until its socket is closed it is good for nothing but to
    /// be replaced (contract D-36).
    pub fn check(&self, now: Time) -> Result<()> {
        match now < self.expires_at {
            true => Ok(()),
            false => {
                Err(Error::new(Code::TokenExpired, "this token ran out: send refresh_auth with a new one"))
            }
        }
    }
}

/// What somebody who signed in gets. The tokens are shown this once.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Signed {
    pub user: Account,
    pub access_token: String,
    pub refresh_token: String,
    pub token_type: &'static str,
    /// Seconds that the access token lasts.
    pub expires_in: u64,
    pub session_id: String,
    pub session_expires_at: Time,
}

/// What a token says, for a proxy that asks whether to let a request through.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    pub valid: bool,
    pub user: Account,
    pub claims: Claims,
    pub session: SessionView,
}

impl Accounts {
    pub fn new(registrar: Registrar, prover: Prover, tokens: Tokens, says: &config::Auth) -> Accounts {
        Accounts {
            registrar,
            prover,
            tokens,
            registration: says.registration,
            session_lifetime: Duration::from_secs(says.refresh_days * 24 * 60 * 60),
        }
    }

    /// Whose access token this is, as the store says now: for both doors, at every use.
    pub async fn admit(&self, token: &str) -> Result<Admission> {
        let claims = self.tokens.read(token)?;
        let actor = self.registrar.rights().actor(claims.sub, &claims.sid, claims.epoch).await?;
        let expires_at = Time::from_millis(claims.exp.saturating_mul(1000));
        Ok(Admission { actor, authz_epoch: claims.epoch, expires_at, claims })
    }

    /// Who must close sockets listens here.
    pub fn revocations(&self) -> broadcast::Receiver<Revoked> {
        self.registrar.revocations.listen()
    }

    pub async fn me(&self, actor: &Actor) -> Result<Account> {
        Ok(self.registrar.find(actor.id).await?.account())
    }

    pub async fn verify(&self, admission: &Admission) -> Result<Verified> {
        let Admission { actor, claims, .. } = admission;
        let session = self.registrar.rights().session(&claims.sid).await?;
        let session = session.ok_or_else(|| Error::unauthenticated("this session is over, sign in again"))?;
        let user = self.me(actor).await?;
        Ok(Verified { valid: true, user, claims: claims.clone(), session: SessionView::of(&session, actor) })
    }

    /// Forgets sessions and refresh tokens that are over. To be called from time to time.
    pub async fn sweep(&self) -> Result<u64> {
        let (store, now) = (self.registrar.store(), self.registrar.now());
        Ok(store.refreshes.sweep(now).await? + store.sessions.sweep(now).await?)
    }

    /// Begins a session. `afresh` is a new hash of the password that was checked, if it wants one.
    async fn begin(&self, user: &User, afresh: Option<String>, device: &Device) -> Result<Signed> {
        let now = self.registrar.now();
        let session = Session {
            id: nonce(),
            user_id: user.id,
            device: device.name.clone(),
            address: device.address.to_string(),
            created_at: now,
            last_seen_at: now,
            expires_at: now.plus(self.session_lifetime),
            revoked_at: None,
        };
        self.registrar.store().sessions.insert(&session).await?;
        // Whoever changes the password or the rights first changes the user and then ends the
        // sessions, so one that began too late to be ended finds a changed user here.
        let Some(user) = self.registrar.store().users.signed_in(user, afresh, now).await? else {
            self.registrar.store().sessions.revoke(&session.id, now).await?;
            return Err(refused());
        };
        self.end_the_oldest(&user, now).await?;
        self.issue(&user, &session, RefreshToken::make()).await
    }

    /// Tokens of a session that is alive.
    async fn issue(&self, user: &User, session: &Session, token: RefreshToken) -> Result<Signed> {
        let refresh = Refresh {
            hash: token.hash(),
            session_id: session.id.clone(),
            expires_at: session.expires_at,
            spent_at: None,
        };
        match self.registrar.store().refreshes.insert(&refresh).await {
            // Another tab has asked for the same one.
            Err(rejected) if rejected.taken("_id") => {}
            other => other?,
        }
        Ok(Signed {
            user: user.account(),
            access_token: self.tokens.sign(user.id, &session.id, user.authz_epoch)?,
            refresh_token: token.reveal().to_owned(),
            token_type: "Bearer",
            expires_in: self.tokens.lifetime().as_secs(),
            session_id: session.id.clone(),
            session_expires_at: session.expires_at,
        })
    }

    async fn end_the_oldest(&self, user: &User, now: Time) -> Result<()> {
        let living = self.registrar.store().sessions.living(user.id, now).await?;
        for session in living.iter().skip(limits::SESSIONS_PER_USER) {
            self.registrar.end_session(&own(user), user, &session.id).await?;
        }
        Ok(())
    }
}

/// One text and one status for every way in which signing in can fail.
fn refused() -> Error {
    Error::unauthenticated("the name or the password is wrong")
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed").field("session_id", &self.session_id).finish_non_exhaustive()
    }
}

//! A new access token for a refresh token, which is used up by it.
//!
//! A session is a family of such tokens. One that comes a second time has been copied, and nobody
//! can tell who has the copy: the whole session ends.

use tracing::warn;

use super::{Accounts, Device, Signed};
use crate::auth::RefreshToken;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{Refresh, Session, Status, User};
use crate::service::registrar::own;

impl Accounts {
    pub async fn refresh(&self, token: &RefreshToken, device: &Device) -> Result<Signed> {
        let now = self.registrar.now();
        let refresh = self.registrar.store().refreshes.get(token.hash()).await?.ok_or_else(over)?;
        let (session, user) = self.family(&refresh).await?;
        if session.revoked_at.is_some() || session.expires_at <= now || user.status != Status::Active {
            return Err(over());
        }
        self.must_be_unspent(&refresh, &session, &user).await?;
        // The new token is kept before the old one is spent: stopping in between takes nothing away.
        let signed = self.issue(&user, &session, self.tokens.heir(token)?).await?;
        if self.registrar.store().refreshes.spend(&refresh.hash, now).await?.is_none() {
            let spent = self.registrar.store().refreshes.get(&refresh.hash).await?.ok_or_else(over)?;
            self.must_be_unspent(&spent, &session, &user).await?;
        }
        self.registrar.store().sessions.seen(&session.id, &device.address.to_string(), now).await?;
        Ok(signed)
    }

    /// Whose refresh token this is, spent or not; for signing out when the access token is gone.
    pub(super) async fn family(&self, refresh: &Refresh) -> Result<(Session, User)> {
        let store = self.registrar.store();
        let session = store.sessions.get(&refresh.session_id).await?.ok_or_else(over)?;
        let user = store.users.get(session.user_id).await?.ok_or_else(over)?;
        Ok((session, user))
    }

    async fn must_be_unspent(&self, refresh: &Refresh, session: &Session, user: &User) -> Result<()> {
        let now = self.registrar.now();
        match refresh.spent_at {
            Some(spent) if now.since(spent) > limits::REFRESH_GRACE => {
                warn!(user.id = %user.id, session.id = session.id, "a used refresh token came again, the session ends");
                self.registrar.end_session(&own(user), user, &session.id).await?;
                Err(over())
            }
            _ => Ok(()),
        }
    }
}

fn over() -> Error {
    Error::unauthenticated("this refresh token is worth nothing any more, sign in again")
}

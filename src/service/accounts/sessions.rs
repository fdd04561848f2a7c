//! Where somebody is signed in, and signing out.

use serde::Serialize;

use super::Accounts;
use crate::auth::RefreshToken;
use crate::error::{Error, Result};
use crate::model::{Session, Time};
use crate::policy::Actor;
use crate::service::Page;
use crate::service::registrar::own;
use crate::store::Edits;

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    pub id: String,
    pub device: String,
    pub address: String,
    pub created_at: Time,
    pub last_seen_at: Time,
    pub expires_at: Time,
    /// The session that asks.
    pub current: bool,
}

impl SessionView {
    pub(super) fn of(session: &Session, actor: &Actor) -> SessionView {
        let Session { id, device, address, created_at, last_seen_at, expires_at, .. } = session.clone();
        let current = actor.session.as_deref() == Some(&id);
        SessionView { id, device, address, created_at, last_seen_at, expires_at, current }
    }
}

impl Accounts {
    /// The newest first.
    pub async fn sessions(&self, actor: &Actor) -> Result<Page<SessionView>> {
        let living = self.registrar.store().sessions.living(actor.id, self.registrar.now()).await?;
        Ok(Page::whole(living.iter().map(|session| SessionView::of(session, actor)).collect()))
    }

    /// One's own; a super admin may end anybody's.
    pub async fn end_session(&self, actor: &Actor, id: &str) -> Result<()> {
        let unknown = || Error::not_found("session");
        let session =
            self.registrar.store().sessions.get(id).await?.filter(|session| session.revoked_at.is_none());
        let session = session.ok_or_else(unknown)?;
        if session.user_id != actor.id && !actor.is_super_admin() {
            return Err(unknown());
        }
        let user = self.registrar.find(session.user_id).await?;
        self.registrar.end_session(actor, &user, id).await.map(drop)
    }

    pub async fn logout(&self, actor: &Actor) -> Result<()> {
        let Some(session) = &actor.session else {
            return Ok(());
        };
        let user = self.registrar.find(actor.id).await?;
        self.registrar.end_session(actor, &user, session).await.map(drop)
    }

    /// For a client whose access token has expired: the refresh token's session ends. A token that
    /// is worth nothing any more has nothing to end.
    pub async fn logout_with(&self, token: &RefreshToken) -> Result<()> {
        let Some(refresh) = self.registrar.store().refreshes.get(token.hash()).await? else {
            return Ok(());
        };
        let (session, user) = self.family(&refresh).await?;
        self.registrar.end_session(&own(&user), &user, &session.id).await.map(drop)
    }

    /// Every session, this one included, and every token that is out.
    pub async fn logout_all(&self, actor: &Actor) -> Result<()> {
        let user = self.registrar.find(actor.id).await?;
        let edits = Edits { signed_out: true, ..Edits::default() };
        self.registrar.edit(actor, &user, edits).await.map(drop)
    }
}

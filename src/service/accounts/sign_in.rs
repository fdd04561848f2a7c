//! Signing in with a name or an address, and changing the password.

use std::net::IpAddr;

use serde::Deserialize;

use super::{Accounts, Device, Signed, refused};
use crate::auth::{NewPassword, Password, RefreshToken};
use crate::error::{Code, Error, Result};
use crate::limits;
use crate::model::{Email, Status, Time, User, Username};
use crate::policy::Actor;
use crate::service::registrar::own;
use crate::store::Edits;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignIn {
    /// A username, or an address.
    #[serde(default)]
    pub username: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    pub password: Password,
    /// Takes back that the account is to be deleted.
    #[serde(default)]
    pub restore: bool,
}

impl SignIn {
    fn name(&self) -> Result<&str> {
        let name = match (&self.username, &self.email) {
            (Some(name), None) | (None, Some(name)) => name.trim(),
            (None, None) => return Err(Error::invalid("username", "is required, or an email")),
            (Some(_), Some(_)) => return Err(Error::invalid("email", "cannot stand beside a username")),
        };
        match name.len() <= limits::EMAIL_CHARS * 4 {
            true => Ok(name),
            false => Err(Error::invalid("username", "is longer than any name or address")),
        }
    }
}

impl Accounts {
    pub async fn login(&self, asked: &SignIn, device: &Device) -> Result<Signed> {
        let (user, afresh) = self.prove(asked, device.address).await?;
        let user = match user.leaving.returns_until(self.registrar.now()) {
            Some(end) => self.restore(asked, &user, end).await?,
            None => user,
        };
        self.begin(&user, afresh, device).await
    }

    /// LOCKED for whoever does not say that they want to stay.
    async fn restore(&self, asked: &SignIn, user: &User, end: Time) -> Result<User> {
        if !asked.restore {
            let locked = Error::new(Code::Locked, "this account is being deleted: restore it to sign in");
            return Err(locked.detail("deleteAt", end.to_string()));
        }
        let edits = Edits { status: Some(Status::Active), ..Edits::default() };
        self.registrar.edit(&own(user), user, edits).await
    }

    /// New tokens for this session; every other session ends.
    pub async fn change_password(
        &self,
        actor: &Actor,
        current: &Password,
        new: &NewPassword,
        address: IpAddr,
    ) -> Result<Signed> {
        let user = self.registrar.find(actor.id).await?;
        new.must_differ_from(&[user.username.as_str(), user.email.as_str()])?;
        // A stolen access token alone must not be able to try passwords without end.
        if !self.prover.proves(&user.id.to_string(), address, current, Some(&user.password_hash)).await? {
            return Err(Error::invalid("currentPassword", "is not your password"));
        }
        let hash = self.prover.hash(new).await?;
        let session = match &actor.session {
            Some(id) => self.registrar.rights().session(id).await?,
            None => None,
        };
        let session = session.ok_or_else(|| Error::unauthenticated("this session is over, sign in again"))?;
        let user = self.registrar.change_password(actor, &user, hash).await?;
        self.registrar.store().refreshes.forget(std::slice::from_ref(&session.id)).await?;
        self.issue(&user, &session, RefreshToken::make()).await
    }

    /// The active user of that name and password, and a new hash where the old one wants replacing.
    /// Takes as long, and says as little, whether nobody has the name or the password is wrong.
    async fn prove(&self, asked: &SignIn, address: IpAddr) -> Result<(User, Option<String>)> {
        let name = asked.name()?;
        let user = self.named(name).await?;
        // Whoever is erased has a hash no more.
        let kept = user.as_ref().filter(|user| user.leaving.erased_at.is_none());
        let hash = kept.map(|user| user.password_hash.as_str());
        // Counted by the person, so that a name and an address are not two counts; and by what was
        // typed where it is nobody's, so that nobody's name is refused as soon as somebody's.
        let account = user.as_ref().map_or_else(|| name.to_lowercase(), |user| user.id.to_string());
        let fits = self.prover.proves(&account, address, &asked.password, hash).await?;
        let now = self.registrar.now();
        let here = |user: &User| user.status == Status::Active || user.leaving.returns_until(now).is_some();
        let user = user.filter(|user| fits && here(user)).ok_or_else(refused)?;
        let afresh = self.prover.afresh(&asked.password, &user.password_hash).await?;
        Ok((user, afresh))
    }

    /// What is neither a username nor an address is nobody's.
    pub(super) async fn named(&self, name: &str) -> Result<Option<User>> {
        let users = &self.registrar.store().users;
        if let Ok(email) = name.parse::<Email>() {
            return users.by_email(&email).await;
        }
        match name.parse::<Username>() {
            Ok(username) => users.by_username(&username.folded()).await,
            Err(_) => Ok(None),
        }
    }
}

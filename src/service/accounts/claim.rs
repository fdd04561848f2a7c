//! The first administrator: whoever holds the token that the first start printed.

use serde::Deserialize;

use super::{Accounts, Device, Registration, Signed};
use crate::auth::{NewPassword, RefreshToken};
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{Email, Name, Role, Time, Username};

/// Its value reads `<SHA-256 of the token> <end>`.
const CLAIM: &str = "claim";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Claim {
    pub token: RefreshToken,
    pub username: Username,
    pub email: Email,
    pub password: NewPassword,
    #[serde(default)]
    pub confirm_password: Option<NewPassword>,
    #[serde(default)]
    pub display_name: Option<Name>,
}

impl Accounts {
    /// A token for the claim, while nobody administers. A later one takes the place of an earlier.
    pub async fn claim_token(&self) -> Result<Option<String>> {
        if self.registrar.store().users.super_admins().await? > 0 {
            self.withdraw_claim().await?;
            return Ok(None);
        }
        let token = RefreshToken::make();
        let end = self.registrar.now().plus(limits::CLAIM_LASTS);
        self.registrar.store().settings.put(CLAIM, format!("{} {end}", token.hash()).into()).await?;
        Ok(Some(token.reveal().to_owned()))
    }

    /// NOT_FOUND once it succeeded or for a wrong token, GONE after its end.
    pub async fn claim(&self, asked: Claim, device: &Device) -> Result<Signed> {
        let Claim { token, username, email, password, confirm_password, display_name } = asked;
        let value = self.claimed(&token).await?;
        let asked = Registration { username, email, password, confirm_password, display_name };
        asked.check()?;
        let hash = self.prover.hash(&asked.password).await?;
        // Exactly one of those who get here takes the claim away.
        if !self.registrar.store().settings.take(CLAIM, &value).await? {
            return Err(unknown());
        }
        match self.registrar.admit(asked.into_newcomer(Role::SuperAdmin, hash)).await {
            Ok(user) => self.begin(&user, None, device).await,
            Err(error) => {
                // Nobody administers yet, so the claim stays open.
                self.registrar.store().settings.put(CLAIM, value.into()).await?;
                Err(error)
            }
        }
    }

    /// The claim's value, if this is its token and it has not ended.
    async fn claimed(&self, token: &RefreshToken) -> Result<String> {
        // Somebody may have been made one by another process.
        if self.registrar.store().users.super_admins().await? > 0 {
            self.withdraw_claim().await?;
        }
        let setting = self.registrar.store().settings.get(CLAIM).await?.ok_or_else(unknown)?;
        let value = setting.value.as_str().unwrap_or_default();
        let (hash, end) = value.split_once(' ').ok_or_else(unknown)?;
        if hash != token.hash() {
            return Err(unknown());
        }
        let end: Time = serde_json::from_value(end.into()).map_err(Error::internal)?;
        match self.registrar.now() < end {
            true => Ok(value.to_owned()),
            false => Err(Error::gone("this link has expired: start the server again for a new one")),
        }
    }

    /// Somebody administers, so there is nothing to claim.
    pub(super) async fn withdraw_claim(&self) -> Result<()> {
        if let Some(setting) = self.registrar.store().settings.get(CLAIM).await? {
            self.registrar.store().settings.take(CLAIM, setting.value.as_str().unwrap_or_default()).await?;
        }
        Ok(())
    }
}

fn unknown() -> Error {
    Error::not_found("claim")
}

//! Signing up, where it is open, and being added by whoever runs the server.

use serde::Deserialize;

use super::{Accounts, Device, Signed};
use crate::auth::NewPassword;
use crate::config;
use crate::error::{Error, Result};
use crate::model::{Email, Name, Role, User, Username};
use crate::service::registrar::Newcomer;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Registration {
    pub username: Username,
    pub email: Email,
    pub password: NewPassword,
    #[serde(default)]
    pub confirm_password: Option<NewPassword>,
    #[serde(default)]
    pub display_name: Option<Name>,
}

impl Registration {
    pub(in crate::service) fn check(&self) -> Result<()> {
        self.password.must_differ_from(&[self.username.as_str(), self.email.as_str()])?;
        let typed = self.password.password().expose();
        match &self.confirm_password {
            Some(again) if again.password().expose() != typed => {
                Err(Error::invalid("confirmPassword", "must be the same as the password"))
            }
            _ => Ok(()),
        }
    }

    /// The account it asks for, with a role that the asker has no say in.
    pub(in crate::service) fn into_newcomer(self, role: Role, password_hash: String) -> Newcomer {
        let Registration { username, email, display_name, .. } = self;
        Newcomer { username, email, password_hash, role, display_name }
    }
}

impl Accounts {
    pub async fn register(&self, asked: Registration, device: &Device) -> Result<Signed> {
        if self.registration == config::Registration::Closed {
            return Err(Error::forbidden("this server is by invitation: ask who runs it for an account"));
        }
        asked.check()?;
        let user = self.create(asked, Role::User).await?;
        self.begin(&user, None, device).await
    }

    /// For the command line, which needs no session and is asked by nobody.
    pub async fn add_user(&self, asked: Registration, role: Role) -> Result<User> {
        asked.check()?;
        let user = self.create(asked, role).await?;
        if role == Role::SuperAdmin {
            self.withdraw_claim().await?;
        }
        Ok(user)
    }

    /// The hash is made before anybody looks whether the name is free, so that both take as long.
    pub(super) async fn create(&self, asked: Registration, role: Role) -> Result<User> {
        let hash = self.prover.hash(&asked.password).await?;
        self.registrar.admit(asked.into_newcomer(role, hash)).await
    }
}

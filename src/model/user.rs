//! A person with an account, and the sessions in which they are signed in.

use serde::{Deserialize, Serialize};

use super::{Description, Email, Epoch, Id, Leaving, Link, Name, Time, Username};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    User,
    SuperAdmin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Active,
    Inactive,
}

/// As it is kept. What others see of it is [`Profile`], what its owner sees is [`Account`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    #[serde(rename = "_id")]
    pub id: Id<User>,
    pub username: Username,
    /// [`Username::folded`], unique.
    pub username_key: String,
    /// Unique; always in lower case.
    pub email: Email,
    pub password_hash: String,
    pub role: Role,
    pub status: Status,
    /// Rises at password change, sign-out everywhere, deactivation and role change (contract §1).
    pub authz_epoch: i64,
    /// Of the user's own log.
    pub epoch: Epoch,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<Name>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bio: Option<Description>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<Link>,
    pub created_at: Time,
    pub updated_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_login_at: Option<Time>,
    #[serde(flatten)]
    pub leaving: Leaving,
}

/// What anybody signed in may see of a user.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    pub id: Id<User>,
    pub username: Username,
    pub display_name: Option<Name>,
    pub bio: Option<Description>,
    pub avatar_url: Option<Link>,
    pub role: Role,
    pub status: Status,
    pub created_at: Time,
}

/// What a user sees of themselves, and a super admin of everybody.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    #[serde(flatten)]
    pub profile: Profile,
    pub email: Email,
    pub updated_at: Time,
    pub last_login_at: Option<Time>,
}

impl User {
    pub fn profile(&self) -> Profile {
        Profile {
            id: self.id,
            username: self.username.clone(),
            display_name: self.display_name.clone(),
            bio: self.bio.clone(),
            avatar_url: self.avatar_url.clone(),
            role: self.role,
            status: self.status,
            created_at: self.created_at,
        }
    }

    pub fn account(&self) -> Account {
        Account {
            profile: self.profile(),
            email: self.email.clone(),
            updated_at: self.updated_at,
            last_login_at: self.last_login_at,
        }
    }
}

/// One sign-in on one device: a family of refresh tokens, of which one is alive.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// 128 random bits; the `sid` claim of access tokens.
    #[serde(rename = "_id")]
    pub id: String,
    pub user_id: Id<User>,
    pub device: String,
    pub address: String,
    pub created_at: Time,
    pub last_seen_at: Time,
    pub expires_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Time>,
}

/// A refresh token as it is kept: its SHA-256, never itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refresh {
    /// SHA-256 of the token, hexadecimal.
    #[serde(rename = "_id")]
    pub hash: String,
    pub session_id: String,
    pub expires_at: Time,
    /// Set once, by a guarded update: who comes second presents a used token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spent_at: Option<Time>,
}

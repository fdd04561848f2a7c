//! Somebody's own log tells all their devices of what one of them changed.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Roster;
use super::roster::of_user;
use crate::error::{Code, Error, Result};
use crate::log::Draft;
use crate::model::{AccountEvent, ClientMsgId, Id, User, What};

/// Says that something of theirs is another now; what it is they ask for themselves.
pub(super) async fn tell(roster: &Roster, user: Id<User>, event: AccountEvent, about: Value) -> Result<()> {
    let user = roster.rights.user(user).await?.ok_or_else(|| Error::not_found("user"))?;
    let draft = Draft::new(user.id, &user.username, What::Account { event, about });
    roster.logs.append(&of_user(&user), draft).await.map(drop)
}

/// As [`tell`], but once for each cause, however often it is tried. Who is no longer there hears nothing.
pub(super) async fn tell_once(
    roster: &Roster,
    user: Id<User>,
    event: AccountEvent,
    about: Value,
    cause: &str,
) -> Result<()> {
    let Some(user) = roster.rights.user(user).await? else { return Ok(()) };
    let draft = Draft::new(user.id, &user.username, What::Account { event, about });
    let draft = Draft { client_msg_id: Some(once(cause)?), ..draft };
    match roster.logs.append(&of_user(&user), draft).await {
        // It was told before.
        Err(error) if error.code() == Code::Conflict => Ok(()),
        told => told.map(drop),
    }
}

/// One intent to tell for each cause.
pub(super) fn once(cause: &str) -> Result<ClientMsgId> {
    let digest = hex::encode(Sha256::digest(cause));
    format!("n-{}", digest.get(..32).unwrap_or_default()).parse()
}

//! Somebody's own log tells all their devices of what one of them changed.

use serde_json::Value;

use super::Roster;
use super::roster::of_user;
use crate::error::{Error, Result};
use crate::log::Draft;
use crate::model::{AccountEvent, ClientMsgId, Id, User, What};

/// Says that something of theirs is another now; what it is they ask for themselves.
pub(super) async fn tell(roster: &Roster, user: Id<User>, event: AccountEvent, about: Value) -> Result<()> {
    let user = roster.rights.user(user).await?.ok_or_else(|| Error::not_found("user"))?;
    let draft = Draft::new(user.id, &user.username, What::Account { event, about });
    roster.logs.append(&of_user(&user), draft).await.map(drop)
}

/// The same of something that several may find, and that is said once: whoever says it gives it the same id.
pub(super) async fn tell_once(
    roster: &Roster,
    user: &User,
    event: AccountEvent,
    about: Value,
    once: ClientMsgId,
) -> Result<()> {
    let draft = Draft::new(user.id, &user.username, What::Account { event, about });
    let draft = Draft { client_msg_id: Some(once), ..draft };
    roster.logs.append(&of_user(user), draft).await.map(drop)
}

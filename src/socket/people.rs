//! Events about people: typing, presence, who is there. Nothing of it is kept but what somebody chose.

use std::collections::HashSet;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use super::events::{Asked, Outcome, read, written};
use super::hub::Hub;
use crate::error::{Error, Result};
use crate::event::{Ephemeral, Online};
use crate::limits;
use crate::model::{
    Availability, Channel, Id, Reaction, StatusEdit, StatusText, Time, User, Username, given,
};
use crate::policy::{Action, Actor, can};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Typing {
    channel_id: Id<Channel>,
    #[serde(default)]
    is_typing: Option<bool>,
}

pub async fn typing(asked: Asked) -> Result<Outcome> {
    let typing: Typing = read(asked.payload.clone())?;
    if typing.is_typing == Some(false) {
        return stop_typing(asked).await;
    }
    let Asked { hub, connection, actor, .. } = asked;
    let seat = hub.app.rights.in_channel(&actor, typing.channel_id).await?;
    can(seat.standing, Action::Post, "channel")?;
    seat.takes_posts()?;
    let heard = hub.rooms.users(typing.channel_id.into()).len() <= limits::TYPING_MEMBERS;
    let told = heard
        && is_seen(&hub, actor.id)
        && hub.app.typing.start(typing.channel_id, actor.id, &actor.username);
    if told {
        let (channel_id, user_id, username) = (typing.channel_id, actor.id, actor.username);
        let apart = hub.circles.parted(user_id);
        let event = Ephemeral::UserTyping { channel_id, user_id, username, is_typing: true };
        hub.rooms.whisper(channel_id.into(), Some(connection.outlet.sid()), &apart, &event);
    }
    Ok(Outcome::Now(written(json!({ "told": told }))?))
}

pub async fn stop_typing(asked: Asked) -> Result<Outcome> {
    let typing: Typing = read(asked.payload)?;
    // Only what was said can be taken back, so this needs no right.
    // Of who hid meanwhile it ends by itself, as of who went.
    let seen = is_seen(&asked.hub, asked.actor.id);
    let told = seen && asked.hub.app.typing.stop(typing.channel_id, asked.actor.id);
    if told {
        tell_stopped(&asked.hub, typing.channel_id, asked.actor.id, asked.actor.username);
    }
    Ok(Outcome::Now(written(json!({ "told": told }))?))
}

/// Who types is here, and so it is not said of whoever is not to be seen.
fn is_seen(hub: &Hub, user: Id<User>) -> bool {
    hub.circles.seen(user) && !hub.app.presence.hides(user)
}

pub fn tell_stopped(hub: &Hub, channel_id: Id<Channel>, user_id: Id<User>, username: Username) {
    let event = Ephemeral::UserStopTyping { channel_id, user_id, username, is_typing: false };
    hub.rooms.whisper(channel_id.into(), None, &hub.circles.parted(user_id), &event);
}

/// A status, or whether anybody is at the device, or both.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UpdatePresence {
    #[serde(default)]
    status: Option<Availability>,
    #[serde(default, deserialize_with = "given")]
    text: Option<Option<StatusText>>,
    #[serde(default, deserialize_with = "given")]
    emoji: Option<Option<Reaction>>,
    #[serde(default, deserialize_with = "given")]
    until: Option<Option<Time>>,
    #[serde(default)]
    idle: Option<bool>,
}

pub async fn update_presence(asked: Asked) -> Result<Outcome> {
    let UpdatePresence { status, text, emoji, until, idle } = read(asked.payload)?;
    let edit = StatusEdit { status, text, emoji, until };
    let Asked { hub, connection, actor, .. } = asked;
    let device = connection.outlet.sid();
    match (edit.says_nothing(), idle) {
        (true, None) => return Err(Error::invalid("status", "is required, or idle")),
        (true, Some(_)) => {}
        (false, _) => drop(hub.app.statuses.choose(&actor, Some(device.as_str()), edit).await?),
    }
    let mut tidings = hub.presence_in_order();
    hub.tell_owed(&mut tidings);
    let idled = idle.and_then(|idle| hub.app.presence.idle(actor.id, device.as_str(), idle));
    if let Some(presence) = idled {
        hub.tell_presence(&mut tidings, presence);
    }
    let presence = hub.app.presence.own(actor.id);
    Ok(Outcome::Now(written(json!({ "presence": presence }))?))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SubscribePresence {
    user_ids: Vec<Id<User>>,
}

/// Whom one may not see is left out, as if they did not exist.
pub async fn subscribe_presence(asked: Asked) -> Result<Outcome> {
    let subscribe: SubscribePresence = read(asked.payload)?;
    if subscribe.user_ids.len() > limits::PAGE_MAX as usize {
        return Err(Error::invalid("userIds", format!("may name {} at most", limits::PAGE_MAX)));
    }
    let Asked { hub, actor, .. } = asked;
    Ok(Outcome::Looked(Box::new(move || {
        let known = hub.circles.visible(actor.id);
        let visible = subscribe.user_ids.into_iter().filter(|id| known.contains(id));
        let presence = &hub.app.presence;
        let seen = |id| if id == actor.id { presence.own(id) } else { presence.of(id) };
        let presences: Vec<_> = visible.filter_map(seen).collect();
        written(json!({ "presences": presences }))
    })))
}

/// Where there is nothing to say; what is said all the same is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

pub async fn online(asked: Asked) -> Result<Outcome> {
    let Nothing {} = read(asked.payload.clone())?;
    let look = |hub: &Hub, actor: &Actor| {
        let visible = hub.circles.visible(actor.id);
        hub.app.presence.online(|id| visible.contains(&id))
    };
    let readable = readable(&asked, look(&asked.hub, &asked.actor)).await;
    let Asked { hub, connection, actor, awaited, .. } = asked;
    Ok(Outcome::Looked(Box::new(move || {
        let online = blurred(look(&hub, &actor), &readable);
        if !awaited {
            connection.say(&Ephemeral::OnlineUsersCount { count: online.len() });
            connection.say(&Ephemeral::OnlineUsers(online.clone()));
        }
        written(json!({ "count": online.len(), "users": online }))
    })))
}

/// Where somebody is looking is shown to those who can read it, because others may not know that
/// there is such a channel. What cannot be found out counts as unreadable (D-37).
async fn readable(asked: &Asked, people: Vec<Online>) -> HashSet<Id<Channel>> {
    let channels: HashSet<Id<Channel>> =
        people.into_iter().filter_map(|person| person.current_channel).collect();
    let mut readable = HashSet::new();
    for channel in channels {
        if reads(asked, channel).await {
            readable.insert(channel);
        }
    }
    readable
}

fn blurred(mut people: Vec<Online>, readable: &HashSet<Id<Channel>>) -> Vec<Online> {
    for person in &mut people {
        person.current_channel = person.current_channel.filter(|channel| readable.contains(channel));
    }
    people
}

async fn reads(asked: &Asked, channel: Id<Channel>) -> bool {
    let seat = asked.hub.app.rights.in_channel(&asked.actor, channel).await;
    seat.is_ok_and(|seat| can(seat.standing, Action::ReadChannel, "channel").is_ok())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct InChannel {
    channel_id: Id<Channel>,
}

pub async fn in_channel(asked: Asked) -> Result<Outcome> {
    let InChannel { channel_id } = read(asked.payload.clone())?;
    let seat = asked.hub.app.rights.in_channel(&asked.actor, channel_id).await?;
    can(seat.standing, Action::ReadChannel, "channel")?;
    let look = move |hub: &Hub, actor: &Actor| {
        let (mut seated, apart) = (hub.rooms.users(channel_id.into()), hub.circles.parted(actor.id));
        seated.retain(|id| *id == actor.id || !apart.contains(id) && hub.circles.seen(*id));
        hub.app.presence.online(|id| seated.binary_search(&id).is_ok())
    };
    let readable = readable(&asked, look(&asked.hub, &asked.actor)).await;
    let Asked { hub, connection, actor, awaited, .. } = asked;
    Ok(Outcome::Looked(Box::new(move || {
        let users = blurred(look(&hub, &actor), &readable);
        if !awaited {
            connection.say(&Ephemeral::ChannelUsers { channel_id, users: users.clone() });
        }
        written(json!({ "channelId": channel_id, "users": users }))
    })))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RefreshAuth {
    token: String,
}

/// A newer access token of the same session (contract D-36).
pub async fn refresh_auth(asked: Asked) -> Result<Outcome> {
    let RefreshAuth { token } = read(asked.payload)?;
    let admission = asked.hub.app.accounts.admit(&token).await?;
    if admission.actor.id != asked.connection.user
        || admission.actor.session.as_deref() != Some(&asked.connection.session)
    {
        return Err(Error::unauthenticated("this token is of another session"));
    }
    let expires_at = admission.expires_at;
    Arc::clone(&asked.connection).readmit(admission);
    Ok(Outcome::Now(written(json!({ "expiresAt": expires_at }))?))
}

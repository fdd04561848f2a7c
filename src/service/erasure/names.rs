//! Their name, and the places where it stands in what others see: what they did, lists of members, what
//! others were told of them and passed on from them.

use futures_util::future::try_join_all;
use serde_json::{Value, json};

use super::Erasure;
use crate::clock::nonce;
use crate::error::{Code, Error, Result};
use crate::model::{Channel, Entry, Forwarded, Id, Message, PlaceKind, User, Username, What};
use crate::store::Walk;

/// Copies of one message, or direct channels, read at once.
const AT_ONCE: u64 = 200;

impl Erasure {
    /// Somebody may have taken the name that is given to whoever is deleted, so there is another one.
    pub(super) async fn unname(&self, user: &User) -> Result<()> {
        let id = user.id.to_string();
        let email = format!("{id}@deleted.invalid").parse()?;
        let users = &self.store().users;
        let short = id.get(16..).unwrap_or(&id);
        let renamed = match users.unname(user.id, &deleted(short)?, &email).await {
            Err(error) if error.code() == Code::Conflict => {
                users.unname(user.id, &deleted(&nonce())?, &email).await
            }
            other => other,
        };
        self.registrar.rights().changed();
        renamed.map(drop)
    }

    pub(super) async fn rename(&self, user: &User) -> Result<()> {
        self.store().memberships.rename(user.id, &user.username).await?;
        self.store().notifications.rename(user.id, &user.username).await?;
        self.store().messages.rename(user.id, &user.username).await?;
        self.retell_notifications(user).await?;
        self.retell_direct_channels(user).await?;
        // Last, so that whoever passes something on meanwhile reads the new name already.
        self.attribute_copies(user).await
    }

    /// What others were told in their own logs of what they did: their name, and what they wrote when
    /// they asked to join a group.
    async fn retell_notifications(&self, user: &User) -> Result<()> {
        let messages = &self.store().messages;
        let mut walk = Walk::new(user.id, "account");
        loop {
            let some = messages.walk(&mut walk).await?;
            if some.is_empty() {
                return Ok(());
            }
            let retold = some.iter().filter_map(|entry| Some((entry.id, retold(entry, user)?)));
            try_join_all(retold.map(|(id, about)| messages.retell(id, about))).await?;
        }
    }

    /// That a direct channel is there was told with the names of all who belong to it.
    async fn retell_direct_channels(&self, user: &User) -> Result<()> {
        let mut after = None;
        loop {
            let memberships = &self.store().memberships;
            let some = memberships.of_user(user.id, PlaceKind::Direct, after, AT_ONCE).await?;
            let Some(last) = some.last() else { return Ok(()) };
            after = Some(last.place);
            for membership in &some {
                if let Some(channel) = self.store().channels.get(membership.place).await? {
                    self.retell_direct_channel(user, &channel).await?;
                }
            }
        }
    }

    async fn retell_direct_channel(&self, user: &User, channel: &Channel) -> Result<()> {
        let (messages, told) = (&self.store().messages, channel.told_under()?);
        for member in channel.people() {
            let entry = messages.intended(member.into(), channel.created_by, &told).await?;
            let Some(Entry { id, what: What::ChannelAdded { mut about, .. }, .. }) = entry else { continue };
            let members = about.get_mut("members").and_then(Value::as_array_mut);
            for one in members.into_iter().flatten().filter(|one| names(one, user.id)) {
                one["username"] = json!(user.username);
            }
            messages.retell(id, about).await?;
        }
        Ok(())
    }

    async fn attribute_copies(&self, user: &User) -> Result<()> {
        let mut walk = Walk::new(user.id, "message");
        loop {
            let some = self.store().messages.walk(&mut walk).await?;
            if some.is_empty() {
                return Ok(());
            }
            for source in &some {
                self.attribute_copies_of(source.id, user).await?;
            }
        }
    }

    async fn attribute_copies_of(&self, source: Id<Entry>, user: &User) -> Result<()> {
        let (messages, mut after) = (&self.store().messages, None);
        loop {
            let copies = messages.copies(source, after, AT_ONCE).await?;
            let Some(last) = copies.last() else { return Ok(()) };
            after = Some(last.id);
            for copy in &copies {
                if let What::Message(Message { forwarded: Some(forwarded), .. }) = &copy.what {
                    let forwarded = Forwarded { username: user.username.clone(), ..forwarded.clone() };
                    let forwarded = serde_json::to_value(forwarded).map_err(Error::internal)?;
                    messages.attribute(copy.id, forwarded).await?;
                }
            }
        }
    }
}

fn deleted(by: &str) -> Result<Username> {
    format!("deleted-{by}").parse()
}

fn names(told: &Value, user: Id<User>) -> bool {
    told.get("userId") == Some(&json!(user))
}

/// What an entry tells of them, without what is personal; none where it tells nothing of them.
fn retold(entry: &Entry, user: &User) -> Option<Value> {
    let What::Account { about, .. } = &entry.what else { return None };
    let mut about = about.as_object().filter(|_| names(about, user.id))?.clone();
    about.insert("username".into(), json!(user.username));
    about.remove("message");
    Some(Value::Object(about))
}

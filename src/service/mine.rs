//! What somebody has here and did here, in numbers and in the order of time. Only where they can read
//! it now: what they did elsewhere is in what they may take with them.

use serde::Serialize;

use super::{Page, Past, Roster};
use crate::error::{Error, Result};
use crate::model::{Channel, Entry, Group, Id, Life, Membership, PlaceKind, Session, Time};
use crate::policy::Actor;

/// Memberships read at once.
const AT_ONCE: u64 = 200;

#[derive(Clone, Debug)]
pub struct Mine {
    roster: Roster,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    pub joined_at: Time,
    pub messages: u64,
    pub last_message_at: Option<Time>,
    pub groups: u64,
    /// Active ones that one can read, direct ones among them.
    pub channels: usize,
    pub direct_channels: u64,
    pub bookmarks: u64,
    pub drafts: u64,
    pub unread_notifications: u64,
    pub sessions: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Done {
    pub at: Time,
    #[serde(flatten)]
    pub deed: Deed,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Deed {
    Message { message_id: Id<Entry>, channel_id: Id<Channel> },
    JoinedGroup { group_id: Id<Group> },
    JoinedChannel { channel_id: Id<Channel> },
    SignedIn { device: String, address: String },
}

impl Mine {
    pub fn new(roster: &Roster) -> Mine {
        Mine { roster: roster.clone() }
    }

    pub async fn stats(&self, actor: &Actor) -> Result<Stats> {
        let (store, id) = (&self.roster.store, actor.id);
        let user = store.users.get(id).await?.ok_or_else(|| Error::not_found("user"))?;
        let last = store.messages.said_until(id, None, 1).await?;
        let channels = self.roster.channels_of(id).await?;
        Ok(Stats {
            joined_at: user.created_at,
            messages: store.messages.count_by(id).await?,
            last_message_at: last.first().map(|entry| entry.created_at),
            groups: store.memberships.count_of_user(id, PlaceKind::Group).await?,
            channels: channels.iter().filter(|channel| channel.life == Life::Active).count(),
            direct_channels: store.memberships.count_of_user(id, PlaceKind::Direct).await?,
            bookmarks: store.bookmarks.total(id).await?,
            drafts: store.drafts.total(id).await?,
            unread_notifications: store.notifications.count_unread(id).await?,
            sessions: store.sessions.living(id, self.roster.clock.now()).await?.len(),
        })
    }

    /// Messages, places one came to, and signing in, the newest first; of a page some may be left out.
    pub async fn activity(&self, actor: &Actor, past: &Past) -> Result<Page<Done>> {
        let (store, until) = (&self.roster.store, past.until());
        let said = store.messages.said_until(actor.id, until, past.reads()).await?;
        let sessions = store.sessions.begun_until(actor.id, until, past.reads()).await?;
        let mut done: Vec<Done> = said.iter().map(Done::said).collect();
        done.extend(sessions.iter().map(Done::signed_in));
        for kind in [PlaceKind::Group, PlaceKind::Channel, PlaceKind::Direct] {
            let joined = self.memberships(actor, kind).await?;
            let joined = joined.iter().filter(|one| until.is_none_or(|until| one.joined_at <= until));
            done.extend(joined.map(Done::joined));
        }
        // Stable, so that what happened in one moment has the same order each time.
        done.sort_by_key(|one| std::cmp::Reverse(one.at));
        let Page { items, paging } = past.page(done, |one| one.at);
        Ok(Page { items: self.readable(actor, items).await?, paging })
    }

    async fn memberships(&self, actor: &Actor, kind: PlaceKind) -> Result<Vec<Membership>> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let some = self.roster.store.memberships.of_user(actor.id, kind, after, AT_ONCE).await?;
            let Some(last) = some.last() else { return Ok(all) };
            after = Some(last.place);
            all.extend(some);
        }
    }

    async fn readable(&self, actor: &Actor, done: Vec<Done>) -> Result<Vec<Done>> {
        let mut readable = Vec::new();
        for one in done {
            let shown = match one.deed {
                Deed::Message { channel_id, .. } | Deed::JoinedChannel { channel_id } => {
                    self.roster.rights.reads(actor, channel_id).await?
                }
                Deed::JoinedGroup { .. } | Deed::SignedIn { .. } => true,
            };
            if shown {
                readable.push(one);
            }
        }
        Ok(readable)
    }
}

impl Done {
    fn said(entry: &Entry) -> Done {
        let (message_id, channel_id) = (entry.id, entry.log.cast());
        Done { at: entry.created_at, deed: Deed::Message { message_id, channel_id } }
    }

    fn joined(membership: &Membership) -> Done {
        let deed = match membership.place_kind {
            PlaceKind::Group => Deed::JoinedGroup { group_id: membership.place.cast() },
            PlaceKind::Channel | PlaceKind::Direct => {
                Deed::JoinedChannel { channel_id: membership.place.cast() }
            }
        };
        Done { at: membership.joined_at, deed }
    }

    fn signed_in(session: &Session) -> Done {
        let (device, address) = (session.device.clone(), session.address.clone());
        Done { at: session.created_at, deed: Deed::SignedIn { device, address } }
    }
}

//! Where a question is asked: in which channels, of whose messages, of which time.

use super::{Asked, Search};
use crate::error::Result;
use crate::model::{Channel, Id, Life, User};
use crate::policy::Actor;
use crate::store::{self, ChannelsWanted, Slice, Wanted};
use crate::words::{self, Query};

/// Channels of one name that a super admin can mean; others mean those that they read.
const NAMESAKES: u64 = 200;

impl Search {
    /// None where nothing can match: no such person, no such channel for the caller.
    pub(super) async fn scope(&self, actor: &Actor, asked: &Asked, query: &Query) -> Result<Option<Wanted>> {
        let Some(any) = self.authors(asked, query).await? else { return Ok(None) };
        let channels = self.channels(actor, asked, query).await?;
        let has = query.has.iter().map(|kind| words::has(*kind));
        let has = has.chain(query.pinned.then(words::pinned));
        Ok(Some(Wanted {
            tokens: has.chain(query.tokens()).collect(),
            any,
            channels,
            from: query.after.map_or(0, store::first_place),
            to: query.before.map_or(i64::MAX, store::first_place),
            limit: asked.limit,
        }))
    }

    /// Tokens of them; none where only people are named whom there are not.
    async fn authors(&self, asked: &Asked, query: &Query) -> Result<Option<Vec<String>>> {
        let mut authors: Vec<Id<User>> = Vec::new();
        for name in &query.from {
            let user = self.store().users.by_username(&name.to_ascii_lowercase()).await?;
            authors.extend(user.map(|user| user.id));
        }
        if let Some(user) = asked.user {
            authors.retain(|author| *author == user);
            authors.extend((query.from.is_empty()).then_some(user));
        }
        let named = asked.user.is_some() || !query.from.is_empty();
        let nobody = named && authors.is_empty();
        Ok((!nobody).then(|| authors.into_iter().map(words::author).collect()))
    }

    /// None: all of those that a super admin reads, from which the direct ones of others are left out
    /// when each message is looked at.
    async fn channels(
        &self,
        actor: &Actor,
        asked: &Asked,
        query: &Query,
    ) -> Result<Option<Vec<Id<Channel>>>> {
        let meant = |channel: &Channel| {
            let named =
                |name: &String| channel.name_key == name.to_lowercase() || channel.id.to_string() == *name;
            asked.channel.is_none_or(|id| id == channel.id)
                && (query.within.is_empty() || query.within.iter().any(named))
        };
        let readable = match actor.is_super_admin() {
            true if asked.channel.is_none() && query.within.is_empty() => return Ok(None),
            true => self.anywhere(actor, asked, query).await?,
            false => self.roster.channels_of(actor.id).await?,
        };
        Ok(Some(readable.iter().filter(|channel| meant(channel)).map(|channel| channel.id).collect()))
    }

    /// Those that are named, of all groups, and one's own direct ones.
    async fn anywhere(&self, actor: &Actor, asked: &Asked, query: &Query) -> Result<Vec<Channel>> {
        let channels = &self.store().channels;
        let ids = query.within.iter().filter_map(|name| name.parse().ok()).chain(asked.channel);
        let mut found = channels.among(&ids.collect::<Vec<_>>()).await?;
        for name in &query.within {
            for life in [Life::Active, Life::Archived] {
                let begins = Some(name.to_lowercase());
                let wanted = ChannelsWanted { begins, ..ChannelsWanted::being(life) };
                found.extend(channels.page(&wanted, Slice::first(NAMESAKES)).await?);
            }
        }
        found.extend(self.roster.direct_channels_of(actor.id).await?);
        found.sort_by_key(|channel| channel.id);
        found.dedup_by_key(|channel| channel.id);
        Ok(found)
    }
}

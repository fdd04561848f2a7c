//! Running the installation: numbers about it, and many accounts at once.
//!
//! Every number is a count over an index. Nobody's messages are read here.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::registrar::Registrar;
use super::users::{folded, listed};
use super::{Page, Span};
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{
    Account, Channel, ChannelView, Group, GroupView, Id, Life, PlaceKind, RequestStatus, Role, Status, Time,
    User,
};
use crate::policy::Actor;
use crate::store::{After, Among, ChannelsWanted, Edits, GroupsBy, GroupsWanted, RequestsOf};

#[derive(Clone, Debug)]
pub struct Admin {
    registrar: Registrar,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Dashboard {
    pub users: UserNumbers,
    pub groups: PlaceNumbers,
    pub channels: PlaceNumbers,
    pub pending_requests: u64,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserNumbers {
    pub total: u64,
    pub active: u64,
    pub inactive: u64,
    pub super_admins: u64,
    pub joined_last_day: u64,
    pub joined_last_week: u64,
    pub joined_last_month: u64,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlaceNumbers {
    /// Those that are not deleted.
    pub total: u64,
    pub active: u64,
    pub archived: u64,
    pub deleted: u64,
}

/// What somebody has been doing, in numbers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    pub user: Account,
    pub messages: u64,
    pub last_message_at: Option<Time>,
    pub groups: u64,
    pub sessions: usize,
    pub last_seen_at: Option<Time>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BulkDelete {
    pub user_ids: Vec<Id<User>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BulkUpdate {
    pub user_ids: Vec<Id<User>>,
    pub updates: BulkEdits,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BulkEdits {
    #[serde(default)]
    pub role: Option<Role>,
    #[serde(default)]
    pub status: Option<Status>,
}

/// What became of each that was named.
pub type Outcomes = Vec<(Id<User>, Result<Account>)>;

impl Admin {
    pub fn new(registrar: Registrar) -> Admin {
        Admin { registrar }
    }

    pub async fn dashboard(&self, actor: &Actor) -> Result<Dashboard> {
        let pending = Some(RequestStatus::Pending);
        Ok(Dashboard {
            users: self.user_numbers(actor).await?,
            groups: self.group_numbers(actor).await?,
            channels: self.channel_numbers(actor).await?,
            pending_requests: self.registrar.store().requests.total(RequestsOf::All, pending).await?,
        })
    }

    pub async fn user_numbers(&self, actor: &Actor) -> Result<UserNumbers> {
        actor.must_administer()?;
        let (users, now) = (&self.registrar.store().users, self.registrar.now());
        let days = |days: u64| now.minus(Duration::from_secs(days * 24 * 60 * 60));
        let (active, inactive) = (users.tally(Status::Active).await?, users.tally(Status::Inactive).await?);
        Ok(UserNumbers {
            total: active + inactive,
            active,
            inactive,
            super_admins: users.super_admins().await?,
            joined_last_day: users.joined_since(days(1)).await?,
            joined_last_week: users.joined_since(days(7)).await?,
            joined_last_month: users.joined_since(days(30)).await?,
        })
    }

    pub async fn group_numbers(&self, actor: &Actor) -> Result<PlaceNumbers> {
        actor.must_administer()?;
        let groups = &self.registrar.store().groups;
        let active = groups.total(&with(Life::Active)).await?;
        let archived = groups.total(&with(Life::Archived)).await?;
        let deleted = groups.total(&with(Life::Deleted)).await?;
        Ok(PlaceNumbers { total: active + archived, active, archived, deleted })
    }

    pub async fn channel_numbers(&self, actor: &Actor) -> Result<PlaceNumbers> {
        actor.must_administer()?;
        let channels = &self.registrar.store().channels;
        let active = channels.total(&ChannelsWanted::being(Life::Active)).await?;
        let archived = channels.total(&ChannelsWanted::being(Life::Archived)).await?;
        let deleted = channels.total(&ChannelsWanted::being(Life::Deleted)).await?;
        Ok(PlaceNumbers { total: active + archived, active, archived, deleted })
    }

    /// Also those who are inactive; `search` is how the username begins.
    pub async fn users(
        &self,
        actor: &Actor,
        search: Option<&str>,
        role: Option<Role>,
        status: Option<Status>,
        span: &Span,
    ) -> Result<Page<Account>> {
        actor.must_administer()?;
        let among = Among { prefix: folded(search)?, role, status };
        Ok(listed(self.registrar.store(), &among, span).await?.map(|user| user.account()))
    }

    /// By name.
    pub async fn groups(&self, actor: &Actor, status: Life, span: &Span) -> Result<Page<GroupView>> {
        actor.must_administer()?;
        let (groups, wanted) = (&self.registrar.store().groups, with(status));
        let found = groups.page(&wanted, GroupsBy::NameUp, span.slice()).await?;
        let total = match span.counts() {
            true => Some(groups.total(&wanted).await?),
            false => None,
        };
        let by_name = |group: &Group| After(group.name_key.clone(), group.id.to_string());
        Ok(span.page(found, total, by_name).map(|group| group.view()))
    }

    /// In the order in which they were created.
    pub async fn channels(&self, actor: &Actor, status: Life, span: &Span) -> Result<Page<ChannelView>> {
        actor.must_administer()?;
        let (channels, wanted) = (&self.registrar.store().channels, ChannelsWanted::being(status));
        let found = channels.page(&wanted, span.slice()).await?;
        let total = match span.counts() {
            true => Some(channels.total(&wanted).await?),
            false => None,
        };
        let by_creation = |channel: &Channel| After(channel.created_at.to_string(), channel.id.to_string());
        Ok(span.page(found, total, by_creation).map(|channel| channel.view()))
    }

    pub async fn activity(&self, actor: &Actor, id: Id<User>) -> Result<Activity> {
        actor.must_administer()?;
        let (user, store) = (self.registrar.find(id).await?, self.registrar.store());
        let sessions = store.sessions.living(id, self.registrar.now()).await?;
        let last = store.messages.by_author(id, 0, 1).await?;
        Ok(Activity {
            messages: store.messages.count_by(id).await?,
            last_message_at: last.first().map(|entry| entry.created_at),
            groups: store.memberships.count_of_user(id, PlaceKind::Group).await?,
            sessions: sessions.len(),
            last_seen_at: sessions.iter().map(|session| session.last_seen_at).max(),
            user: user.account(),
        })
    }

    pub async fn bulk_delete(&self, actor: &Actor, asked: BulkDelete) -> Result<Outcomes> {
        let updates = BulkEdits { role: None, status: Some(Status::Inactive) };
        self.bulk_update(actor, BulkUpdate { user_ids: asked.user_ids, updates }).await
    }

    /// One after the other: each either happens whole or not at all, and says which.
    pub async fn bulk_update(&self, actor: &Actor, asked: BulkUpdate) -> Result<Outcomes> {
        actor.must_administer()?;
        let BulkUpdate { user_ids, updates: BulkEdits { role, status } } = asked;
        if user_ids.is_empty() || user_ids.len() > limits::BULK_MAX {
            return Err(Error::invalid("userIds", format!("must be 1 to {} ids", limits::BULK_MAX)));
        }
        if role.is_none() && status.is_none() {
            return Err(Error::invalid("updates", "must hold a role or a status"));
        }
        let mut outcomes = Vec::new();
        for id in user_ids {
            let edits = Edits { role, status, ..Edits::default() };
            outcomes.push((id, self.update_one(actor, id, edits).await));
        }
        Ok(outcomes)
    }

    async fn update_one(&self, actor: &Actor, id: Id<User>, edits: Edits) -> Result<Account> {
        let user = self.registrar.find(id).await?;
        Ok(self.registrar.edit(actor, &user, edits).await?.account())
    }
}

fn with(life: Life) -> GroupsWanted {
    GroupsWanted { life, begins: None, category: None, is_private: None }
}

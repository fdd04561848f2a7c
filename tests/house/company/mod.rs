//! People, groups and channels for stories that need no door: the services over one store.

use std::sync::Arc;

use hubbub::clock::{Clock, nonce};
use hubbub::error::{Code, Result};
use hubbub::log::Logs;
use hubbub::model::{
    AccountEvent, Channel, ChannelView, Entry, Epoch, Group, GroupView, Id, Leave, Log, MemberRole,
    Membership, Role, Status, User, What,
};
use hubbub::policy::Actor;
use hubbub::service::blocks::Blocks;
use hubbub::service::bookmarks::Bookmarks;
use hubbub::service::channels::{Channels, NewChannel};
use hubbub::service::direct::{Direct, NewDirect};
use hubbub::service::drafts::Drafts;
use hubbub::service::groups::{Groups, NewGroup};
use hubbub::service::messages::Messages;
use hubbub::service::notifications::Notifications;
use hubbub::service::presence::PresenceBook;
use hubbub::service::reads::Reads;
use hubbub::service::reminders::Reminders;
use hubbub::service::reports::Reports;
use hubbub::service::requests::Requests;
use hubbub::service::schedule::Schedule;
use hubbub::service::settings::{Settings, SettingsView};
use hubbub::service::{Rights, Roster, Span, Statuses};
use hubbub::store::{COLLECTIONS, Change, Filter, Literal, Store};
use serde_json::{Value, json};

use crate::stores::{clock, on_every_store};

pub struct Company {
    pub store: Store,
    pub clock: Clock,
    pub rights: Rights,
    pub logs: Logs,
    pub roster: Roster,
    pub groups: Groups,
    pub channels: Channels,
    pub direct: Direct,
    pub blocks: Blocks,
    pub drafts: Drafts,
    pub bookmarks: Bookmarks,
    pub reports: Reports,
    pub schedule: Schedule,
    pub reminders: Reminders,
    pub requests: Requests,
    pub messages: Messages,
    pub reads: Reads,
    pub notifications: Notifications,
    pub settings: Settings,
    pub statuses: Statuses,
    pub presence: Arc<PresenceBook>,
}

/// Tells a story on every store; afterwards no query of it may have read a collection from end to
/// end, or sorted in memory.
pub async fn story(told: impl AsyncFn(Company)) {
    on_every_store(async |store: Store| {
        told(Company::over(store.clone())).await;
        for asked in store.engine.recorded() {
            let plan = store.engine.explain(asked.collection, asked.query.clone()).await.unwrap();
            let bounded = !plan.scans || !asked.collection.grows;
            assert!(bounded && !plan.sorts, "{}: {asked:?}\n{}", asked.collection.name, plan.text);
        }
    })
    .await;
}

impl Company {
    pub fn over(store: Store) -> Company {
        let clock = clock();
        let rights = Rights::new(store.clone(), clock.clone());
        let logs = Logs::new(store.clone(), clock.clone());
        let roster = Roster::new(store.clone(), rights.clone(), logs.clone(), clock.clone());
        let messages = Messages::new(store.clone(), rights.clone(), logs.clone(), clock.clone());
        let groups = Groups::new(&roster, true);
        let (channels, requests) = (Channels::new(&roster), Requests::new(&roster));
        let (direct, blocks) = (Direct::new(&roster), Blocks::new(&roster));
        let (drafts, bookmarks) = (Drafts::new(&roster), Bookmarks::new(&roster));
        let reports = Reports::new(&roster);
        let (schedule, reminders) = (Schedule::new(&roster), Reminders::new(&roster));
        let (reads, notifications) = (Reads::new(&roster), Notifications::new(&roster));
        let settings = Settings::new(&roster);
        let presence = Arc::new(PresenceBook::new(clock.clone()));
        let statuses = Statuses::new(&roster, presence.clone());
        Company {
            store,
            clock,
            rights,
            logs,
            roster,
            groups,
            channels,
            direct,
            blocks,
            drafts,
            bookmarks,
            reports,
            schedule,
            reminders,
            requests,
            messages,
            reads,
            notifications,
            settings,
            statuses,
            presence,
        }
    }

    pub async fn user(&self, name: &str) -> Actor {
        self.person(name, Role::User).await
    }

    pub async fn root(&self) -> Actor {
        self.person("root", Role::SuperAdmin).await
    }

    async fn person(&self, name: &str, role: Role) -> Actor {
        let now = self.clock.now();
        let user = User {
            id: self.clock.id(),
            username: name.parse().unwrap(),
            username_key: name.into(),
            email: format!("{name}@example.org").parse().unwrap(),
            password_hash: String::new(),
            role,
            status: Status::Active,
            authz_epoch: 0,
            epoch: Epoch(nonce()),
            display_name: None,
            bio: None,
            avatar_url: None,
            created_at: now,
            updated_at: now,
            last_login_at: None,
        };
        self.store.users.insert(&user).await.unwrap();
        Actor { id: user.id, username: user.username, role, session: None }
    }

    /// A public group that `admin` made.
    pub async fn group(&self, admin: &Actor, name: &str) -> GroupView {
        self.groups.create(admin, named(name)).await.unwrap()
    }

    pub async fn general(&self, group: Id<Group>) -> Channel {
        let channels = self.store.channels.of_group(group).await.unwrap();
        channels.into_iter().find(|channel| channel.name.as_str() == "general").unwrap()
    }

    pub async fn channel(&self, admin: &Actor, group: Id<Group>, name: &str) -> ChannelView {
        self.channels.create(admin, channel(group, name)).await.unwrap()
    }

    pub async fn private(&self, admin: &Actor, group: Id<Group>, name: &str) -> ChannelView {
        self.channels.create(admin, NewChannel { is_private: true, ..channel(group, name) }).await.unwrap()
    }

    /// The direct channel that `actor` asks for.
    pub async fn dm(&self, actor: &Actor, others: &[&Actor]) -> Result<ChannelView> {
        let user_ids = others.iter().map(|other| other.id).collect();
        Ok(self.direct.start(actor, NewDirect { user_ids }).await?.channel)
    }

    /// As the administration does, but without telling.
    pub async fn switch(&self, user: &Actor, status: Status) {
        let users = COLLECTIONS.iter().find(|collection| collection.name == "users").unwrap();
        let (one, change) = (Filter::Is("_id", Literal::of(user.id)), Change::set("status", status));
        self.store.engine.update(users, one, vec![change]).await.unwrap();
        self.rights.changed();
    }

    /// What somebody chooses of how they are treated.
    pub async fn chooses(&self, who: &Actor, settings: Value) -> SettingsView {
        self.settings.edit(who, from(settings)).await.unwrap()
    }

    pub async fn role(&self, group: Id<Group>, actor: &Actor) -> Option<MemberRole> {
        let key = Membership::key(group.into(), actor.id);
        self.store.memberships.get(key).await.unwrap().map(|membership| membership.role)
    }

    pub async fn reads(&self, actor: &Actor, channel: Id<Channel>) -> bool {
        self.channels.get(actor, channel).await.is_ok()
    }

    /// What a log says after entry `after`, in short, but for notifications, which come beside what they
    /// are about.
    pub async fn told_after(&self, log: impl Into<Id<Log>>, after: u64) -> Vec<String> {
        let entries = self.store.messages.after(log.into(), after, 300).await.unwrap();
        let notified =
            |entry: &&Entry| matches!(entry.what, What::Account { event: AccountEvent::Notification, .. });
        entries.iter().filter(|entry| !notified(entry)).map(in_short).collect()
    }

    pub async fn told(&self, log: impl Into<Id<Log>>) -> Vec<String> {
        self.told_after(log, 0).await
    }

    pub async fn last(&self, log: impl Into<Id<Log>>) -> String {
        self.told(log).await.pop().unwrap_or_default()
    }

    /// How many changes are noted and not yet told.
    pub async fn unfinished(&self) -> usize {
        self.store.settings.under("telling:", 100).await.unwrap().len()
    }
}

fn in_short(entry: &Entry) -> String {
    let named = |about: &Value| about["name"].as_str().or(about["status"].as_str()).unwrap_or("?").to_owned();
    match &entry.what {
        What::MemberJoined { member_name, role: MemberRole::Member, .. } => format!("{member_name} joined"),
        What::MemberJoined { member_name, role: MemberRole::Admin, .. } => {
            format!("admin {member_name} joined")
        }
        What::MemberLeft { member_name, reason, .. } => format!("{member_name} {}", word(*reason)),
        What::MemberRole { role, .. } => format!("role {role:?}").to_lowercase(),
        What::ChannelUpdated { about } => format!("updated {}", named(about)),
        What::ChannelDeleted => "deleted".into(),
        What::ChannelAdded { about, .. } => format!("added {}", named(about)),
        What::ChannelRemoved { reason, .. } => word(*reason).into(),
        What::Account { event, about } => format!("{event:?} {}", named(about)),
        other => format!("{other:?}"),
    }
}

fn word(reason: Leave) -> &'static str {
    match reason {
        Leave::Left => "left",
        Leave::Removed => "removed",
        Leave::Banned => "banned",
        Leave::Deactivated => "deactivated",
        Leave::Closed => "closed",
    }
}

pub fn named(name: &str) -> NewGroup {
    from(json!({ "name": name }))
}

pub fn channel(group: Id<Group>, name: &str) -> NewChannel {
    from(json!({ "groupId": group, "name": name }))
}

pub fn from<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

pub fn all() -> Span {
    Span::new(None, Some(100), None).unwrap()
}

pub fn code<T: std::fmt::Debug>(result: Result<T>) -> Code {
    result.unwrap_err().code()
}

//! The handle both doors hold: every service, built once, and what both must know of a caller.

mod again;
pub mod cookie;
mod origin;
mod peer;

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use tracing::{info, warn};

pub use again::again;
pub use origin::Origins;
pub use peer::{PeerAddr, block, client_address};

use crate::auth::{Attempts, Passwords, Prover, Tokens};
use crate::clock::Clock;
use crate::config::{Config, Keys, Network};
use crate::error::Result;
use crate::failpoint::{self, Point};
use crate::log::Logs;
use crate::service::blocks::Blocks;
use crate::service::bookmarks::Bookmarks;
use crate::service::channels::Channels;
use crate::service::direct::Direct;
use crate::service::drafts::Drafts;
use crate::service::due;
use crate::service::emoji::Emojis;
use crate::service::groups::Groups;
use crate::service::messages::Messages;
use crate::service::notifications::Notifications;
use crate::service::notifier::Notifier;
use crate::service::presence::PresenceBook;
use crate::service::previews::Previews;
use crate::service::reads::Reads;
use crate::service::reminders::Reminders;
use crate::service::reports::Reports;
use crate::service::requests::Requests;
use crate::service::schedule::Schedule;
use crate::service::settings::Settings;
use crate::service::typing::Typing;
use crate::service::{
    Accounts, Admin, Display, Registrar, Revocations, Rights, Roster, Search, Statuses, Users,
};
use crate::store::Store;

/// How late a ban may end or a dead session be forgotten.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Cheap to clone; reads like its [`Parts`].
#[derive(Clone, Debug)]
pub struct App(Arc<Parts>);

#[derive(Debug)]
pub struct Parts {
    pub clock: Clock,
    pub store: Store,
    pub rights: Rights,
    pub doors: Doors,
    pub accounts: Accounts,
    pub users: Users,
    pub settings: Settings,
    pub blocks: Blocks,
    pub admin: Admin,
    pub roster: Roster,
    pub groups: Groups,
    pub requests: Requests,
    pub channels: Channels,
    pub emojis: Emojis,
    pub direct: Direct,
    pub drafts: Drafts,
    pub bookmarks: Bookmarks,
    pub reports: Reports,
    pub schedule: Schedule,
    pub reminders: Reminders,
    pub logs: Logs,
    pub messages: Messages,
    pub display: Display,
    pub previews: Previews,
    pub search: Search,
    pub reads: Reads,
    pub notifications: Notifications,
    pub notifier: Notifier,
    pub statuses: Statuses,
    pub presence: Arc<PresenceBook>,
    pub typing: Typing,
}

/// What the configuration says about both doors.
#[derive(Clone, Debug)]
pub struct Doors {
    pub origins: Origins,
    pub trusted_proxies: Vec<Network>,
    /// Whether browsers reach us over TLS: HSTS is sent.
    pub tls: bool,
    /// Cookies are for TLS alone. In production a browser on plain HTTP is nobody's intent.
    pub secure_cookies: bool,
    pub requests_per_second_per_address: u32,
    pub requests_burst: u32,
}

impl App {
    pub fn new(config: &Config, keys: &Keys, store: Store, clock: Clock) -> App {
        let rights = Rights::new(store.clone(), clock.clone());
        let logs = Logs::new(store.clone(), clock.clone());
        let roster = Roster::new(store.clone(), rights.clone(), logs.clone(), clock.clone());
        let registrar = Registrar::new(roster.clone(), Revocations::default());
        let passwords =
            Passwords::new(keys.pepper.clone(), config.auth.bcrypt_cost, config.limits.bcrypt_queue);
        let prover = Prover::new(passwords, Attempts::new(clock.clone(), &config.limits));
        let tokens = Tokens::new(&keys.jwt, &config.auth, clock.clone());
        let presence = Arc::new(PresenceBook::new(clock.clone()));
        App(Arc::new(Parts {
            accounts: Accounts::new(registrar.clone(), prover.clone(), tokens, &config.auth),
            users: Users::new(registrar.clone(), prover),
            admin: Admin::new(registrar),
            settings: Settings::new(&roster),
            blocks: Blocks::new(&roster),
            groups: Groups::new(&roster, config.auth.members_may_create_groups),
            requests: Requests::new(&roster),
            channels: Channels::new(&roster),
            emojis: Emojis::new(&roster),
            messages: Messages::new(store.clone(), rights.clone(), logs.clone(), clock.clone()),
            display: Display::new(&store),
            previews: Previews::new(&roster, &config.previews),
            search: Search::new(&roster),
            direct: Direct::new(&roster),
            drafts: Drafts::new(&roster),
            bookmarks: Bookmarks::new(&roster),
            reports: Reports::new(&roster),
            schedule: Schedule::new(&roster),
            reminders: Reminders::new(&roster),
            reads: Reads::new(&roster),
            notifications: Notifications::new(&roster),
            notifier: Notifier::new(&roster),
            statuses: Statuses::new(&roster, presence.clone()),
            presence,
            typing: Typing::new(clock.clone()),
            doors: Doors::from(config),
            roster,
            logs,
            rights,
            store,
            clock,
        }))
    }
}

impl App {
    /// Finishes what the last process left half done. To be run before serving.
    pub async fn recover(&self) -> Result<()> {
        let folded = self.logs.repair().await?;
        if folded > 0 {
            info!(folded, "changes of messages were finished after an unclean stop");
        }
        self.roster.recover().await
    }

    /// Ends what is over: sessions, bans with an end; does what falls due; tells what could not be told at
    /// once; lets messages be found. Runs until it is dropped.
    pub async fn keep_up(&self) {
        tokio::join!(
            again("telling soon", || self.roster.hurry(), || {}),
            again("what follows from messages", || self.follow_up(), || {}),
            again("telling of drafts", || self.drafts.keep_telling(), || {}),
            again("what falls due", || self.take_up_due(), || {}),
            again("upkeep", || self.sweep(), || {}),
            again("indexing", || self.search.keep_up(), || {}),
            again("previews", || self.previews.keep_up(), || {}),
            again("telling of read markers", || self.reads.keep_telling(), || {}),
        );
    }

    /// People are notified of what is said, and copies go with what they were made of.
    async fn follow_up(&self) {
        let mut follower = loop {
            match self.notifier.follow().await {
                Ok(follower) => break follower,
                Err(error) => warn!(%error, "the logs cannot be followed yet, this will be tried again"),
            }
            tokio::time::sleep(UPKEEP_EVERY).await;
        };
        loop {
            let batch = follower.next().await;
            let notified = self.notifier.work(&batch, &self.presence).await;
            let taken_back = self.messages.take_back(&batch).await;
            follower.finish(batch, notified.and(taken_back)).await;
        }
    }

    /// First whatever fell due while nobody was there.
    async fn take_up_due(&self) {
        let mut often = tokio::time::interval(due::EVERY);
        often.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            often.tick().await;
            if let Err(error) = self.schedule.send_due(&self.messages).await {
                warn!(%error, "not everything planned could be sent, this will be tried again");
            }
            if let Err(error) = self.reminders.remind().await {
                warn!(%error, "not everybody could be reminded, this will be tried again");
            }
        }
    }

    async fn sweep(&self) {
        let mut often = tokio::time::interval(UPKEEP_EVERY);
        often.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            often.tick().await;
            failpoint::reach(Point::InUpkeep);
            if let Err(error) = self.roster.sweep().await {
                warn!(%error, "ended bans could not be lifted, this will be tried again");
            }
            if let Err(error) = self.direct.sweep().await {
                warn!(%error, "not everybody could be told of a direct channel, this will be tried again");
            }
            if let Err(error) = self.notifications.sweep().await {
                warn!(%error, "old notifications could not be removed, this will be tried again");
            }
            if let Err(error) = self.previews.sweep().await {
                warn!(%error, "old previews could not be removed, this will be tried again");
            }
            if let Err(error) = self.statuses.sweep().await {
                warn!(%error, "statuses could not be ended, this will be tried again");
            }
            if let Err(error) = self.statuses.keep_seen().await {
                warn!(%error, "when people were last here could not be kept, this will be tried again");
            }
            if let Err(error) = self.accounts.sweep().await {
                warn!(%error, "ended sessions could not be removed, this will be tried again");
            }
        }
    }
}

impl Doors {
    /// Whether this peer may speak for another address.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(peer.to_canonical()))
    }
}

impl From<&Config> for Doors {
    fn from(config: &Config) -> Doors {
        let server = &config.server;
        let tls = server.public_url.as_deref().is_some_and(|url| url.starts_with("https://"));
        Doors {
            origins: Origins::new(server.allowed_origins.iter().chain(&server.public_url).cloned()),
            trusted_proxies: server.trusted_proxies.clone(),
            tls,
            secure_cookies: tls || config.production(),
            requests_per_second_per_address: config.limits.requests_per_second_per_address,
            requests_burst: config.limits.requests_burst,
        }
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

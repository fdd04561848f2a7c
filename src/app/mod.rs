//! The handle both doors hold: every service, built once, and what both must know of a caller.

mod origin;
mod peer;

use std::ops::Deref;
use std::sync::Arc;

pub use origin::Origins;
pub use peer::{Network, PeerAddr, client_address};

use crate::clock::Clock;
use crate::log::Logs;
use crate::service::channels::Channels;
use crate::service::groups::Groups;
use crate::service::messages::Messages;
use crate::service::presence::PresenceBook;
use crate::service::requests::Requests;
use crate::service::typing::Typing;
use crate::service::{Accounts, Rights, Roster};
use crate::store::Store;

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
    pub roster: Roster,
    pub groups: Groups,
    pub requests: Requests,
    pub channels: Channels,
    pub logs: Logs,
    pub messages: Messages,
    pub presence: PresenceBook,
    pub typing: Typing,
}

/// What the configuration says about both doors.
#[derive(Clone, Debug)]
pub struct Doors {
    pub origins: Origins,
    pub trusted_proxies: Vec<Network>,
    /// Whether browsers reach us over TLS: cookies are Secure and HSTS is sent.
    pub tls: bool,
    pub requests_per_second_per_address: u32,
}

impl App {
    pub fn new(parts: Parts) -> App {
        App(Arc::new(parts))
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

//! The handle both doors hold: every service, built once, and what both must know of a caller.

mod origin;
mod peer;

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

pub use origin::Origins;
pub use peer::{PeerAddr, client_address};

use crate::auth::{Attempts, Passwords, Tokens};
use crate::clock::Clock;
use crate::config::{Config, Keys};
use crate::log::Logs;
use crate::service::{Accounts, Admin, Revocations, Rights, Registrar, Users};
use crate::store::Store;

/// Cheap to clone; reads like its [`Parts`].
#[derive(Clone, Debug)]
pub struct App(Arc<Parts>);

#[derive(Debug)]
pub struct Parts {
    pub config: Config,
    pub clock: Clock,
    pub store: Store,
    pub rights: Rights,
    pub logs: Logs,
    /// Who must close sockets listens here.
    pub revocations: Revocations,
    pub origins: Origins,
    pub accounts: Accounts,
    pub users: Users,
    pub admin: Admin,
}

impl App {
    pub fn new(config: Config, keys: &Keys, store: Store, clock: Clock) -> App {
        let rights = Rights::new(store.clone(), clock.clone());
        let logs = Logs::new(store.clone(), clock.clone());
        let revocations = Revocations::default();
        let registrar = Registrar::new(store.clone(), clock.clone(), rights.clone(), logs.clone(), revocations.clone());
        let limits = &config.limits;
        let passwords = Passwords::new(keys.pepper.clone(), config.auth.bcrypt_cost, limits.bcrypt_queue);
        let attempts = Attempts::new(
            clock.clone(),
            limits.login_failures_per_account_address,
            limits.login_failures_per_account,
        );
        let tokens = Tokens::new(&keys.jwt, &config.auth, clock.clone());
        let accounts = Accounts::new(registrar.clone(), passwords.clone(), tokens, attempts, &config.auth);
        App(Arc::new(Parts {
            users: Users::new(registrar.clone(), passwords.clone()),
            admin: Admin::new(registrar),
            accounts,
            origins: Origins::new(origins(&config)),
            revocations,
            logs,
            rights,
            store,
            clock,
            config,
        }))
    }
}

/// The listed origins, and the address under which people reach us.
fn origins(config: &Config) -> Vec<String> {
    let own = config.server.public_url.iter();
    config.server.allowed_origins.iter().chain(own).cloned().collect()
}

impl Parts {
    /// Whether cookies are for TLS alone. In production a browser on plain HTTP is nobody's intent.
    pub fn secure_cookies(&self) -> bool {
        self.config.production() || self.behind_tls()
    }

    /// Whether browsers reach us over TLS.
    pub fn behind_tls(&self) -> bool {
        self.config.server.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// How long an access token lasts.
    pub fn access_lifetime(&self) -> Duration {
        Duration::from_secs(self.config.auth.access_minutes * 60)
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

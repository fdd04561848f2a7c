//! The sections and what holds when nobody says otherwise.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use secrecy::SecretString;

use super::Network;
use crate::error::{Code, Error, Result};
use crate::limits;

#[derive(Clone, Debug, Default)]
pub struct Config {
    pub server: Server,
    pub store: Store,
    pub auth: Auth,
    pub sockets: Sockets,
    pub limits: Limits,
    pub previews: Previews,
    pub log: Log,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Environment {
    #[default]
    Development,
    Production,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Registration {
    #[default]
    Open,
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    Pretty,
}

#[derive(Clone, Debug)]
pub struct Server {
    pub bind: SocketAddr,
    /// Where people reach this server, without a slash at the end.
    pub public_url: Option<String>,
    pub environment: Environment,
    /// Other origins whose pages may use this server; its own needs no mention.
    pub allowed_origins: Vec<String>,
    /// Proxies that may say for whom they speak.
    pub trusted_proxies: Vec<Network>,
    pub max_connections: usize,
    pub max_connections_per_address: usize,
    pub request_timeout_seconds: u64,
    pub header_timeout_seconds: u64,
    pub shutdown_seconds: u64,
}

#[derive(Clone, Debug)]
pub struct Store {
    pub data_dir: PathBuf,
    /// The embedded store where there is none.
    pub mongodb_uri: Option<SecretString>,
}

#[derive(Clone, Debug)]
pub struct Auth {
    pub jwt_secret: Option<SecretString>,
    pub jwt_secret_file: Option<PathBuf>,
    pub pepper: Option<SecretString>,
    pub issuer: String,
    pub audience: String,
    pub access_minutes: u64,
    pub refresh_days: u64,
    pub bcrypt_cost: u32,
    pub registration: Registration,
    pub members_may_create_groups: bool,
    pub deletion_grace_days: u64,
}

#[derive(Clone, Debug)]
pub struct Sockets {
    /// Whether clients of Socket.IO 2 are served as well.
    pub eio3: bool,
    pub ping_interval_seconds: u64,
    pub ping_timeout_seconds: u64,
    pub events_per_second: u32,
    pub events_burst: u32,
    pub per_user: usize,
    /// Polling sessions of one address that have not signed in yet.
    pub anonymous_per_address: usize,
}

#[derive(Clone, Debug)]
pub struct Limits {
    pub requests_per_second_per_address: u32,
    pub requests_burst: u32,
    /// Failures within 15 minutes, of one account from one address.
    pub login_failures_per_account_address: u32,
    /// Failures within 15 minutes, of one account from anywhere.
    pub login_failures_per_account: u32,
    /// Passwords that may wait for a core before the next is refused.
    pub bcrypt_queue: usize,
}

/// Of pages that messages link to. Nobody is asked unless this is switched on.
#[derive(Clone, Debug, Default)]
pub struct Previews {
    pub enabled: bool,
    /// Hosts with all below them: where there are some, no others are asked.
    pub allow: Vec<String>,
    pub deny: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Log {
    /// A level, or directives such as `info,hubbub::store=debug`.
    pub level: String,
    /// See [`Log::format_for`] where there is none.
    pub format: Option<Format>,
}

impl Default for Server {
    fn default() -> Self {
        Server {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 3000)),
            public_url: None,
            environment: Environment::Development,
            allowed_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            max_connections: 10_000,
            max_connections_per_address: 100,
            request_timeout_seconds: 30,
            header_timeout_seconds: 10,
            shutdown_seconds: 10,
        }
    }
}

impl Default for Store {
    fn default() -> Self {
        Store { data_dir: PathBuf::from("./data"), mongodb_uri: None }
    }
}

impl Default for Auth {
    fn default() -> Self {
        Auth {
            jwt_secret: None,
            jwt_secret_file: None,
            pepper: None,
            issuer: "hubbub".into(),
            audience: "hubbub".into(),
            access_minutes: 15,
            refresh_days: 30,
            bcrypt_cost: 12,
            registration: Registration::Open,
            members_may_create_groups: true,
            deletion_grace_days: 14,
        }
    }
}

impl Default for Sockets {
    fn default() -> Self {
        Sockets {
            eio3: false,
            // Together less than the 35 s after which a client that reads nothing is closed (D-21): one to
            // whom little is said is found by its heartbeat alone.
            ping_interval_seconds: 15,
            ping_timeout_seconds: 15,
            events_per_second: limits::EVENTS_PER_SECOND,
            events_burst: limits::EVENTS_BURST,
            per_user: limits::SOCKETS_PER_USER,
            anonymous_per_address: 50,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            requests_per_second_per_address: 50,
            requests_burst: 200,
            login_failures_per_account_address: 10,
            login_failures_per_account: 100,
            bcrypt_queue: 32,
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Log { level: "info".into(), format: None }
    }
}

impl Config {
    pub fn production(&self) -> bool {
        self.server.environment == Environment::Production
    }

    /// The address people open, for printing.
    pub fn address(&self) -> String {
        match &self.server.public_url {
            Some(url) => url.clone(),
            None => format!("http://{}", self.server.bind),
        }
    }

    /// What no single setting can know.
    pub(super) fn check(&self) -> Result<()> {
        if self.production() && self.auth.bcrypt_cost < 10 {
            return refuse("auth.bcrypt_cost (HUBBUB_BCRYPT_COST) is below 10: in production give 10 to 15");
        }
        if self.auth.jwt_secret.is_some() && self.auth.jwt_secret_file.is_some() {
            return refuse(
                "auth.jwt_secret (HUBBUB_JWT_SECRET) and auth.jwt_secret_file (HUBBUB_JWT_SECRET_FILE) are both given: keep one of them",
            );
        }
        if self.limits.requests_burst < self.limits.requests_per_second_per_address {
            return refuse(
                "limits.requests_burst (HUBBUB_REQUESTS_BURST) is below limits.requests_per_second_per_address: give at least as much",
            );
        }
        if self.sockets.events_burst < self.sockets.events_per_second {
            return refuse(
                "sockets.events_burst (HUBBUB_EVENTS_BURST) is below sockets.events_per_second: give at least as much",
            );
        }
        Ok(())
    }
}

fn refuse(sentence: &'static str) -> Result<()> {
    Err(Error::new(Code::ValidationFailed, sentence))
}

impl Log {
    /// People at a terminal read sentences, machines read JSON.
    pub fn format_for(&self, environment: Environment, terminal: bool) -> Format {
        match (self.format, environment) {
            (Some(format), _) => format,
            (None, Environment::Development) if terminal => Format::Pretty,
            (None, _) => Format::Json,
        }
    }
}

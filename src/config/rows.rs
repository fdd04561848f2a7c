//! Every setting: its key in the file, its variables, what is accepted and what it is for.

use std::fmt::Display;
use std::ops::RangeInclusive;

use secrecy::{ExposeSecret, SecretString};

use super::Key;

/// A macro, so that the key in the file is the path of the field and cannot differ from it.
macro_rules! settings {
    ($($section:ident . $field:ident $variables:expr, $check:expr, $about:literal;)*) => {
        vec![$(Key::new(
            concat!(stringify!($section), ".", stringify!($field)),
            &$variables,
            $about,
            |config| &mut config.$section.$field,
            $check,
        )),*]
    };
}

#[rustfmt::skip]
pub(super) fn rows() -> Vec<Key> {
    settings! {
        server.bind ["HUBBUB_BIND"], any, "address and port to listen on";
        server.public_url ["HUBBUB_PUBLIC_URL"], url, "where people reach this server";
        server.environment ["HUBBUB_ENVIRONMENT"], any, "`development` or `production`, which asks for secrets of your own";
        server.allowed_origins ["HUBBUB_ALLOWED_ORIGINS"], origins, "other origins whose pages may use this server, separated by commas";
        server.trusted_proxies ["HUBBUB_TRUSTED_PROXIES"], any, "addresses or ranges of proxies that may say for whom they speak";
        server.max_connections ["HUBBUB_MAX_CONNECTIONS"], within(1..=1_000_000), "connections at once";
        server.max_connections_per_address ["HUBBUB_MAX_CONNECTIONS_PER_ADDRESS"], within(1..=1_000_000), "connections at once from one address";
        server.request_timeout_seconds ["HUBBUB_REQUEST_TIMEOUT_SECONDS"], within(1..=600), "how long a request may take";
        server.header_timeout_seconds ["HUBBUB_HEADER_TIMEOUT_SECONDS"], within(1..=120), "how long a client may take to send its headers";
        server.shutdown_seconds ["HUBBUB_SHUTDOWN_SECONDS"], within(1..=600), "how long a stop may take";

        store.data_dir ["HUBBUB_DATA_DIR"], any, "where the embedded store, the uploads and made secrets lie";
        store.mongodb_uri ["MONGODB_URI", "HUBBUB_MONGODB_URI"], mongodb, "a MongoDB to use in place of the embedded store";

        auth.jwt_secret ["HUBBUB_JWT_SECRET"], any, "signs access tokens: 32 random bytes or more; development makes one";
        auth.jwt_secret_file ["HUBBUB_JWT_SECRET_FILE"], any, "a file that holds that secret, readable by its owner alone";
        auth.pepper ["HUBBUB_PASSWORD_PEPPER"], any, "goes into every password hash and must never change; kept in the data directory unless given";
        auth.issuer ["HUBBUB_ISSUER"], any, "`iss` of access tokens";
        auth.audience ["HUBBUB_AUDIENCE"], any, "`aud` of access tokens";
        auth.access_minutes ["HUBBUB_ACCESS_MINUTES"], within(1..=60), "how long an access token lives";
        auth.refresh_days ["HUBBUB_REFRESH_DAYS"], within(1..=30), "how long a session lives without being used";
        auth.bcrypt_cost ["HUBBUB_BCRYPT_COST"], within(4..=15), "work put into a password hash, at least 10 in production";
        auth.registration ["HUBBUB_REGISTRATION"], any, "`open`: anybody may register; `closed`: a super admin makes the accounts";
        auth.members_may_create_groups ["HUBBUB_MEMBERS_MAY_CREATE_GROUPS"], any, "whether everybody may create groups";
        auth.deletion_grace_days ["HUBBUB_DELETION_GRACE_DAYS"], within(1..=365), "how long somebody who deleted their account may come back";

        sockets.eio3 ["HUBBUB_EIO3"], any, "serve clients of Socket.IO 2 as well";
        sockets.ping_interval_seconds ["HUBBUB_PING_INTERVAL_SECONDS"], within(1..=300), "how often a socket is asked whether it lives";
        sockets.ping_timeout_seconds ["HUBBUB_PING_TIMEOUT_SECONDS"], within(1..=300), "how long it may take to answer";
        sockets.events_per_second ["HUBBUB_EVENTS_PER_SECOND"], within(1..=100_000), "events the sockets of one sign-in may send a second, on average";
        sockets.events_burst ["HUBBUB_EVENTS_BURST"], within(1..=100_000), "events the sockets of one sign-in may send at once";
        sockets.per_user ["HUBBUB_SOCKETS_PER_USER"], within(1..=10_000), "sockets of one user at once";
        sockets.anonymous_per_address ["HUBBUB_ANONYMOUS_PER_ADDRESS"], within(1..=100_000), "polling sessions of one address that have not signed in yet";

        limits.requests_per_second_per_address ["HUBBUB_REQUESTS_PER_SECOND_PER_ADDRESS"], within(1..=1_000_000), "requests of one address, on average";
        limits.requests_burst ["HUBBUB_REQUESTS_BURST"], within(1..=1_000_000), "requests of one address at once";
        limits.login_failures_per_account_address ["HUBBUB_LOGIN_FAILURES_PER_ACCOUNT_ADDRESS"], within(1..=10_000), "failed sign-ins in 15 minutes of one account from one address";
        limits.login_failures_per_account ["HUBBUB_LOGIN_FAILURES_PER_ACCOUNT"], within(1..=100_000), "failed sign-ins in 15 minutes of one account";
        limits.bcrypt_queue ["HUBBUB_BCRYPT_QUEUE"], within(1..=10_000), "passwords that may wait to be hashed";

        previews.enabled ["HUBBUB_PREVIEWS"], any, "whether pages that messages link to are asked for their titles";
        previews.allow ["HUBBUB_PREVIEWS_ALLOW"], hosts, "the only hosts that are asked, each with all below it, separated by commas; without any, all";
        previews.deny ["HUBBUB_PREVIEWS_DENY"], hosts, "hosts that are not asked, each with all below it";

        log.level ["HUBBUB_LOG", "RUST_LOG"], directives, "`error`, `warn`, `info`, `debug`, `trace`, or directives such as `info,hubbub::store=debug`";
        log.format ["HUBBUB_LOG_FORMAT"], any, "`json` or `pretty`; by default pretty at a terminal in development";
    }
}

fn any<T>(_: &T) -> Result<(), String> {
    Ok(())
}

fn within<T: PartialOrd + Display>(accepted: RangeInclusive<T>) -> impl Fn(&T) -> Result<(), String> {
    move |value| match accepted.contains(value) {
        true => Ok(()),
        false => Err(format!("is out of bounds; give {} to {}", accepted.start(), accepted.end())),
    }
}

fn url(url: &Option<String>) -> Result<(), String> {
    url.as_deref().map_or(Ok(()), origin)
}

#[expect(clippy::ptr_arg, reason = "a check takes its field by the field's own type")]
fn origins(origins: &Vec<String>) -> Result<(), String> {
    origins.iter().try_for_each(|text| origin(text))
}

/// `scheme://host[:port]` and nothing more, as browsers send it.
fn origin(text: &str) -> Result<(), String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match rest.map(str::parse::<http::uri::Authority>) {
        Some(Ok(host)) if !host.host().is_empty() && !host.as_str().contains('@') => Ok(()),
        _ => Err(format!(
            "holds \"{text}\", which is no origin; give http:// or https:// and a host, without a path, such as https://chat.example.org"
        )),
    }
}

#[expect(clippy::ptr_arg, reason = "a check takes its field by the field's own type")]
fn hosts(hosts: &Vec<String>) -> Result<(), String> {
    let is_host =
        |host: &String| url::Host::parse(host).is_ok_and(|parsed| parsed.to_string() == host.to_lowercase());
    match hosts.iter().find(|host| !is_host(host)) {
        None => Ok(()),
        Some(host) => Err(format!(
            "holds \"{host}\", which is no host; give names such as example.org, without a scheme or a path"
        )),
    }
}

fn mongodb(uri: &Option<SecretString>) -> Result<(), String> {
    let uri = uri.as_ref().map_or("", |uri| uri.expose_secret());
    match uri.starts_with("mongodb://") || uri.starts_with("mongodb+srv://") {
        true => Ok(()),
        false => Err("is no MongoDB address; give one such as mongodb://localhost:27017/hubbub".into()),
    }
}

fn directives(level: &String) -> Result<(), String> {
    match tracing_subscriber::EnvFilter::try_new(level) {
        Ok(_) => Ok(()),
        Err(problem) => Err(format!(
            "does not read ({problem}); give a level such as info, or directives such as info,hubbub::store=debug"
        )),
    }
}

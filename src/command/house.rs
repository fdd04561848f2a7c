//! The store and the keys of this installation, for commands that work on them.

use secrecy::ExposeSecret;

use crate::app::App;
use crate::auth::Passwords;
use crate::clock::Clock;
use crate::config::{Config, Keys, Secrets};
use crate::error::{Error, Result};
use crate::service::{Registrar, Revocations};
use crate::store::{Opening, Store};

pub(super) struct House {
    pub config: Config,
    pub store: Store,
    pub clock: Clock,
}

impl House {
    /// Opens the store; nothing else may have it open unless it is a MongoDB.
    pub(super) async fn open(config: Config) -> Result<House> {
        let clock = Clock::system();
        let store = Store::open(&opening(&config, &clock)?).await?;
        Ok(House { config, store, clock })
    }

    /// Judges the configured secrets, opens the store, and only then makes what secrets are missing.
    pub(super) async fn open_with_keys(config: Config) -> Result<(House, Keys)> {
        let secrets = Secrets::given(&config)?;
        let house = House::open(config).await?;
        let keys = secrets.or_kept_in(&house.config)?;
        Ok((house, keys))
    }

    /// The services, as a server would have them.
    pub(super) fn app(&self, keys: &Keys) -> App {
        App::new(&self.config, keys, self.store.clone(), self.clock.clone())
    }

    /// For changes of accounts. No socket of this process has to hear of one.
    pub(super) fn registrar(&self, keys: &Keys) -> Registrar {
        Registrar::new(self.app(keys).roster.clone(), Revocations::default())
    }

    pub(super) fn passwords(&self, keys: &Keys) -> Passwords {
        let pepper = keys.pepper.clone();
        Passwords::new(pepper, self.config.auth.bcrypt_cost, self.config.limits.bcrypt_queue)
    }

    /// The result of what was done in it, once everything is written.
    pub(super) async fn close<T>(self, done: Result<T>) -> Result<T> {
        self.store.close().await;
        done
    }

    /// What people type to confirm that they mean this one.
    pub(super) fn name(&self) -> String {
        match &self.config.store.mongodb_uri {
            Some(uri) => database(uri.expose_secret()).to_owned(),
            None => {
                let directory = &self.config.store.data_dir;
                let whole = directory.canonicalize().unwrap_or_else(|_| directory.clone());
                whole.file_name().unwrap_or(whole.as_os_str()).to_string_lossy().into_owned()
            }
        }
    }

    /// Where the data lie, for people.
    pub(super) fn place(&self) -> String {
        match &self.config.store.mongodb_uri {
            Some(_) => format!("the MongoDB database {}", self.name()),
            None => format!("the embedded store in {}", self.config.store.data_dir.display()),
        }
    }
}

#[cfg(feature = "mongo")]
pub(super) fn opening(config: &Config, clock: &Clock) -> Result<Opening> {
    Ok(match &config.store.mongodb_uri {
        Some(uri) => Opening::mongo(uri.expose_secret(), clock.clone()),
        None => Opening::embedded(&config.store.data_dir, clock.clone()),
    })
}

#[cfg(not(feature = "mongo"))]
pub(super) fn opening(config: &Config, clock: &Clock) -> Result<Opening> {
    match &config.store.mongodb_uri {
        Some(_) => Err(Error::bad_request(
            "MONGODB_URI is set, but this hubbub was built without MongoDB; build it with the feature `mongo`, or unset the variable",
        )),
        None => Ok(Opening::embedded(&config.store.data_dir, clock.clone())),
    }
}

/// The name in `mongodb://…/<name>?…`, or what the store calls a database without one.
fn database(uri: &str) -> &str {
    let after_scheme = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let name = after_scheme.split_once('/').map_or("", |(_, name)| name);
    match name.split('?').next() {
        Some("") | None => "hubbub",
        Some(name) => name,
    }
}

/// A server that runs holds the embedded store: what is to be done there goes through it.
pub(super) fn or_through_the_server(error: Error, config: &Config, route: &str) -> Error {
    match config.store.mongodb_uri {
        None if error.message().contains("in use by another hubbub") => Error::conflict(format!(
            "{}; or, while the server runs, use {route} of its REST API",
            error.message()
        )),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_of_an_address_is_what_stands_between_slash_and_question_mark() {
        assert_eq!(database("mongodb://ann:secret@db:27017/chat?w=1"), "chat");
        assert_eq!(database("mongodb://db/"), "hubbub");
        assert_eq!(database("mongodb+srv://db.example.org"), "hubbub");
        assert_eq!(database("mongodb://db/?replicaSet=rs0"), "hubbub");
    }
}

//! Where a store is, how it is opened, and how it is let go.

use std::path::PathBuf;

use secrecy::SecretString;

use super::engine::Part;
use super::migrations::{self, Migration};
#[cfg(feature = "mongo")]
use super::mongo::Mongo;
use super::sqlite::{self, Sqlite};
use super::{COLLECTIONS, Engine, Store};
use crate::clock::Clock;
use crate::error::Result;

#[derive(Clone, Debug)]
pub struct Opening {
    pub place: Place,
    pub clock: Clock,
    /// Whether [`Engine::recorded`] tells what was asked; costs a lock per query.
    pub record: bool,
}

#[derive(Clone, Debug)]
pub enum Place {
    /// A directory of this machine, used by one process at a time.
    Embedded { directory: PathBuf },
    /// `mongodb://…/<database>`; without a name the database is `hubbub`.
    Mongo { uri: SecretString },
}

impl Opening {
    pub fn embedded(directory: impl Into<PathBuf>, clock: Clock) -> Opening {
        Opening { place: Place::Embedded { directory: directory.into() }, clock, record: false }
    }

    pub fn mongo(uri: impl Into<String>, clock: Clock) -> Opening {
        Opening { place: Place::Mongo { uri: SecretString::from(uri.into()) }, clock, record: false }
    }

    async fn engine(&self) -> Result<Engine> {
        let part = match &self.place {
            Place::Embedded { directory } => {
                Part::Sqlite(Sqlite::open(directory, migrations::newest()).await?)
            }
            #[cfg(feature = "mongo")]
            Place::Mongo { uri } => Part::Mongo(Mongo::open(uri).await?),
            #[cfg(not(feature = "mongo"))]
            Place::Mongo { .. } => return Err(without_mongo()),
        };
        Ok(Engine::new(part, self.record))
    }
}

impl Store {
    /// Ready to use: migrated, with every index in place. Otherwise an error that says what to do,
    /// and what was there is as it was.
    pub async fn open(opening: &Opening) -> Result<Store> {
        let engine = opening.engine().await?;
        let ready = prepare(&engine, &opening.clock).await;
        if let Err(error) = ready {
            engine.close().await;
            return Err(error);
        }
        Ok(Store::on(engine))
    }

    /// The names of the migrations that opening would run; changes nothing.
    pub async fn pending(opening: &Opening) -> Result<Vec<&'static str>> {
        if let Place::Embedded { directory } = &opening.place
            && !sqlite::exists(directory)
        {
            return Ok(migrations::STEPS.iter().map(|step| step.name).collect());
        }
        let engine = opening.engine().await?;
        let pending = Migration::new(&engine, &opening.clock).pending().await;
        engine.close().await;
        pending
    }

    /// Returns when all that was begun is written and another process can open the store.
    pub async fn close(self) {
        self.engine.close().await;
    }
}

async fn prepare(engine: &Engine, clock: &Clock) -> Result<()> {
    Migration::new(engine, clock).run().await?;
    engine.ensure(COLLECTIONS).await
}

#[cfg(not(feature = "mongo"))]
fn without_mongo() -> crate::error::Error {
    crate::error::Error::unavailable(
        "this hubbub was built without MongoDB: build it with `--features mongo`, or use the embedded store",
    )
}

//! A lock that holds over every node on one store: one document that only one can insert.
//!
//! It carries an end, so that a holder that died is outlived. What is done under it takes a few
//! reads and writes, each of which the store bounds well below that end.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::clock::{Clock, nonce};
use crate::error::{Error, Result};
use crate::model::Time;
use crate::store::{Setting, Store};

const LASTS: Duration = Duration::from_secs(30);
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(25);

/// Held until [`Held::release`]; dropped without it, until its end.
#[derive(Debug)]
pub struct Held {
    store: Store,
    name: &'static str,
    value: String,
}

/// UNAVAILABLE where others hold it for too long.
pub async fn hold(store: &Store, clock: &Clock, name: &'static str) -> Result<Held> {
    let until = Instant::now() + PATIENCE;
    loop {
        let value = format!("{} {}", clock.now().plus(LASTS), nonce());
        let setting = Setting { name: name.into(), value: value.clone().into() };
        match store.settings.insert(&setting).await {
            Ok(()) => return Ok(Held { store: store.clone(), name, value }),
            Err(rejected) if rejected.taken("_id") => outlive(store, clock, name).await?,
            Err(rejected) => return Err(rejected.into()),
        }
        if Instant::now() > until {
            return Err(Error::unavailable("somebody else is changing who administers, try again"));
        }
        sleep(PAUSE).await;
    }
}

/// Takes away a lock whose end has passed.
async fn outlive(store: &Store, clock: &Clock, name: &str) -> Result<()> {
    let Some(setting) = store.settings.get(name).await? else {
        return Ok(());
    };
    let value = setting.value.as_str().unwrap_or_default();
    let end = value.split(' ').next().and_then(|end| serde_json::from_value::<Time>(end.into()).ok());
    if end.is_none_or(|end| end < clock.now()) {
        store.settings.take(name, value).await?;
    }
    Ok(())
}

impl Held {
    pub async fn release(self) -> Result<()> {
        self.store.settings.take(self.name, &self.value).await.map(drop)
    }
}

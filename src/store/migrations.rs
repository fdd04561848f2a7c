//! Bringing what an older version wrote to what this one reads.
//!
//! The number of steps done is kept in `settings` under `schema`. A step may be run again from its
//! beginning or from a mark it left, as the process may end at any point. A lease keeps two
//! processes from running steps at once; that of a dead one expires.

use std::pin::Pin;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tracing::info;

use super::language::{all, is};
use super::{COLLECTIONS, Change, Engine, Filter, Setting, Table};
use crate::clock::{self, Clock};
use crate::error::{Code, Error, Result};
use crate::model::Time;

const SCHEMA: &str = "schema";
const MARK: &str = "schema.mark";
const LEASE: &str = "schema.lease";
const LASTS: Duration = Duration::from_secs(30);
const RETRY: Duration = Duration::from_millis(250);

/// One change of what is kept. It must come to the same when it is run twice.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub name: &'static str,
    pub run: for<'a> fn(&'a Progress) -> Running<'a>,
}

pub type Running<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// In the order they run, never reordered: the place of a step is its number.
pub const STEPS: &[Step] = &[
    Step { name: "collections and indexes", run: |progress| Box::pin(progress.engine.ensure(COLLECTIONS)) },
    Step { name: "messages are counted", run: |progress| Box::pin(super::counted::run(progress)) },
];

/// The schema version this program writes.
pub fn newest() -> i64 {
    STEPS.len() as i64
}

/// What a step works on, and where it notes how far it got.
#[derive(Debug)]
pub struct Progress {
    pub engine: Engine,
    settings: Table<Setting>,
    number: i64,
}

impl Progress {
    /// What [`Progress::mark`] was last given, where an earlier run of this step did not finish.
    pub async fn reached(&self) -> Result<Option<Value>> {
        let mark = self.settings.get(MARK).await?.map(|setting| setting.value);
        Ok(mark
            .filter(|mark| mark.get("step") == Some(&json!(self.number)))
            .and_then(|mark| mark.get("reached").cloned()))
    }

    /// Notes that everything up to here need not be done again.
    pub async fn mark(&self, reached: Value) -> Result<()> {
        let value = json!({"step": self.number, "reached": reached});
        self.settings.put(MARK, value).await
    }
}

/// A run through steps, under a lease.
#[derive(Debug)]
pub struct Migration<'a> {
    engine: &'a Engine,
    clock: &'a Clock,
    settings: Table<Setting>,
    owner: String,
    pub steps: &'a [Step],
    /// How long to wait for another process that migrates.
    pub patience: Duration,
}

impl<'a> Migration<'a> {
    pub fn new(engine: &'a Engine, clock: &'a Clock) -> Migration<'a> {
        Migration {
            engine,
            clock,
            settings: Table::on(engine),
            owner: clock::nonce(),
            steps: STEPS,
            patience: Duration::from_secs(60),
        }
    }

    /// The names of the steps that were not run yet.
    pub async fn pending(&self) -> Result<Vec<&'static str>> {
        let done = self.done().await?;
        Ok(self.rest(done).map(|(_, step)| step.name).collect())
    }

    pub async fn run(&self) -> Result<()> {
        if self.rest(self.done().await?).next().is_none() {
            return Ok(());
        }
        self.lease().await?;
        let ran = self.run_leased().await;
        let release = all([is("_id", LEASE), is("value", &self.owner)]);
        ran.and(self.settings.delete(release).await.map(drop))
    }

    async fn run_leased(&self) -> Result<()> {
        // Another process may have run them while this one waited for the lease.
        let done = self.done().await?;
        for (number, step) in self.rest(done) {
            info!(step = step.name, number, "migrating the store");
            let progress = Progress { engine: self.engine.clone(), settings: self.settings.clone(), number };
            tokio::select! {
                ran = (step.run)(&progress) => ran?,
                lost = self.keep_lease() => return Err(lost),
            }
            self.renew().await?;
            self.settings.put(SCHEMA, number.into()).await?;
        }
        Ok(())
    }

    fn rest(&self, done: i64) -> impl Iterator<Item = (i64, &'a Step)> {
        let numbered = (1..).zip(self.steps);
        numbered.filter(move |(number, _)| *number > done)
    }

    async fn done(&self) -> Result<i64> {
        let kept = self.settings.get(SCHEMA).await?;
        let done = kept.and_then(|setting| setting.value.as_i64()).unwrap_or(0);
        let newest = self.steps.len() as i64;
        if done > newest {
            return Err(newer(done, newest));
        }
        Ok(done)
    }

    /// Waits until no living process holds the lease, and takes it.
    async fn lease(&self) -> Result<()> {
        let since = Instant::now();
        loop {
            if self.take_lease().await? {
                return Ok(());
            }
            if since.elapsed() >= self.patience {
                return Err(Error::unavailable(
                    "another process is migrating this store; wait for it to finish and start again",
                ));
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    async fn take_lease(&self) -> Result<bool> {
        let lease = json!({"_id": LEASE, "value": self.owner, "until": self.until()});
        let lease = lease.as_object().cloned().unwrap_or_default();
        let inserted = self.engine.insert(&super::collection::SETTINGS, vec![lease]).await;
        match inserted {
            Ok(()) => Ok(true),
            Err(rejected) if rejected.taken("_id") => {
                let expired = Filter::Below("until", super::Literal::of(self.clock.now()));
                self.extend(expired).await
            }
            Err(rejected) => Err(rejected.into()),
        }
    }

    async fn extend(&self, condition: Filter) -> Result<bool> {
        let changes = vec![Change::set("value", &self.owner), Change::set("until", self.until())];
        let extended = self.settings.update(all([is("_id", LEASE), condition]), changes).await?;
        Ok(extended.is_some())
    }

    async fn renew(&self) -> Result<()> {
        if self.extend(is("value", &self.owner)).await? {
            return Ok(());
        }
        Err(Error::unavailable("another process took over the migration of this store; start again"))
    }

    /// Ends only when the lease is lost.
    async fn keep_lease(&self) -> Error {
        loop {
            tokio::time::sleep(LASTS / 3).await;
            if let Err(error) = self.renew().await {
                return error;
            }
        }
    }

    fn until(&self) -> Time {
        self.clock.now().plus(LASTS)
    }
}

pub(super) fn newer(found: i64, newest: i64) -> Error {
    Error::new(
        Code::Unavailable,
        format!(
            "the store was written by a newer hubbub (schema {found}, this one knows {newest}); \
             nothing was changed: run that version or a later one"
        ),
    )
}

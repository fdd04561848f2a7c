//! Previews of what messages link to: asked for after the message was told, kept for a while, shown
//! with every answer that holds it. Off unless the operator wants it.
//!
//! Pages are fetched by the guarded client of [`crate::outbound`] alone; what they say is text. A link
//! in `<…>` or in code is none of which a preview is wanted.

mod head;
mod pace;

use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use tokio::sync::{Semaphore, broadcast};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout_at};
use tracing::{debug, warn};
use url::Url;

use self::pace::Pace;
use super::Roster;
use crate::clock::Clock;
use crate::config;
use crate::error::Result;
use crate::event::{MessageView, Previewed};
use crate::limits;
use crate::log::{Batch, Follower, Logs, Start};
use crate::markdown;
use crate::model::{Entry, Id, Log, Preview, PreviewView, Text, Time, What};
use crate::outbound::{Client, Hosts};
use crate::store::Store;

const FOLLOWER: &str = "previews";
/// Entries that are looked at together.
const ENTRIES: usize = 100;
/// Pages of which is read together what is known.
const TOGETHER: usize = 200;
/// Pages that are asked for at once.
const AT_ONCE: usize = 4;
/// How long what is said together may be looked at. What is not known by then has no preview.
const PATIENCE: Duration = Duration::from_secs(30);
/// Before following is tried again.
const AGAIN: Duration = Duration::from_secs(5);
/// Listeners further behind lose some, as anything that is in no log.
const BEHIND: usize = 1_024;

#[derive(Clone, Debug)]
pub struct Previews {
    store: Store,
    logs: Logs,
    clock: Clock,
    /// None where previews are off.
    hosts: Option<Hosts>,
    told: broadcast::Sender<Previewed>,
}

/// Asks for pages, as often and as many at once as one may.
#[derive(Debug)]
pub struct Fetcher {
    client: Client,
    pace: Pace,
    room: Semaphore,
}

/// A message whose links are looked at.
struct Said {
    log: Id<Log>,
    id: Id<Entry>,
    links: Vec<String>,
    /// It may have had others before.
    edited: bool,
}

impl Fetcher {
    pub fn new(client: Client) -> Fetcher {
        Fetcher { client, pace: Pace::default(), room: Semaphore::new(AT_ONCE) }
    }

    /// None where it is not known: there was no time to ask.
    async fn fetch(&self, url: &str, until: Instant, now: Time) -> Option<Preview> {
        let host = Url::parse(url).ok()?.host_str()?.to_owned();
        let asked = async {
            let _room = self.room.acquire().await.ok()?;
            match self.pace.turn(&host).await {
                true => Some(self.client.page(url).await),
                false => None,
            }
        };
        let says = match timeout_at(until, asked).await.ok()?? {
            // What strangers wrote may take its time, which is not that of the server.
            Ok(page) => spawn_blocking(move || head::says(&page.body)).await.ok()?,
            Err(failure) => {
                debug!(?failure, "a page that a message links to has no preview");
                None
            }
        };
        Some(Preview { id: Preview::key(url), says, fetched_at: now })
    }
}

impl Previews {
    pub fn new(roster: &Roster, config: &config::Previews) -> Previews {
        let (store, logs, clock) = (roster.store.clone(), roster.logs.clone(), roster.clock.clone());
        let hosts = Hosts { allow: config.allow.clone(), deny: config.deny.clone() };
        let hosts = config.enabled.then_some(hosts);
        Previews { store, logs, clock, hosts, told: broadcast::Sender::new(BEHIND) }
    }

    /// Adds to messages what is known of their links.
    pub async fn show(&self, messages: &mut [&mut MessageView]) -> Result<()> {
        if self.hosts.is_none() {
            return Ok(());
        }
        let links: Vec<_> = messages.iter().map(|message| links(message.text.as_ref())).collect();
        let all: Vec<String> = links.iter().flatten().cloned().collect();
        let mut known = HashMap::new();
        for some in all.chunks(TOGETHER) {
            known.extend(self.known(some).await?);
        }
        for (message, links) in messages.iter_mut().zip(links) {
            message.previews = shown(&links, &known);
        }
        Ok(())
    }

    /// What is found, message by message.
    pub fn listen(&self) -> broadcast::Receiver<Previewed> {
        self.told.subscribe()
    }

    /// Follows what is said; runs until it is dropped.
    pub async fn keep_up(&self) {
        let Some(hosts) = self.hosts.clone() else { return self.leave_off().await };
        loop {
            match self.follow(hosts.clone()).await {
                Ok(never) => match never {},
                Err(error) => warn!(%error, "links cannot be looked at yet, this will be tried again"),
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Who turns previews on later wants none of what was said while they were off.
    async fn leave_off(&self) {
        while let Err(error) = Follower::forget(FOLLOWER, &self.store).await {
            warn!(%error, "it cannot be noted yet that previews are off, this will be tried again");
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn follow(&self, hosts: Hosts) -> Result<std::convert::Infallible> {
        let fetcher = Fetcher::new(Client::new(hosts)?);
        let mut follower = Follower::open(FOLLOWER, &self.logs, Start::Now).await?;
        loop {
            let batches = follower.several(ENTRIES).await;
            let worked = self.work(&fetcher, &batches).await;
            follower.finish_all(batches, worked).await;
        }
    }

    /// Looks at the links of what was said, and tells of what they lead to.
    pub async fn work(&self, fetcher: &Fetcher, batches: &[Batch]) -> Result<()> {
        let until = Instant::now() + PATIENCE;
        let looks = batches.iter().flat_map(said).map(|said| self.look(fetcher, said, until));
        try_join_all(looks).await.map(drop)
    }

    async fn look(&self, fetcher: &Fetcher, said: Said, until: Instant) -> Result<()> {
        if said.links.is_empty() && !said.edited {
            return Ok(());
        }
        let known = self.known(&said.links).await?;
        let asked = said.links.iter().map(async |url| match known.get(&Preview::key(url)) {
            Some(known) if !self.is_old(known) => None,
            _ => fetcher.fetch(url, until, self.clock.now()).await,
        });
        let fetched: Vec<Preview> = join_all(asked).await.into_iter().flatten().collect();
        for preview in &fetched {
            self.store.previews.put(preview).await?;
        }
        let fetched = fetched.into_iter().map(|preview| (preview.id.clone(), preview));
        let known = known.into_iter().chain(fetched).collect();
        // While pages were asked for, the message may have been changed or deleted (contract D-16).
        if self.stands(&said).await? {
            self.tell(said, &known);
        }
        Ok(())
    }

    async fn stands(&self, said: &Said) -> Result<bool> {
        let what = self.store.messages.get(said.id).await?.map(|entry| entry.what);
        let Some(What::Message(message)) = what else { return Ok(false) };
        Ok(message.deleted_at.is_none() && links(message.text.as_ref()) == said.links)
    }

    fn tell(&self, said: Said, known: &HashMap<String, Preview>) {
        let previews = shown(&said.links, known);
        if !previews.is_empty() || said.edited {
            // Nobody listens where nobody has a socket.
            let _ = self.told.send(Previewed { channel_id: said.log.cast(), message_id: said.id, previews });
        }
    }

    async fn known(&self, links: &[String]) -> Result<HashMap<String, Preview>> {
        let keys: Vec<String> = links.iter().map(|url| Preview::key(url)).collect();
        let known = self.store.previews.among(&keys).await?;
        Ok(known.into_iter().map(|preview| (preview.id.clone(), preview)).collect())
    }

    /// Of what had nothing to say it is asked again soon.
    fn is_old(&self, preview: &Preview) -> bool {
        let lasts = match preview.says {
            Some(_) => limits::PREVIEWS_KEPT,
            None => limits::FAILED_PREVIEWS_KEPT,
        };
        self.clock.now().since(preview.fetched_at) >= lasts
    }

    /// Forgets what is too old to be shown.
    pub async fn sweep(&self) -> Result<()> {
        let oldest = self.clock.now().minus(limits::PREVIEWS_KEPT);
        self.store.previews.forget_older(oldest).await.map(drop)
    }
}

/// What was said in a batch, each message once and as it is in the end.
fn said(batch: &Batch) -> Vec<Said> {
    let mut all: Vec<Said> = Vec::new();
    for entry in &batch.entries {
        let (id, text) = match &entry.what {
            What::Message(message) => (entry.id, message.text.as_ref()),
            What::Edit { target, text, .. } => (*target, text.as_ref()),
            What::Delete { target, .. } => (*target, None),
            _ => continue,
        };
        all.retain(|said| said.id != id);
        let edited = matches!(entry.what, What::Edit { .. });
        all.push(Said { log: batch.log, id, links: links(text), edited });
    }
    all
}

/// The links of a text of which previews are shown.
fn links(text: Option<&Text>) -> Vec<String> {
    let links = text.map(|text| markdown::links(text.as_str())).unwrap_or_default();
    links.into_iter().take(limits::PREVIEWS_PER_MESSAGE).collect()
}

/// What is known of some links, in their order.
fn shown(links: &[String], known: &HashMap<String, Preview>) -> Vec<PreviewView> {
    let view = |url: &String| {
        let says = known.get(&Preview::key(url))?.says.clone()?;
        Some(PreviewView { url: url.clone(), says })
    };
    links.iter().filter_map(view).collect()
}

//! Keeping a world in the store: what is there already stays, what is missing is added.

use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{History, Person, World};
use crate::error::{Error, Result};
use crate::model::{Entry, Seq, Status, Time, User, Username};
use crate::store::{Record, Refusal, Rejected, Store, Table};

/// How much was new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub users: u64,
    pub groups: u64,
    pub channels: u64,
    pub entries: u64,
}

/// Entries of one insert; each is durable before the next.
const BATCH: u64 = 2_000;
/// Channels written at once.
const WRITERS: usize = 4;

/// `hash` makes a password hash and is asked once per password; `progress` hears how many entries
/// were dealt with.
pub async fn load(
    store: &Store,
    world: World,
    hash: impl AsyncFn(&str) -> Result<String>,
    progress: impl Fn(u64) + Clone + Send + Sync + 'static,
) -> Result<Outcome> {
    let mut outcome = Outcome {
        users: add_all(&store.users, &hashed(store, &world.people, hash).await?, |user| user.id.to_string())
            .await?,
        groups: add_all(&store.groups, &world.groups, |group| group.id.to_string()).await?,
        channels: add_all(&store.channels, &world.channels, |channel| channel.id.to_string()).await?,
        entries: 0,
    };
    add_all(&store.memberships, &world.memberships, |membership| membership.id.clone()).await?;
    add_all(&store.bans, &world.bans, |ban| ban.id.clone()).await?;
    add_all(&store.requests, &world.requests, |request| request.id.to_string()).await?;
    let tasks = world.histories.into_iter().map(|history| {
        let (store, progress) = (store.clone(), progress.clone());
        let task = tokio::spawn(async move { keep(&store, &history, progress).await });
        async { task.await.map_err(Error::internal)? }
    });
    let written: Vec<u64> = stream::iter(tasks).buffer_unordered(WRITERS).try_collect().await?;
    outcome.entries = written.iter().sum();
    Ok(outcome)
}

/// Those who are not there yet, with the hash of their password.
async fn hashed(
    store: &Store,
    people: &[Person],
    hash: impl AsyncFn(&str) -> Result<String>,
) -> Result<Vec<User>> {
    let mut hashes = BTreeMap::new();
    let mut users = Vec::new();
    for person in people {
        if store.users.get(person.user.id).await?.is_some() {
            continue;
        }
        if !hashes.contains_key(person.password) {
            hashes.insert(person.password, hash(person.password).await?);
        }
        let password_hash = hashes.get(person.password).cloned().unwrap_or_default();
        users.push(User { password_hash, ..person.user.clone() });
    }
    Ok(users)
}

/// People of the sample world who are there and still have its password; `fits` checks one hash.
pub async fn exposed(
    store: &Store,
    now: Time,
    fits: impl AsyncFn(&str, &str) -> Result<bool>,
) -> Result<Vec<Username>> {
    let mut judged = BTreeMap::new();
    let mut exposed = Vec::new();
    for person in super::sample(now)?.people {
        let Some(user) = store.users.get(person.user.id).await? else { continue };
        // People loaded together share a hash, and checking one is slow on purpose.
        let open = match judged.get(&user.password_hash) {
            Some(open) => *open,
            None => fits(&user.password_hash, person.password).await?,
        };
        judged.insert(user.password_hash, open);
        if open && user.status == Status::Active {
            exposed.push(user.username);
        }
    }
    Ok(exposed)
}

/// How many were new; CONFLICT where something else has the name of one.
async fn add_all<T: Record>(table: &Table<T>, records: &[T], id: impl Fn(&T) -> String) -> Result<u64> {
    let mut added = 0;
    let mut rest = records;
    while !rest.is_empty() {
        let Err(rejected) = table.insert_all(rest).await else {
            return Ok(added + rest.len() as u64);
        };
        added += rejected.done as u64;
        let (refused, after) = match rest.get(rejected.done..).unwrap_or_default() {
            [refused, after @ ..] => (refused, after),
            [] => return Err(rejected.into()),
        };
        // Which of its keys an engine finds taken first is its own affair: what counts is the id.
        if matches!(rejected.why, Refusal::Fault(_)) || table.get(id(refused)).await?.is_none() {
            return Err(in_the_way(rejected, T::COLLECTION.name));
        }
        rest = after;
    }
    Ok(added)
}

fn in_the_way(rejected: Rejected, collection: &str) -> Error {
    let error = Error::from(rejected);
    match error.code() {
        crate::error::Code::Conflict => Error::conflict(format!(
            "among the {collection} is one with a name or address of the sample world; use another data directory or `hubbub clear-database`"
        )),
        _ => error,
    }
}

/// Writes what is missing of a log; how much that was.
async fn keep(store: &Store, history: &History, progress: impl Fn(u64)) -> Result<u64> {
    let (mut seq, floor) = reached(store, history).await?;
    progress(seq);
    let begun = seq;
    while seq < history.length {
        let upto = (seq + BATCH).min(history.length);
        let entries: Vec<Entry> = (seq..upto)
            .filter_map(|place| history.entry(place))
            .map(|entry| Entry { created_at: entry.created_at.max(floor), ..entry })
            .collect();
        store.messages.insert_all(&entries).await?;
        progress(upto - seq);
        seq = upto;
    }
    Ok(seq - begun)
}

/// How far an earlier run came, and the time of its last entry, which no later one may precede.
async fn reached(store: &Store, history: &History) -> Result<(Seq, Time)> {
    let head = store.messages.head(history.channel.into()).await?;
    let Some(head) = head.filter(|_| history.length > 0) else {
        return Ok((0, Time::default()));
    };
    let place = head.seq.min(history.length).saturating_sub(1);
    let ours = history.entry(place).map(|entry| entry.id);
    let there = store.messages.named(ours.as_slice()).await?;
    match there.first().map(|entry| entry.seq) == Some(place + 1) {
        true => Ok((place + 1, head.created_at)),
        false => Err(Error::conflict(format!(
            "{} was loaded in part and people have written there since; run `hubbub clear-database` first",
            history.title
        ))),
    }
}

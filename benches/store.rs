//! How fast the embedded store keeps and reads messages here:
//! `cargo bench --bench store`.

#![expect(clippy::print_stdout, reason = "it is run for what it prints")]

use std::time::{Duration, Instant};

use hubbub::clock::{Clock, nonce};
use hubbub::error::{Error, Result};
use hubbub::model::Entry;
use hubbub::store::{COLLECTIONS, Collection, Document, Filter, Kept, Literal, Opening, Order, Query, Store};
use serde_json::json;

const MESSAGES: usize = 100_000;

#[tokio::main]
async fn main() -> Result<()> {
    let directory = std::env::temp_dir().join(format!("hubbub-speed-{}", nonce()));
    let store = Store::open(&Opening::embedded(&directory, Clock::system())).await?;
    let messages = COLLECTIONS
        .iter()
        .copied()
        .find(|collection| collection.name == "messages")
        .ok_or_else(|| Error::not_found("collection"))?;
    for size in [1, 32, 256] {
        batches(&store, messages, size).await?;
    }
    for writers in [1, 64] {
        singles(&store, messages, writers).await?;
    }
    pages::<Document>(&store, messages, "documents").await?;
    pages::<Entry>(&store, messages, "entries").await?;
    store.close().await;
    std::fs::remove_dir_all(directory).map_err(Error::internal)
}

fn channel(number: usize) -> String {
    format!("{number:024x}")
}

fn message(clock: &Clock, channel: &str, seq: usize) -> Document {
    let id = clock.id::<()>().to_string();
    let text = "The quick brown fox jumps over the lazy dog, and then again. ".repeat(2);
    let message = json!({
        "_id": id, "channelId": channel, "seq": seq, "mver": 1, "kind": "message",
        "userId": "65536a1c0b1f4c2d8e9a0b1c", "username": "wanda", "clientMsgId": id,
        "createdAt": clock.now(), "type": "text", "text": text, "digest": "0".repeat(64),
        "revision": 0, "foldedSeq": 0,
    });
    message.as_object().cloned().unwrap_or_default()
}

async fn batches(store: &Store, messages: &'static Collection, size: usize) -> Result<()> {
    let (clock, channel) = (Clock::system(), channel(size));
    let rounds = (MESSAGES / size).min(1000);
    let since = Instant::now();
    for round in 0..rounds {
        let batch = (1..=size).map(|n| message(&clock, &channel, round * size + n));
        store.engine.insert(messages, batch.collect()).await?;
    }
    told(&format!("one writer, batches of {size}"), rounds * size, since.elapsed());
    Ok(())
}

async fn singles(store: &Store, messages: &'static Collection, writers: usize) -> Result<()> {
    const EACH: usize = 300;
    let since = Instant::now();
    let tasks: Vec<_> = (0..writers)
        .map(|writer| {
            let (engine, clock) = (store.engine.clone(), Clock::system());
            tokio::spawn(async move {
                for seq in 1..=EACH {
                    let channel = channel(1000 * writers + writer);
                    let one = vec![message(&clock, &channel, seq)];
                    engine.insert(messages, one).await?;
                }
                Ok::<_, Error>(())
            })
        })
        .collect();
    for task in tasks {
        task.await.map_err(Error::internal)??;
    }
    told(&format!("{writers} writers, one by one"), writers * EACH, since.elapsed());
    Ok(())
}

async fn pages<T: Kept>(store: &Store, messages: &'static Collection, what: &str) -> Result<()> {
    let mut times = Vec::new();
    for round in 0..2000 {
        let filter = Filter::And(vec![
            Filter::Is("channelId", Literal::Text(channel(256))),
            Filter::Below("seq", Literal::Whole(100 + round * 40)),
        ]);
        let query = Query::new(filter, 50).by(Order::Down("seq"));
        let since = Instant::now();
        let found: Vec<T> = store.engine.find(messages, query).await?;
        times.push(since.elapsed());
        if found.len() != 50 {
            return Err(Error::internal("a page is short"));
        }
    }
    times.sort();
    for (name, part) in [("p50", 2), ("p99", 100)] {
        let place = times.len() - times.len() / part;
        println!(
            "a page of 50 {what}, {name}: {:?}",
            times.get(place.saturating_sub(1)).copied().unwrap_or_default()
        );
    }
    Ok(())
}

fn told(what: &str, count: usize, took: Duration) {
    println!("{what}: {:.0} messages/s", count as f64 / took.as_secs_f64());
}

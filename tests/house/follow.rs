//! Whoever follows the logs reads every entry, in order, whatever happens on the way.

use hubbub::error::Error;
use hubbub::log::{Batch, Follower, Start};
use hubbub::model::{Channel, Entry, Id, Log, Seq, What};
use hubbub::policy::Actor;
use hubbub::service::messages::Send;

use crate::company::{Company, story};

/// More than the listeners of the outbox may be behind.
const MANY: u64 = 1_200;

async fn open(company: &Company, start: Start) -> Follower {
    Follower::open("reader", &company.logs, start).await.unwrap()
}

async fn say(company: &Company, by: &Actor, channel: Id<Channel>, text: &str) -> Seq {
    let words = Send { text: Some(text.parse().unwrap()), ..Send::to(channel) };
    company.messages.post(by, words).await.unwrap().message.seq
}

/// What is said in some entries; who came is not of interest here.
fn texts(entries: &[Entry]) -> Vec<String> {
    let texts = entries.iter().filter_map(|entry| match &entry.what {
        What::Message(message) => Some(message.text.as_ref().unwrap().to_string()),
        _ => None,
    });
    texts.collect()
}

/// What is read until the log has been read so far.
async fn read(follower: &mut Follower, log: impl Into<Id<Log>>, upto: Seq) -> Vec<String> {
    let (log, mut said, mut reached) = (log.into(), Vec::new(), 0);
    while reached < upto {
        let batch = follower.next().await;
        if batch.log == log {
            assert!(reached == 0 || batch.entries[0].seq == reached + 1, "something is left out");
            reached = batch.entries.last().unwrap().seq;
            said.extend(texts(&batch.entries));
        }
        follower.finish(batch, Ok(())).await;
    }
    said
}

#[tokio::test]
async fn every_entry_is_read_in_order_and_not_again() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let group = company.group(&ann, "Choir").await;
        let general = company.general(group.id).await.id;
        say(&company, &ann, general, "before").await;
        let mut follower = open(&company, Start::Beginning).await;
        let last = say(&company, &ann, general, "after").await;
        assert_eq!(read(&mut follower, general, last).await, ["before", "after"]);
        follower.keep().await.unwrap();
        drop(follower);
        say(&company, &ann, general, "while it was away").await;
        let mut follower = open(&company, Start::Beginning).await;
        let last = say(&company, &ann, general, "and back").await;
        assert_eq!(read(&mut follower, general, last).await, ["while it was away", "and back"]);
    })
    .await;
}

#[tokio::test]
async fn what_was_not_worked_through_comes_again() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let group = company.group(&ann, "Choir").await;
        let general = company.general(group.id).await.id;
        let mut follower = open(&company, Start::Beginning).await;
        say(&company, &ann, general, "hello").await;
        let hello = |batch: &Batch| texts(&batch.entries) == ["hello"];
        let batch = follower.next().await;
        assert!(hello(&batch));
        follower.finish(batch, Err(Error::unavailable("the store is away"))).await;
        assert!(hello(&follower.next().await));
        // The process dies with it.
        drop(follower);
        assert!(hello(&open(&company, Start::Beginning).await.next().await));
    })
    .await;
}

#[tokio::test]
async fn who_begins_now_reads_nothing_from_before_and_misses_nothing_after() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let group = company.group(&ann, "Choir").await;
        let general = company.general(group.id).await.id;
        say(&company, &ann, general, "before").await;
        drop(open(&company, Start::Now).await);
        say(&company, &ann, general, "while it was away").await;
        let altos = company.channel(&ann, group.id, "altos").await.id;
        say(&company, &ann, altos, "in a channel it has never seen").await;
        let mut follower = open(&company, Start::Now).await;
        let mut said = Vec::new();
        while said.len() < 2 {
            let batch = follower.next().await;
            said.extend(texts(&batch.entries));
            follower.finish(batch, Ok(())).await;
        }
        said.sort();
        assert_eq!(said, ["in a channel it has never seen", "while it was away"]);
    })
    .await;
}

#[tokio::test]
async fn a_slow_follower_holds_nobody_up() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let group = company.group(&ann, "Choir").await;
        let general = company.general(group.id).await.id;
        let mut follower = open(&company, Start::Beginning).await;
        let mut pending = Vec::new();
        for number in 0..MANY {
            let words = Send { text: Some(format!("{number}").parse().unwrap()), ..Send::to(general) };
            pending.push(company.messages.submit(&ann, words).await.unwrap());
        }
        for posting in pending {
            posting.sent().await.unwrap();
        }
        let said = read(&mut follower, general, MANY).await;
        assert!(said.iter().enumerate().all(|(number, text)| *text == number.to_string()));
    })
    .await;
}

//! The log keeps its contract on every store: D-05, D-07, D-09, D-11, D-14 to D-17, D-19, D-28.

use std::collections::BTreeSet;

use hubbub::error::Code;
use hubbub::log::{Draft, Logs};
use hubbub::model::{Seq, What};
use hubbub::store::Store;

use crate::log_rig::{channel, clock_at, delete, edit, kept, post, react, row, said, seqs, user};
use crate::shared::entries;
use crate::stores::on_every_store;

pub async fn story(told: impl AsyncFn(Store, Logs)) {
    on_every_store(async |store: Store| {
        let logs = Logs::new(store.clone(), clock_at(0));
        told(store, logs).await;
    })
    .await;
}

pub async fn refused(logs: &Logs, draft: Draft) -> Code {
    logs.append(&channel(1), draft).await.unwrap_err().code()
}

#[tokio::test]
async fn many_senders_at_once_leave_no_hole_and_each_keeps_its_order() {
    story(async |store, logs| {
        let senders = (1..=8u8).map(|who| {
            let logs = logs.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                let line: Vec<_> = (0..25)
                    .map(|n| post(user(who), &format!("sender-{who}-message-{n}"), "hello"))
                    .map(|draft| logs.submit(&channel(1), draft).unwrap())
                    .collect();
                for pending in line {
                    mine.push(pending.kept().await.unwrap().entry.seq);
                }
                assert!(mine.is_sorted());
                mine
            })
        });
        let mut told = BTreeSet::new();
        for sender in senders.collect::<Vec<_>>() {
            told.extend(sender.await.unwrap());
        }
        assert_eq!(told, (1..=200).collect());
        assert_eq!(seqs(&entries(&store, channel(1).log).await), (1..=200).collect::<Vec<Seq>>());
    })
    .await;
}

#[tokio::test]
async fn one_intent_is_one_message_also_after_it_was_changed() {
    story(async |store, logs| {
        let again = || post(user(1), "one-and-the-same-intent", "hello");
        let first = kept(&logs, &channel(1), again()).await;
        assert!(!first.duplicate);
        for change in [edit(user(1), first.entry.id, "other", None), delete(user(1), first.entry.id)] {
            let second = kept(&logs, &channel(1), again()).await;
            assert!(second.duplicate);
            assert_eq!((second.entry.id, second.entry.seq), (first.entry.id, 1));
            assert_eq!(
                refused(&logs, post(user(1), "one-and-the-same-intent", "else")).await,
                Code::Conflict
            );
            kept(&logs, &channel(1), change).await;
        }
        assert!(kept(&logs, &channel(1), again()).await.duplicate);
        assert_eq!(entries(&store, channel(1).log).await.len(), 3);
        // The intent is the sender's own, and the channel's.
        assert!(!kept(&logs, &channel(1), post(user(2), "one-and-the-same-intent", "hello")).await.duplicate);
        assert!(!kept(&logs, &channel(2), again()).await.duplicate);
    })
    .await;
}

#[tokio::test]
async fn one_intent_twice_in_one_batch_is_one_message() {
    story(async |store, logs| {
        let again = || logs.submit(&channel(1), post(user(1), "one-and-the-same-intent", "hello")).unwrap();
        let (first, second, other) = (
            again(),
            again(),
            logs.submit(&channel(1), post(user(1), "quite-another-intent", "hi")).unwrap(),
        );
        let (first, second) = (first.kept().await.unwrap(), second.kept().await.unwrap());
        assert_eq!((first.duplicate, second.duplicate), (false, true));
        assert_eq!(first.entry.id, second.entry.id);
        assert_eq!(other.kept().await.unwrap().entry.seq, 2);
        assert_eq!(entries(&store, channel(1).log).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn two_writers_of_one_channel_are_fenced() {
    story(async |store, logs| {
        let other = Logs::new(store.clone(), clock_at(0));
        let one = async |logs: Logs, who: u8| {
            for n in 0..40 {
                kept(&logs, &channel(1), post(user(who), &format!("writer-{who}-message-{n}"), "hello"))
                    .await;
            }
        };
        tokio::join!(one(logs.clone(), 1), one(other.clone(), 2));
        let entries = entries(&store, channel(1).log).await;
        assert_eq!(seqs(&entries), (1..=80).collect::<Vec<Seq>>());
        let intents: BTreeSet<_> = entries.iter().map(|entry| entry.client_msg_id.clone()).collect();
        assert_eq!(intents.len(), 80);
    })
    .await;
}

#[tokio::test]
async fn two_writers_change_one_message_and_nothing_is_lost() {
    story(async |store, logs| {
        let other = Logs::new(store.clone(), clock_at(0));
        let message = said(&logs, &channel(1), "hello").await.id;
        let one = async |logs: Logs, who: u8| {
            for n in 0..12 {
                kept(&logs, &channel(1), react(user(who), message, &format!("r{}", n % 3), n / 3 % 2 == 1))
                    .await;
                kept(&logs, &channel(1), edit(user(who), message, &format!("{who} says {n}"), None)).await;
            }
        };
        tokio::join!(one(logs.clone(), 1), one(other.clone(), 2));
        let now = row(&store, message).await;
        assert_eq!(now.revision, 24);
        assert!(now.reactions.is_empty(), "{:?}", now.reactions);
        let revisions =
            entries(&store, channel(1).log).await.into_iter().filter_map(|entry| match entry.what {
                What::Edit { revision, .. } => Some(revision),
                _ => None,
            });
        assert_eq!(revisions.collect::<Vec<_>>(), (1..=24).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn an_edit_of_an_old_revision_is_refused() {
    story(async |store, logs| {
        let message = said(&logs, &channel(1), "hello").await.id;
        kept(&logs, &channel(1), edit(user(1), message, "first", Some(0))).await;
        let late = logs.append(&channel(1), edit(user(1), message, "second", Some(0))).await.unwrap_err();
        assert_eq!(late.code(), Code::Conflict);
        assert_eq!(late.body().details.get("revision").map(String::as_str), Some("1"));
        kept(&logs, &channel(1), edit(user(1), message, "second", Some(1))).await;
        let now = row(&store, message).await;
        assert_eq!((now.revision, now.text.unwrap().as_str()), (2, "second"));
    })
    .await;
}

#[tokio::test]
async fn a_deletion_is_final_and_may_be_repeated() {
    story(async |store, logs| {
        let message = said(&logs, &channel(1), "hello").await.id;
        assert!(!kept(&logs, &channel(1), delete(user(1), message)).await.duplicate);
        assert!(kept(&logs, &channel(1), delete(user(1), message)).await.duplicate);
        assert_eq!(refused(&logs, edit(user(1), message, "back again", None)).await, Code::Gone);
        assert_eq!(refused(&logs, react(user(2), message, "+1", false)).await, Code::Gone);
        let now = row(&store, message).await;
        assert!(now.text.is_none() && now.deleted_at.is_some());
        assert_eq!(entries(&store, channel(1).log).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_reaction_counts_once_and_there_are_twenty_at_most() {
    story(async |store, logs| {
        let message = said(&logs, &channel(1), "hello").await.id;
        for n in 0..20 {
            let reaction = format!("r{n}");
            assert!(!kept(&logs, &channel(1), react(user(1), message, &reaction, false)).await.duplicate);
            assert!(kept(&logs, &channel(1), react(user(1), message, &reaction, false)).await.duplicate);
        }
        assert_eq!(refused(&logs, react(user(1), message, "one-more", false)).await, Code::ValidationFailed);
        assert!(!kept(&logs, &channel(1), react(user(2), message, "r0", false)).await.duplicate);
        assert!(!kept(&logs, &channel(1), react(user(1), message, "r1", true)).await.duplicate);
        assert!(kept(&logs, &channel(1), react(user(1), message, "r1", true)).await.duplicate);
        kept(&logs, &channel(1), react(user(1), message, "one-more", false)).await;
        let now = row(&store, message).await;
        assert_eq!(now.reactions.len(), 20);
        assert_eq!(now.reactions[&"r0".parse().unwrap()], [user(1), user(2)]);
    })
    .await;
}

#[tokio::test]
async fn changes_in_one_batch_are_answered_as_if_one_came_after_the_other() {
    story(async |store, logs| {
        let message = said(&logs, &channel(1), "hello").await.id;
        let line = [
            react(user(1), message, "+1", false),
            react(user(1), message, "+1", false),
            edit(user(1), message, "one", None),
            delete(user(1), message),
            edit(user(1), message, "two", None),
        ];
        let line = line.map(|draft| logs.submit(&channel(1), draft).unwrap());
        let mut answers = Vec::new();
        for pending in line {
            answers.push(pending.kept().await.map(|kept| kept.duplicate).map_err(|error| error.code()));
        }
        assert_eq!(answers, [Ok(false), Ok(true), Ok(false), Ok(false), Err(Code::Gone)]);
        assert_eq!(entries(&store, channel(1).log).await.len(), 4);
    })
    .await;
}

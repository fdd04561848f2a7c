//! Threads: what is a reply to what, what a thread comes to, and that it is never miscounted.

use std::collections::BTreeSet;
use std::time::Duration;

use hubbub::error::Code;
use hubbub::event::MessageView;
use hubbub::log::{Draft, Kept, Logs};
use hubbub::model::{AccountEvent, Channel, Entry, Id, Text, ThreadSummary, What};
use hubbub::policy::Actor;
use hubbub::service::messages::{Send, Thread};
use hubbub::store::{COLLECTIONS, Change, Filter, Literal, Store};
use serde_json::json;

use crate::company::{Company, code, story};
use crate::log;
use crate::log_rig::{answer, channel, clock_at, delete, kept, post, said, user};
use crate::shared::entries;

/// Ann's public group with bob in it, and its channel.
async fn choir(company: &Company) -> (Actor, Actor, Channel) {
    let (ann, bob) = (company.user("ann").await, company.user("bob").await);
    let group = company.group(&ann, "Choir").await;
    company.groups.join(&bob, group.id).await.unwrap();
    let general = company.general(group.id).await;
    (ann, bob, general)
}

fn words(channel: &Channel, words: &str) -> Send {
    Send { text: Some(words.parse().unwrap()), ..Send::to(channel.id) }
}

async fn say(company: &Company, who: &Actor, channel: &Channel, said: &str) -> MessageView {
    company.clock.advance(Duration::from_secs(1));
    company.messages.post(who, words(channel, said)).await.unwrap().message
}

async fn reply(
    company: &Company,
    who: &Actor,
    channel: &Channel,
    to: &MessageView,
    said: &str,
) -> MessageView {
    company.clock.advance(Duration::from_secs(1));
    let send = Send { thread_id: Some(to.id), ..words(channel, said) };
    company.messages.post(who, send).await.unwrap().message
}

async fn thread(company: &Company, who: &Actor, of: &MessageView) -> Thread {
    company.messages.thread(who, of.id, 0, 50).await.unwrap()
}

fn texts(messages: &[MessageView]) -> Vec<&str> {
    messages.iter().map(|message| message.text.as_ref().map_or("-", Text::as_str)).collect()
}

#[tokio::test]
async fn whatever_a_reply_names_it_is_in_the_thread_of_the_root() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let question = say(&company, &ann, &general, "who sings?").await;
        let first = reply(&company, &bob, &general, &question, "me").await;
        let second = reply(&company, &ann, &general, &first, "thanks").await;
        assert_eq!((second.thread_id, second.reply_to), (Some(question.id), Some(question.id)));
        let to_the_first =
            Send { reply_to: Some(first.id), thread_id: Some(first.id), ..words(&general, "alto?") };
        let third = company.messages.post(&bob, to_the_first).await.unwrap().message;
        assert_eq!((third.thread_id, third.reply_to), (Some(question.id), Some(first.id)));
        for named in [&question, &first] {
            let shown = thread(&company, &bob, named).await;
            assert_eq!((shown.root.id, texts(&shown.messages)), (question.id, vec!["me", "thanks", "alto?"]));
            let summary = ThreadSummary {
                replies: 3,
                last_reply_at: Some(third.created_at),
                last_reply_id: Some(third.id),
                last_reply_by: Some(bob.id),
                participants: vec![bob.id, ann.id],
                seq: third.seq,
            };
            assert_eq!(shown.root.thread, Some(summary));
            assert!(shown.messages.iter().all(|message| message.thread.is_none()));
        }
        let page = company.messages.thread(&ann, question.id, first.seq, 1).await.unwrap();
        assert_eq!((texts(&page.messages), page.has_more), (vec!["thanks"], true));
    })
    .await;
}

#[tokio::test]
async fn a_deleted_reply_is_counted_no_more() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let question = say(&company, &ann, &general, "who sings?").await;
        let mut replies = Vec::new();
        for (who, said) in [(&bob, "me"), (&ann, "and I"), (&bob, "good")] {
            replies.push(reply(&company, who, &general, &question, said).await);
        }
        let without = async |deleted: usize| {
            company.messages.delete(&ann, replies[deleted].id).await.unwrap();
            let summary = thread(&company, &ann, &question).await.root.thread.unwrap();
            assert_eq!(summary.participants, [bob.id, ann.id], "whoever took part, did");
            (summary.replies, summary.last_reply_id, summary.last_reply_by)
        };
        assert_eq!(without(0).await, (2, Some(replies[2].id), Some(bob.id)));
        assert_eq!(without(2).await, (1, Some(replies[1].id), Some(ann.id)));
        assert_eq!(without(2).await, (1, Some(replies[1].id), Some(ann.id)));
        assert_eq!(without(1).await, (0, None, None));
        assert_eq!(texts(&thread(&company, &bob, &question).await.messages), ["-", "-", "-"]);
        assert!(company.messages.replies(&bob, question.id, 0, 50).await.unwrap().is_empty());
        assert_eq!(company.messages.count_replies(&bob, question.id).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_deleted_root_takes_no_more_replies_and_its_thread_stays() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let question = say(&company, &ann, &general, "who sings?").await;
        let first = reply(&company, &bob, &general, &question, "me").await;
        reply(&company, &bob, &general, &question, "alto").await;
        company.messages.delete(&ann, question.id).await.unwrap();
        for named in [&question, &first] {
            let late = Send { thread_id: Some(named.id), ..words(&general, "late") };
            assert_eq!(code(company.messages.post(&bob, late).await), Code::NotFound);
        }
        company.messages.delete(&bob, first.id).await.unwrap();
        let shown = thread(&company, &bob, &question).await;
        assert_eq!(texts(&[vec![shown.root.clone()], shown.messages].concat()), ["-", "-", "alto"]);
        assert_eq!(shown.root.thread.unwrap().replies, 1);
    })
    .await;
}

#[tokio::test]
async fn a_thread_is_for_those_who_read_its_channel() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let mallory = company.user("mallory").await;
        let question = say(&company, &ann, &general, "who sings?").await;
        assert_eq!(code(company.messages.thread(&mallory, question.id, 0, 50).await), Code::NotFound);
        let altos = company.channel(&ann, general.group().unwrap(), "altos").await;
        let astray =
            Send { thread_id: Some(question.id), text: Some("me".parse().unwrap()), ..Send::to(altos.id) };
        assert_eq!(code(company.messages.post(&bob, astray).await), Code::NotFound);
        assert!(thread(&company, &bob, &question).await.root.thread.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_reply_that_a_crash_left_uncounted_is_counted_at_the_next_start() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let question = say(&company, &ann, &general, "who sings?").await;
        let replies = [
            reply(&company, &bob, &general, &question, "me").await,
            reply(&company, &ann, &general, &question, "and I").await,
        ];
        let counted = thread(&company, &ann, &question).await.root.thread;
        let forget = async |id: Id<Entry>, changes| {
            let messages = COLLECTIONS.iter().find(|collection| collection.name == "messages").unwrap();
            company.store.engine.update(messages, Filter::Is("_id", Literal::of(id)), changes).await.unwrap();
        };
        forget(question.id, vec![Change::Unset("thread"), Change::set("foldedSeq", 0)]).await;
        forget(replies[0].id, vec![Change::set("folded", false)]).await;
        forget(replies[1].id, vec![Change::set("folded", false)]).await;
        assert_eq!(company.logs.repair().await.unwrap(), 2);
        assert_eq!(thread(&company, &ann, &question).await.root.thread, counted);
        assert_eq!(company.logs.repair().await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_repeated_reply_is_the_same_message_also_when_its_root_is_gone_d05() {
    log::story(async |store: Store, logs: Logs| {
        let root = said(&logs, &channel(1), "who sings?").await.id;
        let me = || answer(user(2), root, "the-intent-of-a-reply", "me");
        let first = kept(&logs, &channel(1), me()).await;
        kept(&logs, &channel(1), delete(user(1), root)).await;
        let again = kept(&logs, &channel(1), me()).await;
        assert!(again.duplicate && again.entry.id == first.entry.id);
        let other = answer(user(2), root, "the-intent-of-a-reply", "not me");
        assert_eq!(log::refused(&logs, other).await, Code::Conflict);
        assert_eq!(
            log::refused(&logs, answer(user(2), root, "a-reply-that-is-late", "me")).await,
            Code::NotFound
        );
        assert_eq!(entries(&store, channel(1).log).await.len(), 3);
    })
    .await;
}

/// As clients do (D-06): where nobody knows the outcome, the same once more.
async fn insisted(logs: &Logs, draft: Draft) -> Kept {
    loop {
        match logs.append(&channel(1), draft.clone()).await {
            Err(error) if error.code().retryable() => {}
            kept => return kept.unwrap(),
        }
    }
}

#[tokio::test]
async fn two_writers_count_what_they_say_and_take_back_in_one_thread() {
    log::story(async |store: Store, logs: Logs| {
        let other = Logs::new(store.clone(), clock_at(0));
        let root = said(&logs, &channel(1), "who sings?").await.id;
        let one = async |logs: &Logs, who: u8| {
            for n in 0..12 {
                let intent = format!("reply-{n:03}-of-writer-{who}");
                let reply = insisted(logs, answer(user(who), root, &intent, "me")).await.entry.id;
                if n % 3 != 0 {
                    insisted(logs, delete(user(who), reply)).await;
                }
                insisted(logs, post(user(who), &format!("other-{n:03}-of-writer-{who}"), "hm")).await;
            }
        };
        tokio::join!(one(&logs, 1), one(&other, 2));
        for logs in [&logs, &other] {
            logs.settled(&channel(1)).await.unwrap();
        }
        let row = crate::log_rig::row(&store, root).await;
        let left = store.messages.newest_replies(root, 100).await.unwrap();
        let summary = row.thread.unwrap();
        assert_eq!((summary.replies, summary.last_reply_id), (8, Some(left[0].id)));
        assert_eq!(left.len(), 8);
        let people: BTreeSet<_> = summary.participants.into_iter().collect();
        assert_eq!(people, BTreeSet::from([user(1), user(2)]));
    })
    .await;
}

#[tokio::test]
async fn whoever_takes_part_follows_until_they_choose_otherwise() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let (eve, mallory) = (company.user("eve").await, company.user("mallory").await);
        company.groups.join(&eve, general.group().unwrap()).await.unwrap();
        let question = say(&company, &ann, &general, "who sings?").await;
        let first = reply(&company, &bob, &general, &question, "me").await;
        let follows = async |who: &Actor| thread(&company, who, &question).await.following;
        assert_eq!([follows(&ann).await, follows(&bob).await, follows(&eve).await], [true, true, false]);
        let chosen = company.messages.follow(&bob, first.id, false).await.unwrap();
        assert_eq!((chosen.root_id, chosen.following), (question.id, false));
        company.messages.follow(&eve, question.id, true).await.unwrap();
        reply(&company, &bob, &general, &question, "after all").await;
        assert_eq!([follows(&ann).await, follows(&bob).await, follows(&eve).await], [true, false, true]);
        company.messages.follow(&bob, question.id, true).await.unwrap();
        assert!(follows(&bob).await);
        assert_eq!(code(company.messages.follow(&mallory, question.id, true).await), Code::NotFound);
    })
    .await;
}

#[tokio::test]
async fn ones_devices_learn_what_one_follows() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let question = say(&company, &ann, &general, "who sings?").await;
        let chosen = company.messages.follow(&bob, question.id, true).await.unwrap();
        let told = company.store.messages.head(bob.id.into()).await.unwrap().unwrap();
        match told.what {
            What::Account { event: AccountEvent::ThreadFollowed, about } => assert_eq!(about, json!(chosen)),
            other => panic!("{other:?}"),
        }
    })
    .await;
}

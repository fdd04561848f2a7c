//! Passing messages on: what a copy carries, who may, and that it goes with what it was made of.

use hubbub::error::Code;
use hubbub::event::MessageView;
use hubbub::log::Batch;
use hubbub::model::{Channel, ChannelView, Entry, Id, Log, Seq};
use hubbub::policy::Actor;
use hubbub::service::messages::{Forward, Send};
use serde_json::json;

use crate::company::{Company, code, from, story};

/// Ann's group with bob in it, its channel, and a private channel of ann's.
async fn choir(company: &Company) -> (Actor, Actor, Channel, ChannelView) {
    let (ann, bob) = (company.user("ann").await, company.user("bob").await);
    let group = company.group(&ann, "Choir").await.id;
    company.groups.join(&bob, group).await.unwrap();
    let board = company.private(&ann, group, "board").await;
    (ann, bob, company.general(group).await, board)
}

async fn say(company: &Company, who: &Actor, channel: Id<Channel>, words: &str) -> MessageView {
    let link = vec!["/uploads/score.pdf".parse().unwrap()];
    let send = Send { text: Some(words.parse().unwrap()), attachments: link, ..Send::to(channel) };
    company.messages.post(who, send).await.unwrap().message
}

fn to(channel: Id<Channel>) -> Forward {
    from(json!({ "channelId": channel, "text": "look", "clientMsgId": "intent-0123456789" }))
}

/// What follows from the entries of a log after a seq.
async fn follow(company: &Company, log: impl Into<Id<Log>>, after: Seq) {
    let log = log.into();
    let entries = company.store.messages.after(log, after, 300).await.unwrap();
    company.messages.take_back(&Batch { log, entries }).await.unwrap();
}

async fn deleted(company: &Company, id: Id<Entry>) -> bool {
    let entry = company.store.messages.get(id).await.unwrap().unwrap();
    json!(entry)["deletedAt"].is_string()
}

#[tokio::test]
async fn a_copy_names_the_first_source_and_carries_what_it_said() {
    story(async |company: Company| {
        let (ann, bob, general, board) = choir(&company).await;
        let said = say(&company, &bob, general.id, "at eight").await;
        let copy = company.messages.forward(&ann, said.id, to(board.id)).await.unwrap().message;
        let forwarded = copy.forwarded.clone().unwrap().said;
        assert_eq!((forwarded.message_id, forwarded.user_id, forwarded.text), (said.id, bob.id, said.text));
        assert_eq!((copy.user_id, copy.text.unwrap().as_str()), (ann.id, "look"));
        assert_eq!((copy.channel_id, copy.attachments), (board.id.into(), said.attachments));
        let again = company.messages.forward(&ann, copy.id, to(general.id)).await.unwrap().message;
        assert_eq!(again.forwarded, copy.forwarded, "the first source stays the source");
    })
    .await;
}

#[tokio::test]
async fn one_passes_on_what_one_reads_to_where_one_writes() {
    story(async |company: Company| {
        let (ann, bob, general, board) = choir(&company).await;
        let (secret, open) =
            (say(&company, &ann, board.id, "a secret").await, say(&company, &ann, general.id, "hello").await);
        let messages = &company.messages;
        assert_eq!(code(messages.forward(&bob, secret.id, to(general.id)).await), Code::NotFound);
        assert_eq!(code(messages.forward(&bob, open.id, to(board.id)).await), Code::NotFound);
        let read_only = from(json!({ "settings": { "readOnly": true } }));
        company.channels.edit(&ann, general.id, read_only).await.unwrap();
        assert_eq!(code(messages.forward(&bob, open.id, to(general.id)).await), Code::Forbidden);
    })
    .await;
}

#[tokio::test]
async fn a_repeat_is_the_same_copy_whatever_became_of_the_source_d05() {
    story(async |company: Company| {
        let (ann, bob, general, board) = choir(&company).await;
        let said = say(&company, &bob, general.id, "at eight").await;
        let forward = async |how: Forward| company.messages.forward(&ann, said.id, how).await;
        let first = forward(to(board.id)).await.unwrap();
        company.messages.edit(&bob, said.id, "at nine".parse().unwrap(), None).await.unwrap();
        assert!(forward(to(board.id)).await.unwrap().duplicate);
        let other = Forward { text: Some("look here".parse().unwrap()), ..to(board.id) };
        assert_eq!(code(forward(other).await), Code::Conflict);
        company.messages.delete(&bob, said.id).await.unwrap();
        let again = forward(to(board.id)).await.unwrap();
        assert!(again.duplicate && again.message.id == first.message.id);
        assert_eq!(code(forward(Forward { client_msg_id: None, ..to(board.id) }).await), Code::Gone);
    })
    .await;
}

#[tokio::test]
async fn what_is_deleted_is_deleted_where_it_was_passed_on_to_s43() {
    story(async |company: Company| {
        let (ann, bob, general, board) = choir(&company).await;
        let said = say(&company, &bob, general.id, "zebra").await;
        let copy = company.messages.forward(&ann, said.id, to(board.id)).await.unwrap().message;
        let second = Forward { client_msg_id: None, ..to(general.id) };
        let second = company.messages.forward(&ann, copy.id, second).await.unwrap().message;
        follow(&company, board.id, 0).await;
        assert!(!deleted(&company, copy.id).await, "while the source stands, so does the copy");
        company.messages.delete(&bob, said.id).await.unwrap();
        follow(&company, general.id, said.seq).await;
        // A crash comes again with the same entries.
        follow(&company, general.id, said.seq).await;
        assert!(deleted(&company, copy.id).await && deleted(&company, second.id).await);
        for log in [general.id, board.id] {
            let rows = company.store.messages.after(log.into(), 0, 300).await.unwrap();
            assert!(!json!(rows).to_string().contains("zebra"));
        }
    })
    .await;
}

#[tokio::test]
async fn a_copy_that_was_on_its_way_while_its_source_was_deleted_goes_as_well_s43() {
    story(async |company: Company| {
        let (ann, bob, general, board) = choir(&company).await;
        let said = say(&company, &bob, general.id, "zebra").await;
        let copy = company.messages.forward(&ann, said.id, to(board.id)).await.unwrap().message;
        company.messages.delete(&bob, said.id).await.unwrap();
        follow(&company, board.id, 0).await;
        assert!(deleted(&company, copy.id).await);
    })
    .await;
}

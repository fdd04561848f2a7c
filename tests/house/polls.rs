//! Polls: who votes, what a vote may be, and when it is too late.

use std::time::Duration;

use hubbub::error::Code;
use hubbub::event::{MessageView, PollView};
use hubbub::model::{Channel, Entry, Id, User};
use hubbub::policy::Actor;
use hubbub::service::messages::Send;
use serde_json::{Value, json};

use crate::company::{Company, code, from, story};

/// Ann's group with bob in it, and its channel.
async fn choir(company: &Company) -> (Actor, Actor, Channel) {
    let (ann, bob) = (company.user("ann").await, company.user("bob").await);
    let group = company.group(&ann, "Choir").await;
    company.groups.join(&bob, group.id).await.unwrap();
    (ann, bob, company.general(group.id).await)
}

fn question(channel: &Channel, poll: Value) -> Send {
    from(json!({ "channelId": channel.id, "text": "when?", "poll": poll }))
}

async fn ask(company: &Company, who: &Actor, channel: &Channel, more: Value) -> MessageView {
    let mut poll = json!({ "options": ["at eight", "at nine", "never"] });
    poll.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    company.messages.post(who, question(channel, poll)).await.unwrap().message
}

async fn poll(company: &Company, who: &Actor, id: Id<Entry>) -> PollView {
    company.messages.get(who, id).await.unwrap().poll.unwrap()
}

fn votes(poll: &PollView) -> Vec<&[Id<User>]> {
    poll.options.iter().map(|option| option.user_ids.as_slice()).collect()
}

#[tokio::test]
async fn a_vote_is_the_whole_choice_of_one_person() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let several = ask(&company, &ann, &general, json!({ "multiple": true })).await.id;
        let vote = async |who: &Actor, options: &[u8]| {
            company.messages.vote(who, several, options.to_vec()).await.unwrap().duplicate
        };
        assert!(!vote(&bob, &[1, 0]).await);
        assert!(vote(&bob, &[0, 1, 0]).await, "the same choice is no other vote");
        assert!(!vote(&ann, &[1]).await);
        let mut both = [ann.id, bob.id];
        both.sort_unstable();
        assert_eq!(votes(&poll(&company, &ann, several).await), [&[bob.id][..], &both[..], &[]]);
        assert!(!vote(&bob, &[2]).await);
        assert!(!vote(&ann, &[]).await);
        let now = poll(&company, &ann, several).await;
        assert_eq!(votes(&now), [&[][..], &[], &[bob.id]]);
        assert_eq!(now.options.iter().map(|option| option.count).collect::<Vec<_>>(), [0, 0, 1]);
    })
    .await;
}

#[tokio::test]
async fn a_vote_is_for_what_the_poll_offers() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let mallory = company.user("mallory").await;
        let one = ask(&company, &ann, &general, json!({})).await.id;
        let vote = async |who: &Actor, id, options: &[u8]| {
            code(company.messages.vote(who, id, options.to_vec()).await)
        };
        assert_eq!(vote(&bob, one, &[0, 1]).await, Code::ValidationFailed);
        assert_eq!(vote(&bob, one, &[3]).await, Code::ValidationFailed);
        assert_eq!(vote(&mallory, one, &[0]).await, Code::NotFound);
        let words = Send { text: Some("hm".parse().unwrap()), ..Send::to(general.id) };
        let words = company.messages.post(&ann, words).await.unwrap().message.id;
        assert_eq!(vote(&bob, words, &[0]).await, Code::Conflict);
        company.messages.delete(&ann, one).await.unwrap();
        assert_eq!(vote(&bob, one, &[0]).await, Code::Gone);
        assert!(company.messages.get(&bob, one).await.unwrap().poll.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_closed_poll_takes_no_other_vote() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let end = company.clock.now().plus(Duration::from_secs(60));
        let timed = ask(&company, &ann, &general, json!({ "closesAt": end })).await.id;
        let closed = ask(&company, &bob, &general, json!({})).await.id;
        for id in [timed, closed] {
            company.messages.vote(&bob, id, vec![0]).await.unwrap();
        }
        let others = ask(&company, &ann, &general, json!({})).await.id;
        assert_eq!(code(company.messages.close_poll(&bob, others).await), Code::Forbidden);
        let ending = company.messages.close_poll(&ann, closed).await.unwrap();
        assert!(ending.message.poll.unwrap().closed_at.is_some());
        assert!(company.messages.close_poll(&bob, closed).await.unwrap().duplicate);
        company.clock.advance(Duration::from_secs(60));
        for id in [timed, closed] {
            assert_eq!(code(company.messages.vote(&bob, id, vec![1]).await), Code::Conflict);
            assert!(company.messages.vote(&bob, id, vec![0]).await.unwrap().duplicate);
            assert_eq!(votes(&poll(&company, &ann, id).await)[0], [bob.id]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_poll_asks_something_that_can_be_answered() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let past = company.clock.now();
        let many: Vec<String> = (0..11).map(|number| number.to_string()).collect();
        for (bad, how) in [
            (json!({ "options": ["alone"] }), "one option"),
            (json!({ "options": many }), "too many"),
            (json!({ "options": ["a", "a"] }), "twice the same"),
            (json!({ "options": ["a", "b"], "closesAt": past }), "over already"),
        ] {
            let refused = company.messages.post(&ann, question(&general, bad)).await;
            assert_eq!(code(refused), Code::ValidationFailed, "{how}");
        }
        let poll = json!({ "options": ["a", "b"] });
        let silent = Send { text: None, ..question(&general, poll.clone()) };
        assert_eq!(code(company.messages.post(&ann, silent).await), Code::ValidationFailed);
        let said = company.messages.post(&ann, question(&general, poll.clone())).await.unwrap().message.id;
        let forward = from(json!({ "channelId": general.id }));
        assert_eq!(code(company.messages.forward(&bob, said, forward).await), Code::Conflict);
        company.channels.set(&ann, general.id, from(json!({ "polls": false }))).await.unwrap();
        assert_eq!(code(company.messages.post(&ann, question(&general, poll)).await), Code::Forbidden);
        company.messages.vote(&bob, said, vec![0]).await.unwrap();
    })
    .await;
}

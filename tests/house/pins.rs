//! Pins: who may pin what, what a channel shows of it, and how many there may be.

use std::time::Duration;

use hubbub::error::Code;
use hubbub::event::MessageView;
use hubbub::limits;
use hubbub::model::{Channel, Entry, Id};
use hubbub::policy::Actor;
use hubbub::service::Span;
use hubbub::service::messages::Send;
use serde_json::json;

use crate::company::{Company, all, code, from, story};

/// Ann's public group with bob in it, and its channel.
async fn choir(company: &Company) -> (Actor, Actor, Channel) {
    let (ann, bob) = (company.user("ann").await, company.user("bob").await);
    let group = company.group(&ann, "Choir").await;
    company.groups.join(&bob, group.id).await.unwrap();
    let general = company.general(group.id).await;
    (ann, bob, general)
}

async fn say(company: &Company, who: &Actor, channel: Id<Channel>, words: &str) -> Id<Entry> {
    let send = Send { text: Some(words.parse().unwrap()), ..Send::to(channel) };
    company.messages.post(who, send).await.unwrap().message.id
}

async fn pins(company: &Company, who: &Actor, channel: Id<Channel>) -> Vec<MessageView> {
    company.messages.pins(who, channel, &all()).await.unwrap().items
}

fn ids(messages: &[MessageView]) -> Vec<Id<Entry>> {
    messages.iter().map(|message| message.id).collect()
}

#[tokio::test]
async fn admins_pin_and_members_where_the_channel_lets_them() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let mallory = company.user("mallory").await;
        let plan = say(&company, &bob, general.id, "the plan").await;
        let messages = &company.messages;
        assert_eq!(code(messages.pin(&bob, plan, false).await), Code::Forbidden);
        assert_eq!(code(messages.pin(&mallory, plan, false).await), Code::NotFound);
        assert_eq!(code(messages.pins(&mallory, general.id, &all()).await), Code::NotFound);
        assert_eq!(messages.pin(&ann, plan, false).await.unwrap().message.pinned_by, Some(ann.id));
        assert_eq!(code(messages.pin(&bob, plan, true).await), Code::Forbidden);
        let settings = from(json!({ "pinning": "members" }));
        company.channels.set(&ann, general.id, settings).await.unwrap();
        assert!(messages.pin(&bob, plan, true).await.unwrap().message.pinned_at.is_none());
        assert_eq!(code(messages.pin(&mallory, plan, false).await), Code::NotFound);
        company.channels.archive(&ann, general.id).await.unwrap();
        assert_eq!(code(messages.pin(&ann, plan, false).await), Code::Conflict);
    })
    .await;
}

#[tokio::test]
async fn whoever_belongs_to_a_direct_channel_pins_in_it() {
    story(async |company: Company| {
        let (ann, bob, root) = (company.user("ann").await, company.user("bob").await, company.root().await);
        let direct = company.dm(&ann, &[&bob]).await.unwrap();
        let plan = say(&company, &ann, direct.id, "the plan").await;
        company.messages.pin(&bob, plan, false).await.unwrap();
        assert_eq!(ids(&pins(&company, &ann, direct.id).await), [plan]);
        assert_eq!(code(company.messages.pin(&root, plan, true).await), Code::NotFound);
        assert_eq!(code(company.messages.pins(&root, direct.id, &all()).await), Code::NotFound);
    })
    .await;
}

#[tokio::test]
async fn the_latest_pin_comes_first_and_the_list_goes_on_at_its_cursor() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let mut said = Vec::new();
        for words in ["one", "two", "three"] {
            said.push(say(&company, &bob, general.id, words).await);
        }
        for pinned in [said[1], said[0], said[2]] {
            company.clock.advance(Duration::from_secs(1));
            company.messages.pin(&ann, pinned, false).await.unwrap();
        }
        assert_eq!(ids(&pins(&company, &bob, general.id).await), [said[2], said[0], said[1]]);
        let page = async |page, cursor: Option<String>| {
            let span = Span::new(page, Some(2), cursor.as_deref()).unwrap();
            company.messages.pins(&bob, general.id, &span).await.unwrap()
        };
        let first = page(None, None).await;
        let second = page(None, first.paging.next_cursor).await;
        assert_eq!((ids(&first.items), ids(&second.items)), (vec![said[2], said[0]], vec![said[1]]));
        assert_eq!(page(Some(1), None).await.paging.numbered.unwrap().total, 3);
    })
    .await;
}

#[tokio::test]
async fn a_pin_is_one_change_and_goes_with_its_message() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let root = company.root().await;
        let plan = say(&company, &bob, general.id, "the plan").await;
        let pinned = company.messages.pin(&ann, plan, false).await.unwrap();
        company.clock.advance(Duration::from_secs(1));
        let again = company.messages.pin(&root, plan, false).await.unwrap();
        assert_eq!((pinned.duplicate, again.duplicate), (false, true));
        assert_eq!(again.message, pinned.message, "who pinned it first, did");
        company.messages.delete(&bob, plan).await.unwrap();
        assert!(pins(&company, &bob, general.id).await.is_empty());
        assert!(company.messages.get(&bob, plan).await.unwrap().pinned_at.is_none());
        assert_eq!(code(company.messages.pin(&ann, plan, false).await), Code::Gone);
    })
    .await;
}

#[tokio::test]
async fn a_channel_holds_a_bounded_number_of_pins_however_many_pin_at_once() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let mut said = Vec::new();
        for number in 0..limits::PINS + 20 {
            said.push(say(&company, &bob, general.id, &number.to_string()).await);
        }
        let pinned = said.iter().map(|message| company.messages.pin(&ann, *message, false));
        let pinned = futures_util::future::join_all(pinned).await;
        let refused = pinned.into_iter().filter_map(Result::err).map(|error| error.code());
        assert_eq!(refused.collect::<Vec<_>>(), [Code::Conflict; 20]);
        let there = pins(&company, &bob, general.id).await;
        assert_eq!(there.len(), limits::PINS);
        company.messages.delete(&bob, there[0].id).await.unwrap();
        let room = said.iter().find(|message| !ids(&there).contains(message)).unwrap();
        assert!(!company.messages.pin(&ann, *room, false).await.unwrap().duplicate);
    })
    .await;
}

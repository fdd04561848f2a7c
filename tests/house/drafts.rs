//! Drafts: the same on every device of whoever writes them, and nobody else's.

use std::time::Duration;

use hubbub::error::Code;
use hubbub::model::{AccountEvent, Channel, Id, What};
use hubbub::policy::Actor;
use hubbub::service::drafts::{DraftView, NewDraft, Spot};
use serde_json::json;

use crate::company::{Company, all, code, story};

fn begun(text: &str) -> NewDraft {
    NewDraft { text: text.parse().unwrap(), reply_to: None }
}

fn here(channel: Id<Channel>) -> Spot {
    Spot { channel, thread: None }
}

fn texts(drafts: &[DraftView]) -> Vec<&str> {
    drafts.iter().map(|draft| draft.text.as_str()).collect()
}

/// A channel, and somebody who reads it.
async fn somebody(company: &Company) -> (Id<Channel>, Actor) {
    let ann = company.user("ann").await;
    let group = company.group(&ann, "Gardeners").await;
    (company.general(group.id).await.id, ann)
}

#[tokio::test]
async fn the_last_write_is_what_is_kept() {
    story(async |company: Company| {
        let (general, ann) = somebody(&company).await;
        let thread = Spot { channel: general, thread: Some(company.clock.id()) };
        company.drafts.write(&ann, here(general), begun("roses")).await.unwrap();
        company.clock.advance(Duration::from_secs(1));
        company.drafts.write(&ann, thread, begun("thorns")).await.unwrap();
        company.clock.advance(Duration::from_secs(1));
        let reply = NewDraft { reply_to: Some(company.clock.id()), ..begun("red roses") };
        let written = company.drafts.write(&ann, here(general), reply.clone()).await.unwrap();
        assert_eq!(written.reply_to, reply.reply_to);
        assert_eq!(company.drafts.get(&ann, here(general)).await.unwrap(), written);
        let listed = company.drafts.list(&ann, &all()).await.unwrap().items;
        assert_eq!(texts(&listed), ["red roses", "thorns"]);
        company.drafts.discard(&ann, here(general)).await.unwrap();
        company.drafts.discard(&ann, here(general)).await.unwrap();
        assert_eq!(code(company.drafts.get(&ann, here(general)).await), Code::NotFound);
        assert_eq!(texts(&company.drafts.list(&ann, &all()).await.unwrap().items), ["thorns"]);
        company.drafts.write(&ann, here(general), begun("roses again")).await.unwrap();
        assert_eq!(company.drafts.list(&ann, &all()).await.unwrap().items.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_kept_where_one_reads_and_shown_to_its_owner_alone() {
    story(async |company: Company| {
        let (general, ann) = somebody(&company).await;
        let eve = company.user("eve").await;
        company.drafts.write(&ann, here(general), begun("roses")).await.unwrap();
        assert_eq!(code(company.drafts.write(&eve, here(general), begun("weeds")).await), Code::NotFound);
        assert_eq!(code(company.drafts.get(&eve, here(general)).await), Code::NotFound);
        assert!(company.drafts.list(&eve, &all()).await.unwrap().items.is_empty());
        company.channels.archive(&ann, general).await.unwrap();
        company.drafts.write(&ann, here(general), begun("too late, but mine")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn devices_are_told_where_there_is_something_new_and_not_what() {
    story(async |company: Company| {
        let (general, ann) = somebody(&company).await;
        let before = company.told(ann.id).await.len() as u64;
        for text in ["r", "ro", "ros"] {
            company.drafts.write(&ann, here(general), begun(text)).await.unwrap();
        }
        for _ in 0..2 {
            company.drafts.tell().await.unwrap();
        }
        let told = company.store.messages.after(ann.id.into(), before, 10).await.unwrap();
        let about = json!({ "channelId": general, "threadId": null, "updatedAt": company.clock.now() });
        let expected = What::Account { event: AccountEvent::DraftUpdated, about };
        assert_eq!(told.iter().map(|entry| &entry.what).collect::<Vec<_>>(), [&expected]);
        company.drafts.discard(&ann, here(general)).await.unwrap();
        company.drafts.tell().await.unwrap();
        assert_eq!(company.told_after(ann.id, before).await.len(), 2);
        assert!(company.store.drafts.untold(10).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_change_while_it_is_told_is_told_as_well() {
    story(async |company: Company| {
        let (general, ann) = somebody(&company).await;
        company.drafts.write(&ann, here(general), begun("roses")).await.unwrap();
        let [found] = company.store.drafts.untold(10).await.unwrap().try_into().unwrap();
        company.drafts.discard(&ann, here(general)).await.unwrap();
        company.store.drafts.told(&found).await.unwrap();
        let [left] = company.store.drafts.untold(10).await.unwrap().try_into().unwrap();
        company.drafts.write(&ann, here(general), begun("tulips")).await.unwrap();
        company.store.drafts.told(&left).await.unwrap();
        assert_eq!(company.drafts.get(&ann, here(general)).await.unwrap().text.as_str(), "tulips");
    })
    .await;
}

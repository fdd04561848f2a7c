//! What messages said before they were edited: who sees it, in what order, and until when.

use std::time::Duration;

use hubbub::error::Code;
use hubbub::model::{Channel, Entry, Id};
use hubbub::policy::Actor;
use hubbub::service::messages::{Send, Version};
use serde_json::json;

use crate::company::{Company, code, from, story};

async fn say(company: &Company, who: &Actor, channel: Id<Channel>, words: &str) -> Id<Entry> {
    let send = Send { text: Some(words.parse().unwrap()), ..Send::to(channel) };
    company.messages.post(who, send).await.unwrap().message.id
}

async fn edit(company: &Company, who: &Actor, message: Id<Entry>, words: &str) {
    company.clock.advance(Duration::from_secs(60));
    company.messages.edit(who, message, words.parse().unwrap(), None).await.unwrap();
}

fn said(versions: &[Version]) -> Vec<(u32, &str)> {
    versions.iter().map(|version| (version.revision, version.text.as_ref().unwrap().as_str())).collect()
}

#[tokio::test]
async fn every_version_is_shown_from_what_was_sent_on() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let general = company.general(company.group(&ann, "Choir").await.id).await.id;
        let message = say(&company, &ann, general, "at eight").await;
        let shown = async |after, limit| company.messages.edits(&ann, message, after, limit).await.unwrap();
        assert_eq!(said(&shown(0, 50).await.edits), [(0, "at eight")]);
        company.messages.react(&ann, message, "👍".parse().unwrap(), false).await.unwrap();
        edit(&company, &ann, message, "at nine").await;
        edit(&company, &ann, message, "at ten").await;
        let all = shown(0, 50).await;
        assert_eq!(said(&all.edits), [(0, "at eight"), (1, "at nine"), (2, "at ten")]);
        assert!(all.edits.is_sorted_by_key(|version| (version.at, version.seq)) && !all.has_more);
        let first = shown(0, 2).await;
        assert_eq!((said(&first.edits), first.has_more), (vec![(0, "at eight"), (1, "at nine")], true));
        let rest = shown(first.edits[1].seq, 2).await;
        assert_eq!((said(&rest.edits), rest.has_more), (vec![(2, "at ten")], false));
    })
    .await;
}

#[tokio::test]
async fn members_see_them_unless_the_group_leaves_them_to_admins() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let (eve, root) = (company.user("eve").await, company.root().await);
        let group = company.group(&ann, "Choir").await.id;
        company.groups.join(&bob, group).await.unwrap();
        let general = company.general(group).await.id;
        let message = say(&company, &bob, general, "at eight").await;
        edit(&company, &bob, message, "at nine").await;
        let shown = async |who: &Actor| {
            let edits = company.messages.edits(who, message, 0, 50).await;
            edits.map(|edits| edits.edits.len()).map_err(|error| error.code())
        };
        assert_eq!((shown(&bob).await, shown(&eve).await), (Ok(2), Err(Code::NotFound)));
        let settings = from(json!({ "settings": { "editHistory": false } }));
        company.groups.edit(&ann, group, settings).await.unwrap();
        let answers = [shown(&bob).await, shown(&ann).await, shown(&root).await, shown(&eve).await];
        assert_eq!(answers, [Err(Code::Forbidden), Ok(2), Ok(2), Err(Code::NotFound)]);
    })
    .await;
}

#[tokio::test]
async fn those_who_talk_directly_see_them() {
    story(async |company: Company| {
        let (ann, bob, root) = (company.user("ann").await, company.user("bob").await, company.root().await);
        let direct = company.dm(&ann, &[&bob]).await.unwrap().id;
        let message = say(&company, &ann, direct, "at eight").await;
        edit(&company, &ann, message, "at nine").await;
        let shown = company.messages.edits(&bob, message, 0, 50).await.unwrap();
        assert_eq!(said(&shown.edits), [(0, "at eight"), (1, "at nine")]);
        assert_eq!(code(company.messages.edits(&root, message, 0, 50).await), Code::NotFound);
    })
    .await;
}

#[tokio::test]
async fn what_a_deleted_message_said_before_is_gone_s43() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let general = company.general(company.group(&ann, "Choir").await.id).await.id;
        let message = say(&company, &ann, general, "zebra one").await;
        edit(&company, &ann, message, "zebra two").await;
        company.messages.delete(&ann, message).await.unwrap();
        assert_eq!(code(company.messages.edits(&ann, message, 0, 50).await), Code::Gone);
        let rows = company.store.messages.after(general.into(), 0, 300).await.unwrap();
        assert!(!json!(rows).to_string().contains("zebra"));
    })
    .await;
}

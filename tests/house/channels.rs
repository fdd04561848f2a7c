//! Channels: who reads them, what becomes of them, and who is kept out.

use std::time::Duration;

use hubbub::error::Code;
use hubbub::model::{ChannelEdit, ChannelType, Id, Life};
use hubbub::service::Span;
use hubbub::service::channels::{ChannelFilter, NewBan};
use hubbub::store::ChannelsWanted;
use serde_json::json;

use crate::company::{Company, all, channel, code, from, story};

fn everything() -> ChannelFilter {
    let wanted = ChannelsWanted { life: Life::Active, begins: None, channel_type: None };
    ChannelFilter { group: None, wanted }
}

async fn names(company: &Company, actor: &hubbub::policy::Actor) -> Vec<String> {
    let page = company.channels.list(actor, &everything(), &all()).await.unwrap();
    page.items.into_iter().map(|channel| channel.name.to_string()).collect()
}

#[tokio::test]
async fn a_private_channel_is_for_those_who_sit_in_it_and_for_admins() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let (mallory, root) = (company.user("mallory").await, company.root().await);
        let group = company.group(&ann, "Gardeners").await;
        company.groups.join(&bob, group.id).await.unwrap();
        let hidden = company.private(&ann, group.id, "hidden").await;
        assert!(company.reads(&ann, hidden.id).await && company.reads(&root, hidden.id).await);
        let refused = company.channels.get(&bob, hidden.id).await.unwrap_err();
        let unknown = company.channels.get(&bob, Id::from_bytes([7; 12])).await.unwrap_err();
        assert_eq!((refused.code(), refused.message()), (unknown.code(), unknown.message()));
        assert_eq!(names(&company, &bob).await, ["general"]);

        assert_eq!(code(company.channels.add(&bob, hidden.id, bob.id).await), Code::NotFound);
        assert_eq!(code(company.channels.add(&ann, hidden.id, mallory.id).await), Code::NotFound);
        company.channels.add(&ann, hidden.id, bob.id).await.unwrap();
        company.channels.add(&ann, hidden.id, bob.id).await.unwrap();
        assert!(company.reads(&bob, hidden.id).await);
        assert_eq!(names(&company, &bob).await, ["general", "hidden"]);
        assert_eq!(company.told(hidden.id).await, ["bob joined"]);
        let seated = company.channels.members(&bob, hidden.id, &all()).await.unwrap();
        assert_eq!(seated.items.len(), 2);

        company.channels.leave(&bob, hidden.id).await.unwrap();
        assert!(!company.reads(&bob, hidden.id).await);
        assert_eq!(company.told(hidden.id).await, ["bob joined", "bob left"]);
        assert_eq!(company.last(bob.id).await, "left");
        assert_eq!(company.unfinished().await, 0);
    })
    .await;
}

#[tokio::test]
async fn leaving_the_group_gives_up_the_seats_in_it_for_good() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Gardeners").await;
        company.groups.join(&bob, group.id).await.unwrap();
        let hidden = company.private(&ann, group.id, "hidden").await;
        company.channels.add(&ann, hidden.id, bob.id).await.unwrap();
        company.groups.leave(&bob, group.id).await.unwrap();
        assert_eq!(company.last(hidden.id).await, "bob left");
        company.groups.join(&bob, group.id).await.unwrap();
        assert!(!company.reads(&bob, hidden.id).await);
    })
    .await;
}

#[tokio::test]
async fn everybody_in_the_group_belongs_to_a_public_channel() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Gardeners").await;
        company.groups.join(&bob, group.id).await.unwrap();
        let general = company.general(group.id).await.id;
        company.channels.join(&bob, general).await.unwrap();
        assert_eq!(code(company.channels.leave(&bob, general).await), Code::Conflict);
        assert_eq!(code(company.channels.add(&ann, general, bob.id).await), Code::Conflict);
        assert_eq!(code(company.channels.remove(&ann, general, bob.id).await), Code::Conflict);
        let first = Span::new(Some(1), Some(1), None).unwrap();
        let members = company.channels.members(&bob, general, &first).await.unwrap();
        assert_eq!(members.paging.numbered.unwrap().total, 2);
        assert!(members.paging.next_cursor.is_some());
    })
    .await;
}

#[tokio::test]
async fn nobody_but_admins_changes_archives_or_deletes_a_channel() {
    story(async |company: Company| {
        let (ann, bob, mallory) =
            (company.user("ann").await, company.user("bob").await, company.user("mallory").await);
        let group = company.group(&ann, "Gardeners").await;
        company.groups.join(&bob, group.id).await.unwrap();
        let general = company.general(group.id).await.id;
        let edit: ChannelEdit = from(json!({ "name": "mine" }));
        for (actor, answer) in [(&bob, Code::Forbidden), (&mallory, Code::NotFound)] {
            let channels = &company.channels;
            assert_eq!(code(channels.edit(actor, general, edit.clone()).await), answer);
            assert_eq!(code(channels.set(actor, general, Default::default()).await), answer);
            assert_eq!(code(channels.archive(actor, general).await), answer);
            assert_eq!(code(channels.delete(actor, general).await), answer);
            assert_eq!(code(channels.bans(actor, general, &all()).await), answer);
            assert_eq!(code(channels.create(actor, channel(group.id, "mine")).await), Code::Forbidden);
        }
        company
            .groups
            .edit(&ann, group.id, from(json!({ "settings": { "membersMayCreateChannels": true } })))
            .await
            .unwrap();
        company.channels.create(&bob, channel(group.id, "mine")).await.unwrap();
        assert_eq!(code(company.channels.create(&mallory, channel(group.id, "too")).await), Code::Forbidden);
    })
    .await;
}

#[tokio::test]
async fn a_new_channel_is_told_to_everybody_who_can_read_it() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Gardeners").await;
        company.groups.join(&bob, group.id).await.unwrap();
        company.channel(&ann, group.id, "roses").await;
        company.private(&ann, group.id, "hidden").await;
        assert_eq!(company.told(bob.id).await, ["added general", "added roses"]);
        assert_eq!(company.told(ann.id).await, ["added general", "added roses", "added hidden"]);
        assert_eq!(code(company.channels.create(&ann, channel(group.id, "ROSES")).await), Code::Conflict);
        assert_eq!(company.unfinished().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_changed_channel_is_told_in_its_log_and_keeps_what_was_not_named() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let group = company.group(&ann, "Gardeners").await;
        let general = company.general(group.id).await.id;
        let edit = from(json!({ "name": "Lobby", "description": "Hello" }));
        company.channels.edit(&ann, general, edit).await.unwrap();
        let settings = from(json!({ "readOnly": true }));
        let set = company.channels.set(&ann, general, settings).await.unwrap();
        assert!(set.settings.read_only && set.name.as_str() == "Lobby");
        let cleared =
            company.channels.edit(&ann, general, from(json!({ "description": null }))).await.unwrap();
        assert_eq!(cleared.description, None);
        assert_eq!(company.last(general).await, "updated Lobby");
    })
    .await;
}

#[tokio::test]
async fn archived_and_deleted_channels_free_their_names() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Gardeners").await;
        company.groups.join(&bob, group.id).await.unwrap();
        let old = company.channel(&ann, group.id, "roses").await.id;
        company.channels.archive(&ann, old).await.unwrap();
        assert_eq!(company.channels.archive(&ann, old).await.unwrap().status, Life::Archived);
        assert!(company.reads(&bob, old).await);
        let new = company.channel(&ann, group.id, "roses").await.id;
        assert_eq!(code(company.channels.unarchive(&ann, old).await), Code::Conflict);
        company.channels.delete(&ann, new).await.unwrap();
        assert_eq!(company.last(new).await, "deleted");
        assert_eq!(company.last(bob.id).await, "closed");
        assert_eq!(code(company.channels.get(&ann, new).await), Code::NotFound);
        assert_eq!(code(company.channels.delete(&ann, new).await), Code::NotFound);
        assert_eq!(company.channels.unarchive(&ann, old).await.unwrap().status, Life::Active);
        assert_eq!(company.unfinished().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_channel_made_private_is_left_by_everybody_who_does_not_sit_in_it() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Gardeners").await;
        company.groups.join(&bob, group.id).await.unwrap();
        let roses = company.channel(&ann, group.id, "roses").await.id;
        company.channels.edit(&ann, roses, from(json!({ "isPrivate": true }))).await.unwrap();
        assert!(!company.reads(&bob, roses).await && company.reads(&ann, roses).await);
        assert_eq!(company.told(roses).await, ["bob closed", "updated roses"]);
        assert_eq!(company.last(bob.id).await, "closed");
        company.channels.edit(&ann, roses, from(json!({ "isPrivate": false }))).await.unwrap();
        assert!(company.reads(&bob, roses).await);
        assert_eq!(company.last(bob.id).await, "added roses");
    })
    .await;
}

#[tokio::test]
async fn a_lifted_ban_lets_read_again_and_leaving_the_group_does_not_lift_it() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Gardeners").await;
        company.groups.join(&bob, group.id).await.unwrap();
        let general = company.general(group.id).await.id;
        let ban: NewBan = from(json!({ "userId": bob.id, "reason": "shouting" }));
        company.channels.ban(&ann, general, ban).await.unwrap();
        company.groups.leave(&bob, group.id).await.unwrap();
        company.groups.join(&bob, group.id).await.unwrap();
        assert!(!company.reads(&bob, general).await);
        assert_eq!(company.last(general).await, "bob banned");
        company.channels.unban(&ann, general, bob.id).await.unwrap();
        assert!(company.reads(&bob, general).await);
        assert_eq!(company.last(general).await, "bob joined");
        assert_eq!(code(company.channels.unban(&ann, general, bob.id).await), Code::NotFound);
    })
    .await;
}

#[tokio::test]
async fn lists_show_what_one_can_read_and_super_admins_everything() {
    story(async |company: Company| {
        let (ann, bob, root) = (company.user("ann").await, company.user("bob").await, company.root().await);
        let first = company.group(&ann, "Gardeners").await;
        company.clock.advance(Duration::from_secs(1));
        let second = company.group(&bob, "Cooks").await;
        company.clock.advance(Duration::from_secs(1));
        let video = from(json!({ "groupId": first.id, "name": "stage", "type": "video" }));
        company.channels.create(&ann, video).await.unwrap();
        company.clock.advance(Duration::from_secs(1));
        company.private(&bob, second.id, "stove").await;
        assert_eq!(names(&company, &ann).await, ["general", "stage"]);
        assert_eq!(names(&company, &bob).await, ["general", "stove"]);
        assert_eq!(names(&company, &root).await, ["general", "general", "stage", "stove"]);
        assert!(company.channels.mine(&root, &all()).await.unwrap().items.is_empty());
        let wanted = ChannelsWanted { begins: Some("st".into()), ..everything().wanted };
        for channel_type in [None, Some(ChannelType::Video)] {
            let filter =
                ChannelFilter { group: None, wanted: ChannelsWanted { channel_type, ..wanted.clone() } };
            let found = company.channels.list(&ann, &filter, &all()).await.unwrap().items;
            assert_eq!(found.len(), 1);
        }
        let filter = ChannelFilter { group: Some(second.id), ..everything() };
        assert_eq!(code(company.channels.list(&ann, &filter, &all()).await), Code::Forbidden);
        let one = Span::new(None, Some(1), None).unwrap();
        let page = company.channels.of_group(&ann, first.id, &one).await.unwrap();
        let next = Span::new(None, Some(1), page.paging.next_cursor.as_deref()).unwrap();
        let rest = company.channels.of_group(&ann, first.id, &next).await.unwrap();
        assert_eq!((page.items[0].name.as_str(), rest.items[0].name.as_str()), ("general", "stage"));
        assert_eq!(rest.paging.next_cursor, None);
        company.groups.delete(&bob, second.id).await.unwrap();
        assert_eq!(names(&company, &bob).await, [""; 0]);
    })
    .await;
}

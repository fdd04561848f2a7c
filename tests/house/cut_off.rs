//! Changes of the roster that were cut off between two steps, or crossed with others: what is told
//! in the end is how things stand.

use std::time::Duration;

use hubbub::error::Code;
use hubbub::model::{Id, Leave, Life, MemberRole, Membership, Status};
use hubbub::service::channels::NewBan;
use hubbub::service::roster::{News, Turn};
use serde_json::json;

use crate::company::{Company, all, code, from, story};

#[tokio::test]
async fn a_leaving_that_was_cut_off_is_told_by_the_next_start() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Gardeners").await;
        let general = company.general(group.id).await;
        company.groups.join(&bob, group.id).await.unwrap();
        let leaving = News::Member { user: bob.id, turn: Turn::Out(Leave::Left) };

        // Dead after the note: nothing happened, and nothing is told.
        company.roster.begin(&bob, group.id, leaving.clone()).await.unwrap();
        company.roster.recover().await.unwrap();
        assert_eq!(company.last(general.id).await, "bob joined");

        // Dead after the membership went: the rest follows.
        company.roster.begin(&bob, group.id, leaving.clone()).await.unwrap();
        company.store.memberships.remove(group.id.into(), bob.id).await.unwrap();
        company.roster.recover().await.unwrap();
        assert_eq!(company.last(general.id).await, "bob left");
        assert_eq!(company.last(bob.id).await, "left");

        // Dead before the note went: told again, and no harm done.
        company.roster.begin(&bob, group.id, leaving).await.unwrap();
        company.roster.recover().await.unwrap();
        assert_eq!(company.last(general.id).await, "bob left");
        assert_eq!(company.unfinished().await, 0);
    })
    .await;
}

#[tokio::test]
async fn repeating_a_leaving_that_was_cut_off_finishes_it() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Gardeners").await;
        let general = company.general(group.id).await;
        company.groups.join(&bob, group.id).await.unwrap();
        let removing = News::Member { user: bob.id, turn: Turn::Out(Leave::Removed) };
        company.roster.begin(&ann, group.id, removing).await.unwrap();
        company.store.memberships.remove(group.id.into(), bob.id).await.unwrap();
        company.groups.remove(&ann, group.id, bob.id).await.unwrap();
        assert_eq!(company.last(general.id).await, "bob removed");
        assert_eq!(code(company.groups.remove(&ann, group.id, bob.id).await), Code::NotFound);
    })
    .await;
}

#[tokio::test]
async fn a_note_of_somebody_who_is_still_at_work_is_left_alone() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Gardeners").await;
        let joining = News::Member { user: bob.id, turn: Turn::In };
        company.roster.begin(&bob, group.id, joining).await.unwrap();
        company.roster.sweep().await.unwrap();
        assert_eq!(company.unfinished().await, 1);
        company.clock.advance(Duration::from_secs(61));
        company.roster.sweep().await.unwrap();
        assert_eq!(company.unfinished().await, 0);
        assert_eq!(company.told(bob.id).await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn who_came_back_before_their_leaving_was_told_is_not_told_to_have_left() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Gardeners").await;
        let general = company.general(group.id).await;
        company.groups.join(&bob, group.id).await.unwrap();
        let leaving = News::Member { user: bob.id, turn: Turn::Out(Leave::Left) };
        company.roster.begin(&bob, group.id, leaving).await.unwrap();
        company.store.memberships.remove(group.id.into(), bob.id).await.unwrap();
        company.rights.changed();
        company.groups.join(&bob, group.id).await.unwrap();
        company.roster.recover().await.unwrap();
        assert_eq!(company.last(general.id).await, "bob joined");
        assert!(company.reads(&bob, general.id).await);
    })
    .await;
}

#[tokio::test]
async fn a_group_that_was_made_half_way_is_nobodys_and_goes() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let group = Id::from_bytes([9; 12]);
        let creating = News::Member { user: ann.id, turn: Turn::In };
        company.roster.begin(&ann, group, creating).await.unwrap();
        let whole = company.group(&ann, "Gardeners").await;
        let like = Membership::key(whole.id.into(), ann.id);
        let like = company.store.memberships.get(like).await.unwrap().unwrap();
        let half = Membership { id: Membership::key(group.into(), ann.id), place: group.into(), ..like };
        company.store.memberships.insert(&half).await.unwrap();
        assert_eq!(company.groups.mine(&ann, &all()).await.unwrap().items.len(), 1);
        company.roster.recover().await.unwrap();
        assert!(company.store.memberships.get(&half.id).await.unwrap().is_none());
        assert_eq!(company.told(ann.id).await, ["added general"]);
    })
    .await;
}

#[tokio::test]
async fn an_ending_that_was_cut_off_is_finished_by_the_next_start() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Gardeners").await;
        let general = company.general(group.id).await;
        let hidden = company.private(&ann, group.id, "hidden").await;
        company.groups.join(&bob, group.id).await.unwrap();
        company.roster.begin(&ann, group.id, News::Ended).await.unwrap();
        company.store.groups.end(group.id, company.clock.now()).await.unwrap();
        // One of its channels was closed already, but nobody was told.
        company.roster.begin(&ann, group.id, News::Closed { channel: hidden.id }).await.unwrap();
        let (living, now) = ([Life::Active], company.clock.now());
        company.store.channels.turn(hidden.id, &living, Life::Deleted, now).await.unwrap();
        company.roster.recover().await.unwrap();
        assert_eq!(company.last(general.id).await, "deleted");
        assert_eq!(company.last(hidden.id).await, "deleted");
        assert_eq!(company.told(bob.id).await, ["added general", "closed", "GroupUpdated Gardeners"]);
        assert_eq!(company.role(group.id, &ann).await, None);
        assert_eq!(company.unfinished().await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_admin_who_died_while_stepping_down_as_the_last_one_is_admin_again() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Gardeners").await;
        company.groups.join(&bob, group.id).await.unwrap();
        company.roster.begin(&ann, group.id, News::Role { user: ann.id }).await.unwrap();
        company.store.memberships.turn(group.id.into(), ann.id, MemberRole::Member).await.unwrap();
        company.roster.recover().await.unwrap();
        assert_eq!(company.role(group.id, &ann).await, Some(MemberRole::Admin));
    })
    .await;
}

#[tokio::test]
async fn switching_an_account_off_and_on_is_told_in_every_channel() {
    story(async |company: Company| {
        let (ann, bob, root) = (company.user("ann").await, company.user("bob").await, company.root().await);
        let group = company.group(&ann, "Gardeners").await;
        let general = company.general(group.id).await;
        company.groups.join(&bob, group.id).await.unwrap();
        for (status, turn, told) in [
            (Status::Inactive, Turn::Out(Leave::Deactivated), "bob deactivated"),
            (Status::Active, Turn::In, "bob joined"),
        ] {
            let notes = company.roster.begin_everywhere(&root, bob.id, turn).await.unwrap();
            company.switch(&bob, status).await;
            for note in &notes {
                company.roster.finish(note).await.unwrap();
            }
            assert_eq!(company.last(general.id).await, told);
        }
        assert_eq!(company.role(group.id, &bob).await, Some(MemberRole::Member));
    })
    .await;
}

#[tokio::test]
async fn of_comings_and_goings_that_cross_the_last_one_told_is_true() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Gardeners").await;
        let general = company.general(group.id).await;
        for _ in 0..10 {
            let _ = tokio::join!(
                company.groups.join(&bob, group.id),
                company.groups.remove(&ann, group.id, bob.id),
                company.groups.join(&bob, group.id),
                company.groups.leave(&bob, group.id),
            );
            let told = company.told(general.id).await;
            let last = told.iter().rfind(|told| told.starts_with("bob")).map(String::as_str);
            let member = company.role(group.id, &bob).await.is_some();
            assert_eq!(last == Some("bob joined"), member, "{told:?}");
            assert_eq!(company.reads(&bob, general.id).await, member);
        }
        assert_eq!(company.unfinished().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_ban_or_a_deletion_that_was_cut_off_is_told_by_the_next_start() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Gardeners").await;
        company.groups.join(&bob, group.id).await.unwrap();
        let general = company.general(group.id).await.id;
        let ban: NewBan = from(json!({ "userId": bob.id, "reason": "shouting" }));
        company.channels.ban(&ann, general, ban).await.unwrap();
        let seated = News::Seat { user: bob.id, channel: general, turn: Turn::In };
        company.roster.begin(&ann, group.id, seated.clone()).await.unwrap();
        company.roster.recover().await.unwrap();
        assert_eq!(company.last(general).await, "bob banned");
        company.roster.begin(&ann, group.id, seated).await.unwrap();
        company.store.bans.remove(general, bob.id).await.unwrap();
        company.roster.recover().await.unwrap();
        assert_eq!(company.last(general).await, "bob joined");

        company.roster.begin(&ann, group.id, News::Closed { channel: general }).await.unwrap();
        let now = company.clock.now();
        company.store.channels.turn(general, &[Life::Active], Life::Deleted, now).await.unwrap();
        company.roster.recover().await.unwrap();
        assert_eq!(company.last(general).await, "deleted");
        assert_eq!(company.last(bob.id).await, "closed");
        assert_eq!(company.unfinished().await, 0);
    })
    .await;
}

#[tokio::test]
async fn who_came_while_a_channel_was_made_private_is_out_of_it_as_well() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Gardeners").await;
        let roses = company.channel(&ann, group.id, "roses").await.id;
        company.roster.begin(&ann, group.id, News::Narrowed { channel: roses }).await.unwrap();
        company.groups.join(&bob, group.id).await.unwrap();
        assert!(company.told(bob.id).await.contains(&"added roses".to_owned()));
        let private = from(json!({ "isPrivate": true }));
        company.store.channels.edit(roses, &private, company.clock.now()).await.unwrap();
        company.roster.recover().await.unwrap();
        assert_eq!(company.last(roses).await, "bob closed");
        let leaving = News::Member { user: bob.id, turn: Turn::Out(Leave::Left) };
        assert!(serde_json::to_string(&leaving).unwrap().contains("left"));
    })
    .await;
}

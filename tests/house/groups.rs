//! Groups: who may do what to them, who belongs to them, and what is told of it.

use std::time::Duration;

use hubbub::error::Code;
use hubbub::model::{GroupEdit, Id, Life, MemberRole, Membership};
use hubbub::service::Span;
use hubbub::service::groups::Groups;
use hubbub::store::{GroupsBy, GroupsWanted};
use serde_json::json;

use crate::company::{Company, all, code, from, named, story};

fn wanted() -> GroupsWanted {
    GroupsWanted { life: Life::Active, begins: None, category: None, is_private: None }
}

#[tokio::test]
async fn a_groups_creator_is_its_admin_and_member_and_finds_a_channel_there() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let group = company.group(&ann, "Gardeners").await;
        assert_eq!(company.role(group.id, &ann).await, Some(MemberRole::Admin));
        assert_eq!(company.groups.get(&ann, group.id).await.unwrap().member_count, Some(1));
        let general = company.general(group.id).await;
        assert!(company.reads(&ann, general.id).await);
        assert_eq!(company.told(general.id).await, ["admin ann joined"]);
        assert_eq!(company.told(ann.id).await, ["added general"]);
        assert_eq!(company.unfinished().await, 0);
    })
    .await;
}

#[tokio::test]
async fn nobody_is_a_member_twice() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Gardeners").await;
        company.groups.join(&bob, group.id).await.unwrap();
        company.groups.join(&bob, group.id).await.unwrap();
        company.groups.add(&ann, group.id, bob.id).await.unwrap();
        let members = company.groups.members(&bob, group.id, None, &all()).await.unwrap();
        let names: Vec<_> = members.items.iter().map(|member| member.username.as_str()).collect();
        assert_eq!(names, ["ann", "bob"]);
        assert_eq!(company.told(bob.id).await, ["added general"]);
    })
    .await;
}

#[tokio::test]
async fn a_deleted_group_frees_its_name_and_takes_everything_with_it() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Gardeners").await;
        company.groups.join(&bob, group.id).await.unwrap();
        let general = company.general(group.id).await;
        assert_eq!(code(company.groups.create(&bob, named("GARDENERS")).await), Code::Conflict);
        company.groups.delete(&ann, group.id).await.unwrap();
        assert_eq!(code(company.groups.get(&ann, group.id).await), Code::NotFound);
        assert_eq!(code(company.groups.delete(&ann, group.id).await), Code::NotFound);
        assert!(!company.reads(&bob, general.id).await);
        assert_eq!(company.last(general.id).await, "deleted");
        assert_eq!(company.told(bob.id).await, ["added general", "closed", "GroupUpdated Gardeners"]);
        assert!(company.groups.mine(&bob, &all()).await.unwrap().items.is_empty());
        company.group(&bob, "Gardeners").await;
        assert_eq!(company.unfinished().await, 0);
    })
    .await;
}

#[tokio::test]
async fn nobody_but_its_admins_changes_or_deletes_a_group() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let (mallory, root) = (company.user("mallory").await, company.root().await);
        let group = company.group(&ann, "Gardeners").await;
        let other = company.group(&mallory, "Poachers").await;
        company.groups.join(&bob, group.id).await.unwrap();
        let edit: GroupEdit = from(json!({ "name": "Mine" }));
        for stranger in [&bob, &mallory] {
            assert_eq!(code(company.groups.edit(stranger, group.id, edit.clone()).await), Code::Forbidden);
            assert_eq!(code(company.groups.delete(stranger, group.id).await), Code::Forbidden);
            assert_eq!(code(company.groups.add(stranger, group.id, mallory.id).await), Code::Forbidden);
            assert_eq!(code(company.groups.remove(stranger, group.id, ann.id).await), Code::Forbidden);
            assert_eq!(code(company.groups.name_admin(stranger, group.id, bob.id).await), Code::Forbidden);
        }
        assert_eq!(code(company.groups.edit(&ann, other.id, edit.clone()).await), Code::Forbidden);
        let described = from(json!({ "description": "We grow", "category": "Green", "isPrivate": true }));
        let edited = company.groups.edit(&ann, group.id, described).await.unwrap();
        assert_eq!((edited.name.as_str(), edited.is_private), ("Gardeners", true));
        let cleared = company.groups.edit(&root, group.id, from(json!({ "category": null }))).await.unwrap();
        assert_eq!((cleared.category, cleared.description.unwrap().as_str()), (None, "We grow"));
        let taken = from(json!({ "name": "poachers" }));
        assert_eq!(code(company.groups.edit(&ann, group.id, taken).await), Code::Conflict);
        assert_eq!(company.last(bob.id).await, "GroupUpdated Gardeners");
        assert_eq!(company.unfinished().await, 0);
    })
    .await;
}

#[tokio::test]
async fn every_group_is_listed_to_everybody_but_its_people_only_to_members() {
    story(async |company: Company| {
        let (ann, mallory) = (company.user("ann").await, company.user("mallory").await);
        let secret = from(json!({ "name": "Secret", "isPrivate": true }));
        let secret = company.groups.create(&ann, secret).await.unwrap();
        let found = company.groups.list(&mallory, &wanted(), GroupsBy::NameUp, &all()).await.unwrap();
        assert_eq!(found.items.len(), 1);
        assert_eq!(company.groups.get(&mallory, secret.id).await.unwrap().role, None);
        assert_eq!(code(company.groups.members(&mallory, secret.id, None, &all()).await), Code::Forbidden);
        assert_eq!(code(company.channels.of_group(&mallory, secret.id, &all()).await), Code::Forbidden);
        let unknown: Id<_> = Id::from_bytes([7; 12]);
        assert_eq!(code(company.groups.get(&mallory, unknown).await), Code::NotFound);
        assert_eq!(code(company.groups.join(&mallory, secret.id).await), Code::Forbidden);
        assert_eq!(company.role(secret.id, &mallory).await, None);
        let deleted = GroupsWanted { life: Life::Deleted, ..wanted() };
        assert_eq!(
            code(company.groups.list(&mallory, &deleted, GroupsBy::NameUp, &all()).await),
            Code::Forbidden
        );
    })
    .await;
}

#[tokio::test]
async fn lists_are_read_page_by_page_in_every_order_and_searched_by_plain_text() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        for name in ["delta", "Alpha", "charlie", "bravo", "a.*b"] {
            company.group(&ann, name).await;
            company.clock.advance(Duration::from_secs(1));
        }
        let orders = [
            (GroupsBy::NameUp, ["a.*b", "Alpha", "bravo", "charlie", "delta"]),
            (GroupsBy::NameDown, ["delta", "charlie", "bravo", "Alpha", "a.*b"]),
            (GroupsBy::CreatedUp, ["delta", "Alpha", "charlie", "bravo", "a.*b"]),
            (GroupsBy::CreatedDown, ["a.*b", "bravo", "charlie", "Alpha", "delta"]),
        ];
        for (order, expected) in orders {
            let (mut names, mut cursor) = (Vec::new(), None);
            loop {
                let span = Span::new(None, Some(2), cursor.as_deref()).unwrap();
                let page = company.groups.list(&ann, &wanted(), order, &span).await.unwrap();
                names.extend(page.items.into_iter().map(|group| group.name.to_string()));
                cursor = page.paging.next_cursor;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(names, expected, "{order:?}");
        }
        let second = Span::new(Some(2), Some(2), None).unwrap();
        let page = company.groups.list(&ann, &wanted(), GroupsBy::NameUp, &second).await.unwrap();
        let numbered = page.paging.numbered.unwrap();
        assert_eq!((numbered.total, numbered.pages, page.items[0].name.as_str()), (5, 3, "bravo"));
        for (begins, found) in [("a", 2), ("a.*", 1), (".*", 0), ("(a+)+$", 0)] {
            let wanted = GroupsWanted { begins: Some(begins.into()), ..wanted() };
            let page = company.groups.list(&ann, &wanted, GroupsBy::NameUp, &all()).await.unwrap();
            assert_eq!(page.items.len(), found, "{begins}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_comes_and_goes_is_told_where_they_could_read_and_nowhere_else() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Gardeners").await;
        let general = company.general(group.id).await;
        let hidden = company.private(&ann, group.id, "hidden").await;
        company.groups.join(&bob, group.id).await.unwrap();
        assert_eq!(company.told(general.id).await, ["admin ann joined", "bob joined"]);
        assert_eq!(company.told(hidden.id).await, [""; 0]);
        company.groups.leave(&bob, group.id).await.unwrap();
        assert_eq!(company.told(general.id).await, ["admin ann joined", "bob joined", "bob left"]);
        assert_eq!(company.told(hidden.id).await, [""; 0]);
        assert_eq!(company.told(bob.id).await, ["added general", "left"]);
        assert!(!company.reads(&bob, general.id).await);
        assert_eq!(code(company.groups.leave(&bob, group.id).await), Code::Forbidden);
        assert_eq!(company.unfinished().await, 0);
    })
    .await;
}

#[tokio::test]
async fn the_last_admin_stays_while_others_are_there() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let root = company.root().await;
        let group = company.group(&ann, "Gardeners").await;
        let alone = company.groups.leave(&ann, group.id).await.unwrap_err();
        assert!(alone.code() == Code::Conflict && alone.message().contains("delete the group"));
        company.groups.join(&bob, group.id).await.unwrap();
        assert_eq!(code(company.groups.leave(&ann, group.id).await), Code::Conflict);
        assert_eq!(code(company.groups.dismiss_admin(&root, group.id, ann.id).await), Code::Conflict);
        assert_eq!(company.role(group.id, &ann).await, Some(MemberRole::Admin));
        company.groups.name_admin(&root, group.id, bob.id).await.unwrap();
        company.groups.leave(&ann, group.id).await.unwrap();
        assert_eq!(company.role(group.id, &ann).await, None);
        assert_eq!(company.unfinished().await, 0);
    })
    .await;
}

#[tokio::test]
async fn two_admins_who_go_at_once_leave_an_admin_behind() {
    story(async |company: Company| {
        let (ann, bob, root) = (company.user("ann").await, company.user("bob").await, company.root().await);
        let group = company.group(&ann, "Gardeners").await;
        company.groups.join(&bob, group.id).await.unwrap();
        company.groups.name_admin(&root, group.id, bob.id).await.unwrap();
        let _ = tokio::join!(company.groups.leave(&ann, group.id), company.groups.leave(&bob, group.id));
        let admins = company.groups.members(&root, group.id, Some(MemberRole::Admin), &all()).await.unwrap();
        assert!(!admins.items.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_admin_is_removed_by_super_admins_only_and_reads_private_channels_while_one() {
    story(async |company: Company| {
        let (ann, bob, root) = (company.user("ann").await, company.user("bob").await, company.root().await);
        let group = company.group(&ann, "Gardeners").await;
        let hidden = company.private(&ann, group.id, "hidden").await;
        company.groups.join(&bob, group.id).await.unwrap();
        assert_eq!(code(company.groups.name_admin(&ann, group.id, bob.id).await), Code::Forbidden);
        company.groups.name_admin(&root, group.id, bob.id).await.unwrap();
        assert!(company.reads(&bob, hidden.id).await);
        assert_eq!(company.last(hidden.id).await, "admin bob joined");
        assert_eq!(company.last(company.general(group.id).await.id).await, "role admin");
        assert_eq!(code(company.groups.remove(&ann, group.id, bob.id).await), Code::Forbidden);
        company.groups.dismiss_admin(&root, group.id, bob.id).await.unwrap();
        assert!(!company.reads(&bob, hidden.id).await);
        assert_eq!(company.last(hidden.id).await, "bob removed");
        assert_eq!(company.last(bob.id).await, "removed");
        assert_eq!(code(company.groups.dismiss_admin(&root, group.id, bob.id).await), Code::NotFound);
        company.groups.remove(&ann, group.id, bob.id).await.unwrap();
        assert_eq!(company.role(group.id, &bob).await, None);
    })
    .await;
}

#[tokio::test]
async fn who_may_create_groups_is_configured() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let root = company.root().await;
        company.group(&ann, "Gardeners").await;
        let strict = Groups::new(&company.roster, false);
        assert_eq!(code(strict.create(&bob, named("Mine")).await), Code::Forbidden);
        strict.create(&ann, named("Second")).await.unwrap();
        strict.create(&root, named("Third")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_group_of_hundreds_is_told_to_its_last_member() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let group = company.group(&ann, "Gardeners").await;
        let like =
            company.store.memberships.get(Membership::key(group.id.into(), ann.id)).await.unwrap().unwrap();
        let mut members = Vec::new();
        for number in 0..230 {
            let user = company.user(&format!("member{number:03}")).await;
            members.push(Membership {
                id: Membership::key(group.id.into(), user.id),
                user_id: user.id,
                username: user.username,
                role: MemberRole::Member,
                ..like.clone()
            });
        }
        company.store.memberships.insert_all(&members).await.unwrap();
        company.channel(&ann, group.id, "roses").await;
        for member in &members {
            assert_eq!(company.told(member.user_id).await, ["added roses"]);
        }
    })
    .await;
}

//! Requests to join: asking, deciding, and that a decision counts once.

use hubbub::error::Code;
use hubbub::model::{Group, GroupRequest, Id, MemberRole, RequestStatus, RequestView};
use hubbub::policy::Actor;
use hubbub::service::Span;
use hubbub::service::requests::{NewRequest, RequestsWanted, Verdict};
use hubbub::service::roster::News;
use hubbub::store::Decision;
use serde_json::json;

use crate::company::{Company, all, code, from, story};

fn request(group: Id<Group>) -> NewRequest {
    from(json!({ "groupId": group, "requestType": "request_invite", "message": "may I?" }))
}

async fn ask(company: &Company, actor: &Actor, group: Id<Group>) -> RequestView {
    company.requests.ask(actor, request(group)).await.unwrap()
}

async fn private_group(company: &Company, admin: &Actor, name: &str) -> Id<Group> {
    let new = from(json!({ "name": name, "isPrivate": true }));
    company.groups.create(admin, new).await.unwrap().id
}

#[tokio::test]
async fn an_approved_asker_is_a_member_and_is_told() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = private_group(&company, &ann, "Gardeners").await;
        let asked = ask(&company, &bob, group).await;
        assert_eq!(company.last(ann.id).await, "GroupRequestCreated pending");
        assert_eq!(code(company.requests.ask(&bob, request(group)).await), Code::Conflict);
        let approved = company.requests.approve(&ann, asked.id, None).await.unwrap();
        assert_eq!((approved.status, approved.reviewed_by), (RequestStatus::Approved, Some(ann.id)));
        assert_eq!(company.role(group, &bob).await, Some(MemberRole::Member));
        assert_eq!(company.told(bob.id).await, ["added general", "GroupRequestReviewed approved"]);
        assert_eq!(code(company.requests.approve(&ann, asked.id, None).await), Code::Conflict);
        assert_eq!(code(company.requests.reject(&ann, asked.id, None).await), Code::Conflict);
        assert_eq!(code(company.requests.ask(&bob, request(group)).await), Code::Conflict);
        assert_eq!(company.unfinished().await, 0);
    })
    .await;
}

#[tokio::test]
async fn bulk_approval_adds_everybody_and_answers_for_each() {
    story(async |company: Company| {
        let (ann, mallory) = (company.user("ann").await, company.user("mallory").await);
        let group = private_group(&company, &ann, "Gardeners").await;
        let foreign = private_group(&company, &mallory, "Poachers").await;
        let mut ids: Vec<Id<GroupRequest>> = Vec::new();
        for name in ["bob", "cem", "dora"] {
            let asker = company.user(name).await;
            ids.push(ask(&company, &asker, group).await.id);
        }
        let elsewhere = ask(&company, &ann, foreign).await.id;
        company.requests.reject(&ann, ids[2], None).await.unwrap();
        ids.extend([elsewhere, Id::from_bytes([7; 12]), ids[0]]);
        let results = company.requests.bulk(&ann, ids, None, Verdict::Approve).await.unwrap();
        let codes: Vec<_> =
            results.iter().map(|(_, result)| result.as_ref().err().map(|error| error.code())).collect();
        let expected = [None, None, Some(Code::Conflict), Some(Code::Forbidden), Some(Code::NotFound)];
        assert_eq!(codes, expected);
        let members = company.groups.members(&ann, group, None, &all()).await.unwrap();
        let names: Vec<_> = members.items.iter().map(|member| member.username.as_str()).collect();
        assert_eq!(names, ["ann", "bob", "cem"]);
        let none = company.requests.bulk(&ann, vec![], None, Verdict::Reject).await;
        assert_eq!(code(none), Code::ValidationFailed);
    })
    .await;
}

#[tokio::test]
async fn of_many_who_decide_at_once_exactly_one_counts() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = private_group(&company, &ann, "Gardeners").await;
        let id = ask(&company, &bob, group).await.id;
        let requests = &company.requests;
        let (one, two, three, four) = tokio::join!(
            requests.approve(&ann, id, None),
            requests.reject(&ann, id, None),
            requests.withdraw(&bob, id),
            requests.approve(&ann, id, None),
        );
        let results = [one, two, three, four];
        let winners: Vec<_> = results.iter().flatten().collect();
        assert_eq!(winners.len(), 1);
        assert!(
            results
                .iter()
                .filter_map(|result| result.as_ref().err())
                .all(|error| error.code() == Code::Conflict)
        );
        let member = company.role(group, &bob).await.is_some();
        assert_eq!(member, winners[0].status == RequestStatus::Approved);
        assert_eq!(requests.get(&bob, id).await.unwrap().status, winners[0].status);
    })
    .await;
}

#[tokio::test]
async fn an_approval_that_was_cut_off_makes_a_member_all_the_same() {
    story(async |company: Company| {
        let (ann, bob, cem) =
            (company.user("ann").await, company.user("bob").await, company.user("cem").await);
        let group = private_group(&company, &ann, "Gardeners").await;
        for (asker, decided) in [(&bob, RequestStatus::Approved), (&cem, RequestStatus::Rejected)] {
            let id = ask(&company, asker, group).await.id;
            company.roster.begin(&ann, group, News::Approved { user: asker.id, request: id }).await.unwrap();
            let decision = Decision { status: decided, by: ann.id, at: company.clock.now(), reason: None };
            company.store.requests.decide(id, &decision).await.unwrap();
        }
        company.roster.recover().await.unwrap();
        assert_eq!(company.role(group, &bob).await, Some(MemberRole::Member));
        assert_eq!(company.role(group, &cem).await, None);
        assert_eq!(company.told(bob.id).await, ["added general"]);
        assert_eq!(company.unfinished().await, 0);
    })
    .await;
}

#[tokio::test]
async fn nobody_but_admins_of_the_group_decides_and_only_the_asker_withdraws() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let (mallory, root) = (company.user("mallory").await, company.root().await);
        let group = private_group(&company, &ann, "Gardeners").await;
        private_group(&company, &mallory, "Poachers").await;
        let id = ask(&company, &bob, group).await.id;
        let requests = &company.requests;
        for result in [
            requests.get(&mallory, id).await,
            requests.approve(&mallory, id, None).await,
            requests.reject(&mallory, id, None).await,
            requests.withdraw(&mallory, id).await,
        ] {
            assert_eq!(code(result), Code::NotFound);
        }
        assert_eq!(code(requests.approve(&bob, id, None).await), Code::Forbidden);
        assert_eq!(code(requests.withdraw(&ann, id).await), Code::Forbidden);
        assert_eq!(requests.get(&root, id).await.unwrap().username.as_str(), "bob");
        assert_eq!(requests.withdraw(&bob, id).await.unwrap().status, RequestStatus::Withdrawn);
        assert_eq!(code(requests.withdraw(&bob, id).await), Code::Conflict);
        let again = ask(&company, &bob, group).await.id;
        let reason = Some("full".parse().unwrap());
        let rejected = requests.reject(&root, again, reason).await.unwrap();
        assert_eq!(rejected.reason.unwrap().as_str(), "full");
        assert_eq!(company.role(group, &bob).await, None);
    })
    .await;
}

#[tokio::test]
async fn lists_and_counts_are_of_what_one_may_decide_or_has_asked() {
    story(async |company: Company| {
        let (ann, bob, root) = (company.user("ann").await, company.user("bob").await, company.root().await);
        let (first, second) =
            (private_group(&company, &ann, "Gardeners").await, private_group(&company, &ann, "Cooks").await);
        let foreign = private_group(&company, &bob, "Bikers").await;
        for (group, count) in [(first, 3), (second, 2)] {
            for number in 0..count {
                let asker =
                    company.user(&format!("asker{number}-{}", group.to_string().split_at(20).1)).await;
                ask(&company, &asker, group).await;
                company.clock.advance(std::time::Duration::from_secs(1));
            }
        }
        ask(&company, &ann, foreign).await;
        let requests = &company.requests;
        let (every, own) = (RequestsWanted::default(), RequestsWanted { mine: true, ..Default::default() });
        for (actor, wanted, expected) in
            [(&ann, &every, 5), (&ann, &own, 1), (&bob, &every, 1), (&root, &every, 6), (&root, &own, 0)]
        {
            let (mut ids, mut cursor) = (Vec::new(), None);
            loop {
                let span = Span::new(None, Some(2), cursor.as_deref()).unwrap();
                let page = requests.list(actor, wanted, &span).await.unwrap();
                ids.extend(page.items.into_iter().map(|request| (request.created_at, request.id)));
                cursor = page.paging.next_cursor;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(ids.len(), expected);
            assert!(ids.is_sorted_by(|one, other| one > other));
            let numbered =
                requests.list(actor, wanted, &Span::new(Some(2), Some(2), None).unwrap()).await.unwrap();
            assert_eq!(numbered.paging.numbered.unwrap().total, expected as u64);
            assert_eq!(numbered.items.len(), expected.saturating_sub(2).min(2));
            assert_eq!(requests.stats(actor, wanted).await.unwrap().pending, expected as u64);
        }
        let one =
            RequestsWanted { group: Some(first), status: Some(RequestStatus::Pending), ..Default::default() };
        assert_eq!(requests.list(&ann, &one, &all()).await.unwrap().items.len(), 3);
        assert!(requests.list(&bob, &one, &all()).await.unwrap().items.is_empty());
        company.groups.delete(&ann, first).await.unwrap();
        let stats = requests.stats(&root, &every).await.unwrap();
        assert_eq!((stats.total, stats.pending, stats.rejected), (6, 3, 3));
    })
    .await;
}

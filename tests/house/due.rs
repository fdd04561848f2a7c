//! What falls due is taken up by one of those who look, and again where it was not done with.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use hubbub::error::{Code, Error};
use hubbub::model::{Id, Planned, Scheduled, ScheduledState, User};
use hubbub::service::due::{CLAIM, take_up};
use serde_json::json;

use crate::company::{Company, code, from, story};

/// Something of somebody that falls due so many seconds from the beginning.
async fn thing(company: &Company, user: Id<User>, seconds: u64) -> Scheduled {
    let due_at = company.clock.now().plus(Duration::from_secs(seconds));
    let channel: Id<()> = company.clock.id();
    let planned: Planned = from(json!({ "channelId": channel, "dueAt": due_at, "text": "water the roses" }));
    let id = company.clock.id();
    let created_at = company.clock.now();
    let moment = Some(due_at);
    let thing = Scheduled { id, user_id: user, planned, due_at, moment, refused: None, created_at };
    company.store.scheduled.insert(&thing).await.unwrap();
    thing
}

/// What is taken up at this moment and left as it is, in order.
async fn taken_up(company: &Company) -> Vec<Id<Scheduled>> {
    let taken = Mutex::new(Vec::new());
    let note = async |one: Scheduled| {
        taken.lock().unwrap().push(one.id);
        Ok(())
    };
    take_up(&company.store.scheduled, &company.clock, &note).await.unwrap();
    taken.into_inner().unwrap()
}

#[tokio::test]
async fn nothing_is_taken_up_before_its_time_and_each_thing_by_one() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let (second, first) = (thing(&company, ann.id, 20).await, thing(&company, ann.id, 10).await);
        assert!(taken_up(&company).await.is_empty());
        company.clock.advance(Duration::from_secs(20));
        assert_eq!(taken_up(&company).await, [first.id, second.id]);
        assert!(taken_up(&company).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn of_many_who_claim_the_same_one_has_it() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let seen = thing(&company, ann.id, 0).await;
        let until = company.clock.now().plus(CLAIM);
        let claims = (0..8).map(|_| company.store.scheduled.claim(&seen, until));
        let claimed = futures_util::future::join_all(claims).await;
        let mut claimed = claimed.into_iter().filter_map(|claim| claim.unwrap());
        let held = claimed.next().unwrap();
        assert_eq!((claimed.next().map(|one| one.id), held.state()), (None, ScheduledState::Claimed));
    })
    .await;
}

#[tokio::test]
async fn what_nobody_finished_falls_due_again_and_whoever_came_late_has_lost_it() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let table = &company.store.scheduled;
        let seen = thing(&company, ann.id, 0).await;
        let slow = table.claim(&seen, company.clock.now().plus(CLAIM)).await.unwrap().unwrap();
        company.clock.advance(CLAIM - Duration::from_millis(1));
        assert!(taken_up(&company).await.is_empty());
        company.clock.advance(Duration::from_millis(1));
        assert_eq!(taken_up(&company).await, [seen.id]);
        assert!(table.claim(&slow, company.clock.now().plus(CLAIM)).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn whoever_works_for_long_holds_on() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let table = &company.store.scheduled;
        let seen = thing(&company, ann.id, 0).await;
        let held = table.claim(&seen, company.clock.now().plus(CLAIM)).await.unwrap().unwrap();
        company.clock.advance(Duration::from_secs(20));
        table.claim(&held, company.clock.now().plus(CLAIM)).await.unwrap().unwrap();
        company.clock.advance(Duration::from_secs(20));
        assert!(taken_up(&company).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn after_what_could_not_be_done_the_same_person_waits_and_others_do_not() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let stuck = thing(&company, ann.id, 0).await;
        let behind = thing(&company, ann.id, 1).await;
        let other = thing(&company, bob.id, 1).await;
        company.clock.advance(Duration::from_secs(1));
        let taken = Mutex::new(Vec::new());
        let fail_once = async |one: Scheduled| {
            taken.lock().unwrap().push(one.id);
            if one.id == stuck.id { Err(Error::unknown()) } else { Ok(()) }
        };
        let worked = take_up(&company.store.scheduled, &company.clock, &fail_once).await;
        assert_eq!(code(worked), Code::Unknown);
        assert_eq!(BTreeSet::from_iter(taken.into_inner().unwrap()), BTreeSet::from([stuck.id, other.id]));
        company.clock.advance(Duration::from_secs(1));
        assert_eq!(taken_up(&company).await, [behind.id]);
        company.clock.advance(CLAIM - Duration::from_secs(1));
        assert!(taken_up(&company).await.contains(&stuck.id));
    })
    .await;
}

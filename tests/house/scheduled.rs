//! Messages that are sent later: in their time, once, and with the rights of then.

use std::time::Duration;

use hubbub::error::Code;
use hubbub::model::{Channel, Id, NotificationKind, Planned, ScheduledState, What};
use hubbub::policy::Actor;
use hubbub::service::schedule::ScheduledView;
use hubbub::store::NotificationsWanted;
use serde_json::{Value, json};

use crate::company::{Company, all, code, from, story};

const SOON: Duration = Duration::from_secs(60);

fn after(company: &Company, wait: Duration, channel: Id<Channel>, text: &str) -> Planned {
    from(json!({ "channelId": channel, "dueAt": company.clock.now().plus(wait), "text": text }))
}

async fn plan(company: &Company, who: &Actor, channel: Id<Channel>, text: &str) -> ScheduledView {
    company.schedule.plan(who, after(company, SOON, channel, text), None).await.unwrap()
}

async fn send_due(company: &Company) {
    company.schedule.send_due(&company.messages).await.unwrap();
}

/// What is said in a channel, the oldest first.
async fn said(company: &Company, channel: Id<Channel>) -> Vec<String> {
    let entries = company.store.messages.after(channel.into(), 0, 300).await.unwrap();
    let texts = entries.into_iter().filter_map(|entry| match entry.what {
        What::Message(message) => message.text.map(|text| text.as_str().to_owned()),
        _ => None,
    });
    texts.collect()
}

async fn listed(company: &Company, who: &Actor) -> Vec<ScheduledView> {
    company.schedule.list(who, &all()).await.unwrap().items
}

async fn told_of_failures(company: &Company, who: &Actor) -> Vec<Value> {
    let wanted = NotificationsWanted { kind: Some(NotificationKind::Scheduled), ..Default::default() };
    let listed = company.notifications.list(who, wanted, &all()).await.unwrap();
    listed.items.into_iter().filter_map(|listed| listed.notification.about).collect()
}

/// Ann's channel with bob in it.
async fn channel(company: &Company) -> (Id<Channel>, Actor, Actor) {
    let (ann, bob) = (company.user("ann").await, company.user("bob").await);
    let group = company.group(&ann, "Gardeners").await.id;
    company.groups.join(&bob, group).await.unwrap();
    (company.general(group).await.id, ann, bob)
}

#[tokio::test]
async fn a_message_is_sent_in_its_time_and_its_author_hears_of_it() {
    story(async |company: Company| {
        let (general, ann, _) = channel(&company).await;
        let before = company.told(ann.id).await.len() as u64;
        let planned = plan(&company, &ann, general, "water the roses").await;
        assert_eq!(planned.state, ScheduledState::Waiting);
        company.clock.advance(SOON - Duration::from_millis(1));
        send_due(&company).await;
        assert_eq!(said(&company, general).await, [""; 0]);
        company.clock.advance(Duration::from_millis(1));
        for _ in 0..2 {
            send_due(&company).await;
        }
        assert_eq!(said(&company, general).await, ["water the roses"]);
        assert!(listed(&company, &ann).await.is_empty());
        let told = company.store.messages.after(ann.id.into(), before, 10).await.unwrap();
        let states: Vec<&Value> = told
            .iter()
            .filter_map(|entry| match &entry.what {
                What::Account { about, .. } => Some(&about["state"]),
                _ => None,
            })
            .collect();
        assert_eq!(states, [&json!("waiting"), &json!("sent")]);
    })
    .await;
}

#[tokio::test]
async fn what_fell_due_while_nobody_was_there_is_sent_in_order_afterwards() {
    story(async |company: Company| {
        let (general, ann, _) = channel(&company).await;
        for (text, wait) in [("third", 30), ("first", 10), ("second", 20)] {
            let planned = after(&company, Duration::from_secs(wait), general, text);
            company.schedule.plan(&ann, planned, None).await.unwrap();
        }
        let texts: Vec<_> =
            listed(&company, &ann).await.into_iter().filter_map(|one| one.planned.text).collect();
        assert_eq!(texts.iter().map(|text| text.as_str()).collect::<Vec<_>>(), ["first", "second", "third"]);
        company.clock.advance(Duration::from_secs(3 * 24 * 60 * 60));
        send_due(&company).await;
        assert_eq!(said(&company, general).await, ["first", "second", "third"]);
    })
    .await;
}

#[tokio::test]
async fn the_rights_are_those_of_the_moment_in_which_it_is_sent() {
    story(async |company: Company| {
        let (general, ann, bob) = channel(&company).await;
        let planned = plan(&company, &bob, general, "for all of you").await;
        let group = company.channels.get(&ann, general).await.unwrap().group_id.unwrap();
        company.groups.remove(&ann, group, bob.id).await.unwrap();
        company.clock.advance(SOON);
        for _ in 0..2 {
            send_due(&company).await;
        }
        assert_eq!(said(&company, general).await, [""; 0]);
        let failed = listed(&company, &bob).await.pop().unwrap();
        assert_eq!(failed.state, ScheduledState::Failed);
        let reason = json!({ "code": "NOT_FOUND", "message": "no such channel" });
        assert_eq!(serde_json::to_value(failed.reason.unwrap()).unwrap(), reason);
        let about = json!({ "scheduledId": planned.id, "reason": reason });
        assert_eq!(told_of_failures(&company, &bob).await, [about]);

        company.groups.join(&bob, group).await.unwrap();
        let anew = after(&company, SOON, general, "I am back");
        let anew = company.schedule.replan(&bob, planned.id, anew).await.unwrap();
        assert_eq!((anew.state, anew.reason), (ScheduledState::Waiting, None));
        company.clock.advance(SOON);
        send_due(&company).await;
        assert_eq!(said(&company, general).await, ["I am back"]);
        assert!(listed(&company, &bob).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_account_that_is_not_in_use_says_nothing() {
    story(async |company: Company| {
        let (general, _, bob) = channel(&company).await;
        plan(&company, &bob, general, "am I still here?").await;
        company.switch(&bob, hubbub::model::Status::Inactive).await;
        company.clock.advance(SOON);
        send_due(&company).await;
        assert_eq!(said(&company, general).await, [""; 0]);
        assert_eq!(listed(&company, &bob).await[0].state, ScheduledState::Failed);
    })
    .await;
}

#[tokio::test]
async fn in_a_slow_channel_it_waits_for_its_turn() {
    story(async |company: Company| {
        let (general, ann, bob) = channel(&company).await;
        company.channels.set(&ann, general, from(json!({ "slowModeSeconds": 100 }))).await.unwrap();
        for text in ["first", "second"] {
            plan(&company, &bob, general, text).await;
            company.clock.advance(Duration::from_millis(1));
        }
        company.clock.advance(SOON);
        send_due(&company).await;
        assert_eq!(said(&company, general).await, ["first"]);
        let [waiting] = listed(&company, &bob).await.try_into().unwrap();
        assert_eq!(waiting.state, ScheduledState::Waiting);
        assert_eq!(waiting.planned.due_at, company.clock.now().plus(Duration::from_secs(100)));
        company.clock.advance(Duration::from_secs(100));
        send_due(&company).await;
        assert_eq!(said(&company, general).await, ["first", "second"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_planned_is_its_authors_alone() {
    story(async |company: Company| {
        let (general, ann, bob) = channel(&company).await;
        let eve = company.user("eve").await;
        let planned = plan(&company, &ann, general, "a surprise for bob").await;
        for stranger in [&bob, &eve] {
            let other = after(&company, SOON, general, "not mine");
            let schedule = &company.schedule;
            assert!(listed(&company, stranger).await.is_empty());
            assert_eq!(code(schedule.cancel(stranger, planned.id).await), Code::NotFound);
            assert_eq!(code(schedule.replan(stranger, planned.id, other.clone()).await), Code::NotFound);
        }
        let elsewhere = after(&company, SOON, general, "hello?");
        assert_eq!(code(company.schedule.plan(&eve, elsewhere, None).await), Code::NotFound);
        company.schedule.cancel(&ann, planned.id).await.unwrap();
        assert_eq!(code(company.schedule.cancel(&ann, planned.id).await), Code::NotFound);
        company.clock.advance(SOON);
        send_due(&company).await;
        assert_eq!(said(&company, general).await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn what_can_never_be_sent_is_not_planned() {
    story(async |company: Company| {
        let (general, ann, _) = channel(&company).await;
        let year = Duration::from_secs(366 * 24 * 60 * 60);
        let refused = async |planned: Planned| {
            let refusal = company.schedule.plan(&ann, planned, None).await.unwrap_err();
            assert_eq!(refusal.code(), Code::ValidationFailed);
            refusal.message().to_owned()
        };
        let now = after(&company, Duration::ZERO, general, "at once");
        assert_eq!(refused(now).await, "dueAt: must be in the future");
        let far = after(&company, year + Duration::from_millis(1), general, "far");
        assert_eq!(refused(far).await, "dueAt: must be within a year");
        let empty = Planned { text: None, ..after(&company, SOON, general, "nothing") };
        assert_eq!(refused(empty).await, "text: a message cannot be empty");
        for number in 0..100 {
            company
                .schedule
                .plan(&ann, after(&company, year, general, &number.to_string()), None)
                .await
                .unwrap();
        }
        let one_more = company.schedule.plan(&ann, after(&company, SOON, general, "101"), None).await;
        assert_eq!(code(one_more), Code::Conflict);
    })
    .await;
}

#[tokio::test]
async fn what_is_planned_twice_by_one_intent_is_sent_once() {
    story(async |company: Company| {
        let (general, ann, bob) = channel(&company).await;
        let intent = "the-same-intent-1".parse().unwrap();
        let planned = after(&company, SOON, general, "once");
        let schedule = &company.schedule;
        let first = schedule.plan(&ann, planned.clone(), Some(&intent)).await.unwrap();
        let again = schedule.plan(&ann, planned.clone(), Some(&intent)).await.unwrap();
        let others = schedule.plan(&bob, planned, Some(&intent)).await.unwrap();
        assert_eq!(first.id, again.id);
        assert_ne!(first.id, others.id);
        company.clock.advance(SOON);
        send_due(&company).await;
        // Its answer was lost for so long that it was sent meanwhile.
        let late = after(&company, SOON, general, "once");
        schedule.plan(&ann, late, Some(&intent)).await.unwrap();
        company.clock.advance(SOON);
        send_due(&company).await;
        assert_eq!(said(&company, general).await, ["once", "once"]);
        assert!(listed(&company, &ann).await.is_empty());
    })
    .await;
}

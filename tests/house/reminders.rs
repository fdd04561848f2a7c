//! Reminders: in their time and once, and of a message only what one may read then.

use std::time::Duration;

use hubbub::error::Code;
use hubbub::model::{Entry, Id, NotificationKind, Reminder};
use hubbub::policy::Actor;
use hubbub::service::due::CLAIM;
use hubbub::service::messages::Send;
use hubbub::service::notifications::Listed;
use hubbub::service::reminders::{NewReminder, ReminderView};
use hubbub::store::NotificationsWanted;
use serde_json::{Value, json};

use crate::company::{Company, all, code, from, story};

const SOON: Duration = Duration::from_secs(60);

fn after(company: &Company, wait: Duration, of: Value) -> NewReminder {
    let mut new = json!({ "dueAt": company.clock.now().plus(wait) });
    new.as_object_mut().unwrap().extend(of.as_object().unwrap().clone());
    from(new)
}

async fn remind_of(company: &Company, who: &Actor, of: Value) -> ReminderView {
    company.reminders.add(who, after(company, SOON, of), None).await.unwrap()
}

async fn listed(company: &Company, who: &Actor, done: bool) -> Vec<ReminderView> {
    company.reminders.list(who, done, &all()).await.unwrap().items
}

async fn notified(company: &Company, who: &Actor) -> Vec<Listed> {
    let wanted = NotificationsWanted { kind: Some(NotificationKind::Reminder), ..Default::default() };
    company.notifications.list(who, wanted, &all()).await.unwrap().items
}

async fn told(company: &Company, who: &Actor) -> usize {
    company.told(who.id).await.iter().filter(|told| told.starts_with("ReminderDue")).count()
}

/// What ann said where bob reads.
async fn message(company: &Company) -> (Id<Entry>, Actor, Actor) {
    let (ann, bob) = (company.user("ann").await, company.user("bob").await);
    let group = company.group(&ann, "Gardeners").await.id;
    company.groups.join(&bob, group).await.unwrap();
    let general = company.general(group).await.id;
    let send = Send { text: Some("roses need water".parse().unwrap()), ..Send::to(general) };
    (company.messages.post(&ann, send).await.unwrap().message.id, ann, bob)
}

#[tokio::test]
async fn somebody_is_reminded_in_time_and_once() {
    story(async |company: Company| {
        let (message, _, bob) = message(&company).await;
        let added = remind_of(&company, &bob, json!({ "messageId": message, "text": "before noon" })).await;
        assert_eq!(listed(&company, &bob, false).await, std::slice::from_ref(&added));
        company.clock.advance(SOON - Duration::from_millis(1));
        company.reminders.remind().await.unwrap();
        assert!(notified(&company, &bob).await.is_empty());
        company.clock.advance(Duration::from_millis(1));
        for _ in 0..2 {
            company.reminders.remind().await.unwrap();
        }
        let [one] = notified(&company, &bob).await.try_into().unwrap();
        assert_eq!(one.notification.id, format!("t-{}", added.id));
        assert_eq!(one.notification.about, Some(json!({ "reminderId": added.id })));
        assert_eq!(one.message.unwrap().text.unwrap().as_str(), "roses need water");
        assert_eq!(told(&company, &bob).await, 1);
        assert!(listed(&company, &bob, false).await.is_empty());
        assert_eq!(listed(&company, &bob, true).await, [ReminderView { done: true, ..added }]);
    })
    .await;
}

#[tokio::test]
async fn of_a_message_that_one_can_no_longer_read_nothing_is_shown() {
    story(async |company: Company| {
        let (message, ann, bob) = message(&company).await;
        remind_of(&company, &bob, json!({ "messageId": message })).await;
        let shown = listed(&company, &bob, false).await.pop().unwrap().message.unwrap();
        assert_eq!(shown.text.unwrap().as_str(), "roses need water");
        let channel = shown.channel_id.cast();
        let group = company.channels.get(&ann, channel).await.unwrap().group_id.unwrap();
        company.groups.remove(&ann, group, bob.id).await.unwrap();
        company.clock.advance(SOON);
        assert!(listed(&company, &bob, false).await[0].message.is_none());
        company.reminders.remind().await.unwrap();
        assert!(listed(&company, &bob, true).await[0].message.is_none());
        assert!(notified(&company, &bob).await[0].message.is_none());

        company.groups.join(&bob, group).await.unwrap();
        company.messages.delete(&ann, message).await.unwrap();
        let deleted = listed(&company, &bob, true).await.pop().unwrap().message.unwrap();
        assert_eq!(deleted.text, None);
    })
    .await;
}

#[tokio::test]
async fn whoever_died_while_reminding_is_followed_by_another_and_nobody_hears_it_twice() {
    story(async |company: Company| {
        let (_, _, bob) = message(&company).await;
        let added = remind_of(&company, &bob, json!({ "text": "water" })).await;
        let reminders = &company.store.reminders;
        let seen: Reminder = reminders.get(added.id).await.unwrap().unwrap();
        company.clock.advance(SOON);
        reminders.claim(&seen, company.clock.now().plus(CLAIM)).await.unwrap().unwrap();
        company.reminders.remind().await.unwrap();
        assert_eq!(told(&company, &bob).await, 0);
        company.clock.advance(CLAIM);
        company.reminders.remind().await.unwrap();
        // As before the last step.
        reminders.remove(bob.id, seen.id).await.unwrap();
        reminders.insert(&seen).await.unwrap();
        let other = Company::over(company.store.clone());
        other.clock.advance(SOON + CLAIM);
        tokio::try_join!(company.reminders.remind(), other.reminders.remind()).unwrap();
        assert_eq!((notified(&company, &bob).await.len(), told(&company, &bob).await), (1, 1));
        assert!(reminders.get(added.id).await.unwrap().unwrap().done);
    })
    .await;
}

#[tokio::test]
async fn reminders_are_their_owners_alone_and_bounded() {
    story(async |company: Company| {
        let (message, _, bob) = message(&company).await;
        let eve = company.user("eve").await;
        let added = remind_of(&company, &bob, json!({ "text": "water" })).await;
        assert!(listed(&company, &eve, false).await.is_empty());
        assert_eq!(code(company.reminders.remove(&eve, added.id).await), Code::NotFound);
        let refused = async |who: &Actor, wait: Duration, of: Value| {
            company.reminders.add(who, after(&company, wait, of), None).await.unwrap_err()
        };
        let theirs = refused(&eve, SOON, json!({ "messageId": message })).await;
        assert_eq!(theirs.code(), Code::NotFound);
        for (wait, of, reason) in [
            (Duration::ZERO, json!({ "text": "now" }), "dueAt: must be in the future"),
            (SOON * 60 * 24 * 367, json!({ "text": "far" }), "dueAt: must be within a year"),
            (SOON, json!({}), "text: say what to remind you of"),
        ] {
            let refusal = refused(&bob, wait, of).await;
            assert_eq!((refusal.code(), refusal.message()), (Code::ValidationFailed, reason));
        }
        for _ in 1..100 {
            remind_of(&company, &bob, json!({ "text": "water" })).await;
        }
        assert_eq!(refused(&bob, SOON, json!({ "text": "more" })).await.code(), Code::Conflict);
        company.reminders.remove(&bob, added.id).await.unwrap();
        remind_of(&company, &bob, json!({ "text": "more" })).await;
    })
    .await;
}

#[tokio::test]
async fn what_was_asked_for_twice_by_one_intent_is_one_and_what_is_long_done_is_forgotten() {
    story(async |company: Company| {
        let (_, _, bob) = message(&company).await;
        let intent = "the-same-intent-1".parse().unwrap();
        for _ in 0..2 {
            let new = after(&company, SOON, json!({ "text": "water" }));
            company.reminders.add(&bob, new, Some(&intent)).await.unwrap();
        }
        assert_eq!(listed(&company, &bob, false).await.len(), 1);
        company.clock.advance(SOON);
        company.reminders.remind().await.unwrap();
        company.clock.advance(Duration::from_secs(90 * 24 * 60 * 60));
        company.reminders.remind().await.unwrap();
        assert!(listed(&company, &bob, true).await.is_empty());
        assert_eq!(told(&company, &bob).await, 1);
    })
    .await;
}

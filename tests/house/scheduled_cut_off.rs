//! Messages that are sent later, where a process dies between two steps, several send, the author changes
//! their mind at the last moment, or the store does not answer.

use std::time::Duration;

use hubbub::error::Code;
use hubbub::model::{Channel, Id, NotificationKind, Planned, Refused, Scheduled, ScheduledState, What};
use hubbub::policy::Actor;
use hubbub::service::channels::NewBan;
use hubbub::service::due::CLAIM;
use hubbub::service::messages::Send;
use hubbub::store::memory::{Memory, Weather};
use hubbub::store::{NotificationsWanted, Store};
use serde_json::json;

use crate::company::{Company, all, code, from, story};

const SOON: Duration = Duration::from_secs(60);

fn planned(company: &Company, channel: Id<Channel>, text: &str) -> Planned {
    from(json!({ "channelId": channel, "dueAt": company.clock.now().plus(SOON), "text": text }))
}

/// Something that bob planned to say in ann's channel, seen as it is when it falls due.
async fn due(company: &Company) -> (Id<Channel>, Actor, Actor, Scheduled) {
    let (ann, bob) = (company.user("ann").await, company.user("bob").await);
    let group = company.group(&ann, "Gardeners").await.id;
    company.groups.join(&bob, group).await.unwrap();
    let general = company.general(group).await.id;
    let view = company.schedule.plan(&bob, planned(company, general, "once"), None).await.unwrap();
    company.clock.advance(SOON);
    (general, ann, bob, company.store.scheduled.get(view.id).await.unwrap().unwrap())
}

async fn claim(company: &Company, seen: &Scheduled) -> Scheduled {
    let until = company.clock.now().plus(CLAIM);
    company.store.scheduled.claim(seen, until).await.unwrap().unwrap()
}

/// As a process does that dies afterwards.
async fn post(company: &Company, who: &Actor, claimed: &Scheduled) {
    let id = Some(claimed.client_msg_id().unwrap());
    let send = Send { client_msg_id: id, ..Send::planned(&claimed.planned) };
    company.messages.post(who, send).await.unwrap();
}

async fn send_due(company: &Company) {
    company.schedule.send_due(&company.messages).await.unwrap();
}

async fn messages(company: &Company, channel: Id<Channel>) -> usize {
    let entries = company.store.messages.after(channel.into(), 0, 300).await.unwrap();
    entries.iter().filter(|entry| matches!(entry.what, What::Message(_))).count()
}

async fn failures(company: &Company, who: &Actor) -> usize {
    let wanted = NotificationsWanted { kind: Some(NotificationKind::Scheduled), ..Default::default() };
    company.notifications.list(who, wanted, &all()).await.unwrap().items.len()
}

/// How often the author was told that it is so.
async fn told(company: &Company, who: &Actor, state: &str) -> usize {
    let entries = company.store.messages.after(who.id.into(), 0, 300).await.unwrap();
    let says = |what: &What| matches!(what, What::Account { about, .. } if about["state"] == state);
    entries.iter().filter(|entry| says(&entry.what)).count()
}

#[tokio::test]
async fn whoever_died_with_the_claim_is_followed_by_another() {
    story(async |company: Company| {
        let (general, _, _, seen) = due(&company).await;
        claim(&company, &seen).await;
        send_due(&company).await;
        assert_eq!(messages(&company, general).await, 0);
        company.clock.advance(CLAIM);
        send_due(&company).await;
        assert_eq!(messages(&company, general).await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_was_said_before_its_sender_died_is_not_said_again_nor_called_refused() {
    story(async |company: Company| {
        let (general, ann, bob, seen) = due(&company).await;
        let claimed = claim(&company, &seen).await;
        post(&company, &bob, &claimed).await;
        let ban: NewBan = from(json!({ "userId": bob.id, "reason": "shouting" }));
        company.channels.ban(&ann, general, ban).await.unwrap();
        company.clock.advance(CLAIM);
        send_due(&company).await;
        assert_eq!((messages(&company, general).await, failures(&company, &bob).await), (1, 0));
        assert_eq!(told(&company, &bob, "sent").await, 1);
        assert!(company.schedule.list(&bob, &all()).await.unwrap().items.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_was_told_before_its_sender_died_is_told_once() {
    story(async |company: Company| {
        let (general, _, bob, seen) = due(&company).await;
        send_due(&company).await;
        // As it was before it went away, which the sender did not live to see to.
        company.store.scheduled.insert(&seen).await.unwrap();
        send_due(&company).await;
        assert_eq!((messages(&company, general).await, told(&company, &bob, "sent").await), (1, 1));
        assert!(company.store.scheduled.get(seen.id).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_refusal_that_was_not_told_is_told_once_and_stands() {
    story(async |company: Company| {
        let (general, _, bob, seen) = due(&company).await;
        let claimed = claim(&company, &seen).await;
        let why = Refused { code: "FORBIDDEN".into(), message: "you cannot write here".into() };
        let refused = company.store.scheduled.refuse(&claimed, &why).await.unwrap().unwrap();
        company.clock.advance(CLAIM);
        send_due(&company).await;
        // Told, and dead before it was put down.
        company.store.scheduled.remove(&Scheduled { moment: None, ..refused.clone() }).await.unwrap();
        company.store.scheduled.insert(&refused).await.unwrap();
        send_due(&company).await;
        assert_eq!((messages(&company, general).await, failures(&company, &bob).await), (0, 1));
        assert_eq!(told(&company, &bob, "failed").await, 1);
        let [listed] = company.schedule.list(&bob, &all()).await.unwrap().items.try_into().unwrap();
        assert_eq!((listed.state, listed.reason), (ScheduledState::Failed, Some(why)));
    })
    .await;
}

#[tokio::test]
async fn what_is_being_sent_can_be_changed_no_more() {
    story(async |company: Company| {
        let (general, _, bob, seen) = due(&company).await;
        let held = claim(&company, &seen).await;
        let anew = planned(&company, general, "better words");
        assert_eq!(code(company.schedule.cancel(&bob, seen.id).await), Code::Conflict);
        assert_eq!(code(company.schedule.replan(&bob, seen.id, anew.clone()).await), Code::Conflict);
        // Who looked before the claim comes too late as well.
        assert!(company.store.scheduled.replan(&seen, &anew).await.unwrap().is_none());
        assert!(!company.store.scheduled.remove(&seen).await.unwrap());
        assert_eq!(company.store.scheduled.get(seen.id).await.unwrap().unwrap().moment, held.moment);
    })
    .await;
}

#[tokio::test]
async fn whoever_changes_their_mind_in_the_last_moment_is_obeyed_or_told_that_it_is_too_late() {
    story(async |company: Company| {
        let (general, _, bob, _) = due(&company).await;
        send_due(&company).await;
        for _ in 0..20 {
            let before = messages(&company, general).await;
            let one = company.schedule.plan(&bob, planned(&company, general, "or not"), None).await.unwrap();
            company.clock.advance(SOON);
            let (cancelled, sent) = tokio::join!(
                company.schedule.cancel(&bob, one.id),
                company.schedule.send_due(&company.messages)
            );
            sent.unwrap();
            let said = messages(&company, general).await - before;
            assert_eq!(said, usize::from(cancelled.is_err()), "{cancelled:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn two_who_send_at_once_send_everything_once() {
    story(async |company: Company| {
        let (general, ann, bob, _) = due(&company).await;
        for number in 1..20 {
            let who = if number % 2 == 0 { &ann } else { &bob };
            let planned = planned(&company, general, &format!("number {number}"));
            company.schedule.plan(who, planned, None).await.unwrap();
        }
        company.clock.advance(SOON);
        let other = Company::over(company.store.clone());
        other.clock.advance(SOON + SOON);
        let here = company.schedule.send_due(&company.messages);
        tokio::try_join!(here, other.schedule.send_due(&other.messages)).unwrap();
        assert_eq!(messages(&company, general).await, 20);
        assert_eq!(told(&company, &bob, "sent").await + told(&company, &ann, "sent").await, 20);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn in_any_weather_each_of_two_processes_that_send_sends_what_the_other_did_not() {
    for seed in 0..40 {
        let memory = Memory::new(seed);
        let here = Company::over(Store::simulated(memory.clone()));
        let there = Company::over(Store::simulated(memory.process()));
        let (general, _, bob, _) = due(&here).await;
        there.clock.advance(SOON);
        for number in 1..5 {
            let planned = planned(&here, general, &format!("number {number}"));
            here.schedule.plan(&bob, planned, None).await.unwrap();
        }
        memory.set_weather(Weather {
            refused: 50,
            vanished: 50,
            unanswered: 100,
            slow: 40,
            ..Weather::default()
        });
        for round in 0..12 {
            if round == 8 {
                memory.set_weather(Weather::default());
            }
            here.clock.advance(CLAIM);
            there.clock.advance(CLAIM);
            let sent = tokio::join!(
                here.schedule.send_due(&here.messages),
                there.schedule.send_due(&there.messages)
            );
            drop(sent);
        }
        assert_eq!(messages(&here, general).await, 5, "seed {seed}");
        assert_eq!(told(&here, &bob, "sent").await, 5, "seed {seed}");
        assert_eq!(failures(&here, &bob).await, 0, "seed {seed}");
        assert!(here.schedule.list(&bob, &all()).await.unwrap().items.is_empty(), "seed {seed}");
    }
}

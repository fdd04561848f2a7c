//! Writes that failed after they took effect, or perhaps did: rights follow the store at once, and
//! what could not be told is told soon.

use std::time::Duration;

use hubbub::model::{Leave, Session};
use hubbub::service::roster::{Moved, News, Turn};
use hubbub::service::{Registrar, Revocations, Revoked};
use hubbub::store::memory::{Memory, Weather};
use hubbub::store::{Edits, Store};

use crate::company::{Company, story};

fn simulated(seed: u64) -> (Memory, Company) {
    let memory = Memory::new(seed);
    let company = Company::over(Store::simulated(memory.clone()));
    (memory, company)
}

#[tokio::test]
async fn a_removal_that_was_left_unfinished_is_at_once_one_for_rights() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Gardeners").await;
        let general = company.general(group.id).await;
        company.groups.join(&bob, group.id).await.unwrap();
        assert!(company.reads(&bob, general.id).await);
        let mut moves = company.roster.moves();
        let removing = News::Member { user: bob.id, turn: Turn::Out(Leave::Removed) };
        let note = company.roster.begin(&ann, group.id, removing).await.unwrap();
        company.store.memberships.remove(group.id.into(), bob.id).await.unwrap();
        drop(note);
        assert!(!company.reads(&bob, general.id).await);
        assert_eq!(moves.try_recv().unwrap(), Moved::User(bob.id));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_was_left_unfinished_is_told_within_two_seconds_s39() {
    let (_, company) = simulated(1);
    let (ann, bob) = (company.user("ann").await, company.user("bob").await);
    let group = company.group(&ann, "Gardeners").await;
    let general = company.general(group.id).await;
    company.groups.join(&bob, group.id).await.unwrap();
    let removing = News::Member { user: bob.id, turn: Turn::Out(Leave::Removed) };
    let note = company.roster.begin(&ann, group.id, removing).await.unwrap();
    company.store.memberships.remove(group.id.into(), bob.id).await.unwrap();
    drop(note);
    let _ = tokio::time::timeout(Duration::from_secs(2), company.roster.hurry()).await;
    assert_eq!(company.last(general.id).await, "bob removed");
}

#[tokio::test(start_paused = true)]
async fn whatever_a_store_in_bad_weather_answers_rights_are_as_it_says_afterwards() {
    for seed in 0..60 {
        let (memory, company) = simulated(seed);
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Gardeners").await;
        let general = company.general(group.id).await;
        company.groups.join(&bob, group.id).await.unwrap();
        assert!(company.reads(&bob, general.id).await);
        memory.set_weather(Weather { unanswered: 400, vanished: 100, refused: 50, ..Weather::default() });
        let _ = company.roster.leave(&ann, group.id, bob.id, Leave::Removed).await;
        memory.set_weather(Weather::default());
        let member = company.role(group.id, &bob).await.is_some();
        assert_eq!(company.reads(&bob, general.id).await, member, "seed {seed}");
    }
}

#[tokio::test]
async fn a_group_that_is_deleted_moves_everybody_who_was_in_it() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let group = company.group(&ann, "Gardeners").await;
        let mut moves = company.roster.moves();
        company.groups.delete(&ann, group.id).await.unwrap();
        let mut last = None;
        while let Ok(moved) = moves.try_recv() {
            last = Some(moved);
        }
        assert_eq!(last, Some(Moved::Group(group.id)));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn sockets_are_told_of_an_ended_session_whatever_the_store_answers() {
    for seed in 0..30 {
        let (memory, company) = simulated(seed);
        let revocations = Revocations::default();
        let registrar = Registrar::new(company.roster.clone(), revocations.clone());
        let bob = company.user("bob").await;
        let user = registrar.find(bob.id).await.unwrap();
        let now = company.clock.now();
        let session = Session {
            id: "session".into(),
            user_id: bob.id,
            device: String::new(),
            address: String::new(),
            created_at: now,
            last_seen_at: now,
            expires_at: now.plus(Duration::from_secs(3_600)),
            revoked_at: None,
        };
        company.store.sessions.insert(&session).await.unwrap();
        assert!(company.rights.session("session").await.unwrap().is_some());
        let mut told = revocations.listen();
        memory.set_weather(Weather { unanswered: 500, ..Weather::default() });
        let _ = registrar.end_session(&bob, &user, "session").await;
        memory.set_weather(Weather::default());
        assert_eq!(told.try_recv().unwrap(), Revoked::Session("session".into()));
        assert!(company.rights.session("session").await.unwrap().is_none(), "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sign_out_everywhere_that_nobody_answered_ends_the_sessions_all_the_same() {
    for seed in 0..30 {
        let (memory, company) = simulated(seed);
        let revocations = Revocations::default();
        let registrar = Registrar::new(company.roster.clone(), revocations.clone());
        let bob = company.user("bob").await;
        let user = registrar.find(bob.id).await.unwrap();
        company.rights.user(bob.id).await.unwrap();
        let mut told = revocations.listen();
        memory.set_weather(Weather { unanswered: 500, ..Weather::default() });
        let edits = Edits { signed_out: true, ..Edits::default() };
        let _ = registrar.edit(&bob, &user, edits).await;
        memory.set_weather(Weather::default());
        assert_eq!(told.try_recv().unwrap(), Revoked::User(bob.id));
        assert_eq!(company.rights.user(bob.id).await.unwrap().unwrap().authz_epoch, 1, "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_another_process_changed_is_known_here_within_two_seconds_d34() {
    let (memory, here) = simulated(1);
    let there = Company::over(Store::simulated(memory.process()));
    let (ann, bob) = (here.user("ann").await, here.user("bob").await);
    let group = here.group(&ann, "Gardeners").await;
    let general = here.general(group.id).await;
    here.groups.join(&bob, group.id).await.unwrap();
    assert!(here.reads(&bob, general.id).await);
    there.roster.leave(&ann, group.id, bob.id, Leave::Removed).await.unwrap();
    tokio::time::advance(Duration::from_secs(2)).await;
    assert!(!here.reads(&bob, general.id).await);
}

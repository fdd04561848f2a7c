//! How people say they are, on all their devices, and what others may know of it (S-48, S-49).

use std::time::Duration;

use hubbub::error::Code;
use hubbub::event::PresenceStatus;
use hubbub::limits;
use hubbub::model::{AccountEvent, Availability, Id, Time, User, What};
use hubbub::policy::Actor;
use hubbub::service::messages::Send;
use hubbub::service::presence::PresenceBook;
use hubbub::service::status::{Looks, Statuses};
use hubbub::store::{COLLECTIONS, Change, Filter, Literal};
use serde_json::{Value, json, to_value};

use crate::company::{Company, all, code, from, story};

use PresenceStatus::{Away, Busy, Offline, Online};

/// Ann's group with bob in it.
async fn choir(company: &Company) -> (Actor, Actor) {
    let (ann, bob) = (company.user("ann").await, company.user("bob").await);
    let group = company.group(&ann, "Choir").await;
    company.groups.join(&bob, group.id).await.unwrap();
    (ann, bob)
}

async fn come(company: &Company, who: &Actor, device: &str) {
    let chosen = company.statuses.kept(who.id).await.unwrap();
    company.presence.arrive(who.id, &who.username, device, &chosen);
}

/// Their devices go, and the grace is over.
async fn go(company: &Company, who: &Actor, device: &str) {
    company.presence.depart(who.id, device);
    company.clock.advance(limits::OFFLINE_GRACE);
    company.presence.sweep();
    company.statuses.keep_seen().await.unwrap();
}

async fn says(company: &Company, who: &Actor, edit: Value) -> Value {
    to_value(company.statuses.choose(who, None, from(edit)).await.unwrap()).unwrap()
}

async fn looks(company: &Company, to: &Actor, of: Id<User>) -> Looks {
    company.statuses.of(to, of).await.unwrap()
}

async fn status(company: &Company, to: &Actor, of: &Actor) -> PresenceStatus {
    looks(company, to, of.id).await.status
}

async fn last_seen(company: &Company, to: &Actor, of: &Actor) -> Option<Time> {
    looks(company, to, of.id).await.last_seen_at
}

/// How often somebody's devices were told that there is another status.
async fn told(company: &Company, who: &Actor) -> usize {
    let own = company.store.messages.after(who.id.into(), 0, 300).await.unwrap();
    let status = What::Account { event: AccountEvent::StatusUpdated, about: json!({}) };
    own.iter().filter(|entry| entry.what == status).count()
}

#[tokio::test]
async fn what_one_says_holds_on_every_device_and_after_a_restart() {
    story(async |company: Company| {
        let (ann, bob) = choir(&company).await;
        come(&company, &ann, "desk").await;
        let until = company.clock.now().plus(Duration::from_secs(3_600));
        let said = json!({ "status": "busy", "text": "score", "emoji": "🎼", "until": until });
        assert_eq!(says(&company, &ann, said.clone()).await, said);
        let seen = looks(&company, &bob, ann.id).await;
        assert_eq!((seen.status, seen.text.unwrap().as_str()), (Busy, "score"));
        says(&company, &ann, json!({ "status": "away" })).await;
        assert_eq!(looks(&company, &bob, ann.id).await.emoji.unwrap().as_str(), "🎼");
        assert_eq!(told(&company, &ann).await, 2);
        says(&company, &ann, json!({ "status": "away" })).await;
        assert_eq!((told(&company, &ann).await, told(&company, &bob).await), (2, 0), "it is so already");

        let presence = std::sync::Arc::new(PresenceBook::new(company.clock.clone()));
        let company =
            Company { statuses: Statuses::new(&company.roster, presence.clone()), presence, ..company };
        assert_eq!(status(&company, &bob, &ann).await, Offline);
        come(&company, &ann, "desk again").await;
        assert_eq!(status(&company, &bob, &ann).await, Away);
    })
    .await;
}

#[tokio::test]
async fn words_are_over_when_it_was_said_and_their_devices_told_once() {
    story(async |company: Company| {
        let (ann, bob) = choir(&company).await;
        come(&company, &ann, "desk").await;
        let until = company.clock.now().plus(Duration::from_secs(60));
        says(&company, &ann, json!({ "status": "busy", "text": "lunch", "until": until })).await;
        company.statuses.sweep().await.unwrap();
        assert!(looks(&company, &bob, ann.id).await.text.is_some());
        company.clock.advance(Duration::from_secs(60));
        let over = json!({ "status": "busy", "text": null, "emoji": null, "until": null });
        assert_eq!(to_value(company.statuses.kept(ann.id).await.unwrap()).unwrap(), over);
        company.presence.owed();
        let found = company.store.preferences.over(company.clock.now(), 10).await.unwrap();
        company.statuses.sweep().await.unwrap();
        let [owed] = company.presence.owed().try_into().unwrap();
        assert_eq!((owed.user_id, owed.status, owed.text), (ann.id, Busy, None));
        assert_eq!(told(&company, &ann).await, 2);
        // Another process found it at the same time, and new words are not taken for the old ones.
        says(&company, &ann, json!({ "text": "back" })).await;
        assert!(company.store.preferences.end_status(&found[0]).await.unwrap().is_none());
        company.statuses.sweep().await.unwrap();
        assert_eq!(told(&company, &ann).await, 3);
        assert!(looks(&company, &bob, ann.id).await.text.is_some());
    })
    .await;
}

#[tokio::test]
async fn words_whose_end_a_crash_left_half_told_are_taken_away_and_told_once() {
    story(async |company: Company| {
        let (ann, _) = choir(&company).await;
        let until = company.clock.now().plus(Duration::from_secs(60));
        says(&company, &ann, json!({ "text": "lunch", "until": until })).await;
        company.clock.advance(Duration::from_secs(60));
        let [found] = company.store.preferences.over(until, 10).await.unwrap().try_into().unwrap();
        company.statuses.sweep().await.unwrap();
        let table = COLLECTIONS.iter().find(|collection| collection.name == "preferences").unwrap();
        let as_it_was = vec![
            Change::set("statusText", "lunch"),
            Change::set("statusUntil", until),
            Change::set("statusRev", found.status_rev),
        ];
        let hers = Filter::Is("_id", Literal::of(ann.id));
        company.store.engine.update(table, hers, as_it_was).await.unwrap();
        company.statuses.sweep().await.unwrap();
        assert_eq!(told(&company, &ann).await, 2, "when it was said, and when it was over");
        assert!(company.store.preferences.over(until, 10).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_makes_no_status_is_refused() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let now = company.clock.now();
        for edit in
            [json!({ "emoji": "score" }), json!({ "emoji": ":own:" }), json!({ "text": "x", "until": now })]
        {
            assert_eq!(code(company.statuses.choose(&ann, None, from(edit)).await), Code::ValidationFailed);
        }
        assert_eq!(code(company.statuses.of(&ann, company.clock.id()).await), Code::NotFound);
    })
    .await;
}

#[tokio::test]
async fn only_who_is_near_knows_who_is_there_s48_s49() {
    story(async |company: Company| {
        let (ann, bob) = choir(&company).await;
        let (mallory, dora, root) =
            (company.user("mallory").await, company.user("dora").await, company.root().await);
        company.dm(&dora, &[&ann]).await.unwrap();
        come(&company, &ann, "desk").await;
        says(&company, &ann, json!({ "text": "singing" })).await;
        for near in [&bob, &dora, &ann] {
            assert_eq!(status(&company, near, &ann).await, Online);
        }
        let nothing = Looks { user_id: ann.id, status: Offline, text: None, emoji: None, last_seen_at: None };
        for stranger in [&mallory, &root] {
            assert_eq!(looks(&company, stranger, ann.id).await, nothing);
        }
        company.blocks.block(&ann, bob.id).await.unwrap();
        assert_eq!(looks(&company, &bob, ann.id).await, nothing);
        assert_eq!(status(&company, &ann, &bob).await, Offline);
        company.blocks.unblock(&ann, bob.id).await.unwrap();
        company.chooses(&ann, json!({ "presence": "nobody", "lastSeen": "everyone" })).await;
        for other in [&bob, &dora, &mallory] {
            assert_eq!(looks(&company, other, ann.id).await, nothing);
        }
        go(&company, &ann, "desk").await;
        assert_eq!(looks(&company, &bob, ann.id).await, nothing);
    })
    .await;
}

#[tokio::test]
async fn when_somebody_was_last_here_is_told_as_widely_as_they_choose() {
    story(async |company: Company| {
        let (ann, bob) = choir(&company).await;
        let mallory = company.user("mallory").await;
        come(&company, &ann, "desk").await;
        assert_eq!(last_seen(&company, &bob, &ann).await, None, "they are there");
        company.presence.depart(ann.id, "desk");
        let gone = company.clock.now().plus(limits::OFFLINE_GRACE);
        company.clock.advance(Duration::from_secs(30));
        company.presence.sweep();
        assert_eq!(last_seen(&company, &bob, &ann).await, Some(gone), "also before it is kept");
        company.statuses.keep_seen().await.unwrap();
        for (circle, near, far) in
            [("everyone", true, true), ("shared", true, false), ("nobody", false, false)]
        {
            company.chooses(&ann, json!({ "lastSeen": circle })).await;
            assert_eq!(last_seen(&company, &bob, &ann).await, near.then_some(gone), "{circle}");
            assert_eq!(last_seen(&company, &mallory, &ann).await, far.then_some(gone), "{circle}");
        }
        company.store.seen.note(ann.id, gone.minus(Duration::from_secs(1))).await.unwrap();
        assert_eq!(last_seen(&company, &ann, &ann).await, Some(gone), "never earlier than is known");
    })
    .await;
}

#[tokio::test]
async fn whoever_is_invisible_went_when_they_said_so_whatever_they_do_s49() {
    story(async |company: Company| {
        let (ann, bob) = choir(&company).await;
        let (cem, group) =
            (company.user("cem").await, company.groups.mine(&ann, &all()).await.unwrap().items[0].id);
        company.groups.join(&cem, group).await.unwrap();
        for one in [&ann, &cem] {
            come(&company, one, "desk").await;
        }
        company.presence.depart(cem.id, "desk");
        company.clock.advance(limits::OFFLINE_GRACE);
        company.presence.sweep();
        says(&company, &ann, json!({ "status": "invisible", "text": "hiding" })).await;
        let at = company.clock.now();
        let like = |looks: Looks| (looks.status, looks.text, looks.emoji, looks.last_seen_at);
        let same = async |company: &Company| {
            let (hid, went) = (looks(company, &bob, ann.id).await, looks(company, &bob, cem.id).await);
            assert_eq!(hid.last_seen_at, Some(at));
            assert_eq!(like(hid), like(went));
        };
        same(&company).await;
        for _ in 0..3 {
            company.clock.advance(limits::SEEN_EVERY);
            company.statuses.keep_seen().await.unwrap();
            says(&company, &ann, json!({ "text": company.clock.now().to_string() })).await;
            come(&company, &ann, "phone").await;
            company.presence.idle(ann.id, "phone", true);
            same(&company).await;
            go(&company, &ann, "phone").await;
            same(&company).await;
        }
        go(&company, &ann, "desk").await;
        same(&company).await;
        come(&company, &ann, "desk").await;
        same(&company).await;
        says(&company, &ann, json!({ "status": "online" })).await;
        assert_eq!(status(&company, &bob, &ann).await, Online);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_invisible_reads_unseen_s49() {
    story(async |company: Company| {
        let (ann, bob) = choir(&company).await;
        let general = company.general(company.groups.mine(&ann, &all()).await.unwrap().items[0].id).await.id;
        let say = async |text: &str| {
            let words = Send { text: Some(text.parse().unwrap()), ..Send::to(general) };
            company.messages.post(&ann, words).await.unwrap().message
        };
        let receipts = async |id| {
            let page = company.reads.receipts(&ann, id, &all()).await.unwrap();
            page.items.into_iter().map(|receipt| (receipt.user_id, receipt.at)).collect::<Vec<_>>()
        };
        let (first, second) = (say("one").await, say("two").await);
        let then = company.clock.now();
        company.reads.mark(&bob, general, first.seq).await.unwrap();
        says(&company, &bob, json!({ "status": "invisible" })).await;
        let third = say("three").await;
        for seq in [second.seq, third.seq] {
            company.clock.advance(Duration::from_secs(60));
            let marked = company.reads.mark(&bob, general, seq).await.unwrap();
            assert_eq!(
                (marked.seq, marked.unread),
                (seq, third.seq - seq),
                "for themselves they have read it"
            );
        }
        assert_eq!(receipts(first.id).await, [(bob.id, then)], "what was known stays, as it was");
        assert!(receipts(second.id).await.is_empty() && receipts(third.id).await.is_empty());
        says(&company, &bob, json!({ "status": "online" })).await;
        assert!(receipts(third.id).await.is_empty(), "nothing is told afterwards of what was read unseen");
        let fourth = say("four").await;
        company.reads.mark(&bob, general, fourth.seq).await.unwrap();
        assert_eq!(receipts(third.id).await, [(bob.id, company.clock.now())]);
        let cem = company.user("cem").await;
        company
            .groups
            .join(&cem, company.channels.get(&ann, general).await.unwrap().group_id.unwrap())
            .await
            .unwrap();
        says(&company, &cem, json!({ "status": "invisible" })).await;
        let fifth = say("five").await;
        company.reads.mark(&cem, general, fifth.seq).await.unwrap();
        assert!(receipts(fifth.id).await.is_empty(), "also where they had read nothing before");
    })
    .await;
}

#[tokio::test]
async fn a_device_speaks_for_itself_and_the_best_of_them_is_kept() {
    story(async |company: Company| {
        let (ann, bob) = choir(&company).await;
        for device in ["desk", "phone"] {
            come(&company, &ann, device).await;
        }
        let on = async |device: &'static str, edit: Value| {
            company.statuses.choose(&ann, Some(device), from(edit)).await.unwrap().status
        };
        assert_eq!(on("phone", json!({ "status": "away" })).await, Availability::Online);
        assert_eq!(on("phone", json!({ "text": "on my way" })).await, Availability::Online);
        assert_eq!(
            on("desk", json!({ "status": "away" })).await,
            Availability::Away,
            "the phone is away still"
        );
        assert_eq!(on("phone", json!({ "status": "offline" })).await, Availability::Invisible);
        assert_eq!(status(&company, &bob, &ann).await, Offline);
        assert_eq!(on("desk", json!({ "status": "busy" })).await, Availability::Busy);
        assert_eq!(status(&company, &bob, &ann).await, Busy);
    })
    .await;
}

#[tokio::test]
async fn two_devices_that_choose_at_once_do_not_undo_one_another() {
    story(async |company: Company| {
        let (ann, _) = choir(&company).await;
        // Of somebody who never chose anything, and of somebody who did.
        for round in 0..2 {
            let kept = company.statuses.kept(ann.id).await.unwrap();
            let [hidden, eating] = [
                json!({ "status": "invisible" }),
                json!({ "text": format!("lunch {round}"), "status": "online" }),
            ]
            .map(|edit| kept.with(from(edit)));
            let say = async |chosen| company.store.preferences.say(ann.id, chosen).await.unwrap();
            assert!(say(&hidden).await.is_some());
            assert!(say(&eating).await.is_none(), "it was chosen without knowing of the other");
        }
        let both = says(&company, &ann, json!({ "text": "lunch" })).await;
        assert_eq!((&both["status"], &both["text"]), (&json!("invisible"), &json!("lunch")));
    })
    .await;
}

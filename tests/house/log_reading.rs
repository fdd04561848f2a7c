//! What the log shows on every store: to who was away, after a crash, in order (D-16, D-19, D-28).

use hubbub::error::Code;
use hubbub::event::Durable;
use hubbub::log::{Budget, Caught, Draft, Logs};
use hubbub::model::{Entry, Epoch, Id, Seq, What};
use hubbub::store::Store;

use crate::log::{refused, story};
use crate::log_rig::{channel, clock_at, delete, edit, kept, post, react, row, said, user};
use crate::shared::entries;

async fn changes(logs: &Logs, after: Seq) -> (Vec<Durable>, Seq, bool) {
    match logs.catch_up(&channel(1), None, after, &mut Budget::default()).await.unwrap() {
        Caught::Changes { changes, upto, more, .. } => (changes, upto, more),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_words_of_a_deleted_message_are_nowhere() {
    story(async |store, logs| {
        let message = said(&logs, &channel(1), "a secret").await.id;
        kept(&logs, &channel(1), edit(user(1), message, "another secret", None)).await;
        kept(&logs, &channel(1), delete(user(1), message)).await;
        let (changes, ..) = changes(&logs, 0).await;
        assert!(matches!(
            &changes[..],
            [Durable::NewMessage(_), Durable::Skip(_), Durable::MessageDeleted(_)]
        ));
        assert!(!serde_json::to_string(&changes).unwrap().contains("secret"));
        assert!(!format!("{:?}", entries(&store, channel(1).log).await).contains("secret"));
    })
    .await;
}

#[tokio::test]
async fn time_never_goes_back_along_a_log() {
    story(async |store, logs| {
        said(&logs, &channel(1), "hello").await;
        let behind = Logs::new(store.clone(), clock_at(-3_600_000));
        said(&behind, &channel(1), "an hour earlier").await;
        let times: Vec<_> =
            entries(&store, channel(1).log).await.iter().map(|entry| entry.created_at).collect();
        assert_eq!(times[0], times[1]);
    })
    .await;
}

/// As a process leaves it that dies between the log and the row.
async fn behind_its_back(store: &Store, draft: Draft, seq: Seq) -> Entry {
    let entry = Entry {
        id: Id::from_bytes([seq as u8; 12]),
        log: channel(1).log,
        seq,
        mver: 0,
        messages: 1,
        user_id: draft.by,
        username: draft.by_name.clone(),
        client_msg_id: draft.client_msg_id.clone(),
        created_at: clock_at(0).now(),
        what: draft.what,
    };
    store.messages.insert(&entry).await.unwrap();
    entry
}

fn first_edit(target: Id<Entry>, text: &str) -> Draft {
    let what = What::Edit {
        target,
        text: Some(text.parse().unwrap()),
        before: None,
        mentions: None,
        everyone: None,
        revision: 1,
        folded: false,
    };
    Draft { what, ..edit(user(1), target, text, None) }
}

#[tokio::test]
async fn what_a_crash_left_half_done_is_finished() {
    story(async |store, logs| {
        let message = said(&logs, &channel(1), "hello").await.id;
        behind_its_back(&store, first_edit(message, "changed"), 2).await;
        behind_its_back(&store, react(user(2), message, "+1", false), 3).await;
        assert_eq!(logs.repair().await.unwrap(), 2);
        let now = row(&store, message).await;
        assert_eq!((now.revision, now.text.unwrap().as_str()), (1, "changed"));
        assert_eq!(now.reactions.len(), 1);
        behind_its_back(&store, delete(user(1), message), 4).await;
        assert_eq!(logs.repair().await.unwrap(), 1);
        assert!(row(&store, message).await.deleted_at.is_some());
        assert!(!format!("{:?}", entries(&store, channel(1).log).await).contains("changed"));
        assert_eq!(logs.repair().await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_change_counts_from_the_log_on_not_from_its_row_on() {
    story(async |store, logs| {
        let message = said(&logs, &channel(1), "hello").await.id;
        behind_its_back(&store, first_edit(message, "changed"), 2).await;
        let second = kept(&logs, &channel(1), edit(user(1), message, "again", None)).await;
        assert!(matches!(second.entry.what, What::Edit { revision: 2, .. }), "{second:?}");
        behind_its_back(&store, delete(user(1), message), 4).await;
        let fresh = Logs::new(store.clone(), clock_at(0));
        assert_eq!(refused(&fresh, edit(user(1), message, "too late", None)).await, Code::Gone);
    })
    .await;
}

#[tokio::test]
async fn who_was_away_catches_up_page_by_page() {
    story(async |_, logs| {
        let line: Vec<_> = (0..700)
            .map(|n| post(user(1), &format!("message-number-{n}"), "hello"))
            .map(|draft| logs.submit(&channel(1), draft).unwrap())
            .collect();
        for pending in line {
            pending.kept().await.unwrap();
        }
        let mut position = 0;
        for (count, expected) in [(300, 300), (300, 600), (100, 700)] {
            let (changes, upto, more) = changes(&logs, position).await;
            assert_eq!((changes.len(), upto, more), (count, expected, upto < 700));
            position = upto;
        }
        assert_eq!(changes(&logs, 700).await.0.len(), 0);
        for (epoch, after, budget, why) in [
            ("other", 0, 5_000, "epoch"),
            ("first", 701, 5_000, "ahead"),
            ("first", 0, 600, "too_far_behind"),
        ] {
            let mut budget = Budget { entries: budget, ..Budget::default() };
            let caught = logs.catch_up(&channel(1), Some(&Epoch(epoch.into())), after, &mut budget).await;
            let Caught::Reset { reset } = caught.unwrap() else { panic!("no reset") };
            assert_eq!((reset.reason, reset.head), (why, 700));
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_holds_no_more_bytes_than_its_bound() {
    story(async |_, logs| {
        for n in 0..80 {
            kept(&logs, &channel(1), post(user(1), &format!("message-number-{n}"), &"x".repeat(4_000))).await;
        }
        let (changes, upto, more) = changes(&logs, 0).await;
        let bytes = serde_json::to_string(&changes).unwrap().len();
        assert!(more && upto == changes.len() as Seq && bytes <= 256 * 1024 + 1_000, "{upto} in {bytes}");
    })
    .await;
}

#[tokio::test]
async fn what_was_written_behind_its_back_is_told_in_order() {
    story(async |store, logs| {
        let message = said(&logs, &channel(1), "hello").await.id;
        let mut outbox = logs.outbox().listen();
        assert_eq!(logs.settled(&channel(1)).await.unwrap(), 1);
        behind_its_back(&store, react(user(2), message, "+1", false), 2).await;
        logs.sweep(&channel(1));
        assert_eq!(outbox.recv().await.unwrap().entry.seq, 2);
        for seq in [3, 4] {
            behind_its_back(&store, react(user(seq as u8), message, "+1", false), seq).await;
        }
        kept(&logs, &channel(1), post(user(1), "and-one-of-its-own", "hi")).await;
        for seq in [3, 4, 5] {
            assert_eq!(outbox.recv().await.unwrap().entry.seq, seq);
        }
        logs.sweep(&channel(1));
        kept(&logs, &channel(1), post(user(1), "and-another-of-its-own", "hi")).await;
        assert_eq!(outbox.recv().await.unwrap().entry.seq, 6);
    })
    .await;
}

//! Migrations run once, in order, by one process, and go on where a dead one stopped.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hubbub::error::{Code, Error};
use hubbub::log::Logs;
use hubbub::model::{Channel, Epoch, Id, Life};
use hubbub::store::migrations::{Migration, Progress, Running, STEPS, Step};
use hubbub::store::{Change, Opening, Store};
use serde_json::json;
use tempfile::tempdir;

use super::{Document, collection, document, is_text};
use crate::log_rig::{channel, edit, kept, said, user};
use crate::stores::{clock, on_every_store};

const FIRST: Step = Step { name: "first", run: |_| Box::pin(async { Ok(()) }) };

fn migration<'a>(store: &'a Store, clock: &'a hubbub::clock::Clock, steps: &'a [Step]) -> Migration<'a> {
    let mut migration = Migration::new(&store.engine, clock);
    migration.steps = steps;
    migration.patience = Duration::ZERO;
    migration
}

/// Steps that come after all there are.
fn beyond<const N: usize>(steps: [Step; N]) -> Vec<Step> {
    std::iter::repeat_n(FIRST, STEPS.len()).chain(steps).collect()
}

/// Moves ten things, noting each, and dies twice on the way.
fn move_ten(progress: &Progress) -> Running<'_> {
    Box::pin(async move {
        let from = progress.reached().await?.and_then(|reached| reached.as_i64()).unwrap_or(0);
        for thing in from..10 {
            let moved = document(json!({"_id": format!("thing {thing}"), "value": thing}));
            progress.engine.insert(collection("settings"), vec![moved]).await?;
            progress.mark(json!(thing + 1)).await?;
            if thing == 3 || thing == 6 {
                return Err(Error::unavailable("the process died"));
            }
        }
        Ok(())
    })
}

#[tokio::test]
async fn a_step_that_died_in_the_middle_goes_on_from_its_mark() {
    on_every_store(async |store| {
        let clock = clock();
        let last = Step { name: "last", ..FIRST };
        let steps = beyond([Step { name: "move ten", run: move_ten }, last]);
        let migration = migration(&store, &clock, &steps);
        assert_eq!(migration.pending().await.unwrap(), ["move ten", "last"]);
        // Nothing is moved twice: a second insert of one thing would be refused.
        for _ in 0..2 {
            assert_eq!(migration.run().await.unwrap_err().code(), Code::Unavailable);
            assert_eq!(migration.pending().await.unwrap(), ["move ten", "last"]);
        }
        migration.run().await.unwrap();
        assert!(migration.pending().await.unwrap().is_empty());
        let ninth = store.engine.get::<Document>(collection("settings"), "thing 9").await.unwrap();
        assert!(ninth.is_some());
        migration.run().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn steps_run_in_order_and_a_mark_is_for_its_own_step() {
    static RAN: Mutex<Vec<(&str, bool)>> = Mutex::new(Vec::new());
    fn marked(progress: &Progress) -> Running<'_> {
        Box::pin(async {
            let reached = progress.reached().await?.is_some();
            RAN.lock().unwrap().push(("marked", reached));
            progress.mark(json!("far")).await
        })
    }
    fn after(progress: &Progress) -> Running<'_> {
        Box::pin(async {
            let reached = progress.reached().await?.is_some();
            RAN.lock().unwrap().push(("after", reached));
            Ok(())
        })
    }
    on_every_store(async |store| {
        RAN.lock().unwrap().clear();
        let clock = clock();
        let marked = Step { name: "marked", run: marked };
        let after = Step { name: "after", run: after };
        migration(&store, &clock, &beyond([marked, after])).run().await.unwrap();
        assert_eq!(*RAN.lock().unwrap(), [("marked", false), ("after", false)]);
    })
    .await;
}

#[tokio::test]
async fn a_living_owner_keeps_others_out_and_a_dead_one_does_not() {
    on_every_store(async |store| {
        let clock = clock();
        let steps = beyond([Step { name: "second", ..FIRST }]);
        let until = clock.now().plus(Duration::from_secs(30));
        let lease = json!({"_id": "schema.lease", "value": "another process", "until": until});
        let settings = collection("settings");
        store.engine.insert(settings, vec![document(lease)]).await.unwrap();
        let migration = migration(&store, &clock, &steps);
        let busy = migration.run().await.unwrap_err();
        assert!(busy.message().contains("another process is migrating"), "{busy}");
        assert_eq!(migration.pending().await.unwrap(), ["second"]);
        clock.advance(Duration::from_secs(31));
        migration.run().await.unwrap();
        assert!(migration.pending().await.unwrap().is_empty());
        assert_eq!(store.engine.get::<Document>(settings, "schema.lease").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn who_lost_the_lease_writes_down_nothing() {
    fn lose(progress: &Progress) -> Running<'_> {
        Box::pin(async {
            let theirs = vec![hubbub::store::Change::set("value", "another process")];
            let lease = super::is_text("_id", "schema.lease");
            let settings = collection("settings");
            progress.engine.update(settings, lease, theirs).await.map(drop)
        })
    }
    on_every_store(async |store| {
        let clock = clock();
        let steps = beyond([Step { name: "lose", run: lose }]);
        let migration = migration(&store, &clock, &steps);
        let lost = migration.run().await.unwrap_err();
        assert!(lost.message().contains("took over"), "{lost}");
        assert_eq!(migration.pending().await.unwrap(), ["lose"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_processes_one_runs_the_steps() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    fn once(_: &Progress) -> Running<'_> {
        Box::pin(async {
            RUNS.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            Ok(())
        })
    }
    on_every_store(async |store| {
        RUNS.store(0, Ordering::SeqCst);
        let processes: Vec<_> = (0..4)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    let (clock, steps) = (clock(), beyond([Step { name: "once", run: once }]));
                    let mut migration = migration(&store, &clock, &steps);
                    migration.patience = Duration::from_secs(60);
                    migration.run().await
                })
            })
            .collect();
        for process in processes {
            process.await.unwrap().unwrap();
        }
        assert_eq!(RUNS.load(Ordering::SeqCst), 1);
    })
    .await;
}

#[tokio::test]
async fn a_store_with_more_steps_than_are_known_is_refused() {
    on_every_store(async |store| {
        let clock = clock();
        let refused = migration(&store, &clock, &[]).run().await.unwrap_err();
        assert!(refused.message().contains("newer hubbub"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_tells_what_is_pending_and_creates_nothing() {
    let parent = tempdir().unwrap();
    let directory = parent.path().join("data");
    let opening = Opening::embedded(&directory, clock());
    let pending = Store::pending(&opening).await.unwrap();
    assert_eq!(pending, ["collections and indexes", "messages are counted"]);
    assert!(!directory.exists());
    Store::open(&opening).await.unwrap().close().await;
    assert!(Store::pending(&opening).await.unwrap().is_empty());
}

#[tokio::test]
async fn entries_from_before_are_told_how_many_messages_there_are() {
    on_every_store(async |store| {
        let (clock, logs) = (clock(), Logs::new(store.clone(), clock()));
        let (address, ann) = (channel(1), user(1));
        store.channels.insert(&lounge(address.log.cast())).await.unwrap();
        let first = said(&logs, &address, "one").await;
        kept(&logs, &address, edit(ann, first.id, "uno", None)).await;
        said(&logs, &address, "three").await;
        let counted = async || -> Vec<u64> {
            let entries = store.messages.after(address.log, 0, 10).await.unwrap();
            entries.iter().map(|entry| entry.messages).collect()
        };
        assert_eq!(counted().await, [1, 1, 2]);
        // As the first version left it.
        let these = is_text("channelId", &address.log.to_string());
        let forget = vec![Change::Unset("messages")];
        store.engine.update_all(collection("messages"), these, forget).await.unwrap();
        store.settings.put("schema", json!(1)).await.unwrap();
        assert_eq!(counted().await, [0, 0, 0]);
        let migration = Migration::new(&store.engine, &clock);
        assert_eq!(migration.pending().await.unwrap(), ["messages are counted"]);
        migration.run().await.unwrap();
        assert_eq!(counted().await, [1, 1, 2]);
    })
    .await;
}

fn lounge(id: Id<Channel>) -> Channel {
    let now = clock().now();
    Channel {
        id,
        group_id: Some(Id::from_bytes([7; 12])),
        name: "lounge".parse().unwrap(),
        name_key: "lounge".into(),
        description: None,
        channel_type: Default::default(),
        is_private: false,
        life: Life::Active,
        settings: Default::default(),
        epoch: Epoch("first".into()),
        untold: false,
        created_by: user(1),
        created_at: now,
        updated_at: now,
    }
}

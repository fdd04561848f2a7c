//! What people choose, whom they block, and how far somebody has read.

use hubbub::model::{Block, Circle, Id, Log, Notify, Preferences};
use hubbub::store::{Change, Slice};

use crate::log_rig::user;
use crate::stores::{clock, on_every_store};

#[tokio::test]
async fn who_has_chosen_nothing_has_the_defaults() {
    on_every_store(async |store| {
        let chosen = store.preferences.of(user(1)).await.unwrap();
        assert_eq!(chosen, Preferences::of(user(1)));
        assert_eq!((chosen.direct, chosen.last_seen), (Circle::Everyone, Circle::Shared));
    })
    .await;
}

#[tokio::test]
async fn two_devices_that_choose_at_once_do_not_undo_one_another() {
    on_every_store(async |store| {
        let notify = vec![Change::set("notify", Notify::None)];
        let direct = vec![Change::set("direct", Circle::Nobody)];
        let (one, other) = tokio::join!(
            store.preferences.choose(user(1), notify),
            store.preferences.choose(user(1), direct)
        );
        assert_eq!((one.unwrap().notify, other.unwrap().direct), (Notify::None, Circle::Nobody));
        let chosen = store.preferences.among(&[user(1), user(2)]).await.unwrap();
        let [chosen] = chosen.as_slice() else { panic!("{chosen:?}") };
        assert_eq!((chosen.notify, chosen.direct), (Notify::None, Circle::Nobody));
    })
    .await;
}

#[tokio::test]
async fn a_block_is_there_once_and_is_found_from_both_sides() {
    on_every_store(async |store| {
        let (blocks, now) = (&store.blocks, clock().now());
        blocks.insert(&Block::new(user(1), user(2), now)).await.unwrap();
        let again = blocks.insert(&Block::new(user(1), user(2), now)).await.unwrap_err();
        assert!(again.taken("_id"));
        blocks.insert(&Block::new(user(3), user(2), now)).await.unwrap();
        let mut against = blocks.against(user(2), &[user(1), user(3), user(4)]).await.unwrap();
        against.sort();
        assert_eq!(against, [user(1), user(3)]);
        assert!(blocks.against(user(1), &[user(2)]).await.unwrap().is_empty());
        assert!(blocks.among(&[user(2), user(1)]).await.unwrap());
        assert!(!blocks.among(&[user(1), user(3)]).await.unwrap());
        let mine = blocks.by(user(1), Slice::first(10)).await.unwrap();
        assert_eq!(mine.iter().map(|block| block.blocked_id).collect::<Vec<_>>(), [user(2)]);
        assert!(blocks.remove(user(1), user(2)).await.unwrap());
        assert!(!blocks.remove(user(1), user(2)).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_cursor_never_goes_back_and_is_each_followers_own() {
    on_every_store(async |store| {
        let log: Id<Log> = Id::from_bytes([7; 12]);
        assert_eq!(store.cursors.at("one", log).await.unwrap(), 0);
        let raises = [3, 9, 5].map(|seq| store.cursors.raise("one", log, seq));
        for raised in futures_util::future::join_all(raises).await {
            raised.unwrap();
        }
        assert_eq!(store.cursors.at("one", log).await.unwrap(), 9);
        assert_eq!(store.cursors.at("other", log).await.unwrap(), 0);
        let all = store.cursors.among("one", &[log, Id::from_bytes([8; 12])]).await.unwrap();
        assert_eq!(all.iter().map(|cursor| (cursor.log, cursor.seq)).collect::<Vec<_>>(), [(log, 9)]);
    })
    .await;
}

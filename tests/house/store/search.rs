//! The index of messages answers alike on every store, whichever way it goes about it.

use hubbub::model::{Channel, Id};
use hubbub::store::{Found, Indexed, Store, Wanted};
use hubbub::words;

use crate::stores::on_every_store;

/// More than are looked for by their tokens.
const CHANNELS: u8 = 80;
const MESSAGES: u8 = 240;

fn channel(number: u8) -> Id<Channel> {
    Id::from_bytes([number % CHANNELS; 12])
}

/// The n-th message says whether n is even, and which hundred it is of.
fn message(number: u8) -> Indexed {
    let parity = ["even", "odd"][usize::from(number % 2)];
    let mut tokens = words::tokens(&format!("{parity} {}", number / 100));
    tokens.insert(words::channel(channel(number)));
    let id = Id::from_bytes([number; 12]);
    Indexed { id, place: i64::from(number) << 20, channel: channel(number), tokens }
}

async fn filled(store: &Store) {
    store.engine.index((0..MESSAGES).map(message).collect()).await.unwrap();
}

fn wanted(text: &str) -> Wanted {
    let (tokens, any) = (words::tokens(text).into_iter().collect(), Vec::new());
    Wanted { tokens, any, channels: None, from: 0, to: i64::MAX, limit: 1_000 }
}

async fn numbers(store: &Store, wanted: &Wanted) -> Vec<u8> {
    let found = store.engine.search(wanted.clone()).await.unwrap();
    assert!(found.hits.iter().all(|(id, place)| i64::from(id.bytes()[0]) << 20 == *place));
    found.hits.iter().map(|(id, _)| id.bytes()[0]).collect()
}

fn those(meant: impl Fn(u8) -> bool) -> Vec<u8> {
    (0..MESSAGES).rev().filter(|number| meant(*number)).collect()
}

#[tokio::test]
async fn tokens_channels_and_places_narrow_what_is_found() {
    on_every_store(async |store| {
        filled(&store).await;
        assert_eq!(numbers(&store, &wanted("even")).await, those(|n| n % 2 == 0));
        assert_eq!(numbers(&store, &wanted("even 1")).await, those(|n| n % 2 == 0 && n / 100 == 1));
        assert_eq!(numbers(&store, &wanted("")).await, those(|_| true));
        let from_to = Wanted { from: 10 << 20, to: 20 << 20, ..wanted("odd") };
        assert_eq!(numbers(&store, &from_to).await, those(|n| n % 2 == 1 && (10..20).contains(&n)));
        let any =
            Wanted { any: vec![words::channel(channel(3)), words::channel(channel(4))], ..wanted("odd") };
        assert_eq!(numbers(&store, &any).await, those(|n| n % CHANNELS == 3));
        for many in [0, 2, 70] {
            for text in ["odd", ""] {
                let channels = Some((0..many).map(channel).collect());
                let meant = |n: u8| n % CHANNELS < many && (text.is_empty() || n % 2 == 1);
                assert_eq!(
                    numbers(&store, &Wanted { channels, ..wanted(text) }).await,
                    those(meant),
                    "{many}"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_left_is_told_and_goes_on_there() {
    on_every_store(async |store| {
        filled(&store).await;
        for channels in [None, Some((0..70).map(channel).collect::<Vec<_>>())] {
            let all = numbers(&store, &Wanted { channels: channels.clone(), ..wanted("even") }).await;
            let mut page = Wanted { channels, limit: 50, ..wanted("even") };
            let mut read = Vec::new();
            loop {
                read.extend(numbers(&store, &page).await);
                let Found { rest: Some(rest), .. } = store.engine.search(page.clone()).await.unwrap() else {
                    break;
                };
                page.to = rest;
            }
            assert_eq!(read, all);
        }
    })
    .await;
}

#[tokio::test]
async fn taken_up_anew_it_says_what_it_says_now_and_taken_out_nothing() {
    on_every_store(async |store| {
        filled(&store).await;
        filled(&store).await;
        assert_eq!(numbers(&store, &wanted("even")).await.len(), 120);
        let changed = Indexed { tokens: words::tokens("neither"), ..message(2) };
        store.engine.index(vec![message(1), changed]).await.unwrap();
        assert_eq!(numbers(&store, &wanted("neither")).await, [2]);
        assert_eq!(numbers(&store, &wanted("even")).await.len(), 119);
        store.engine.unindex(vec![Id::from_bytes([2; 12]), Id::from_bytes([250; 12])]).await.unwrap();
        assert!(numbers(&store, &wanted("neither")).await.is_empty());
        assert_eq!(numbers(&store, &wanted("")).await.len(), 239);
    })
    .await;
}

#[tokio::test]
async fn messages_of_one_place_are_both_found() {
    on_every_store(async |store| {
        let twin = Indexed { id: Id::from_bytes([250; 12]), ..message(7) };
        store.engine.index(vec![message(7), twin]).await.unwrap();
        let found = store.engine.search(wanted("odd")).await.unwrap();
        let mut ids: Vec<u8> = found.hits.iter().map(|(id, _)| id.bytes()[0]).collect();
        ids.sort_unstable();
        assert_eq!(ids, [7, 250]);
    })
    .await;
}

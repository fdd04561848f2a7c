//! How long the queries behind reading take, among ten thousand and among a million messages:
//! `cargo bench --bench store`. With `MONGODB_URI` on MongoDB as well.
//!
//! What is asked changes from one asking to the next, so that no cache of one page is measured.

#![expect(clippy::unwrap_used, reason = "a measurement that fails has no result")]

#[path = "rig/mod.rs"]
mod rig;

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use divan::Bencher;
use hubbub::model::{Entry, Seq};
use rig::finder::Finder;
use rig::{Filled, wait};

const FEW: u64 = 10_000;
const MANY: u64 = 1_000_000;

static EMBEDDED_FEW: LazyLock<Filled> = LazyLock::new(|| Filled::embedded(FEW));
static EMBEDDED_MANY: LazyLock<Filled> = LazyLock::new(|| Filled::embedded(most()));

#[cfg(feature = "mongo")]
static MONGO_FEW: LazyLock<Option<Filled>> = LazyLock::new(|| Filled::mongo(FEW));
#[cfg(feature = "mongo")]
static MONGO_MANY: LazyLock<Option<Filled>> = LazyLock::new(|| Filled::mongo(most()));

/// A million, or `HUBBUB_BENCH_MESSAGES`.
fn most() -> u64 {
    std::env::var("HUBBUB_BENCH_MESSAGES").ok().and_then(|number| number.parse().ok()).unwrap_or(MANY)
}

/// Which store is asked, and among how many messages.
#[derive(Clone, Copy, Debug)]
enum Place {
    EmbeddedFew,
    EmbeddedMany,
    #[cfg(feature = "mongo")]
    MongoFew,
    #[cfg(feature = "mongo")]
    MongoMany,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::EmbeddedFew => write!(f, "embedded {FEW}"),
            Place::EmbeddedMany => write!(f, "embedded {}", most()),
            #[cfg(feature = "mongo")]
            Place::MongoFew => write!(f, "mongodb {FEW}"),
            #[cfg(feature = "mongo")]
            Place::MongoMany => write!(f, "mongodb {}", most()),
        }
    }
}

/// Those that can be asked here.
fn places() -> Vec<Place> {
    #[allow(unused_mut, reason = "without MongoDB nothing is added")]
    let mut places = vec![Place::EmbeddedFew, Place::EmbeddedMany];
    #[cfg(feature = "mongo")]
    if std::env::var_os("MONGODB_URI").is_some() {
        places.extend([Place::MongoFew, Place::MongoMany]);
    }
    places
}

impl Place {
    fn filled(self) -> &'static Filled {
        match self {
            Place::EmbeddedFew => &EMBEDDED_FEW,
            Place::EmbeddedMany => &EMBEDDED_MANY,
            #[cfg(feature = "mongo")]
            Place::MongoFew => MONGO_FEW.as_ref().unwrap(),
            #[cfg(feature = "mongo")]
            Place::MongoMany => MONGO_MANY.as_ref().unwrap(),
        }
    }
}

static FINDER: LazyLock<Finder> = LazyLock::new(|| Finder::over(&EMBEDDED_MANY));

/// As people ask: common words and rare ones, parts and beginnings of words, phrases, other scripts, by
/// whom and where, and what nobody ever said.
const QUESTIONS: [&str; 16] = [
    "ferry",
    "the",
    "oven oil",
    "\"tide table\"",
    "photogr*",
    "barrel oranges",
    "extension cord from:@ann",
    "in:general ladder",
    "会いましょう",
    "شكرا",
    "has:link",
    "submarine",
    "\"table tide\"",
    "Lisbon -parcel",
    "shelves before:2000-01-01",
    "zz",
];

fn main() {
    divan::main();
    rig::tidy();
}

/// Somewhere in the first `upto` entries; elsewhere every time.
fn somewhere(upto: Seq) -> Seq {
    static ASKED: AtomicU64 = AtomicU64::new(0);
    // A step of the golden ratio visits all of a range evenly, in the same order in every run.
    let step = ASKED.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    1 + step % upto.max(1)
}

fn one_of(entries: &[Entry]) -> &Entry {
    let place = somewhere(entries.len() as u64) - 1;
    entries.get(place as usize).unwrap()
}

#[divan::bench(args = places())]
fn a_page_of_50(bencher: Bencher, place: Place) {
    let Filled { store, log, head, .. } = place.filled();
    // The log begins with who joined, which is no message.
    bencher.with_inputs(|| 300 + somewhere(head - 300)).bench_values(|before| {
        let page = wait(store.messages.before(*log, before, 50)).unwrap();
        assert_eq!(page.len(), 50);
        page
    });
}

#[divan::bench(args = places())]
fn a_resume_of_300(bencher: Bencher, place: Place) {
    let Filled { store, log, head, .. } = place.filled();
    bencher.with_inputs(|| somewhere(head - 300)).bench_values(|after| {
        let missed = wait(store.messages.after(*log, after, 300)).unwrap();
        assert_eq!(missed.len(), 300);
        missed
    });
}

#[divan::bench(args = places())]
fn the_message_of_an_intent(bencher: Bencher, place: Place) {
    let Filled { store, log, head, .. } = place.filled();
    let sent: Vec<Entry> = wait(store.messages.before(*log, head / 2, 300)).unwrap();
    bencher.with_inputs(|| one_of(&sent)).bench_values(|sent| {
        let id = sent.client_msg_id.as_ref().unwrap();
        wait(store.messages.intended(*log, sent.user_id, id)).unwrap().unwrap()
    });
}

#[divan::bench(args = places())]
fn the_head_of_a_channel(bencher: Bencher, place: Place) {
    let Filled { store, log, .. } = place.filled();
    bencher.bench(|| wait(store.messages.head(*log)).unwrap().unwrap());
}

#[divan::bench(args = places())]
fn a_message_by_its_id(bencher: Bencher, place: Place) {
    let Filled { store, log, head, .. } = place.filled();
    let messages: Vec<Entry> = wait(store.messages.before(*log, head / 2, 300)).unwrap();
    bencher
        .with_inputs(|| one_of(&messages).id)
        .bench_values(|id| wait(store.messages.get(id)).unwrap().unwrap());
}

#[divan::bench(args = places())]
fn the_number_of_replies(bencher: Bencher, place: Place) {
    let Filled { store, log, head, .. } = place.filled();
    let messages: Vec<Entry> = wait(store.messages.before(*log, head / 2, 300)).unwrap();
    bencher
        .with_inputs(|| one_of(&messages).id)
        .bench_values(|id| wait(store.messages.count_replies(id)).unwrap());
}

/// A question of [`QUESTIONS`] after the other, asked by somebody who reads every channel.
#[divan::bench(args = [Place::EmbeddedMany], sample_count = 400, sample_size = 1)]
fn a_search(bencher: Bencher, _place: Place) {
    let finder: &Finder = &FINDER;
    let mut questions = QUESTIONS.iter().cycle();
    bencher.with_inputs(|| *questions.next().unwrap()).bench_local_values(|asked| finder.find(asked));
}

static WIDE: LazyLock<Filled> = LazyLock::new(|| Filled::wide(most()));

/// What [`a_list_of_channels_with_last_and_unread`] shows at once.
const LISTED: usize = 50;

#[divan::bench]
fn what_is_unread_in_500_channels(bencher: Bencher) {
    let Filled { store, channels, reader, .. } = &*WIDE;
    bencher.bench(|| {
        let tallies = wait(store.engine.tallies(channels, &[*reader])).unwrap();
        assert_eq!(tallies.len(), channels.len());
        tallies
    });
}

#[divan::bench]
fn a_list_of_channels_with_last_and_unread(bencher: Bencher) {
    let Filled { store, channels, reader, .. } = &*WIDE;
    let pages: Vec<&[_]> = channels.chunks_exact(LISTED).collect();
    let page = || *pages.get(somewhere(pages.len() as u64) as usize - 1).unwrap();
    bencher.with_inputs(page).bench_values(|page| {
        let tallies = wait(store.engine.tallies(page, &[*reader])).unwrap();
        assert!(tallies.len() == LISTED && tallies.iter().all(|tally| tally.last.is_some()));
        tallies
    });
}

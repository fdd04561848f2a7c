//! What the micro-benchmarks stand on: a runtime, folders that are removed at the end, and stores that
//! hold a made world of a given number of messages.

pub mod finder;

use std::path::PathBuf;
use std::sync::{LazyLock, Mutex};

use hubbub::clock::Clock;
use hubbub::model::{Channel, Id, Log, ReadMarker, Seq, User};
use hubbub::store::{Opening, Store};
use hubbub::world::{self, Size, World};
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// Waits for something on the runtime that everything runs on.
pub fn wait<T>(what: impl Future<Output = T>) -> T {
    RUNTIME.block_on(what)
}

/// What stands in a static is never dropped, so folders are remembered here and removed by [`tidy`].
static FOLDERS: Mutex<Vec<TempDir>> = Mutex::new(Vec::new());

pub fn folder() -> PathBuf {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    FOLDERS.lock().unwrap().push(folder);
    path
}

/// The end of every `main` here.
pub fn tidy() {
    FOLDERS.lock().unwrap().clear();
}

/// A store with a made world in it, its channels, the busiest of them, and somebody who reads.
pub struct Filled {
    pub store: Store,
    pub log: Id<Log>,
    pub head: Seq,
    pub channels: Vec<Id<Channel>>,
    pub reader: Id<User>,
}

const CHANNELS: u64 = 20;
/// Of a world in which somebody reads very many.
const WIDE: u64 = 500;

/// The same numbers make the same world, so that one kept by `hubbub seed` is continued and not made anew.
fn world(messages: u64, channels: u64) -> World {
    let size = Size { users: 200, groups: 5, channels, messages, seed: 1 };
    world::generate(size, Clock::system().now()).unwrap()
}

impl Filled {
    /// In `HUBBUB_BENCH_STORES`, where it is kept for the next run, or in a folder of its own.
    pub fn embedded(messages: u64) -> Filled {
        let parent = std::env::var_os("HUBBUB_BENCH_STORES").map_or_else(folder, PathBuf::from);
        let place = parent.join(messages.to_string());
        Filled::open(&Opening::embedded(place, Clock::system()), world(messages, CHANNELS))
    }

    /// The same in many more channels, each of which somebody has read half of.
    pub fn wide(messages: u64) -> Filled {
        let parent = std::env::var_os("HUBBUB_BENCH_STORES").map_or_else(folder, PathBuf::from);
        let opening = Opening::embedded(parent.join(format!("{messages}-wide")), Clock::system());
        let filled = Filled::open(&opening, world(messages, WIDE));
        let Filled { store, channels, reader, .. } = &filled;
        wait(async {
            for channel in channels {
                let head = store.messages.head((*channel).into()).await.unwrap().map_or(0, |entry| entry.seq);
                let half = ReadMarker::new(*channel, *reader, head / 2, Clock::system().now());
                store.reads.raise(&half).await.unwrap();
            }
        });
        filled
    }

    /// In the database `hubbub_bench_<messages>` of `MONGODB_URI`, where it stays; none without that.
    #[cfg(feature = "mongo")]
    pub fn mongo(messages: u64) -> Option<Filled> {
        let uri = std::env::var("MONGODB_URI").ok()?;
        let (server, options) = uri.split_once('?').unwrap_or((&uri, ""));
        let server = server.trim_end_matches('/');
        let opening = Opening::mongo(format!("{server}/hubbub_bench_{messages}?{options}"), Clock::system());
        Some(Filled::open(&opening, world(messages, CHANNELS)))
    }

    fn open(opening: &Opening, world: World) -> Filled {
        let channels: Vec<Id<Channel>> = world.channels.iter().map(|channel| channel.id).collect();
        let reader = world.people.first().unwrap().user.id;
        let log = (*channels.first().unwrap()).into();
        wait(async {
            let store = Store::open(opening).await.unwrap();
            world::load(&store, world, async |_: &str| Ok(String::new()), |_| {}).await.unwrap();
            let head = store.messages.head(log).await.unwrap().unwrap().seq;
            Filled { store, log, head, channels, reader }
        })
    }
}

//! What the micro-benchmarks stand on: a runtime, folders that are removed at the end, and stores that
//! hold a made world of a given number of messages.

pub mod finder;

use std::path::PathBuf;
use std::sync::{LazyLock, Mutex};

use hubbub::clock::Clock;
use hubbub::model::{Id, Log, Seq};
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

/// A store with a made world in it, and its busiest channel.
pub struct Filled {
    pub store: Store,
    pub log: Id<Log>,
    pub head: Seq,
}

/// The same numbers make the same world, so that one kept by `hubbub seed` is continued and not made anew.
fn world(messages: u64) -> World {
    let size = Size { users: 200, groups: 5, channels: 20, messages, seed: 1 };
    world::generate(size, Clock::system().now()).unwrap()
}

impl Filled {
    /// In `HUBBUB_BENCH_STORES`, where it is kept for the next run, or in a folder of its own.
    pub fn embedded(messages: u64) -> Filled {
        let parent = std::env::var_os("HUBBUB_BENCH_STORES").map_or_else(folder, PathBuf::from);
        Filled::open(&Opening::embedded(parent.join(messages.to_string()), Clock::system()), messages)
    }

    /// In the database `hubbub_bench_<messages>` of `MONGODB_URI`, where it stays; none without that.
    #[cfg(feature = "mongo")]
    pub fn mongo(messages: u64) -> Option<Filled> {
        let uri = std::env::var("MONGODB_URI").ok()?;
        let (server, options) = uri.split_once('?').unwrap_or((&uri, ""));
        let server = server.trim_end_matches('/');
        let opening = Opening::mongo(format!("{server}/hubbub_bench_{messages}?{options}"), Clock::system());
        Some(Filled::open(&opening, messages))
    }

    fn open(opening: &Opening, messages: u64) -> Filled {
        let world = world(messages);
        let log = world.channels.first().unwrap().id.into();
        wait(async {
            let store = Store::open(opening).await.unwrap();
            world::load(&store, world, async |_: &str| Ok(String::new()), |_| {}).await.unwrap();
            let head = store.messages.head(log).await.unwrap().unwrap().seq;
            Filled { store, log, head }
        })
    }
}

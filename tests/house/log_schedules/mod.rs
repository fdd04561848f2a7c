//! Simulated schedules: two nodes over a store that refuses, forgets to answer and loses its tail;
//! nodes are killed, hints are lost, clients move and repeat. The checker judges each seed.
//!
//! `HUBBUB_SEEDS=10000` runs more of them, `HUBBUB_SEED=7` that one.

mod client;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::rc::Rc;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use hubbub::log::Logs;
use hubbub::model::{Entry, Id, What};
use hubbub::store::Store;
use hubbub::store::memory::{Memory, Weather};
use tokio::sync::{Notify, watch};
use tokio::task::LocalSet;
use tokio::time::sleep;

use self::client::Client;
use crate::log_rig::{channel, clock_at, size, user};
use crate::shared::checker::{self, Dump, Journal, Kept, Run};
use crate::shared::dice::Dice;
use crate::shared::entries;

const NODES: usize = 2;
const CLIENTS: u8 = 4;
const ACTIONS: u64 = 14;

/// One process: its logs, and whether it was killed.
struct Node {
    logs: Logs,
    memory: Memory,
    dead: watch::Sender<bool>,
}

struct World {
    seed: u64,
    memory: Memory,
    nodes: RefCell<Vec<Rc<Node>>>,
    ticks: Cell<u64>,
    /// Messages that anybody may change.
    known: RefCell<Vec<Id<Entry>>>,
    /// Of these, those that begin threads.
    roots: RefCell<Vec<Id<Entry>>>,
    /// Deleted for sure.
    deleted: RefCell<BTreeSet<Id<Entry>>>,
    calm: Cell<bool>,
}

fn weather(dice: &mut Dice) -> Weather {
    Weather {
        refused: dice.below(40),
        vanished: dice.below(40),
        unanswered: dice.below(80),
        partial: dice.below(60),
        adrift: dice.below(60),
        slow: dice.below(30),
    }
}

impl World {
    fn start(&self, index: usize) -> Rc<Node> {
        let memory = self.memory.process();
        // Their clocks are an hour apart.
        let clock = clock_at(index as i64 * 3_600_000);
        let (dead, _) = watch::channel(false);
        Rc::new(Node { logs: Logs::new(Store::simulated(memory.clone()), clock), memory, dead })
    }

    fn node(&self, index: usize) -> Rc<Node> {
        self.nodes.borrow()[index].clone()
    }

    /// A node dies at any moment; the next process repairs what it left, and serves.
    async fn kill(&self, index: usize) {
        let node = self.node(index);
        node.memory.kill();
        node.dead.send_replace(true);
        let next = self.start(index);
        while next.logs.repair().await.is_err() {
            sleep(Duration::from_millis(50)).await;
        }
        self.nodes.borrow_mut()[index] = next;
    }

    fn tick(&self) -> u64 {
        self.ticks.set(self.ticks.get() + 1);
        self.ticks.get()
    }
}

async fn simulate(seed: u64) -> Run {
    let mut dice = Dice::new(seed);
    let memory = Memory::new(seed);
    memory.set_weather(weather(&mut dice));
    let world = Rc::new(World {
        seed,
        memory,
        nodes: RefCell::default(),
        ticks: Cell::default(),
        known: RefCell::default(),
        roots: RefCell::default(),
        deleted: RefCell::default(),
        calm: Cell::default(),
    });
    let nodes = (0..NODES).map(|index| world.start(index)).collect();
    *world.nodes.borrow_mut() = nodes;
    let clients: Vec<Rc<Client>> = (1..=CLIENTS)
        .map(|n| {
            Rc::new(Client {
                user: user(n),
                world: world.clone(),
                node: Cell::new(usize::from(n) % NODES),
                moves: Notify::new(),
                dice: RefCell::new(Dice::new(seed * 100 + u64::from(n))),
                notes: RefCell::default(),
                position: RefCell::default(),
            })
        })
        .collect();
    let hearing: Vec<_> = clients
        .iter()
        .cloned()
        .map(|client| tokio::task::spawn_local(async move { client.hear().await }))
        .collect();
    let acting: Vec<_> = clients
        .iter()
        .cloned()
        .map(|client| tokio::task::spawn_local(async move { client.act().await }))
        .collect();
    for _ in 0..dice.below(4) {
        sleep(Duration::from_millis(dice.below(1_500))).await;
        world.kill(dice.below(NODES as u64) as usize).await;
    }
    for acting in acting {
        acting.await.unwrap();
    }
    settle(&world, &clients).await;
    hearing.iter().for_each(|hearing| hearing.abort());
    judge(&world, &clients).await
}

/// The weather clears up, and everybody hears the end within a few sweeps.
async fn settle(world: &World, clients: &[Rc<Client>]) {
    world.calm.set(true);
    world.memory.set_weather(Weather::default());
    // Longer than any send can still be under way.
    sleep(Duration::from_secs(30)).await;
    let store = Store::simulated(world.memory.process());
    let head = store.messages.head(channel(1).log).await.unwrap().map_or(0, |entry| entry.seq);
    for client in clients {
        let position = client.position.borrow().as_ref().unwrap().seq();
        assert_eq!(position, head, "seed {}: {} did not hear the end", world.seed, client.user);
    }
}

async fn judge(world: &World, clients: &[Rc<Client>]) -> Run {
    let store = Store::simulated(world.memory.process());
    // Whatever no living process remembers is finished at the next start.
    Logs::new(store.clone(), clock_at(0)).repair().await.unwrap();
    let entries = entries(&store, channel(1).log).await;
    for entry in &entries {
        if let What::Message(message) = &entry.what
            && world.deleted.borrow().contains(&entry.id)
        {
            assert!(message.deleted_at.is_some(), "seed {}: a deletion is lost at {}", world.seed, entry.seq);
        }
    }
    let readers = (1..=CLIENTS).map(user).collect();
    let kept = Kept { epoch: channel(1).epoch, entries, readers, history: None };
    let journals = clients
        .iter()
        .map(|client| Journal { user: client.user, notes: client.notes.borrow().clone() })
        .collect();
    Run { journals, dump: Dump { logs: [(channel(1).log, kept)].into() } }
}

/// Entries written; panics where the seed breaks a rule.
fn play(seed: u64) -> usize {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let run = LocalSet::new().block_on(&runtime, simulate(seed));
    if let Err(violation) = checker::check(&run) {
        panic!("HUBBUB_SEED={seed}: {violation}");
    }
    run.dump.logs.values().map(|kept| kept.entries.len()).sum()
}

/// Takes one seed after the other until there are none, or one of them failed.
fn play_on(seeds: &Mutex<impl Iterator<Item = u64>>, failed: &Mutex<Vec<u64>>) -> usize {
    let mut written = 0;
    while failed.lock().unwrap().is_empty() {
        let Some(seed) = seeds.lock().unwrap().next() else { break };
        match catch_unwind(|| play(seed)) {
            Ok(entries) => written += entries,
            Err(_) => failed.lock().unwrap().push(seed),
        }
    }
    written
}

#[test]
fn no_schedule_breaks_the_contract() {
    let seeds = match std::env::var("HUBBUB_SEED") {
        Ok(seed) => seed.parse().map(|seed: u64| seed..seed + 1).unwrap(),
        Err(_) => 0..size("HUBBUB_SEEDS", 150),
    };
    let (many, began) = (seeds.end - seeds.start, Instant::now());
    let (seeds, failed) = (Mutex::new(seeds), Mutex::new(Vec::new()));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let written: usize = std::thread::scope(|scope| {
        let playing: Vec<_> = (0..cores).map(|_| scope.spawn(|| play_on(&seeds, &failed))).collect();
        playing.into_iter().map(|playing| playing.join().unwrap()).sum()
    });
    let failed: Vec<String> =
        failed.into_inner().unwrap().iter().map(|seed| format!("HUBBUB_SEED={seed}")).collect();
    assert!(failed.is_empty(), "broken by {}", failed.join(" "));
    assert!(written > 0, "nothing was written in any of them");
    println!("{many} schedules, {written} entries, {:.1} s on {cores} cores", began.elapsed().as_secs_f64());
}

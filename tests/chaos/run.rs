//! One run: a store, a server, clients that talk, and in the end the judgement.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio::time::{Instant, sleep, timeout};

use crate::board::Board;
use crate::mongod::{Members, Mongod};
use crate::place::{self, Place};
use crate::proxy::Proxy;
use crate::registry::{Case, Kind};
use crate::report::{Figures, Outcome, Trouble};
use crate::server::{Server, Start};
use crate::shared::checker::Journal;
use crate::shared::dice::Dice;
use crate::talker::{Part, Phase, Talker};

/// Longer than any client may take to end; they say themselves what keeps them.
const PATIENCE: Duration = Duration::from_secs(90);

/// What differs from one run to another. Directly after [`Run::of`] it is what most faults want.
#[derive(Clone)]
pub struct Plan {
    pub case: Case,
    pub clients: usize,
    pub channels: usize,
    /// Things said a second, by all of them.
    pub rate: u32,
    /// People who only listen, through a line of their own that a scenario may make narrow.
    pub listeners: usize,
    /// Clients break their own lines now and then.
    pub fickle: bool,
    /// The clients reach the server through [`Run::line`].
    pub bad_lines: bool,
    /// The server reaches MongoDB through [`Run::store_line`].
    pub bad_store_line: bool,
    pub members: Members,
    /// Where the server listens, and where it finds the host's MongoDB, if not at 127.0.0.1.
    pub address: Ipv4Addr,
    pub store_address: Option<Ipv4Addr>,
    pub environment: Vec<(String, String)>,
    pub around: Vec<String>,
    /// Where data, logs and sockets are, if not in the folder itself: on a disk that can fail.
    pub root: Option<PathBuf>,
    /// Gone with the run.
    pub folder: Arc<TempDir>,
}

pub struct Run {
    pub plan: Plan,
    pub dice: Dice,
    pub server: Server,
    pub mongod: Option<Mongod>,
    pub line: Option<Proxy>,
    pub store_line: Option<Proxy>,
    pub listening: Proxy,
    pub board: Arc<Board>,
    /// Where those write who only listen.
    pub listened: Arc<Board>,
    pub place: Place,
    pub figures: Figures,
    broken: Vec<String>,
    talking: JoinSet<Journal>,
    visiting: JoinHandle<()>,
    phases: watch::Sender<Phase>,
    drains: mpsc::Receiver<()>,
}

impl Run {
    pub fn of(case: Case) -> Plan {
        Plan {
            case,
            clients: case.pick(40, 200),
            channels: case.pick(4, 20),
            rate: case.pick(50, 100),
            listeners: 0,
            fickle: true,
            bad_lines: false,
            bad_store_line: false,
            members: Members::default(),
            address: Ipv4Addr::LOCALHOST,
            store_address: None,
            environment: Vec::new(),
            around: Vec::new(),
            root: None,
            folder: Arc::new(tempfile::Builder::new().prefix("hubbub-chaos-").tempdir().unwrap()),
        }
    }
}

impl Plan {
    pub fn data(&self) -> &Path {
        self.root.as_deref().unwrap_or(self.folder.path())
    }

    /// Until everybody is talking.
    pub async fn start(self) -> Result<Run, Trouble> {
        let mongod = match self.case.kind {
            Kind::Embedded => None,
            Kind::MongoDb => Some(Mongod::start(self.data(), self.members.clone())?),
        };
        let store_line = match &mongod {
            Some(mongod) if self.bad_store_line => {
                Some(Proxy::to(SocketAddr::from((Ipv4Addr::LOCALHOST, mongod.port()))).await)
            }
            _ => None,
        };
        let server = Server::start(self.server(mongod.as_ref(), store_line.as_ref())).await;
        let line = match self.bad_lines {
            true => Some(Proxy::to(server.address).await),
            false => None,
        };
        let listening = Proxy::to(server.address).await;
        let place = place::settle(server.address, self.clients + self.listeners, self.channels).await;
        Ok(self.talk(Machines { server, mongod, line, store_line, listening }, place))
    }

    fn server(&self, mongod: Option<&Mongod>, store_line: Option<&Proxy>) -> Start {
        let mongodb = mongod.map(|mongod| match (store_line, self.store_address) {
            (Some(line), _) => mongod.uri_at(&line.address.to_string()),
            (None, Some(host)) => mongod.uri_at(&format!("{host}:{}", mongod.port())),
            (None, None) => mongod.uri.clone(),
        });
        Start {
            data: self.data().to_owned(),
            address: self.address,
            mongodb,
            environment: self.environment.clone(),
            around: self.around.clone(),
        }
    }

    fn talk(self, machines: Machines, place: Place) -> Run {
        let board = Arc::new(Board::new());
        let listened = Arc::new(board.beside());
        let (phases, phase) = watch::channel(Phase::Talk);
        let (present, presence) = watch::channel(true);
        let (drained, drains) = mpsc::channel(place.people.len());
        let mut talking = JoinSet::new();
        for n in 0..place.people.len() {
            let mut part = match n < self.clients {
                true => self.talker(n, &place, &machines, board.clone()),
                false => self.listener(n, &place, &machines, listened.clone()),
            };
            part.guest = (n + 1 == self.clients).then(|| presence.clone());
            talking.spawn(Talker::new(part).talk(phase.clone(), drained.clone()));
        }
        let guest = place.people[self.clients - 1].token.clone();
        let visits = place::visits(machines.server.address, place.group.clone(), guest, phase, present);
        let Machines { server, mongod, line, store_line, listening } = machines;
        Run {
            dice: Dice::new(self.case.seed),
            plan: self,
            server,
            mongod,
            line,
            store_line,
            listening,
            board,
            listened,
            place,
            figures: Figures::default(),
            broken: Vec::new(),
            talking,
            visiting: tokio::spawn(visits),
            phases,
            drains,
        }
    }

    fn talker(&self, n: usize, place: &Place, machines: &Machines, board: Arc<Board>) -> Part {
        let logs = (0..2).map(|step| place.channels[(n + step) % self.channels]);
        Part {
            person: place.people[n].clone(),
            address: machines.line.as_ref().map_or(machines.server.address, |line| line.address),
            logs: BTreeSet::from_iter(logs).into_iter().collect(),
            dice: Dice::new(self.case.seed * 10_000 + n as u64),
            board,
            pace: Some(Duration::from_millis(1_000 * self.clients as u64 / u64::from(self.rate))),
            guest: None,
            fickle: self.fickle,
        }
    }

    fn listener(&self, n: usize, place: &Place, machines: &Machines, board: Arc<Board>) -> Part {
        let address = machines.listening.address;
        Part { address, pace: None, fickle: false, ..self.talker(n, place, machines, board) }
    }
}

struct Machines {
    server: Server,
    mongod: Option<Mongod>,
    line: Option<Proxy>,
    store_line: Option<Proxy>,
    listening: Proxy,
}

impl Run {
    /// Not to wait for anything: this is how long the clients talk undisturbed.
    pub async fn calm(&mut self) {
        let moment = 500 + self.dice.below(1_500);
        self.lasts(Duration::from_millis(moment)).await;
    }

    /// How long a fault lasts.
    pub async fn lasts(&mut self, time: Duration) {
        sleep(time).await;
    }

    pub fn mongod(&mut self) -> &mut Mongod {
        self.mongod.as_mut().expect("the scenario is for MongoDB")
    }

    /// A rule that does not hold; the run goes on, and ends as broken.
    pub fn broken(&mut self, what: impl Into<String>) {
        self.broken.push(what.into());
    }

    /// Every channel takes writes again within `bound` after `ended`; what was asked for before the
    /// fault began does not count.
    pub async fn writes_back(&mut self, begun: Instant, ended: Instant, name: &str, bound: Duration) {
        match self.board.writes_back(&self.place.channels, begun, ended).await {
            Some(back) => {
                self.figures.took(name, back);
                if back > bound {
                    self.broken(format!("{name} only after {back:.1?}, the bound is {bound:?}"));
                }
            }
            None => self.broken(format!("{name}: never; {}", self.server.said())),
        }
    }

    /// No client that kept up has lost its connection: where only the store is away, or others stall.
    pub fn sockets_stayed(&mut self) {
        let cut = self.board.tally().cut;
        if cut > 0 {
            self.broken(format!("{cut} sockets of clients that kept up were closed"));
        }
    }

    /// All is answered, all have caught up, the checker agrees, and the bounds hold.
    pub async fn end(mut self) -> Outcome {
        match self.settle().await {
            Ok(journals) => {
                self.bounds();
                self.judge(journals).await;
            }
            Err(why) => {
                self.bounds();
                self.broken(format!("{why}\nthe server said last: {}", self.server.said()));
            }
        }
        match self.broken.is_empty() {
            true => Ok(self.figures),
            false => Err(Trouble::Broken(self.broken.join("\n"), self.figures)),
        }
    }

    /// Until nobody has anything left to say or to hear; else what kept them.
    async fn settle(&mut self) -> Result<Vec<Journal>, String> {
        // The guest hears of it, and comes in for the last time.
        self.phases.send(Phase::Drain).unwrap();
        for _ in 0..self.place.people.len() {
            tokio::select! {
                drained = timeout(PATIENCE, self.drains.recv()) => {
                    drained.map_err(|_| "not all were answered in the end")?;
                }
                // One that ends now has failed, and says why.
                Some(ended) = self.talking.join_next() => drop(journal(ended)?),
            }
        }
        let visited = timeout(PATIENCE, &mut self.visiting).await;
        visited.map_err(|_| "the guest does not come back")?.unwrap();
        self.phases.send(Phase::Settle).unwrap();
        let mut journals = Vec::new();
        loop {
            match timeout(PATIENCE, self.talking.join_next()).await {
                Ok(Some(ended)) => journals.push(journal(ended)?),
                Ok(None) => return Ok(journals),
                Err(_) => return Err("not all catch up in the end".into()),
            }
        }
    }
}

fn journal(ended: Result<Journal, JoinError>) -> Result<Journal, String> {
    ended.map_err(last_words)
}

/// What somebody who panicked said.
pub fn last_words(failure: JoinError) -> String {
    let Ok(panic) = failure.try_into_panic() else { return "it was stopped".into() };
    let said = panic.downcast_ref::<String>().cloned();
    said.or_else(|| panic.downcast_ref::<&str>().map(|said| (*said).to_owned())).unwrap_or_default()
}

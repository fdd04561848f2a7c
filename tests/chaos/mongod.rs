//! The database of a run, started and found by `scripts/mongod`. It ends with its value.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use tokio::task::block_in_place;
use tokio::time::sleep;

use crate::report::{Trouble, missing};

/// How a MongoDB is started, the first time and every time after.
#[derive(Clone, Debug, Default)]
pub struct Members {
    /// Of a replica set; a set of one unless there are more.
    pub count: usize,
    /// An address to listen on beside 127.0.0.1.
    pub bind: Option<String>,
    pub environment: Vec<(String, String)>,
}

pub struct Mongod {
    pub uri: String,
    members: Members,
    folder: PathBuf,
    pids: Vec<String>,
}

impl Mongod {
    /// An error where there is no mongod.
    pub fn start(data: &Path, members: Members) -> Result<Mongod, Trouble> {
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache/mongod/mongod-6.0.5");
        let on_path = || Command::new("mongod").arg("--version").output().is_ok();
        if std::env::var_os("HUBBUB_MONGOD").is_none() && !kept.exists() && !on_path() {
            return missing("there is no mongod: scripts/mongod fetches one, HUBBUB_MONGOD names yours");
        }
        let mut mongod =
            Mongod { uri: String::new(), members, folder: data.join("mongod"), pids: Vec::new() };
        let server = mongod.run();
        let (host, options) = server.split_once('?').unwrap();
        mongod.uri = format!("{host}chaos?{options}");
        Ok(mongod)
    }

    /// The address of the only member, at another host or port; nobody looks for further members there.
    pub fn uri_at(&self, host: &str) -> String {
        format!("mongodb://{host}/chaos?directConnection=true")
    }

    pub fn port(&self) -> u16 {
        let (hosts, _) = self.uri.strip_prefix("mongodb://").unwrap().split_once('/').unwrap();
        hosts.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// All of it, as by a power cut of their processes.
    pub fn kill(&mut self) {
        signal("-KILL", &self.pids);
    }

    /// They go on being there, and do nothing any more, until they are killed.
    pub fn freeze(&self) {
        signal("-STOP", &self.pids);
    }

    /// Whether all of it does.
    pub fn runs(&self) -> bool {
        self.pids.iter().all(|pid| is_running(pid))
    }

    /// After a kill: until none of them holds a file any more.
    pub async fn gone(&self) {
        while self.pids.iter().any(|pid| is_running(pid)) {
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// What does not run; it takes writes by then.
    pub fn start_again(&mut self) {
        self.run();
    }

    pub fn kill_primary(&mut self) {
        let primary = said(script(&["primary"], &self.folder));
        signal("-KILL", &[primary]);
    }

    pub fn step_down(&mut self) {
        said(script(&["step-down"], &self.folder));
    }

    /// Starts what is to run; its address.
    fn run(&mut self) -> String {
        let count = self.members.count.max(1).to_string();
        let mut words = match self.members.count {
            0 | 1 => vec!["start", "--replica-set"],
            _ => vec!["start", "--members", &count],
        };
        if let Some(address) = &self.members.bind {
            words.extend(["--bind", address]);
        }
        let mut command = command(&words, &self.folder);
        let environment: BTreeMap<_, _> = self.members.environment.iter().cloned().collect();
        command.env("HUBBUB_MONGOD_ENVIRONMENT", serde_json::to_string(&environment).unwrap());
        let words = said(block_in_place(|| command.output()).unwrap());
        let mut words = words.split(' ').map(str::to_owned);
        let uri = words.next().unwrap();
        self.pids = words.collect();
        uri
    }
}

impl Drop for Mongod {
    fn drop(&mut self) {
        let _ = script(&["stop"], &self.folder);
    }
}

/// Dead is also what nobody has asked for its last words yet.
fn is_running(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['Z', 'X']))
}

fn signal(signal: &str, pids: &[String]) {
    assert!(Command::new("kill").arg(signal).args(pids).status().unwrap().success());
}

fn command(words: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/mongod"));
    command.args(words).arg(folder);
    command
}

fn script(words: &[&str], folder: &Path) -> Output {
    block_in_place(|| command(words, folder).output()).unwrap()
}

/// What it printed, if it succeeded.
fn said(output: Output) -> String {
    let problem = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "scripts/mongod: {problem}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

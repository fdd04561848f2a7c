//! The processes of a crash run: a server and, where there is one, a mongod. Each ends with its value.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Once;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;
use tokio::time::timeout;

const START: Duration = Duration::from_secs(60);

pub struct Server {
    pub port: u16,
    data: PathBuf,
    mongodb: Option<String>,
    child: Child,
}

impl Server {
    pub async fn start(data: &Path, mongodb: Option<&str>) -> Server {
        // Free a moment ago, and used again after every crash.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mongodb = mongodb.map(str::to_owned);
        let child = launch(data, mongodb.as_deref(), port).await;
        Server { port, data: data.to_owned(), mongodb, child }
    }

    /// As a power cut of this process: no word, no warning.
    pub async fn kill_and_start(&mut self) {
        self.child.kill().await.unwrap();
        self.child = launch(&self.data, self.mongodb.as_deref(), self.port).await;
    }

    pub async fn stop(&mut self) {
        let pid = self.child.id().expect("it runs").to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let ended = timeout(START, self.child.wait()).await.expect("it ends when it is told to").unwrap();
        assert!(ended.success(), "it ended with {ended}: {}", self.said());
    }

    /// Its last words.
    pub fn said(&self) -> String {
        let log = std::fs::read_to_string(self.data.join("server.log")).unwrap_or_default();
        let mut lines: Vec<&str> = log.lines().rev().take(20).collect();
        lines.reverse();
        lines.join("\n")
    }
}

fn binary() -> PathBuf {
    std::env::var_os("HUBBUB_BIN").map_or_else(|| env!("CARGO_BIN_EXE_hubbub").into(), PathBuf::from)
}

async fn launch(data: &Path, mongodb: Option<&str>, port: u16) -> Child {
    let log = File::options().create(true).append(true).open(data.join("server.log")).unwrap();
    let mut command = tokio::process::Command::new(binary());
    command
        .arg("serve")
        .env_clear()
        .env("HUBBUB_BIND", format!("127.0.0.1:{port}"))
        .env("HUBBUB_DATA_DIR", data.join("hubbub"))
        .env("HUBBUB_BCRYPT_COST", "4")
        .env("HUBBUB_BCRYPT_QUEUE", "10000")
        .env("HUBBUB_MAX_CONNECTIONS_PER_ADDRESS", "100000")
        .env("HUBBUB_ANONYMOUS_PER_ADDRESS", "100000")
        .env("HUBBUB_REQUESTS_PER_SECOND_PER_ADDRESS", "1000000")
        .env("HUBBUB_REQUESTS_BURST", "1000000")
        .env("HUBBUB_EVENTS_PER_SECOND", "10000")
        .env("HUBBUB_EVENTS_BURST", "10000")
        .env("HUBBUB_LOG", "warn")
        .current_dir(data)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .kill_on_drop(true);
    if let Some(uri) = mongodb {
        command.env("MONGODB_URI", uri);
    }
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let listening = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.contains(" listens on ") {
                return true;
            }
        }
        false
    };
    let listens = timeout(START, listening).await.unwrap_or(false);
    let said = || std::fs::read_to_string(data.join("server.log")).unwrap_or_default();
    assert!(listens, "the server does not start: {}", said());
    // What else it says is of no interest, but must find a reader.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    child
}

/// A replica set of one, started and found by `scripts/mongod`.
pub struct Mongod {
    pub uri: String,
    folder: PathBuf,
    pid: String,
}

impl Mongod {
    /// None, said aloud, where there is no mongod and none is required.
    pub fn start(data: &Path) -> Option<Mongod> {
        static SAID: Once = Once::new();
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache/mongod/mongod-6.0.5");
        let on_path = || Command::new("mongod").arg("--version").output().is_ok();
        if std::env::var_os("HUBBUB_MONGOD").is_none() && !kept.exists() && !on_path() {
            let required = std::env::var("HUBBUB_TEST_REQUIRE_MONGODB").is_ok_and(|value| value == "1");
            assert!(!required, "there is no mongod to kill, and MongoDB is required: set HUBBUB_MONGOD");
            SAID.call_once(|| {
                let aloud = b"NO MONGODB WAS KILLED: set HUBBUB_MONGOD to the program mongod\n";
                let _ = std::io::Write::write_all(&mut std::io::stderr(), aloud);
            });
            return None;
        }
        let folder = data.join("mongod");
        let (server, pid) = script(&folder);
        let (host, options) = server.split_once('?').unwrap();
        Some(Mongod { uri: format!("{host}crashes?{options}"), folder, pid })
    }

    pub fn kill_and_start(&mut self) {
        assert!(Command::new("kill").args(["-KILL", &self.pid]).status().unwrap().success());
        (_, self.pid) = script(&self.folder);
    }
}

impl Drop for Mongod {
    fn drop(&mut self) {
        let _ = command("stop").arg(&self.folder).status();
    }
}

fn command(verb: &str) -> Command {
    let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/mongod"));
    command.arg(verb);
    command
}

/// Address and pid.
fn script(folder: &Path) -> (String, String) {
    let started = command("start").arg(folder).arg("--replica-set").output().unwrap();
    let said = String::from_utf8_lossy(&started.stderr).into_owned();
    assert!(started.status.success(), "mongod does not start: {said}");
    let words = String::from_utf8(started.stdout).unwrap();
    let (uri, pid) = words.trim().split_once(' ').unwrap();
    (uri.to_owned(), pid.to_owned())
}

//! The server of a run, as a process. It ends with its value.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::Child;
use tokio::time::timeout;

const START: Duration = Duration::from_secs(60);

/// How a server is started, the first time and every time after.
#[derive(Clone, Debug)]
pub struct Start {
    pub data: PathBuf,
    pub address: Ipv4Addr,
    pub mongodb: Option<String>,
    /// On top of, or in place of, what every run sets.
    pub environment: Vec<(String, String)>,
    /// A program and its words that run the server, as `ip netns exec`; it must become the server.
    pub around: Vec<String>,
}

pub struct Server {
    pub address: SocketAddr,
    pub start: Start,
    child: Child,
}

impl Server {
    pub async fn start(start: Start) -> Server {
        // Free a moment ago, and used again after every crash.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = SocketAddr::from((start.address, port));
        let child = launch(&start, address).await;
        Server { address, start, child }
    }

    pub fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// No word, no warning.
    pub async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// The store of the server as it lay when it was killed.
    pub async fn start_again(&mut self) {
        self.child = launch(&self.start, self.address).await;
    }

    pub async fn kill_and_start(&mut self) {
        self.kill().await;
        self.start_again().await;
    }

    pub async fn stop(&mut self) {
        let pid = self.pid().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let ended = timeout(START, self.child.wait()).await.expect("it ends when it is told to").unwrap();
        assert!(ended.success(), "it ended with {ended}: {}", self.said());
    }

    /// It goes on being there, and does nothing any more, until it is killed.
    pub fn freeze(&self) {
        let pid = self.pid().to_string();
        assert!(Command::new("kill").args(["-STOP", &pid]).status().unwrap().success());
    }

    /// Whether it ends by itself, badly, within that time.
    pub async fn dies(&mut self, within: Duration) -> bool {
        timeout(within, self.child.wait()).await.is_ok_and(|ended| !ended.unwrap().success())
    }

    /// A number that it gives at `/metrics`.
    pub async fn measured(&self, name: &str) -> f64 {
        let mut line = TcpStream::connect(self.address).await.unwrap();
        let request = format!("GET /metrics HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.address);
        line.write_all(request.as_bytes()).await.unwrap();
        let mut metrics = String::new();
        line.read_to_string(&mut metrics).await.unwrap();
        let found = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        found.unwrap_or_else(|| panic!("{name} is not measured: {metrics}")).trim().parse().unwrap()
    }

    /// The processor time it took since it was started.
    pub fn processor(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap();
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
        let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
        // Linux counts a hundred of them in a second for everybody who asks.
        Duration::from_millis(ticks * 10)
    }

    /// All that it said on stderr since the run began.
    pub fn log(&self) -> String {
        log_of(&self.start.data)
    }

    /// Its last words.
    pub fn said(&self) -> String {
        let log = self.log();
        let mut lines: Vec<&str> = log.lines().rev().take(20).collect();
        lines.reverse();
        lines.join("\n")
    }
}

fn log_of(data: &Path) -> String {
    std::fs::read_to_string(data.join("server.log")).unwrap_or_default()
}

pub fn binary() -> PathBuf {
    std::env::var_os("HUBBUB_BIN").map_or_else(|| env!("CARGO_BIN_EXE_hubbub").into(), PathBuf::from)
}

fn command(start: &Start, address: SocketAddr) -> tokio::process::Command {
    let program = binary().into_os_string();
    let mut words = start.around.iter().map(Into::into).chain([program]);
    let mut command = tokio::process::Command::new(words.next().unwrap());
    command
        .args(words)
        .arg("serve")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HUBBUB_BIND", address.to_string())
        .env("HUBBUB_DATA_DIR", start.data.join("hubbub"))
        .env("HUBBUB_BCRYPT_COST", "4")
        .env("HUBBUB_BCRYPT_QUEUE", "10000")
        .env("HUBBUB_MAX_CONNECTIONS_PER_ADDRESS", "100000")
        .env("HUBBUB_ANONYMOUS_PER_ADDRESS", "100000")
        .env("HUBBUB_REQUESTS_PER_SECOND_PER_ADDRESS", "1000000")
        .env("HUBBUB_REQUESTS_BURST", "1000000")
        .env("HUBBUB_EVENTS_PER_SECOND", "10000")
        .env("HUBBUB_EVENTS_BURST", "10000")
        .env("HUBBUB_LOG", "warn");
    if let Some(uri) = &start.mongodb {
        command.env("MONGODB_URI", uri);
    }
    command.envs(start.environment.iter().map(|(name, value)| (name, value)));
    command
}

async fn launch(start: &Start, address: SocketAddr) -> Child {
    let log = File::options().create(true).append(true).open(start.data.join("server.log")).unwrap();
    let mut command = command(start, address);
    command
        .current_dir(&start.data)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .kill_on_drop(true);
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
    assert!(listens, "the server does not start: {}", log_of(&start.data));
    // What else it says is of no interest, but must find a reader.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    child
}

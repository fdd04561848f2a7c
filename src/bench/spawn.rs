//! A server of our own for the length of a measurement: this very program on a free port of the
//! loopback, with a store that is made before and removed afterwards.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::plan::{Plan, Target};
use super::seed::{self, TOKEN_MINUTES};
use crate::clock::{Clock, nonce, secret};
use crate::error::{Error, Result};
use crate::store::{Opening, Store};

const START: Duration = Duration::from_secs(60);
const STOP: Duration = Duration::from_secs(20);

/// Ends with the value; call [`Spawned::end`] to hear of what goes wrong then.
#[derive(Debug)]
pub struct Spawned {
    child: Child,
    /// The database that was made for it in a MongoDB.
    opening: Option<Opening>,
    _folder: Folder,
}

/// Removed with all that is in it, also when nobody waits for the end.
#[derive(Debug)]
struct Folder(PathBuf);

impl Folder {
    fn make() -> Result<Folder> {
        let folder = std::env::temp_dir().join(format!("hubbub-bench-{}", nonce()));
        fs::create_dir_all(&folder).map_err(Error::internal)?;
        Ok(Folder(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// No limit shall be met but that of the machine.
const LIMITS: &[(&str, &str)] = &[
    ("HUBBUB_BCRYPT_COST", "4"),
    ("HUBBUB_MAX_CONNECTIONS", "1000000"),
    ("HUBBUB_MAX_CONNECTIONS_PER_ADDRESS", "1000000"),
    ("HUBBUB_EVENTS_PER_SECOND", "100000"),
    ("HUBBUB_EVENTS_BURST", "100000"),
    ("HUBBUB_REQUESTS_PER_SECOND_PER_ADDRESS", "1000000"),
    ("HUBBUB_REQUESTS_BURST", "1000000"),
    ("HUBBUB_LOG", "warn"),
];

impl Spawned {
    /// Fills a store and starts a server on it. `mongodb` is the address of a MongoDB, in which a
    /// database of its own name is made.
    pub async fn start(plan: &Plan, mongodb: Option<&str>) -> Result<(Spawned, Target)> {
        let (folder, clock, secret) = (Folder::make()?, Clock::system(), secret());
        let data = folder.0.join("data");
        let uri = mongodb.map(own_database);
        let opening = match &uri {
            Some(uri) => Opening::mongo(uri.clone(), clock.clone()),
            None => Opening::embedded(&data, clock.clone()),
        };
        let (tokens, channels) = fill(&opening, uri.is_some(), plan, &secret, &clock).await?;
        let (address, log) = (free()?, folder.0.join("server.log"));
        let mut child = launch(address, &data, uri.as_deref(), &secret, &log)?;
        let said = child.stdout.take();
        let spawned = Spawned { child, opening: uri.is_some().then_some(opening), _folder: folder };
        if !listens(said).await {
            let words = fs::read_to_string(&log).unwrap_or_default();
            spawned.end().await?;
            return Err(Error::unavailable(format!("the server did not start: {}", words.trim())));
        }
        Ok((spawned, Target { address, host: address.to_string(), tokens, channels }))
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Stops the server and removes what it kept.
    pub async fn end(mut self) -> Result<()> {
        self.stop();
        match self.opening.take() {
            Some(opening) => {
                let store = Store::open(&opening).await?;
                let dropped = store.engine.drop_all().await;
                store.close().await;
                dropped
            }
            None => Ok(()),
        }
    }

    fn stop(&mut self) {
        let told = Pid::from_raw(self.child.id().cast_signed()).map(|pid| kill_process(pid, Signal::TERM));
        let deadline = Instant::now() + STOP;
        while told.is_some() && Instant::now() < deadline {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.stop();
        }
    }
}

/// Tokens and ids of channels. A database that could not be filled is dropped at once.
async fn fill(
    opening: &Opening,
    shared: bool,
    plan: &Plan,
    secret: &str,
    clock: &Clock,
) -> Result<(Vec<String>, Vec<String>)> {
    let store = Store::open(opening).await?;
    let filled = seed::fill(&store, plan, secret, clock).await;
    if filled.is_err() && shared {
        let _ = store.engine.drop_all().await;
    }
    store.close().await;
    filled
}

/// The same server, another database: `mongodb://host/<name>?options`.
fn own_database(uri: &str) -> String {
    let (address, options) =
        uri.split_once('?').map_or((uri, None), |(address, options)| (address, Some(options)));
    let (scheme, rest) = address.split_once("://").unwrap_or(("mongodb", address));
    let host = rest.split('/').next().unwrap_or(rest);
    let options = options.map_or(String::new(), |options| format!("?{options}"));
    format!("{scheme}://{host}/hubbub_bench_{}{options}", nonce())
}

fn free() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Error::internal)?;
    listener.local_addr().map_err(Error::internal)
}

fn launch(address: SocketAddr, data: &Path, uri: Option<&str>, secret: &str, log: &Path) -> Result<Child> {
    let program = std::env::current_exe().map_err(Error::internal)?;
    let log = File::create(log).map_err(Error::internal)?;
    let mut command = Command::new(program);
    command
        .arg("serve")
        .env_clear()
        .envs(LIMITS.iter().copied())
        .env("HUBBUB_BIND", address.to_string())
        .env("HUBBUB_DATA_DIR", data)
        .env("HUBBUB_JWT_SECRET", secret)
        .env("HUBBUB_ACCESS_MINUTES", TOKEN_MINUTES.to_string())
        .current_dir(data.parent().unwrap_or(data))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log);
    if let Some(uri) = uri {
        command.env("MONGODB_URI", uri);
    }
    command.spawn().map_err(Error::internal)
}

/// Waits for the line that says so. What the server says later is of no interest, but finds a reader.
async fn listens(said: Option<ChildStdout>) -> bool {
    let Some(said) = said else { return false };
    let (tell, told) = oneshot::channel();
    let mut tell = Some(tell);
    std::thread::spawn(move || {
        for line in BufReader::new(said).lines().map_while(std::result::Result::ok) {
            if line.contains(" listens on ")
                && let Some(tell) = tell.take()
            {
                let _ = tell.send(());
            }
        }
    });
    matches!(timeout(START, told).await, Ok(Ok(())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_of_its_own_stands_in_the_place_of_any_other() {
        for (given, begins, ends) in [
            ("mongodb://a:1/chat?replicaSet=rs", "mongodb://a:1/hubbub_bench_", "?replicaSet=rs"),
            ("mongodb://u:p@a,b/", "mongodb://u:p@a,b/hubbub_bench_", ""),
            ("mongodb+srv://a", "mongodb+srv://a/hubbub_bench_", ""),
        ] {
            let own = own_database(given);
            assert!(own.starts_with(begins) && own.ends_with(ends) && !own.contains("chat"), "{own}");
        }
    }
}

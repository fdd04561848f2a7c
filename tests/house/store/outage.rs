//! What a broken connection to MongoDB means: UNKNOWN once a write was sent, UNAVAILABLE before.

use std::time::Duration;

use hubbub::error::{Code, Error};
use hubbub::store::{Place, Refusal, Rejected, Store};
use secrecy::ExposeSecret;
use tokio::io::copy;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Document, collection, entry};
use crate::stores::mongo;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    Pass,
    /// What the server answers is lost, and the connection with it.
    LoseAnswers,
    Cut,
}

/// Stands between the driver and the server.
struct Cable {
    mode: watch::Sender<Mode>,
    port: u16,
    _serving: JoinSet<()>,
}

async fn cable(server: String) -> Cable {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (mode, watched) = watch::channel(Mode::Pass);
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            let (driver, _) = listener.accept().await.unwrap();
            connections.spawn(carry(driver, server.clone(), watched.clone()));
        }
    });
    Cable { mode, port, _serving: serving }
}

async fn carry(mut driver: TcpStream, server: String, mut mode: watch::Receiver<Mode>) {
    if *mode.borrow_and_update() == Mode::Cut {
        return;
    }
    let mut server = TcpStream::connect(server).await.unwrap();
    let (mut from_driver, mut to_driver) = driver.split();
    let (mut from_server, mut to_server) = server.split();
    let answers = async {
        loop {
            from_server.readable().await.unwrap();
            if *mode.borrow() == Mode::LoseAnswers {
                return;
            }
            let mut bytes = [0; 16 * 1024];
            let count = tokio::io::AsyncReadExt::read(&mut from_server, &mut bytes).await;
            let Ok(count @ 1..) = count else { return };
            // A reply that was on its way when the mode changed is lost as well.
            if *mode.borrow() == Mode::LoseAnswers {
                return;
            }
            if tokio::io::AsyncWriteExt::write_all(&mut to_driver, &bytes[..count]).await.is_err() {
                return;
            }
        }
    };
    let mut cut = mode.clone();
    tokio::select! {
        _ = copy(&mut from_driver, &mut to_server) => {}
        () = answers => {}
        _ = cut.wait_for(|mode| *mode == Mode::Cut) => {}
    }
}

/// A store behind a cable, and the same without one; none where there is no MongoDB to test on.
async fn wired() -> Option<(Cable, Store, Store)> {
    let opening = mongo()?;
    let Place::Mongo { uri } = &opening.place else {
        return None;
    };
    let address = uri.expose_secret().strip_prefix("mongodb://").unwrap();
    let (server, rest) = address.split_once('/').unwrap();
    assert!(!server.contains('@'), "this story speaks to a server without users");
    let database = rest.split('?').next().unwrap();
    let cable = cable(server.to_owned()).await;
    let through = format!("mongodb://127.0.0.1:{}/{database}?directConnection=true", cable.port);
    let direct = Store::open(&opening).await.unwrap();
    let mut wired = opening.clone();
    wired.place = hubbub::store::Opening::mongo(through, opening.clock.clone()).place;
    Some((cable, Store::open(&wired).await.unwrap(), direct))
}

fn code(rejected: Rejected) -> Code {
    match rejected.why {
        Refusal::Fault(error) => error.code(),
        Refusal::Taken(index) => panic!("{index} is taken"),
    }
}

async fn insert(store: &Store, id: &str, seq: u64) -> Result<(), Rejected> {
    let entries = vec![entry(id, "c", seq)];
    store.engine.insert(collection("messages"), entries).await
}

async fn has(store: &Store, id: &str) -> Result<bool, Error> {
    let found = store.engine.get::<Document>(collection("messages"), id).await?;
    Ok(found.is_some())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_whose_answer_is_lost_is_unknown_and_may_be_there() {
    let Some((cable, store, direct)) = wired().await else {
        return;
    };
    insert(&store, "before", 1).await.unwrap();
    cable.mode.send_replace(Mode::LoseAnswers);
    assert_eq!(code(insert(&store, "lost", 2).await.unwrap_err()), Code::Unknown);
    cable.mode.send_replace(Mode::Pass);
    // Repeating it finds out: the same id is there, or it is written now.
    let again = insert(&store, "lost", 2).await;
    assert!(again.is_ok() || again.is_err_and(|rejected| rejected.taken("_id") || rejected.taken("seq")));
    assert!(has(&direct, "lost").await.unwrap());
    direct.engine.drop_all().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_server_is_away_nothing_is_written_and_it_comes_back_by_itself() {
    let Some((cable, store, direct)) = wired().await else {
        return;
    };
    cable.mode.send_replace(Mode::Cut);
    // The first may find out by sending; from then on the driver knows.
    let first = code(insert(&store, "first", 1).await.unwrap_err());
    assert!(first.retryable());
    let second = tokio::time::timeout(Duration::from_secs(9), insert(&store, "second", 2)).await;
    assert_eq!(code(second.unwrap().unwrap_err()), Code::Unavailable);
    assert_eq!(has(&store, "second").await.unwrap_err().code(), Code::Unavailable);
    assert_eq!(store.engine.ping().await.unwrap_err().code(), Code::Unavailable);
    assert!(!has(&direct, "second").await.unwrap());
    cable.mode.send_replace(Mode::Pass);
    insert(&store, "third", 3).await.unwrap();
    direct.engine.drop_all().await.unwrap();
}

//! `hubbub bench`: each profile runs to its end, counts what there is to count, and leaves nothing
//! behind; and what a server forgets is found out.

use std::path::Path;
use std::process::Output;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use hubbub::store::{COLLECTIONS, Filter, Opening, Store};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::stores::{clock, mongo};

const USERS: u64 = 20;

/// What the command said, and the report it wrote.
async fn bench(here: &Path, line: &str, mongodb: Option<&str>) -> (Output, Value) {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_hubbub"));
    command.arg("bench").args(line.split_whitespace()).args(["--json", "report.json"]);
    command.env_clear().env("TMPDIR", here.join("tmp")).current_dir(here).kill_on_drop(true);
    if let Some(uri) = mongodb {
        command.env("MONGODB_URI", uri);
    }
    std::fs::create_dir_all(here.join("tmp")).unwrap();
    let ended = command.output().await.unwrap();
    assert!(ended.status.success(), "{line}: {}", String::from_utf8_lossy(&ended.stderr));
    let left: Vec<_> = std::fs::read_dir(here.join("tmp")).unwrap().collect();
    assert!(left.is_empty(), "{line} leaves {left:?}");
    let report = std::fs::read(here.join("report.json")).unwrap();
    (ended, serde_json::from_slice(&report).unwrap())
}

async fn spawned(profile: &str, more: &str) -> Value {
    let here = tempfile::tempdir().unwrap();
    let line = format!("--spawn --profile {profile} --users {USERS} --secs 2 --warmup 0 {more}");
    let (ended, report) = bench(here.path(), &line, None).await;
    let table = String::from_utf8(ended.stdout).unwrap();
    assert!(table.contains("p99") || profile == "idle", "{table}");
    complete(&report);
    report
}

/// Every figure is there, and nothing went wrong.
fn complete(report: &Value) {
    assert_eq!(report["errors"], json!({}), "{report:#}");
    assert_eq!(report["errorRate"], json!(0.0));
    assert!(report["connect"]["seconds"].as_f64().unwrap() > 0.0);
    assert!(report["connect"]["perSecond"].as_f64().unwrap() > 0.0);
    assert!(report["cpu"]["benchSeconds"].is_number() && report["cpu"]["serverSeconds"].is_number());
    for moment in ["first", "connected", "joined", "after", "perConnection", "perJoined"] {
        for kind in ["rss", "pss", "private"] {
            assert!(report["memory"][moment][kind].is_u64(), "{moment} {kind}: {report:#}");
        }
    }
    for times in ["ackMs", "deliveryMs", "lagMs"] {
        for figure in ["count", "mean", "p50", "p99", "max"] {
            assert!(report[times][figure].is_number(), "{times} {figure}: {report:#}");
        }
    }
    assert_eq!(report["acks"], report["sends"]);
    assert_eq!(report["ackMs"]["count"], report["acks"]);
    assert_eq!(report["deliveries"], report["expectedDeliveries"]);
}

fn number(report: &Value, field: &str) -> u64 {
    report[field].as_u64().unwrap()
}

#[tokio::test]
async fn in_a_room_everybody_hears_everything_that_was_said() {
    let report = spawned("room", "--rate 50 --channels 2").await;
    let sends = number(&report, "sends");
    assert!((1..=101).contains(&sends), "50 a second for 2 s, and {sends} were sent");
    assert_eq!(number(&report, "deliveries"), sends * USERS);
    assert_eq!(report["deliveryMs"]["count"], report["deliveries"]);
    assert!(report["cpu"]["serverSecondsPerMillionDeliveries"].is_number());
    let spread = spawned("room", "--rate 50 --channels 4 --spread").await;
    assert_eq!(number(&spread, "deliveries"), number(&spread, "sends") * USERS / 4);
}

#[tokio::test]
async fn where_nothing_is_said_nothing_is_heard() {
    let report = spawned("idle", "").await;
    assert_eq!((number(&report, "sends"), number(&report, "deliveries")), (0, 0));
}

#[tokio::test]
async fn writers_are_acknowledged_and_heard_by_nobody() {
    let report = spawned("write", "--window 4").await;
    assert!(number(&report, "sends") >= USERS * 4);
    assert_eq!(number(&report, "deliveries"), 0);
}

#[tokio::test]
async fn people_at_work_miss_nothing_by_switching_and_reconnecting() {
    let report = spawned("office", "--rate 40").await;
    let (sends, office) = (number(&report, "sends"), &report["office"]);
    assert!(sends > 0);
    assert_eq!(number(&report, "deliveries"), sends * USERS, "a team of 20 in all of its channels");
    assert_eq!((&office["posts"], &office["typing"]), (&json!(sends), &json!(sends)));
    assert!(number(office, "switches") > sends && number(office, "reconnects") > 0, "{office}");
    assert_eq!(office["searchMs"]["count"], office["searches"], "each is answered, however few they are");
}

#[tokio::test]
async fn after_a_storm_everybody_has_what_they_missed() {
    let report = spawned("storm", "--missed 40 --channels 4 --spread").await;
    assert_eq!(number(&report, "sends"), 40 * 4);
    assert_eq!(number(&report, "deliveries"), 40 * USERS);
    assert_eq!((&report["storm"]["users"], &report["storm"]["missed"]), (&json!(USERS), &json!(40)));
    assert!(report["storm"]["seconds"].as_f64().unwrap() > 0.0);
    assert_eq!(report["storm"]["eachMs"]["count"], json!(USERS));
}

#[tokio::test]
async fn that_all_go_and_come_back_in_sight_of_all_costs_a_bounded_number_of_events() {
    let here = tempfile::tempdir().unwrap();
    let line = "--spawn --profile presence --users 200";
    let (_, report) = bench(here.path(), line, None).await;
    complete(&report);
    let presence = |field| number(&report["presence"], field);
    assert!(presence("changes") > 200, "those who came first hear of the others");
    assert!(presence("events") <= presence("most"), "{:#}", report["presence"]);
    assert!(presence("events") < presence("changes"), "who goes at once is told of together");
}

#[tokio::test]
async fn a_database_of_its_own_is_dropped_afterwards() {
    let Some(opening) = mongo() else { return };
    let hubbub::store::Place::Mongo { uri } = &opening.place else { unreachable!() };
    let uri = secrecy::ExposeSecret::expose_secret(uri).to_owned();
    let here = tempfile::tempdir().unwrap();
    let line = format!("--spawn --users {USERS} --rate 20 --secs 2 --warmup 0");
    let (_, report) = bench(here.path(), &line, Some(&uri)).await;
    complete(&report);
    assert_eq!(number(&report, "deliveries"), number(&report, "sends") * USERS);
    // And nothing was written to the database that was named.
    let store = Store::open(&Opening::mongo(uri, clock())).await.unwrap();
    for collection in COLLECTIONS.iter().filter(|collection| collection.grows) {
        assert_eq!(store.engine.count(collection, Filter::All).await.unwrap(), 0, "{}", collection.name);
    }
    store.engine.drop_all().await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_server_that_is_no_hubbub_is_measured_without_rest() {
    let report = plain(|_| true).await;
    assert_eq!(report["errors"], json!({}));
    assert_eq!(number(&report, "deliveries"), number(&report, "sends") * 5);
    assert!(number(&report, "sends") > 10);
    assert_eq!(report["memory"], Value::Null, "whose memory is not known is not told");
}

#[tokio::test]
async fn what_a_server_forgets_to_tell_is_found_out() {
    let report = plain(|number| number % 4 != 0).await;
    let missing = number(&report, "expectedDeliveries") - number(&report, "deliveries");
    assert!(missing > 0);
    assert_eq!(report["errors"], json!({ "NOT_DELIVERED": missing }));
    assert!(report["errorRate"].as_f64().unwrap() > 0.1);
}

/// Five people in a room of another server, which tells those messages that `tells` says.
async fn plain(tells: fn(u64) -> bool) -> Value {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (room, _) = broadcast::channel::<String>(1_000);
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let room = room.clone();
            tokio::spawn(async move {
                let socket = tokio_tungstenite::accept_async(stream).await.unwrap();
                let (to, from) = socket.split();
                converse(to, from, room, tells).await
            });
        }
    });
    let here = tempfile::tempdir().unwrap();
    let line = format!("--plain --url {url} --users 5 --rate 20 --secs 1 --warmup 0");
    let (_, report) = bench(here.path(), &line, None).await;
    server.abort();
    report
}

type Socket = WebSocketStream<TcpStream>;

/// One session of Socket.IO, as small as it can be. None once the client is gone.
async fn converse(
    mut to: SplitSink<Socket, Message>,
    mut from: SplitStream<Socket>,
    room: broadcast::Sender<String>,
    tells: fn(u64) -> bool,
) -> Option<()> {
    let mut heard = room.subscribe();
    let mut said: u64 = 0;
    to.send(Message::text("0{\"sid\":\"x\",\"pingInterval\":25000}")).await.ok()?;
    to.send(Message::text("2")).await.ok()?;
    loop {
        tokio::select! {
            told = heard.recv() => to.send(Message::text(told.ok()?)).await.ok()?,
            frame = from.next() => {
                let frame = frame?.ok()?;
                let Ok(text) = frame.to_text() else { continue };
                if let Some(auth) = text.strip_prefix("40") {
                    assert!(auth.starts_with("{\"token\":\"bench-"), "{auth}");
                    to.send(Message::text("40{\"sid\":\"y\"}")).await.ok()?;
                } else if let Some(event) = text.strip_prefix("42") {
                    let (ack, event) = event.split_at(event.find('[').unwrap());
                    let event: Value = serde_json::from_str(event).unwrap();
                    said += 1;
                    let message = json!({ "id": said.to_string(), "seq": said, "text": event[1]["text"] });
                    let answer = json!([{ "ok": true, "data": { "message": message } }]);
                    to.send(Message::text(format!("43{ack}{answer}"))).await.ok()?;
                    if event[0] == "send_message" && tells(said) {
                        let channel = &event[1]["channelId"];
                        let told = json!(["new_message", { "channelId": channel, "message": message }]);
                        room.send(format!("42{told}")).unwrap();
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn nobody_is_measured_by_accident() {
    let here = tempfile::tempdir().unwrap();
    for (line, words) in [
        ("", "which server?"),
        ("--url https://chat.example.org --rate 1", "without TLS"),
        ("--url nonsense", "is no address"),
        ("--plain --url http://127.0.0.1:9 --profile storm", "--plain is for"),
        ("--plain --url http://127.0.0.1:9 --users 1 --rate 1", "could not come in"),
    ] {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_hubbub"));
        command.arg("bench").args(line.split_whitespace()).env_clear().current_dir(here.path());
        let ended = command.output().await.unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.code() == Some(1) && said.contains(words), "{line}: {said}");
    }
}

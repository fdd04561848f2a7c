//! Clients that read nothing, and clients that read slowly, beside others that keep up.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, sleep};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::registry::{BOTH, Case, EMBEDDED, Scenario};
use crate::report::{Outcome, not_run};
use crate::run::Run;

pub fn scenarios() -> Vec<Scenario> {
    vec![Scenario {
        name: "readers-stalled-and-slow",
        about: "50 clients read nothing and 50 too slowly (short: 10 and 10)",
        stores: BOTH,
        short: EMBEDDED,
        run: |case| Box::pin(stalled_and_slow(case)),
    }]
}

/// A client that reads nothing is closed by then (D-21).
const CLOSED: Duration = Duration::from_secs(35);
/// Bytes a second for a slow one: less than is said to it.
const NARROW: u32 = 1024;
/// What the system keeps for one that reads nothing; for one to whom little is said, as much as it likes.
const BUFFER: u32 = 4 * 1024;

/// A client that came in, into every channel or into none, and then reads nothing any more.
struct Stalled {
    line: WebSocketStream<TcpStream>,
    channels: usize,
}

impl Stalled {
    async fn new(run: &Run, n: usize, channels: usize) -> Stalled {
        let socket = TcpSocket::new_v4().unwrap();
        if channels > 0 {
            socket.set_recv_buffer_size(BUFFER).unwrap();
        }
        let stream = socket.connect(run.server.address).await.unwrap();
        let url = format!("ws://{}/socket.io/?EIO=4&transport=websocket", run.server.address);
        let (mut line, _) = client_async(url, stream).await.unwrap();
        let people = &run.place.people;
        let auth = json!({ "token": people[n % (people.len() - 1)].token });
        line.send(Message::text(format!("40{auth}"))).await.unwrap();
        heard(&mut line, &["42[\"welcome\""]).await;
        for log in run.place.channels.iter().take(channels) {
            let join = json!(["join_channel", { "channelId": log }]);
            line.send(Message::text(format!("421{join}"))).await.unwrap();
            heard(&mut line, &["431"]).await;
        }
        Stalled { line, channels }
    }

    fn address(&self) -> SocketAddr {
        self.line.get_ref().local_addr().unwrap()
    }
}

/// Until it has heard all of these, in any order.
async fn heard(line: &mut WebSocketStream<TcpStream>, wanted: &[&str]) {
    let mut missing = wanted.to_vec();
    let mut last = String::new();
    while let Some(Ok(message)) = line.next().await {
        last = message.to_text().unwrap_or_default().to_owned();
        missing.retain(|wanted| !last.starts_with(wanted));
        if missing.is_empty() {
            return;
        }
    }
    panic!("a reader that waited for {missing:?} was not taken in, and heard last: {last}");
}

/// The ports that the server has connections to.
fn connected(server: SocketAddr) -> Vec<u16> {
    const ESTABLISHED: &str = "01";
    let port = |address: &str| u16::from_str_radix(address.rsplit(':').next().unwrap(), 16).unwrap();
    let table = std::fs::read_to_string(TABLE).unwrap();
    let rows = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    let ours = rows.filter(|row| port(row[1]) == server.port() && row[3] == ESTABLISHED);
    ours.map(|row| port(row[2])).collect()
}

const TABLE: &str = "/proc/net/tcp";

async fn stalled_and_slow(case: Case) -> Outcome {
    if !Path::new(TABLE).exists() {
        return not_run(format!("there is no {TABLE} to see the server's connections in"));
    }
    let mut plan = Run::of(case);
    plan.fickle = false;
    plan.listeners = case.pick(10, 50);
    let stalled = plan.listeners;
    let mut run = plan.start().await?;
    run.calm().await;
    run.board.delivery();
    run.calm().await;
    let before = run.board.delivery();
    run.figures.took("delivery p99 before", before);
    let mut readers = Vec::new();
    for n in 0..stalled {
        // Every other one hears nothing but its own log and heartbeats.
        readers.push(Stalled::new(&run, n, (n % 2) * run.place.channels.len()).await);
    }
    run.listening.weather(|line| line.width = Some(NARROW));
    all_closed(&mut run, readers).await;
    let beside = run.board.delivery();
    run.figures.took("beside them", beside);
    run.figures.add("slow ones cut", run.listened.tally().cut);
    run.listening.calm();
    run.sockets_stayed();
    run.end().await
}

async fn all_closed(run: &mut Run, mut readers: Vec<Stalled>) {
    let begun = Instant::now();
    let mut last = [Duration::ZERO; 2];
    while !readers.is_empty() && begun.elapsed() < CLOSED * 2 {
        sleep(Duration::from_millis(100)).await;
        let open = connected(run.server.address);
        readers.retain(|reader| {
            let stays = open.contains(&reader.address().port());
            if !stays {
                last[usize::from(reader.channels > 0)] = begun.elapsed();
            }
            stays
        });
    }
    run.figures.took("quiet stalled ones closed within", last[0]);
    run.figures.took("busy ones within", last[1]);
    let longest = if readers.is_empty() { last[0].max(last[1]) } else { begun.elapsed() };
    if longest > CLOSED {
        run.broken(format!("stalled readers were closed after {longest:.1?}, the bound is {CLOSED:?}"));
    }
}

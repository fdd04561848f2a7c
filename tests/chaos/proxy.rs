//! A line between two programs that can be made bad: slow, narrow, silent one way, broken.
//!
//! Each direction of each connection is a reader and a writer with a queue between, so that a delay
//! costs time and no throughput. What is held back by a stall goes on when the stall is over, as it
//! would on a network.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};

/// What the line is like at the moment.
#[derive(Clone, Debug, Default)]
pub struct Weather {
    /// Either way.
    pub delay: Duration,
    /// Nothing goes from who connected to who listens.
    pub silent_there: bool,
    /// Nothing goes back.
    pub silent_back: bool,
    /// Bytes a second, either way.
    pub width: Option<u32>,
    /// Counted up to break every connection there is.
    breaks: u64,
}

pub struct Proxy {
    pub address: SocketAddr,
    weather: watch::Sender<Weather>,
    accepting: JoinHandle<()>,
}

#[derive(Clone, Copy)]
enum Way {
    There,
    Back,
}

impl Way {
    fn is_silent(self, weather: &Weather) -> bool {
        match self {
            Way::There => weather.silent_there,
            Way::Back => weather.silent_back,
        }
    }
}

/// Between a reader and its writer: what was read, and when it may go on; empty at the end.
type Parcel = (Instant, Vec<u8>);

impl Proxy {
    pub async fn to(target: SocketAddr) -> Proxy {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (weather, seen) = watch::channel(Weather::default());
        let accepting = tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                tokio::spawn(carry(line, target, seen.clone()));
            }
        });
        Proxy { address, weather, accepting }
    }

    pub fn weather(&self, change: impl FnOnce(&mut Weather)) {
        self.weather.send_modify(change);
    }

    pub fn calm(&self) {
        self.weather(|weather| *weather = Weather { breaks: weather.breaks, ..Weather::default() });
    }

    /// Every connection ends at once, with a reset on both sides.
    pub fn reset(&self) {
        self.weather(|weather| weather.breaks += 1);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn carry(line: TcpStream, target: SocketAddr, weather: watch::Receiver<Weather>) {
    let Ok(far) = TcpStream::connect(target).await else { return abort(&line) };
    let _ = (line.set_nodelay(true), far.set_nodelay(true));
    let mut breaks = weather.clone();
    let before = breaks.borrow().breaks;
    let ((near_read, near_write), (far_read, far_write)) = (line.into_split(), far.into_split());
    let mut both = tokio::task::JoinSet::new();
    both.spawn(pump(near_read, far_write, Way::There, weather.clone()));
    both.spawn(pump(far_read, near_write, Way::Back, weather));
    tokio::select! {
        // The end of the proxy breaks its connections, too.
        () = broken(&mut breaks, before) => both.shutdown().await,
        () = async { while both.join_next().await.is_some() {} } => {}
    }
}

async fn broken(weather: &mut watch::Receiver<Weather>, before: u64) {
    let _ = weather.wait_for(|weather| weather.breaks != before).await;
}

fn abort(line: &TcpStream) {
    let _ = socket2::SockRef::from(line).set_linger(Some(Duration::ZERO));
}

async fn pump(from: OwnedReadHalf, to: OwnedWriteHalf, way: Way, weather: watch::Receiver<Weather>) {
    // Until this ends in good order, what is dropped is dropped with a reset.
    let _ = socket2::SockRef::from(to.as_ref()).set_linger(Some(Duration::ZERO));
    let (queue, waiting) = mpsc::channel(4);
    let reading = read(from, queue, weather.clone());
    let writing = write(to, waiting, way, weather);
    tokio::join!(reading, writing);
}

async fn read(mut from: OwnedReadHalf, queue: mpsc::Sender<Parcel>, weather: watch::Receiver<Weather>) {
    loop {
        let mut bytes = vec![0; 16 * 1024];
        let read = tokio::select! {
            read = from.read(&mut bytes) => read,
            () = queue.closed() => return,
        };
        bytes.truncate(*read.as_ref().unwrap_or(&0));
        let (ended, failed) = (bytes.is_empty(), read.is_err());
        let due = Instant::now() + weather.borrow().delay;
        // Without a word about the end the writer breaks its side off, as this one was.
        if failed || queue.send((due, bytes)).await.is_err() || ended {
            return;
        }
    }
}

async fn write(
    mut to: OwnedWriteHalf,
    mut waiting: mpsc::Receiver<Parcel>,
    way: Way,
    mut weather: watch::Receiver<Weather>,
) {
    while let Some((due, bytes)) = waiting.recv().await {
        sleep_until(due).await;
        let Ok(width) = weather.wait_for(|weather| !way.is_silent(weather)).await.map(|now| now.width) else {
            return;
        };
        if bytes.is_empty() {
            let _ = to.shutdown().await;
            let _ = socket2::SockRef::from(to.as_ref()).set_linger(None);
            return;
        }
        if let Some(width) = width {
            sleep(Duration::from_secs_f64(bytes.len() as f64 / f64::from(width))).await;
        }
        if to.write_all(&bytes).await.is_err() {
            return;
        }
    }
}

//! Frames of Engine.IO and Socket.IO as a stranger may write them. Afterwards the session either
//! answers, or is over, or waits for the rest of a packet; and everybody else is answered.
//!
//! The first letter says how: `p` packets of a poll, `n` the same of nobody who signed in, `3` in
//! version 3, `t` texts over a WebSocket, `b` binary frames, `s` texts of nobody who signed in, `r`
//! bytes after the handshake. A line is one frame; an escape (`\1e`) stands for its byte.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, timeout};

use super::house::{House, Left, within};
use super::line::{Polling, upgraded};
use super::websocket::{BINARY, TEXT, WebSocket};

/// An unfinished packet is given up after 10 s, and a session without a user too.
const PATIENCE: Duration = Duration::from_secs(60);

const ASK: &str = "429[\"get_online_users\"]";
const TOLD: &str = "439[";

pub fn run(bytes: &[u8]) {
    let Some((how, frames)) = bytes.split_first() else { return };
    if frames.len() > 200_000 {
        return;
    }
    within(async |house| {
        let frames: Vec<Vec<u8>> =
            frames.split(|byte| *byte == b'\n').map(|frame| unescaped(&house.spelt(frame))).collect();
        let began = Instant::now();
        match how {
            b'p' => polled(Polling::signed_in(house, "$T").await, frames).await,
            b'n' => polled(Polling::open(house, "4", &Default::default()).await, frames).await,
            b'3' => polled(Polling::open(house, "3", &Default::default()).await, frames).await,
            b't' | b'b' | b's' | b'r' => {
                let line = upgraded(house).await.expect("a WebSocket opens");
                spoken(house, *how, line, frames).await;
            }
            _ => return Left::AsItWas,
        }
        assert!(began.elapsed() <= PATIENCE * 3, "it took {:?}", began.elapsed());
        others_are_answered(house).await;
        house.left().await
    });
}

/// `\1e` and the like.
fn unescaped(frame: &[u8]) -> Vec<u8> {
    let digit = |byte: &u8| (*byte as char).to_digit(16).map(|digit| digit as u8);
    let (mut plain, mut rest) = (Vec::with_capacity(frame.len()), frame);
    while let Some((first, after)) = rest.split_first() {
        let escaped = match (first, after) {
            (b'\\', [high, low, ..]) => digit(high).zip(digit(low)),
            _ => None,
        };
        plain.push(escaped.map_or(*first, |(high, low)| high << 4 | low));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    plain
}

async fn polled(line: Option<Polling<'_>>, frames: Vec<Vec<u8>>) {
    let Some(mut line) = line else { return };
    for frame in frames {
        let status = line.post(Bytes::from(frame)).await;
        assert!(status.is_some_and(|status| status < 500), "answered with {status:?}");
    }
    if line.post(ASK.into()).await == Some(200) {
        let _ = timeout(PATIENCE, line.until(|told| told.starts_with(TOLD))).await;
    }
}

async fn spoken(house: &House, how: u8, mut line: WebSocket, frames: Vec<Vec<u8>>) {
    if how != b's' {
        let connect = format!("40{{\"token\":\"{}\"}}", house.named("$T"));
        assert!(line.send(TEXT, connect.as_bytes()).await, "the WebSocket takes a CONNECT");
        let connected = line.until(|told| told.starts_with("40")).await;
        assert!(connected.is_some(), "ann may connect");
    }
    for frame in frames {
        let taken = match how {
            b'r' => line.write(&frame).await,
            b'b' => line.send(BINARY, &frame).await,
            _ => line.send(TEXT, &frame).await,
        };
        if !taken {
            break;
        }
    }
    if line.send(TEXT, ASK.as_bytes()).await {
        let _ = timeout(PATIENCE, line.until(|told| told.starts_with(TOLD))).await;
    }
}

async fn others_are_answered(house: &House) {
    let mut bob = Polling::signed_in(house, "$B").await.expect("bob may connect");
    assert_eq!(bob.post(ASK.into()).await, Some(200));
    let told = bob.until(|told| told.starts_with(TOLD)).await;
    assert!(told.is_some_and(|told| told.starts_with("439[{\"ok\":true")), "bob is not answered");
}

//! A broadcast over bare tokio-tungstenite: the least that a Rust server of everyday making costs.
//!
//! It speaks just enough Engine.IO and Socket.IO for `hubbub bench --plain`, believes every token, lets
//! whoever sits in a room speak there, keeps nothing, and is built as everybody would build it: a task that reads and a task that writes
//! for each connection, with a queue between. `scripts/peers` measures it beside hubbub.

#![expect(clippy::print_stdout, reason = "its starter reads the address from there")]

use std::collections::HashMap;
use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use futures_util::stream::{SplitSink, StreamExt};
use futures_util::{SinkExt, TryFutureExt};
use serde::{Deserialize, Serialize};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, accept_async_with_config};

type Failure = Box<dyn Error + Send + Sync>;
type Line = UnboundedSender<Message>;

const PING_EVERY: Duration = Duration::from_secs(25);
/// As in hubbub: a connection's buffers are not what is compared.
const READ_BUFFER: usize = 4_096;
/// As long as hubbub's ids and epochs are; rooms have shorter names here, and the epoch makes up for both
/// places where one stands.
const ID: usize = 24;
const EPOCH: usize = 22;

#[derive(Default)]
struct Hall {
    rooms: Mutex<HashMap<String, Room>>,
    ids: AtomicU64,
}

#[derive(Default)]
struct Room {
    head: u64,
    seats: HashMap<u64, Line>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Join {
    channel_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Post {
    channel_id: String,
    text: String,
    client_msg_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    channel_id: &'a str,
    epoch: &'a str,
    seq: u64,
    message: Shown<'a>,
}

/// The fields that hubbub shows, so that both carry payloads of one size.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    id: &'a str,
    channel_id: &'a str,
    seq: u64,
    user_id: &'a str,
    username: &'a str,
    r#type: &'a str,
    text: &'a str,
    reply_to: Option<&'a str>,
    thread_id: Option<&'a str>,
    mentions: [&'a str; 0],
    attachments: [&'a str; 0],
    image_url: Option<&'a str>,
    file_url: Option<&'a str>,
    client_msg_id: &'a str,
    revision: u32,
    created_at: String,
    edited_at: Option<&'a str>,
    deleted_at: Option<&'a str>,
    reactions: [&'a str; 0],
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let port = std::env::var("PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(0);
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listens on http://{}", listener.local_addr()?);
    let hall = Arc::new(Hall::default());
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(serve(stream, hall.clone()).unwrap_or_else(drop));
    }
}

/// One connection, until it ends.
async fn serve(stream: TcpStream, hall: Arc<Hall>) -> Result<(), Failure> {
    stream.set_nodelay(true)?;
    let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER).write_buffer_size(READ_BUFFER);
    let socket = accept_async_with_config(stream, Some(config)).await?;
    let (sink, mut packets) = socket.split();
    let (line, waiting) = mpsc::unbounded_channel();
    let id = hall.ids.fetch_add(1, Ordering::Relaxed);
    let open = format!(
        r#"0{{"sid":"{id:020}","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":65536}}"#
    );
    line.send(Message::text(open))?;
    let writer = tokio::spawn(write(sink, waiting).unwrap_or_else(drop));
    let mut guest = Guest { id, line, name: String::new(), rooms: Vec::new(), hall };
    while let Some(Ok(packet)) = packets.next().await {
        if let Message::Text(packet) = packet
            && guest.hear(&packet).is_err()
        {
            break;
        }
    }
    guest.leave();
    writer.abort();
    Ok(())
}

async fn write(
    mut sink: SplitSink<WebSocketStream<TcpStream>, Message>,
    mut waiting: UnboundedReceiver<Message>,
) -> Result<(), Failure> {
    let mut ping = tokio::time::interval(PING_EVERY);
    ping.tick().await;
    loop {
        tokio::select! {
            message = waiting.recv() => match message {
                Some(message) => sink.send(message).await?,
                None => return Ok(()),
            },
            _ = ping.tick() => sink.send(Message::text("2")).await?,
        }
    }
}

struct Guest {
    id: u64,
    line: Line,
    name: String,
    rooms: Vec<String>,
    hall: Arc<Hall>,
}

impl Guest {
    /// An error ends the connection.
    fn hear(&mut self, packet: &str) -> Result<(), Failure> {
        if let Some(auth) = packet.strip_prefix("40") {
            #[derive(Deserialize)]
            struct Auth {
                token: String,
            }
            self.name = serde_json::from_str::<Auth>(auth)?.token;
            return self.answer(format!(r#"40{{"sid":"{:020}"}}"#, self.id));
        }
        let Some(event) = packet.strip_prefix("42") else { return Ok(()) };
        let bracket = event.find('[').ok_or("an event is an array")?;
        let (number, arguments) = event.split_at(bracket);
        match name(arguments) {
            "join_channel" => self.join(serde_json::from_str::<(&str, Join)>(arguments)?.1, number),
            "send_message" => self.post(serde_json::from_str::<(&str, Post)>(arguments)?.1, number),
            _ => self.answer(format!(r#"43{number}[{{"ok":false,"error":{{"code":"BAD_REQUEST"}}}}]"#)),
        }
    }

    fn join(&mut self, join: Join, number: &str) -> Result<(), Failure> {
        let mut rooms = self.hall.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.entry(join.channel_id.clone()).or_default().seats.insert(self.id, self.line.clone());
        drop(rooms);
        self.rooms.push(join.channel_id);
        self.answer(format!(r#"43{number}[{{"ok":true}}]"#))
    }

    fn post(&mut self, post: Post, number: &str) -> Result<(), Failure> {
        let hall = self.hall.clone();
        let mut rooms = hall.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(room) = rooms.get_mut(&post.channel_id).filter(|room| room.seats.contains_key(&self.id))
        else {
            return self.answer(format!(r#"43{number}[{{"ok":false,"error":{{"code":"NOT_FOUND"}}}}]"#));
        };
        room.head += 1;
        let id = format!("{:024x}", hall.ids.fetch_add(1, Ordering::Relaxed));
        let seq = room.head;
        self.answer(format!(
            r#"43{number}[{{"ok":true,"data":{{"message":{{"id":"{id}","seq":{seq}}}}}}}]"#
        ))?;
        // Written once; a clone shares the bytes.
        let told = Message::Text(Utf8Bytes::from(told(&self.name, &post, &id, seq)?));
        for seat in room.seats.values() {
            // One that is closing hears nothing more.
            let _ = seat.send(told.clone());
        }
        Ok(())
    }

    fn answer(&self, packet: String) -> Result<(), Failure> {
        Ok(self.line.send(Message::text(packet))?)
    }

    fn leave(self) {
        let mut rooms = self.hall.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        for room in &self.rooms {
            if let Some(room) = rooms.get_mut(room) {
                room.seats.remove(&self.id);
            }
        }
    }
}

/// Of `["name",…]`.
fn name(arguments: &str) -> &str {
    arguments.split('"').nth(1).unwrap_or_default()
}

fn told(by: &str, post: &Post, id: &str, seq: u64) -> Result<String, serde_json::Error> {
    let channel_id = post.channel_id.as_str();
    let told = Told {
        channel_id,
        epoch: &"e".repeat(EPOCH + 2 * ID.saturating_sub(channel_id.len())),
        seq,
        message: Shown {
            id,
            channel_id,
            seq,
            user_id: &format!("{by:0<ID$}"),
            username: by,
            r#type: "text",
            text: &post.text,
            reply_to: None,
            thread_id: None,
            mentions: [],
            attachments: [],
            image_url: None,
            file_url: None,
            client_msg_id: &post.client_msg_id,
            revision: 0,
            created_at: humantime::format_rfc3339_millis(SystemTime::now()).to_string(),
            edited_at: None,
            deleted_at: None,
            reactions: [],
        },
    };
    Ok(format!(r#"42["new_message",{}]"#, serde_json::to_string(&told)?))
}

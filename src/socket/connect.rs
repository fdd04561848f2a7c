//! From a handshake to a connection that hears its own log.
//!
//! Everything that can refuse, and every handler, stands in the connect middleware: what a client
//! sends the instant it is connected finds its handler (registered later, 0.5 % of first events
//! were lost).

use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use serde_json::{Value, json};
use socketioxide::SocketIo;
use socketioxide::TransportType;
use socketioxide::extract::{SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use tokio::sync::mpsc;
use tracing::{debug, info};

use super::handshake::Unclaimed;
use super::hub::{Closer, Connection, Hub, Slot};
use super::inbox::{Arrived, Inbox, Queued};
use super::wire::Wire;
use super::{serve, stay};
use crate::error::{Error, Result};
use crate::log::Address;
use crate::service::Admission;

/// What a client may send along with its CONNECT packet.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Handshake {
    #[serde(default)]
    pub token: Option<String>,
    #[serde(default)]
    pub resume: Option<stay::Resume>,
}

/// What the middleware leaves for the connect handler.
#[derive(Clone)]
struct Admitted {
    admission: Admission,
    slot: Arc<Slot>,
    handshake: Handshake,
    arrivals: Arc<Mutex<Option<mpsc::Receiver<Arrived>>>>,
}

pub fn open(io: &SocketIo, hub: &Arc<Hub>) {
    let (admitting, connecting) = (hub.clone(), hub.clone());
    let middleware = async move |socket: SocketRef, auth: TryData<Value>| {
        admit(&admitting, &socket, auth.0.ok()).await.map_err(|error| {
            info!(code = error.code().name(), "a socket was refused");
            metrics::counter!("hubbub_socket_refusals_total", "code" => error.code().name()).increment(1);
            format!("Authentication error: {}: {}", error.code().name(), error.message())
        })
    };
    let handler = async move |socket: SocketRef| settle(connecting.clone(), socket).await;
    io.ns("/", handler.with(middleware));
}

async fn admit(hub: &Arc<Hub>, socket: &SocketRef, auth: Option<Value>) -> Result<()> {
    let handshake: Handshake = match auth {
        None | Some(Value::Null) => Handshake::default(),
        Some(auth) => {
            serde_json::from_value(auth).map_err(|error| Error::invalid("auth", error.to_string()))?
        }
    };
    let token = match &handshake.token {
        Some(token) => token.clone(),
        None => super::handshake::token(socket.req_parts())?,
    };
    let admission = hub.app.accounts.admit(&token).await?;
    let slot = Arc::new(hub.slot_for(admission.actor.id)?);
    if let Some(unclaimed) = socket.req_parts().extensions.get::<Unclaimed>() {
        unclaimed.claim();
    }
    let (inbox, arrivals) = Inbox::new();
    let arrivals = Arc::new(Mutex::new(Some(arrivals)));
    socket.extensions.insert(inbox);
    socket.extensions.insert(Closer { hub: Arc::downgrade(hub), sid: socket.id });
    socket.extensions.insert(Admitted { admission, slot, handshake, arrivals });
    if let (Some(wire), TransportType::Websocket) =
        (socket.req_parts().extensions.get::<Wire>(), socket.transport_type())
    {
        hub.wires.note(socket.id.as_str(), wire);
    }
    socket.on_fallback(async |_: Queued| {});
    let leaving = hub.clone();
    socket.on_disconnect(async move |socket: SocketRef| {
        // The queue's end closes with it, and then the task that works through it ends.
        socket.extensions.clear();
        leaving.remove(socket.id).await;
    });
    Ok(())
}

async fn settle(hub: Arc<Hub>, socket: SocketRef) {
    let Some(admitted) = socket.extensions.remove::<Admitted>() else { return };
    let arrivals = admitted.arrivals.lock().unwrap_or_else(PoisonError::into_inner).take();
    let connection = Connection::new(socket.clone(), admitted.admission, admitted.slot);
    let (Some(arrivals), Some(connection)) = (arrivals, connection) else { return };
    let connection = Arc::new(connection);
    hub.add(connection.clone());
    if !socket.connected() {
        // It went before it was settled, so its departure found nothing to remove.
        hub.remove(socket.id).await;
        return;
    }
    if let Err(error) = welcome(&hub, &connection).await {
        debug!(socket.id = %socket.id, %error, "a socket could not be welcomed");
        hub.cut(socket.id, "unavailable");
        return;
    }
    if let Some(resume) = admitted.handshake.resume {
        let answer = stay::resume(&hub, &connection, resume).await;
        let (told, releases) = match answer {
            Ok((told, releases)) => (serde_json::to_value(told).unwrap_or_default(), releases),
            Err(error) => (json!({ "error": error.body() }), Vec::new()),
        };
        if socket.emit("resumed", &told).is_err() {
            hub.cut(socket.id, "slow");
        }
        stay::release(&hub, &connection, releases);
    }
    tokio::spawn(serve::work(hub, connection, arrivals));
}

/// Seats the socket in its user's own log and says where that stands.
async fn welcome(hub: &Arc<Hub>, connection: &Arc<Connection>) -> Result<()> {
    let user =
        hub.app.rights.user(connection.user).await?.ok_or_else(|| Error::unauthenticated("no such user"))?;
    hub.circles.learn(user.id).await?;
    let address = Address { log: user.id.into(), epoch: user.epoch.clone() };
    hub.rooms.hold(&address, &connection.socket, user.id);
    connection.joined().insert(address.log, 0);
    let head = hub.app.logs.settled(&address).await?;
    let told = json!({
        "userId": user.id,
        "username": user.username,
        "log": { "channelId": address.log, "epoch": address.epoch, "head": head },
        "limits": { "textChars": crate::limits::TEXT_CHARS, "frameBytes": crate::limits::FRAME_BYTES },
    });
    if connection.socket.emit("welcome", &told).is_err() {
        hub.cut(connection.socket.id, "slow");
    }
    hub.rooms.release(address.log, connection.socket.id, head);
    if let Some(presence) = hub.app.presence.arrive(user.id, &user.username, connection.socket.id.as_str()) {
        hub.tell_presence(&presence).await;
    }
    Ok(())
}

//! From a handshake to a connection that hears its own log.
//!
//! Everything that can refuse, and every handler, stands in the connect middleware: what a client
//! sends the instant it is connected finds its handler (registered later, 0.5 % of first events
//! were lost).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use socketioxide::SocketIo;
use socketioxide::extract::{SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use tokio::sync::mpsc;
use tracing::{debug, info};

use super::connection::{Closer, Connection, Slot};
use super::events::written;
use super::handshake::Unclaimed;
use super::hub::Hub;
use super::inbox::{Arrived, Inbox, Queued};
use super::wire::Wire;
use super::{serve, stay};
use crate::error::{Code, Error, Result};
use crate::limits;
use crate::log::Address;
use crate::service::Admission;

/// How long a transport may stay without a socket on it.
const LINGER: Duration = Duration::from_secs(10);

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
    let (inbox, arrivals) = Inbox::new(&hub.unanswered);
    let arrivals = Arc::new(Mutex::new(Some(arrivals)));
    socket.extensions.insert(inbox);
    socket.extensions.insert(Closer { hub: Arc::downgrade(hub), sid: socket.id });
    socket.extensions.insert(Admitted { admission, slot, handshake, arrivals });
    // An upgrade from polling came on another connection, which the server has noted.
    let began_here =
        socket.req_parts().uri.query().is_some_and(|query| query.contains("transport=websocket"));
    if let (Some(wire), true) = (socket.req_parts().extensions.get::<Wire>(), began_here) {
        hub.wires.note(socket.id.as_str(), wire);
    }
    socket.on_fallback(async |_: Queued| {});
    let leaving = hub.clone();
    socket.on_disconnect(async move |socket: SocketRef| {
        // The queue's end closes with it, and then the task that works through it ends.
        socket.extensions.clear();
        let wire = leaving.wires.of(socket.id);
        leaving.remove(socket.id).await;
        leaving.end_transport(socket.id, wire, LINGER);
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
    let settled = begin(&hub, &connection, admitted.handshake.resume).await;
    if !socket.connected() {
        // It went while it was being settled, and its departure cannot have undone all of that.
        hub.remove(socket.id).await;
        hub.tidy(&connection).await;
        return;
    }
    match settled {
        Ok(()) => drop(tokio::spawn(serve::run(hub, connection, arrivals))),
        Err(error) if error.code() == Code::Unauthenticated => hub.dismiss(&connection),
        Err(error) => {
            debug!(socket.id = %socket.id, %error, "a socket could not be settled");
            hub.cut(socket.id, "unavailable");
        }
    }
}

async fn begin(hub: &Arc<Hub>, connection: &Arc<Connection>, resume: Option<stay::Resume>) -> Result<()> {
    // Revoked after it was admitted and before it could be found among the connections.
    hub.actor(connection).await?;
    welcome(hub, connection).await?;
    let Some(resume) = resume else { return Ok(()) };
    let (told, releases) = match stay::resume(hub, connection, resume).await {
        Ok((told, releases)) => (written(told)?, releases),
        Err(error) => (json!({ "error": error.body() }), Vec::new()),
    };
    say(connection, "resumed", &told)?;
    stay::release(hub, releases);
    Ok(())
}

fn say(connection: &Connection, event: &str, told: &Value) -> Result<()> {
    let sent = connection.socket.emit(event, told);
    sent.map_err(|_| Error::unavailable("the socket takes nothing more"))
}

/// Seats the socket in its user's own log and says where that stands.
async fn welcome(hub: &Arc<Hub>, connection: &Arc<Connection>) -> Result<()> {
    let user =
        hub.app.rights.user(connection.user).await?.ok_or_else(|| Error::unauthenticated("no such user"))?;
    hub.circles.learn(user.id).await?;
    let address = Address { log: user.id.into(), epoch: user.epoch.clone() };
    let seat = stay::hold(hub, connection, address)?;
    let address = seat.address();
    let head = hub.app.logs.settled(address).await?;
    let told = json!({
        "userId": user.id,
        "username": user.username,
        "log": { "channelId": address.log, "epoch": address.epoch, "head": head },
        "limits": { "textChars": limits::TEXT_CHARS, "frameBytes": limits::FRAME_BYTES },
    });
    say(connection, "welcome", &told)?;
    stay::release(hub, vec![seat.shown(head)]);
    if let Some(presence) = hub.app.presence.arrive(user.id, &user.username, connection.socket.id.as_str()) {
        hub.tell_presence(&presence).await;
    }
    Ok(())
}

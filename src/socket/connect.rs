//! From a handshake to a connection that hears its own log.
//!
//! Everything that can refuse, and every handler, stands in the connect middleware: what a client
//! sends the instant it is connected finds its handler (registered later, 0.5 % of first events
//! were lost).

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use socketioxide::SocketIo;
use socketioxide::extract::{SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use socketioxide::socket::Sid;
use tracing::{debug, info};

use super::connection::{Connection, Slot};
use super::events::written;
use super::handshake::Unclaimed;
use super::hub::Hub;
use super::inbox::{Inbox, Queued};
use super::outlet::{Outlet, Spoken};
use super::wire::Wire;
use super::{serve, stay};
use crate::error::{Code, Error, Result};
use crate::limits;
use crate::log::Address;
use crate::service::Admission;

/// A connection on which nobody has signed in for this long is closed.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

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

/// A socket that may come in, before it is settled.
#[derive(Clone)]
pub struct Admitted {
    admission: Admission,
    slot: Arc<Slot>,
    resume: Option<stay::Resume>,
}

pub fn open(io: &SocketIo, hub: &Arc<Hub>) {
    let (admitting, connecting) = (hub.clone(), hub.clone());
    let middleware = async move |socket: SocketRef, auth: TryData<Value>| {
        let offered = || super::handshake::token(&socket.req_parts().headers);
        let admitted = admit(&admitting, offered, auth.0.ok()).await.map_err(|error| refusal(&error))?;
        take_in(&admitting, &socket, admitted);
        Ok::<(), String>(())
    };
    let handler = async move |socket: SocketRef| {
        let admitted = socket.extensions.remove::<Admitted>();
        if let (Some(admitted), Some(inbox)) = (admitted, socket.extensions.get::<Arc<Inbox>>()) {
            settle(connecting.clone(), admitted, inbox).await;
        }
    };
    io.ns("/", handler.with(middleware));
}

/// What a client that may not come in is told.
pub fn refusal(error: &Error) -> String {
    info!(code = error.code().name(), "a socket was refused");
    metrics::counter!("hubbub_socket_refusals_total", "code" => error.code().name()).increment(1);
    format!("Authentication error: {}: {}", error.code().name(), error.message())
}

/// By the token of the CONNECT packet, else by the one that `offered` finds in the request.
pub async fn admit(
    hub: &Arc<Hub>,
    offered: impl FnOnce() -> Option<String>,
    auth: Option<Value>,
) -> Result<Admitted> {
    let handshake: Handshake = match auth {
        None | Some(Value::Null) => Handshake::default(),
        Some(auth) => {
            serde_json::from_value(auth).map_err(|error| Error::invalid("auth", error.to_string()))?
        }
    };
    let token = handshake.token.or_else(offered).ok_or_else(super::handshake::no_token)?;
    let admission = hub.app.accounts.admit(&token).await?;
    let slot = Arc::new(hub.slot_for(admission.actor.id)?);
    Ok(Admitted { admission, slot, resume: handshake.resume })
}

/// Everything that a socket of the engine needs before it is connected.
fn take_in(hub: &Arc<Hub>, socket: &SocketRef, admitted: Admitted) {
    let extensions = &socket.req_parts().extensions;
    if let Some(unclaimed) = extensions.get::<Unclaimed>() {
        unclaimed.claim();
    }
    let outlet = Outlet::through_engine(socket.clone(), hub);
    socket.extensions.insert(Inbox::new(&hub.unanswered, outlet));
    socket.extensions.insert(admitted);
    // An upgrade from polling came on another connection, which the server has noted.
    let began_here =
        socket.req_parts().uri.query().is_some_and(|query| query.contains("transport=websocket"));
    if let (Some(wire), true) = (extensions.get::<Wire>(), began_here) {
        hub.wires.note(socket.id.as_str(), wire);
    }
    socket.on_fallback(async |_: Queued| {});
    let leaving = hub.clone();
    socket.on_disconnect(async move |socket: SocketRef| {
        // What came before is still worked through by whoever is at it.
        socket.extensions.clear();
        depart(leaving, socket.id).await;
    });
}

/// The socket is over; its transport has a while to begin another one.
pub async fn depart(hub: Arc<Hub>, sid: Sid) {
    let wire = hub.wires.of(sid);
    hub.remove(sid).await;
    hub.end_transport(sid, wire, LINGER);
}

/// From now on the socket is among the connections, hears its user's own log, and is listened to.
pub async fn settle(hub: Arc<Hub>, admitted: Admitted, inbox: Arc<Inbox>) {
    let outlet = inbox.outlet().clone();
    let Some(connection) = Connection::new(outlet.clone(), admitted.admission, admitted.slot) else { return };
    let connection = Arc::new(connection);
    hub.add(connection.clone());
    let settled = begin(&hub, &connection, admitted.resume).await;
    if !outlet.connected() {
        // It went while it was being settled, and its departure cannot have undone all of that.
        hub.remove(outlet.sid()).await;
        hub.tidy(&connection).await;
        return;
    }
    match settled {
        Ok(()) => inbox.open(move |turn| {
            tokio::spawn(serve::run(hub.clone(), connection.clone(), turn));
        }),
        Err(error) if error.code() == Code::Unauthenticated => hub.dismiss(&connection),
        Err(error) => {
            debug!(socket.id = %outlet.sid(), %error, "a socket could not be settled");
            hub.cut(outlet.sid(), "unavailable");
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
        Err(error) => (written(json!({ "error": error.body() }))?, Vec::new()),
    };
    say(connection, "resumed", &told)?;
    stay::release(hub, releases);
    Ok(())
}

fn say(connection: &Connection, event: &str, told: &RawValue) -> Result<()> {
    connection.outlet.say(&Spoken::new(event, told))
}

/// Seats the socket in its user's own log and says where that stands.
async fn welcome(hub: &Arc<Hub>, connection: &Arc<Connection>) -> Result<()> {
    let user =
        hub.app.rights.user(connection.user).await?.ok_or_else(|| Error::unauthenticated("no such user"))?;
    let (chosen, ()) = tokio::try_join!(hub.app.statuses.kept(user.id), hub.circles.learn(user.id))?;
    let address = Address { log: user.id.into(), epoch: user.epoch.clone() };
    let seat = stay::hold(hub, connection, address)?;
    let address = seat.address();
    let head = hub.app.logs.settled(address).await?;
    let told = written(json!({
        "userId": user.id,
        "username": user.username,
        "log": { "channelId": address.log, "epoch": address.epoch, "head": head },
        "limits": { "textChars": limits::TEXT_CHARS, "frameBytes": limits::FRAME_BYTES },
    }))?;
    say(connection, "welcome", &told)?;
    stay::release(hub, vec![seat.shown(head)]);
    let mut tidings = hub.presence_in_order();
    let device = connection.outlet.sid();
    if let Some(presence) = hub.app.presence.arrive(user.id, &user.username, device.as_str(), &chosen) {
        hub.tell_presence(&mut tidings, presence);
    }
    Ok(())
}

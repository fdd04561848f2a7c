//! What happens by itself: delivery, heads, sweeps, endings. Each task ends with the hub.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tracing::info;

use super::hub::{Connection, Hub};
use super::people::tell_stopped;
use crate::event::Ephemeral;
use crate::limits;
use crate::model::{Id, Log, Seq};
use crate::service::Revoked;

/// After its token ran out a socket has this long to hand in the next one (D-36).
const EXPIRY_GRACE: Duration = Duration::from_secs(30);

pub fn start(hub: &Arc<Hub>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(deliver(hub.clone()));
    tasks.spawn(revoke(hub.clone()));
    tasks.spawn(tick(hub.clone()));
    tasks.spawn(circle(hub.clone()));
    tasks
}

/// The one reader of the outbox for sockets: keeps the order of every log.
async fn deliver(hub: Arc<Hub>) {
    let mut outbox = hub.app.logs.outbox().listen();
    while let Some(told) = outbox.recv().await {
        hub.deliver(&told).await;
    }
}

/// Who may see whom follows the roster.
async fn circle(hub: Arc<Hub>) {
    hub.circles.run(hub.app.roster.moves()).await;
}

/// Sockets of a session or user whose rights ended are closed at once (D-35).
async fn revoke(hub: Arc<Hub>) {
    let mut revocations = hub.app.accounts.revocations();
    loop {
        match revocations.recv().await {
            Ok(Revoked::Session(session)) => {
                hub.connections()
                    .iter()
                    .filter(|one| one.session == session)
                    .for_each(|one| hub.dismiss(one));
            }
            Ok(Revoked::User(user)) => {
                for connection in hub.of_user(user) {
                    dismiss_unless_admitted(&hub, &connection).await;
                }
            }
            // Some were missed: every socket is asked.
            Err(broadcast::error::RecvError::Lagged(_)) => check_everybody(&hub).await,
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}

async fn dismiss_unless_admitted(hub: &Arc<Hub>, connection: &Connection) {
    if hub.actor(connection).await.is_err() {
        hub.dismiss(connection);
    }
}

async fn check_everybody(hub: &Arc<Hub>) {
    for connection in hub.connections() {
        dismiss_unless_admitted(hub, &connection).await;
    }
}

async fn tick(hub: Arc<Hub>) {
    let mut seconds = interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut count: u64 = 0;
    let mut swept = Instant::now();
    loop {
        seconds.tick().await;
        count = count.wrapping_add(1);
        for presence in hub.app.presence.sweep() {
            hub.tell_offline(&presence).await;
        }
        for (channel, user, username) in hub.app.typing.sweep() {
            tell_stopped(&hub, channel, user, username);
        }
        hub.finish_doomed();
        if swept.elapsed() >= limits::SWEEP_EVERY {
            swept = Instant::now();
            hub.rooms.addresses().iter().for_each(|address| hub.app.logs.sweep(address));
        }
        expire(&hub);
        announce_heads(&hub, count);
    }
}

fn expire(hub: &Arc<Hub>) {
    let now = hub.app.clock.now();
    for connection in hub.connections() {
        if now > connection.admission().expires_at.plus(EXPIRY_GRACE) {
            info!(user.id = %connection.user, "a socket ends with its access token");
            hub.dismiss(&connection);
        }
    }
}

/// Every socket hears once in 15 s of the heads that moved since; spread by socket, so that they do
/// not all hear in one second (D-22).
fn announce_heads(hub: &Arc<Hub>, second: u64) {
    let every = limits::HEADS_EVERY.as_secs();
    let mut heads: HashMap<Id<Log>, Option<Seq>> = HashMap::new();
    for connection in hub.connections() {
        let turn = connection.socket.id.as_str().bytes().map(u64::from).sum::<u64>() % every;
        if second % every != turn {
            continue;
        }
        let mut moved = BTreeMap::new();
        for (log, announced) in connection.joined().iter_mut() {
            let head = *heads.entry(*log).or_insert_with(|| hub.rooms.head(*log));
            if let Some(head) = head.filter(|head| *head > *announced) {
                *announced = head;
                moved.insert(*log, head);
            }
        }
        if !moved.is_empty() {
            connection.say(&Ephemeral::Heads(moved));
        }
    }
}

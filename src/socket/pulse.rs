//! What happens by itself: delivery, heads, sweeps, endings. Each task ends with the hub.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tracing::info;

use super::connection::Connection;
use super::hub::Hub;
use super::people::tell_stopped;
use super::tide::Tide;
use super::unread;
use crate::app::again;
use crate::error::Code;
use crate::event::Ephemeral;
use crate::failpoint::{self, Point};
use crate::limits;
use crate::model::{Id, Log, Seq};
use crate::service::Revoked;

/// After its token ran out a socket has this long to hand in the next one (D-36).
const EXPIRY_GRACE: Duration = Duration::from_secs(30);

/// Events delivered in one go: under load one call of the system sends them all to a socket. Well under
/// what may wait for one, so that nobody who keeps up is taken for slow.
const TOLD_AT_ONCE: usize = 64;

/// How late rights that another process ended may still count.
const RIGHTS_EVERY: Duration = Duration::from_secs(2);

pub fn start(hub: &Arc<Hub>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(keep("delivery", hub.clone(), deliver));
    tasks.spawn(keep("revocations", hub.clone(), revoke));
    tasks.spawn(keep("heads and sweeps", hub.clone(), tick));
    tasks.spawn(keep("circles", hub.clone(), circle));
    tasks.spawn(keep("tidings", hub.clone(), tell));
    tasks.spawn(keep("what is unread", hub.clone(), unread::keep_telling));
    tasks.spawn(keep("previews", hub.clone(), preview));
    tasks.spawn(keep("chosen statuses", hub.clone(), tell_chosen));
    if hub.app.store.engine.is_shared() {
        tasks.spawn(keep("rights", hub.clone(), watch_rights));
    }
    tasks
}

/// Where a task panicked, events may have been lost: every client is sent back to resume.
async fn keep<F>(what: &'static str, hub: Arc<Hub>, task: impl Fn(Arc<Hub>) -> F)
where
    F: Future<Output = ()>,
{
    let send_back = || hub.connections().iter().for_each(|one| hub.cut(one.outlet.sid(), "restarted"));
    again(what, || task(hub.clone()), send_back).await;
}

/// Another process may have ended somebody's rights in the same store (contract D-35).
async fn watch_rights(hub: Arc<Hub>) {
    let mut often = interval(RIGHTS_EVERY);
    often.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        often.tick().await;
        check_everybody(&hub).await;
    }
}

/// The one reader of the outbox for sockets: keeps the order of every log.
async fn deliver(hub: Arc<Hub>) {
    let mut outbox = hub.app.logs.outbox().listen();
    let mut told = Vec::with_capacity(TOLD_AT_ONCE);
    let mut tide = Tide::new(Instant::now());
    while outbox.recv_many(&mut told, TOLD_AT_ONCE).await > 0 {
        let begun = Instant::now();
        let heard = hub.deliver(&told);
        let pause = tide.pause(heard, begun);
        if told.len() < TOLD_AT_ONCE && !pause.is_zero() {
            sleep_until(begun + pause).await;
        }
        told.clear();
    }
}

/// What gathers of people's presence is told in time.
async fn tell(hub: Arc<Hub>) {
    loop {
        match hub.tidings_due() {
            Some(due) => {
                sleep_until(due).await;
                hub.tell_tidings();
            }
            None => hub.tidings_wait.notified().await,
        }
    }
}

/// Whoever has the channel open hears what the links in it lead to.
async fn preview(hub: Arc<Hub>) {
    let mut previews = hub.app.previews.listen();
    loop {
        match previews.recv().await {
            Ok(told) => {
                let log = told.channel_id.into();
                hub.rooms.whisper(log, None, &HashSet::new(), &Ephemeral::PreviewsUpdated(told));
            }
            // They are shown with the message when it is read again.
            Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}

/// What somebody chose through the other door, or is over.
async fn tell_chosen(hub: Arc<Hub>) {
    loop {
        hub.app.presence.owing().await;
        hub.tell_owed(&mut hub.presence_in_order());
    }
}

/// Who may see whom follows the roster.
async fn circle(hub: Arc<Hub>) {
    hub.circles.run(hub.app.roster.moves(), |shifts| hub.tell_shifts(&shifts)).await;
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
    // A store that does not answer ends nobody.
    if hub.actor(connection).await.is_err_and(|error| error.code() == Code::Unauthenticated) {
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
    loop {
        seconds.tick().await;
        failpoint::reach(Point::InPulse);
        count = count.wrapping_add(1);
        {
            let mut tidings = hub.presence_in_order();
            for presence in hub.app.presence.sweep() {
                hub.tell_presence(&mut tidings, presence);
            }
        }
        for (channel, user, username) in hub.app.typing.sweep() {
            tell_stopped(&hub, channel, user, username);
        }
        hub.bury().await;
        sweep(&hub, count);
        expire(&hub);
        announce_heads(&hub, count);
    }
}

/// Every room once in 5 s, spread by room, so that the store is not asked about all at once (D-24).
fn sweep(hub: &Arc<Hub>, second: u64) {
    let every = limits::SWEEP_EVERY.as_secs();
    for address in hub.rooms.addresses() {
        if turn_of(&address.log.to_string(), every) == second % every {
            hub.app.logs.sweep(&address);
        }
    }
}

fn turn_of(id: &str, every: u64) -> u64 {
    id.bytes().map(u64::from).sum::<u64>() % every
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
        if turn_of(connection.outlet.sid().as_str(), every) != second % every {
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

//! What falls due is taken up by one process at a time. Whoever takes a thing up claims it for as long as
//! the work can last; what is not done with by then, because a process died or the store did not answer,
//! falls due again. So work is never lost, and must be harmless when it is done twice.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use tokio::time::{MissedTickBehavior, interval};
use tracing::warn;

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{ClientMsgId, Id, Time, User};
use crate::store::{Due, Table};

/// Much longer than the longest send. Longer work claims what it has anew while it lasts.
pub const CLAIM: Duration = Duration::from_secs(30);
/// How often somebody looks what is due.
pub const EVERY: Duration = Duration::from_secs(1);
const AT_ONCE: u64 = 200;
/// People whose things are taken up side by side.
const SIDE_BY_SIDE: usize = 8;

/// Refuses what is to be done too soon or too late to be planned.
pub fn check(field: &str, at: Time, now: Time) -> Result<()> {
    if at <= now {
        return Err(Error::invalid(field, "must be in the future"));
    }
    match at <= now.plus(limits::PLANNED_AHEAD) {
        true => Ok(()),
        false => Err(Error::invalid(field, "must be within a year")),
    }
}

/// Of what is planned: for each repeat of one intent the same, so that it is done once.
pub fn id<T>(clock: &Clock, user: Id<User>, intent: Option<&ClientMsgId>) -> Id<T> {
    match intent {
        Some(intent) => Id::digested(&format!("{user}:{intent}")),
        None => clock.id(),
    }
}

/// Sweeps again and again, until it is dropped.
pub async fn keep_up<F>(what: &'static str, sweep: impl Fn() -> F)
where
    F: Future<Output = Result<()>>,
{
    let mut often = interval(EVERY);
    often.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        often.tick().await;
        if let Err(error) = sweep().await {
            warn!(task = what, cause = ?error, "not everything that is due could be done, this will be tried again");
        }
    }
}

/// Takes up all that is due now: of one person in the order in which it fell due, and in this call nothing
/// after what could not be done. What failed comes again when its claim ends, maybe after what fell due
/// later; the first failure is the answer.
pub async fn take_up<T: Due, F>(table: &Table<T>, clock: &Clock, work: impl Fn(T) -> F) -> Result<()>
where
    F: Future<Output = Result<()>>,
{
    loop {
        let due = table.due(clock.now(), AT_ONCE).await?;
        let full = due.len() as u64 == AT_ONCE;
        let mut owners: BTreeMap<Id<User>, Vec<T>> = BTreeMap::new();
        for one in due {
            owners.entry(one.owner()).or_default().push(one);
        }
        let in_order = owners.into_values().map(|own| in_order(table, clock, own, &work));
        let worked: Vec<Result<()>> = stream::iter(in_order).buffer_unordered(SIDE_BY_SIDE).collect().await;
        worked.into_iter().collect::<Result<()>>()?;
        if !full {
            return Ok(());
        }
    }
}

async fn in_order<T: Due, F>(
    table: &Table<T>,
    clock: &Clock,
    due: Vec<T>,
    work: impl Fn(T) -> F,
) -> Result<()>
where
    F: Future<Output = Result<()>>,
{
    for seen in due {
        if let Some(claimed) = table.claim(&seen, clock.now().plus(CLAIM)).await? {
            work(claimed).await?;
        }
    }
    Ok(())
}

//! The load of many clients, and what a server makes of it: `hubbub bench`.
//!
//! Real Socket.IO sessions (Engine.IO 4 over WebSocket), many on one thread and cheap enough that
//! the server is the bottleneck. The sender puts its time into the text, so what is measured needs no
//! clock of the server. What was typed is for `command`; here nothing is printed.

mod asking;
mod catch_up;
mod ceiling;
mod client;
mod crew;
mod desk;
mod driver;
mod frame;
mod line;
mod machine;
mod office;
mod packet;
mod plan;
mod register;
mod report;
mod rest;
mod searcher;
mod seed;
mod spawn;
mod table;
mod tally;
mod work;

use std::sync::Arc;

pub use driver::Shared;
pub use machine::cores;
pub use plan::{Plan, Profile, Target};
pub use register::register;
pub use report::Report;
pub use spawn::Spawned;

use crate::error::Result;
use crew::Crew;
use report::Connect;

/// Puts the load on the server and tells what came of it. Blocks; `shared.stop` ends it early.
/// `ceiling` raises the load until a rule breaks.
pub fn run(
    plan: &Plan,
    target: Target,
    pid: Option<u32>,
    ceiling: bool,
    shared: &Arc<Shared>,
    tell: &dyn Fn(String),
) -> Result<Report> {
    let mut crew = Crew::gather(plan, target, pid, shared)?;
    tell(format!("{} clients connect", plan.people()));
    // An office fills step by step while the load is raised.
    if !(ceiling && plan.profile == Profile::Office) {
        crew.come(plan.users)?;
        let Connect { seconds, join_seconds, .. } = crew.connect();
        tell(format!("connected in {seconds:.2} s, in their channels {join_seconds:.2} s later"));
    }
    let drops = matches!(plan.profile, Profile::Storm | Profile::Presence);
    if !plan.warmup.is_zero() && !ceiling && !drops {
        crew.measure(plan.rate, plan.warmup)?;
    }
    let (mut storm, mut presence, mut found) = (None, None, None);
    let measured = match plan.profile {
        Profile::Storm => {
            let (came, measured) = crew.storm()?;
            storm = Some(came);
            measured
        }
        Profile::Presence => {
            let (came, told, measured) = crew.presence()?;
            (storm, presence) = (Some(came), Some(told));
            measured
        }
        _ if ceiling => {
            let (ceiling, measured) = ceiling::find(&mut crew, tell)?;
            found = Some(ceiling);
            measured
        }
        _ => crew.measure(plan.rate, plan.secs)?,
    };
    let notes = notes(plan, pid, crew.complaint().filter(|_| !measured.errors.is_empty()));
    let (connect, memory) = (crew.connect(), crew.memories());
    let (plan, cores, ceiling) = (plan.clone(), cores(), found);
    Ok(Report { plan, cores, connect, memory, measured, storm, presence, ceiling, notes })
}

fn notes(plan: &Plan, pid: Option<u32>, complaint: Option<String>) -> Vec<String> {
    let mut notes = Vec::new();
    if plan.profile == Profile::Office && plan.plain {
        notes.push("searches are left out: a plain server has no search".to_owned());
    }
    if pid.is_none() {
        notes.push(
            "processor and memory of the server are not known: give its --pid if it runs here".to_owned(),
        );
    }
    notes.extend(complaint.map(|said| format!("the first error was: {said}")));
    notes
}

//! What was found, for people and for programs.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::machine::Memory;
use super::plan::{Plan, Profile};
use super::tally::{Spread, Tally};
use crate::limits;

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub plan: Plan,
    pub cores: usize,
    pub connect: Connect,
    pub memory: Option<Memories>,
    #[serde(flatten)]
    pub measured: Measured,
    pub storm: Option<Storm>,
    pub presence: Option<Presence>,
    pub ceiling: Option<Ceiling>,
    /// What a reader of the figures must know.
    pub notes: Vec<String>,
}

/// How everybody came.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Connect {
    pub sockets: usize,
    /// Until the last was connected and signed in.
    pub seconds: f64,
    pub per_second: f64,
    /// Until everybody was in all of their channels, after that.
    pub join_seconds: f64,
}

/// Of the server.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Memories {
    /// With the first client alone.
    pub first: Memory,
    pub connected: Memory,
    pub joined: Memory,
    pub after: Memory,
    /// Of each more, from `first` to `connected`.
    pub per_connection: Memory,
    /// Of each more, from `first` to `joined`.
    pub per_joined: Memory,
}

/// What came of a load.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Measured {
    pub seconds: f64,
    pub sends: u64,
    pub acks: u64,
    pub sends_per_second: f64,
    pub ack_ms: Spread,
    pub deliveries: u64,
    /// By the acknowledged sends and those who sat there.
    pub expected_deliveries: u64,
    pub deliveries_per_second: f64,
    pub delivery_ms: Spread,
    /// How late this program sent: a measurement in which this is large is one of this program.
    pub lag_ms: Spread,
    pub other_events: u64,
    pub cpu: Cpu,
    pub errors: BTreeMap<String, u64>,
    pub error_rate: f64,
    pub office: Option<Office>,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cpu {
    pub server_seconds: Option<f64>,
    pub bench_seconds: Option<f64>,
    pub server_seconds_per_million_deliveries: Option<f64>,
    /// Of all cores, the server and this program together.
    pub share: Option<f64>,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Office {
    pub posts: u64,
    pub replies: u64,
    pub typing: u64,
    pub switches: u64,
    pub switch_ms: Spread,
    pub reconnects: u64,
    pub reconnect_ms: Spread,
    pub searches: u64,
    pub search_ms: Spread,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Storm {
    pub users: usize,
    /// Messages that each user missed.
    pub missed: usize,
    /// From the first dial until the last had everything.
    pub seconds: f64,
    /// Of one user, from dialling to having everything.
    pub each_ms: Spread,
}

/// What it cost that everybody heard of everybody's going and coming.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Presence {
    /// Events that were heard, by all together.
    pub events: u64,
    /// How people were, in all of those events.
    pub changes: u64,
    /// As many events as there can be: for each who hears them, those of so many tellings as fit into the time.
    pub most: u64,
    /// As many as there would be if each change were told by itself to each of the others.
    pub each_by_itself: u64,
}

impl Presence {
    pub fn of(plan: &Plan, tally: &Tally, away: Duration, back: Duration) -> Presence {
        let (people, staying) = (plan.people() as u64, plan.groups as u64);
        let of_one = plan.people().div_ceil(limits::PRESENCE_TOGETHER).max(limits::PRESENCE_SINGLY) as u64;
        // One at the beginning, which had been waiting, and one at the end, which does not wait.
        let tellings = |time: Duration| time.div_duration_f64(limits::PRESENCE_EVERY).ceil() as u64 + 2;
        Presence {
            events: tally.presence_events,
            changes: tally.presences,
            most: of_one * (staying * tellings(away) + people * tellings(back)),
            each_by_itself: plan.users as u64 * (people + staying),
        }
    }
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ceiling {
    pub users: usize,
    /// Messages a second, where that was raised.
    pub rate: Option<f64>,
    pub p99_ms: f64,
    /// None where all that was asked for was carried.
    pub first_limit: Option<String>,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    pub users: usize,
    pub rate: f64,
    pub mean_ms: f64,
    pub p99_ms: f64,
    pub error_rate: f64,
    pub cpu_share: Option<f64>,
    pub memory_share: Option<f64>,
    pub broke: Option<String>,
}

impl Measured {
    pub fn of(
        profile: Profile,
        tally: Tally,
        took: Duration,
        server: Option<f64>,
        bench: Option<f64>,
    ) -> Measured {
        let seconds = took.as_secs_f64().max(1e-9);
        let error_rate = tally.error_rate();
        let all = server.zip(bench).map(|(server, bench)| server + bench);
        let cpu = Cpu {
            server_seconds: server,
            bench_seconds: bench,
            server_seconds_per_million_deliveries: server
                .filter(|_| tally.heard > 0)
                .map(|server| server * 1e6 / tally.heard as f64),
            share: all.map(|all| all / seconds / super::machine::cores() as f64),
        };
        let office = (profile == Profile::Office).then(|| Office {
            posts: tally.sends,
            replies: tally.replies,
            typing: tally.typing,
            switches: tally.switches,
            switch_ms: tally.visit.spread(),
            reconnects: tally.reconnects,
            reconnect_ms: tally.back.spread(),
            searches: tally.searches,
            search_ms: tally.search.spread(),
        });
        Measured {
            seconds,
            sends: tally.sends,
            acks: tally.acks,
            sends_per_second: tally.acks as f64 / seconds,
            ack_ms: tally.ack.spread(),
            deliveries: tally.heard,
            expected_deliveries: tally.expected,
            deliveries_per_second: tally.heard as f64 / seconds,
            delivery_ms: tally.delivery.spread(),
            lag_ms: tally.lag.spread(),
            other_events: tally.others,
            cpu,
            errors: tally.errors,
            error_rate,
            office,
        }
    }
}

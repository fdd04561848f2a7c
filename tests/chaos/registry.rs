//! Every fault there is, and what it is told.

use std::future::Future;
use std::pin::Pin;

use crate::report::Outcome;
use crate::scenarios::{
    clocks, crashpoints, crowd, database, descriptors, disks, lines, memory, network, power, readers, server,
    soak, space,
};

/// A fault that is done to a run, and what must hold then.
pub struct Scenario {
    pub name: &'static str,
    pub about: &'static str,
    pub stores: &'static [Kind],
    /// Of these, the ones of short runs: a fault that treats both alike is tried on one.
    pub short: &'static [Kind],
    pub run: fn(Case) -> Pin<Box<dyn Future<Output = Outcome> + Send>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Embedded,
    MongoDb,
}

pub const BOTH: &[Kind] = &[Kind::Embedded, Kind::MongoDb];
pub const EMBEDDED: &[Kind] = &[Kind::Embedded];
pub const MONGODB: &[Kind] = &[Kind::MongoDb];
/// For what has no place in the minutes of a short run.
pub const NONE: &[Kind] = &[];

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Embedded => "embedded",
            Kind::MongoDb => "mongodb",
        }
    }
}

/// On which store, how much of it, and with which dice.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub kind: Kind,
    /// About ten minutes for all together, rather than three.
    pub full: bool,
    pub seed: u64,
}

impl Case {
    pub fn pick<T>(self, short: T, full: T) -> T {
        if self.full { full } else { short }
    }
}

/// In the order in which they run. A family of faults is a file in `scenarios`, and lists its own.
pub fn scenarios() -> Vec<Scenario> {
    [
        server::scenarios(),
        database::scenarios(),
        disks::scenarios(),
        clocks::scenarios(),
        network::scenarios(),
        lines::scenarios(),
        readers::scenarios(),
        space::scenarios(),
        power::scenarios(),
        memory::scenarios(),
        descriptors::scenarios(),
        crowd::scenarios(),
        crashpoints::scenarios(),
        soak::scenarios(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

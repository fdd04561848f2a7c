//! What comes of an operation besides documents.

use crate::error::Error;

/// An insert that stopped: the first `done` documents are kept, the next was refused.
#[derive(Debug)]
pub struct Rejected {
    pub done: usize,
    pub why: Refusal,
}

#[derive(Debug)]
pub enum Refusal {
    /// A unique index, by its name (`_id` for the id itself), holds the same key.
    Taken(String),
    /// UNAVAILABLE: nothing of the rest was written. UNKNOWN: some of it may be there.
    Fault(Error),
}

impl Rejected {
    pub fn fault(error: Error) -> Rejected {
        Rejected { done: 0, why: Refusal::Fault(error) }
    }

    /// Whether the unique index `name` refused.
    pub fn taken(&self, name: &str) -> bool {
        matches!(&self.why, Refusal::Taken(index) if index == name)
    }
}

impl From<Rejected> for Error {
    fn from(rejected: Rejected) -> Error {
        match rejected.why {
            Refusal::Taken(index) => Error::conflict(format!("{index} is taken")),
            Refusal::Fault(error) => error,
        }
    }
}

/// How the engine would run a query, for the test that explains every query.
#[derive(Debug)]
pub struct Plan {
    /// By their names in the collection, `_id` for the id itself.
    pub indexes: Vec<String>,
    /// May read the whole collection, whatever the limit.
    pub scans: bool,
    /// Sorts in memory what no index keeps in order.
    pub sorts: bool,
    pub text: String,
}

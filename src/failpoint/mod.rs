//! Places at which a build for tests can be made to die or to panic: `--features failpoints`.
//!
//! `HUBBUB_FAILPOINT=after-store-write:kill@37` ends the process the 37th time it gets there, as
//! kill -9 would: nothing is flushed and nobody is told. `in-event:panic%5` panics there every fifth
//! time. Several are separated by commas. No release is built with the feature; without it
//! [`reach`] is nothing at all, and a start warns of the variable as of any other that is unknown.

#[cfg(all(feature = "failpoints", not(debug_assertions)))]
compile_error!(
    "the feature `failpoints` is for tests: a program that dies when told to is not to be released"
);

#[cfg(feature = "failpoints")]
mod armed;

#[cfg(feature = "failpoints")]
pub use armed::{arm, reach};

/// Each stands where a crash or a panic would hurt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// The log's entries are numbered, and the store has not been asked yet.
    BeforeStoreWrite,
    /// They are durable, and nobody knows.
    AfterStoreWrite,
    BeforeAck,
    AfterAck,
    BeforeBroadcast,
    AfterBroadcast,
    /// A socket's seat in a room is about to be taken away.
    BeforeLeave,
    AfterLeave,
    /// A change of who belongs where is in the store, and no log tells of it.
    BeforeTelling,
    /// It is told, and the note of it still stands.
    AfterTelling,
    InRequest,
    InEvent,
    /// In the second's work: heads, sweeps, endings.
    InPulse,
    /// In what ends bans and sessions.
    InUpkeep,
}

impl Point {
    pub const ALL: &[Point] = &[
        Point::BeforeStoreWrite,
        Point::AfterStoreWrite,
        Point::BeforeAck,
        Point::AfterAck,
        Point::BeforeBroadcast,
        Point::AfterBroadcast,
        Point::BeforeLeave,
        Point::AfterLeave,
        Point::BeforeTelling,
        Point::AfterTelling,
        Point::InRequest,
        Point::InEvent,
        Point::InPulse,
        Point::InUpkeep,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Point::BeforeStoreWrite => "before-store-write",
            Point::AfterStoreWrite => "after-store-write",
            Point::BeforeAck => "before-ack",
            Point::AfterAck => "after-ack",
            Point::BeforeBroadcast => "before-broadcast",
            Point::AfterBroadcast => "after-broadcast",
            Point::BeforeLeave => "before-leave",
            Point::AfterLeave => "after-leave",
            Point::BeforeTelling => "before-telling",
            Point::AfterTelling => "after-telling",
            Point::InRequest => "in-request",
            Point::InEvent => "in-event",
            Point::InPulse => "in-pulse",
            Point::InUpkeep => "in-upkeep",
        }
    }
}

/// There is nothing to arm in this build.
#[cfg(not(feature = "failpoints"))]
pub fn arm() -> crate::error::Result<()> {
    Ok(())
}

#[cfg(not(feature = "failpoints"))]
#[inline(always)]
pub fn reach(_: Point) {}

//! The faults, by family.

pub mod clocks;
pub mod crashpoints;
pub mod crowd;
pub mod database;
pub mod descriptors;
pub mod disks;
pub mod lines;
pub mod memory;
pub mod network;
pub mod power;
pub mod readers;
pub mod server;
pub mod soak;
pub mod space;

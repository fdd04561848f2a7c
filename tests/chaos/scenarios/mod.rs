//! The faults, by family.

pub mod clocks;
pub mod database;
pub mod disks;
pub mod lines;
pub mod network;
pub mod readers;
pub mod server;

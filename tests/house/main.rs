//! The stories: what the house does, told through its public face, in one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says aloud what it did not run on"
)]

mod accounts;
mod bans;
mod bench;
mod blocks;
mod bookmarks;
mod channel_settings;
mod channels;
mod checker_proofs;
mod commands;
mod company;
mod config;
mod cut_off;
mod direct;
mod door;
mod drafts;
mod due;
mod edits;
mod emoji;
mod events;
mod follow;
mod formatting;
mod forwards;
mod fuzz;
mod groups;
mod groups_over_rest;
mod layers;
mod log;
mod log_reading;
mod log_rig;
mod log_schedules;
mod messages;
mod mirror;
mod notifications;
mod outbound;
mod permissions;
mod pins;
mod polls;
mod previews;
mod reads;
mod reminders;
mod reports;
mod requests;
mod resends;
mod rest;
mod scheduled;
mod scheduled_cut_off;
mod search;
mod secrets;
mod seed;
mod settings;
#[path = "../shared/mod.rs"]
mod shared;
mod status;
mod store;
mod stores;
mod threads;
mod unsettled;
mod web;
mod web_client;

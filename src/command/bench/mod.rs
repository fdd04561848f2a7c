//! `hubbub bench`: what was typed, made into a plan.

mod run;

use std::path::PathBuf;
use std::time::Duration;

use crate::bench::{self, Plan, Profile};
use crate::error::{Error, Result};

/// Find out how many users this machine carries
///
/// Simulated people connect over Socket.IO, come into channels, speak and listen. With --spawn it
/// starts a server of its own beside itself, with a store that is removed afterwards; with --url it
/// takes one that runs. Without --rate the profile room raises the load until a rule breaks: errors up
/// to 0.025 %, mean up to 0.1 s, p99 up to 2 s, processor and memory up to 85 %.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  hubbub bench --spawn                                       how much one room of 100 people carries
  hubbub bench --spawn --profile office --users 2000 --ceiling
  hubbub bench --spawn --profile idle --users 15000          memory per connection
  hubbub bench --spawn --users 1000 --rate 80 --secs 10      80 messages/s to 1000 listeners each
  hubbub bench --spawn --profile write --writers 64 --window 16
  hubbub bench --spawn --profile storm --users 2000 --channels 21 --spread --missed 100
  hubbub bench --spawn --profile presence --users 2000
  hubbub bench --url http://127.0.0.1:3000 --users 50 --rate 10
  hubbub bench --plain --url http://127.0.0.1:4000 --pid 4711 --users 200 --rate 50")]
pub(in crate::command) struct Bench {
    /// A server that runs; the people are registered there over REST and stay
    #[arg(long, value_name = "URL", conflicts_with = "spawn")]
    url: Option<String>,
    /// Start a server for this, on a free port of this machine, and remove all of it afterwards
    #[arg(long)]
    spawn: bool,
    /// A MongoDB for --spawn, in which a database is made and dropped
    #[arg(long, value_name = "URI", env = "MONGODB_URI", hide_env_values = true)]
    mongodb: Option<String>,
    /// The process of the server at --url, if it runs here: its processor time and memory are read
    #[arg(long)]
    pid: Option<u32>,
    /// What people do
    #[arg(long, value_enum, default_value = "room")]
    profile: Doing,
    /// How many people [default: 100]; with --ceiling in an office the most that are tried
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    users: Option<u32>,
    /// How many channels in all [default: 1; idle and office have as many as their teams need]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    channels: Option<u32>,
    /// Deal the people to the channels evenly, instead of everybody into each (room, storm)
    #[arg(long)]
    spread: bool,
    /// Messages a second in all; in an office the default is 12 an hour of each
    #[arg(long)]
    rate: Option<f64>,
    /// How long it is measured, or each step with --ceiling
    #[arg(long, default_value_t = 10.0)]
    secs: f64,
    /// How long the same load runs before it is measured
    #[arg(long, default_value_t = 1.0)]
    warmup: f64,
    /// Raise the load until a rule breaks (room, office)
    #[arg(long)]
    ceiling: bool,
    /// How many write in the profile write; the same as --users
    #[arg(long, conflicts_with = "users", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    writers: Option<u32>,
    /// Unanswered sends of each writer in the profile write
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    window: u32,
    /// Messages that each misses in the profile storm
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=5_000))]
    missed: u32,
    /// Characters of a message; in an office a post has 35 words
    #[arg(long, default_value_t = 128, value_parser = clap::value_parser!(u32).range(24..=4_000))]
    size: u32,
    /// Threads of simulated people [default: 1 on up to 4 cores, else 2]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=64))]
    threads: Option<u32>,
    /// The server is no hubbub: no REST, tokens `bench-<n>`, channels `room-<k>` (room, idle, write)
    #[arg(long, requires = "url")]
    plain: bool,
    /// Write the report to this file as JSON, instead of printing it below the table
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Doing {
    /// Connect, come in and do nothing: memory
    Idle,
    /// Everybody hears what is said at a steady rate
    Room,
    /// Posts, switches, reconnects as measured in teams at work
    Office,
    /// Everybody drops, misses messages and comes back at once
    Storm,
    /// Everybody drops, is seen gone, and comes back at once: what telling of it costs
    Presence,
    /// Writers in one channel as fast as it takes them, nobody listening
    Write,
}

/// People of one team in an office, and where nothing is said.
const TEAM: usize = 50;
const CHANNELS_OF_TEAM: usize = 5;

impl Bench {
    /// The plan, and whether the load is to be raised.
    fn plan(&self) -> Result<(Plan, bool)> {
        let profile = Profile::from(self.profile);
        if self.plain && matches!(profile, Profile::Office | Profile::Storm | Profile::Presence) {
            return Err(Error::bad_request("--plain is for the profiles room, idle and write"));
        }
        for (name, seconds) in
            [("--secs", self.secs), ("--warmup", self.warmup), ("--rate", self.rate.unwrap_or(0.0))]
        {
            if !seconds.is_finite() || !(0.0..=1e6).contains(&seconds) {
                return Err(Error::bad_request(format!("{name} must be a number from 0 to a million")));
            }
        }
        let users = self.writers.or(self.users).unwrap_or(100) as usize;
        let (groups, channels) = self.layout(profile, users);
        let plan = Plan {
            profile,
            users,
            channels,
            groups,
            rate: self.rate.unwrap_or(0.0),
            secs: Duration::from_secs_f64(self.secs),
            warmup: Duration::from_secs_f64(self.warmup),
            window: self.window as usize,
            bytes: self.size as usize,
            // Who was gone for their own sake misses nothing.
            missed: if profile == Profile::Presence { 0 } else { self.missed as usize },
            threads: self.threads.map_or(if bench::cores() > 4 { 2 } else { 1 }, |threads| threads as usize),
            plain: self.plain,
        };
        let silent = profile == Profile::Room && self.rate.is_none();
        Ok((plan, self.ceiling && matches!(profile, Profile::Room | Profile::Office) || silent))
    }

    /// How many groups and channels. Who sits where follows from them, see [`Plan::seats`].
    fn layout(&self, profile: Profile, users: usize) -> (usize, usize) {
        let channels = self.channels.map(|channels| channels as usize);
        let teams = users.div_ceil(TEAM);
        match profile {
            Profile::Write => (1, 1),
            Profile::Idle => {
                let channels = channels.unwrap_or(teams).min(users);
                (channels, channels)
            }
            Profile::Office => {
                let teams = channels.map_or(teams, |channels| channels.div_ceil(CHANNELS_OF_TEAM)).min(users);
                (
                    teams,
                    channels.map_or(teams * CHANNELS_OF_TEAM, |channels| channels.div_ceil(teams) * teams),
                )
            }
            Profile::Room | Profile::Storm | Profile::Presence if self.spread => {
                let channels = channels.unwrap_or(1).min(users);
                (channels, channels)
            }
            Profile::Room | Profile::Storm | Profile::Presence => (1, channels.unwrap_or(1)),
        }
    }
}

impl From<Doing> for Profile {
    fn from(doing: Doing) -> Profile {
        match doing {
            Doing::Idle => Profile::Idle,
            Doing::Room => Profile::Room,
            Doing::Office => Profile::Office,
            Doing::Storm => Profile::Storm,
            Doing::Presence => Profile::Presence,
            Doing::Write => Profile::Write,
        }
    }
}

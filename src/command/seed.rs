//! `hubbub seed`: the sample world, or a made one of any size.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::house::House;
use super::{logging, say};
use crate::config::{Keys, Loaded};
use crate::error::{Error, Result};
use crate::world::{self, Outcome, Size, World};

/// Fill the store with sample data; what is there already stays
///
/// Without numbers it loads the sample world. With any number it makes a world of that size, the
/// same one for the same numbers. Its people all sign in with the password open-the-window.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  hubbub seed                                            the sample world
  hubbub seed --users 200 --messages 100000              a made world
  hubbub seed --groups 3 --channels 12 --random-seed 7   another one")]
pub(super) struct Seed {
    /// How many people [default with other numbers: 50]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    users: Option<u64>,
    /// How many messages [default with other numbers: 10000]
    #[arg(long, value_parser = clap::value_parser!(u64).range(0..=100_000_000))]
    messages: Option<u64>,
    /// How many groups [default with other numbers: 5]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    groups: Option<u64>,
    /// How many channels in all [default with other numbers: 20]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    channels: Option<u64>,
    /// Which of the worlds of this size [default with other numbers: 1]
    #[arg(long, value_name = "NUMBER")]
    random_seed: Option<u64>,
    /// Do it in production as well
    #[arg(long)]
    i_know: bool,
}

impl Seed {
    pub(super) async fn run(self, loaded: Loaded) -> Result<()> {
        let config = loaded.config;
        logging::for_command(&config)?;
        if config.production() && !self.i_know {
            return Err(Error::bad_request(
                "sample people have a password that everybody can read: in production this asks for --i-know",
            ));
        }
        let (house, keys) = House::open_with_keys(config).await?;
        let done = self.fill(&house, &keys).await;
        house.close(done).await
    }

    async fn fill(&self, house: &House, keys: &Keys) -> Result<()> {
        let world = self.world(house)?;
        let passwords = house.passwords(keys);
        let hash = async |password: &str| passwords.hash(&password.parse()?).await;
        let bar = bar(world.histories.iter().map(|history| history.length).sum());
        let moving = bar.clone();
        let began = Instant::now();
        let outcome = world::load(&house.store, world, hash, move |more| moving.inc(more)).await;
        bar.finish_and_clear();
        say(told(&outcome?, began.elapsed(), &house.place()));
        Ok(())
    }

    fn world(&self, house: &House) -> Result<World> {
        let numbers = [self.users, self.messages, self.groups, self.channels, self.random_seed];
        if numbers.iter().all(Option::is_none) {
            return world::sample(house.clock.now());
        }
        let size = Size {
            users: self.users.unwrap_or(50),
            messages: self.messages.unwrap_or(10_000),
            groups: self.groups.unwrap_or(5),
            channels: self.channels.unwrap_or(20),
            seed: self.random_seed.unwrap_or(1),
        };
        world::generate(size, house.clock.now())
    }
}

/// Draws nothing where nobody looks.
fn bar(length: u64) -> ProgressBar {
    let bar = ProgressBar::new(length);
    let style =
        ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} entries, {per_sec}, {eta} left");
    style.map_or(bar.clone(), |style| bar.with_style(style))
}

fn told(outcome: &Outcome, took: Duration, place: &str) -> String {
    if *outcome == Outcome::default() {
        return format!("everything was there already, nothing was changed in {place}");
    }
    let Outcome { users, groups, channels, entries } = outcome;
    let rate = *entries as f64 / took.as_secs_f64().max(0.001);
    format!(
        "added {users} users, {groups} groups, {channels} channels and {entries} log entries to {place} in {:.1} s ({rate:.0} entries a second)",
        took.as_secs_f64()
    )
}

//! The command line: what was typed, the settings it runs with, and one file per command.
//!
//! Serving itself is handed in by `main`, so that this room knows no door. Every refusal is a
//! sentence on stderr and exit code 1; wrong usage is 2.

mod bench;
mod clear;
mod config;
mod health;
mod house;
mod logging;
mod migrate;
mod seed;
mod serve;
mod terminal;
mod user;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use rustix::fs::Mode;
use rustix::process::{Resource, Rlimit, setrlimit, umask};

pub use serve::Serving;
pub use terminal::{say, told_to_stop};

use crate::config::{Loaded, Source};
use crate::error::{Error, Result};

/// Self-hosted real-time chat: a Socket.IO hub that never loses a message it acknowledged.
///
/// Without a command it serves.
#[derive(Debug, Parser)]
#[command(
    name = "hubbub",
    version,
    after_help = "Examples:
  hubbub                              serve on 127.0.0.1:3000 with the embedded store in ./data
  hubbub serve --demo                 the same, with a sample world to look around in
  hubbub user add --username ann --email ann@example.org --role super_admin
  HUBBUB_BIND=0.0.0.0:8080 hubbub     every setting has a variable, see `hubbub config`"
)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Args)]
struct Common {
    /// A file of settings, instead of hubbub.toml in the working directory
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<std::path::PathBuf>,
    /// Where the embedded store, the uploads and made secrets lie
    #[arg(long, global = true, value_name = "DIRECTORY")]
    data_dir: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Seed(seed::Seed),
    ClearDatabase(clear::Clear),
    User(user::User),
    Migrate(migrate::Migrate),
    Config(config::Show),
    Health(health::Health),
    Bench(Box<bench::Bench>),
}

/// The whole program; `server` serves until it is told to stop.
pub fn run<S>(server: S) -> ExitCode
where
    S: AsyncFnOnce(Serving) -> Result<()>,
{
    let done = close_to_others().and_then(|()| {
        let cli = Cli::parse();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        runtime.map_err(Error::internal)?.block_on(cli.obey(server))
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// What this process writes is for its owner alone, and its memory, which holds secrets, is never written.
fn close_to_others() -> Result<()> {
    umask(Mode::RWXG | Mode::RWXO);
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    setrlimit(Resource::Core, none).map_err(Error::internal)
}

impl Cli {
    async fn obey<S>(self, server: S) -> Result<()>
    where
        S: AsyncFnOnce(Serving) -> Result<()>,
    {
        let source = self.common.source();
        match self.command.unwrap_or_else(|| Command::Serve(serve::Serve::default())) {
            Command::Serve(serve) => serve.run(source, server).await,
            Command::Seed(seed) => seed.run(load(source)?).await,
            Command::ClearDatabase(clear) => clear.run(load(source)?).await,
            Command::User(user) => user.run(load(source)?).await,
            Command::Migrate(migrate) => migrate.run(load(source)?).await,
            Command::Config(show) => show.run(&load(source)?),
            Command::Health(health) => health.run(&load(source)?),
            Command::Bench(bench) => bench.run().await,
        }
    }
}

impl Common {
    fn source(self) -> Source {
        let flags = self.data_dir.map(|directory| ("store.data_dir", directory));
        Source { file: self.config, flags: flags.into_iter().collect(), ..Source::of_process() }
    }
}

fn load(source: Source) -> Result<Loaded> {
    let loaded = source.load()?;
    for name in &loaded.unknown {
        terminal::warn(&format!("{name} is set, but no setting has that name; see `hubbub config`"));
    }
    Ok(loaded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn every_command_says_how_it_is_used() {
        let mut cli = Cli::command();
        cli.build();
        cli.clone().debug_assert();
        let all = cli.get_subcommands_mut().filter(|command| command.get_name() != "help");
        for command in all {
            let help = command.render_long_help().to_string();
            assert!(help.contains("Examples:\n  "), "{help}");
        }
    }
}

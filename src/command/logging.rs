//! Where log lines go: stderr, as sentences or as JSON.

use std::io::{self, IsTerminal};

use tracing::{Level, Metadata};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Config, Format};
use crate::error::{Error, Result};

/// For a server: as configured.
pub(super) fn for_server(config: &Config) -> Result<()> {
    start(config, &config.log.level)
}

/// For a command that ends: what went wrong, as its own words tell the rest.
pub(super) fn for_command(config: &Config) -> Result<()> {
    start(config, "warn")
}

fn start(config: &Config, level: &str) -> Result<()> {
    let filter = EnvFilter::try_new(level).map_err(Error::internal)?;
    // A line that cannot be written, because the disk is full, is lost. Complaining of it on stderr
    // would panic, and a full disk must not end the server.
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).log_internal_errors(false);
    let terminal = io::stderr().is_terminal();
    let started = match config.log.format_for(config.server.environment, terminal) {
        Format::Json => lines.json().flatten_event(true).finish().with(filter_fn(harmless)).try_init(),
        Format::Pretty => lines.with_ansi(terminal).finish().with(filter_fn(harmless)).try_init(),
    };
    started.map_err(Error::internal)
}

/// Below `info` the libraries write whole packets, tokens and messages in them, so there we hear
/// ourselves alone, whatever level is asked for.
fn harmless(line: &Metadata<'_>) -> bool {
    let target = line.target();
    *line.level() <= Level::INFO || target == "hubbub" || target.starts_with("hubbub::")
}

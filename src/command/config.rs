//! `hubbub config`: the settings in force, where each came from, and nothing secret.

use super::say;
use crate::config::{Config, Key, Loaded, Origin, keys};
use crate::error::Result;

/// Print the settings in force and where each came from
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  hubbub config
  HUBBUB_LOG=debug hubbub config --config staging.toml
  hubbub config > hubbub.toml                     a file to start from")]
pub(super) struct Show {}

impl Show {
    pub(super) fn run(self, loaded: &Loaded) -> Result<()> {
        match &loaded.file {
            Some(file) => say(format!("# read from {}", file.display())),
            None => say("# no file was read"),
        }
        let mut section = "";
        for key in keys() {
            if key.section() != section {
                section = key.section();
                say(format!("\n[{section}]"));
            }
            say(line(key, &loaded.config, loaded.origin(key)));
        }
        Ok(())
    }
}

/// As a file would have it; what a file must not repeat, or what is not set, is a comment.
fn line(key: &Key, config: &Config, origin: &Origin) -> String {
    let value = key.write(config);
    let shown = match &value {
        Some(value) if !key.secret => format!("{} = {value}", key.field()),
        Some(hidden) => format!("# {} = {hidden}", key.field()),
        None => format!("# {} is not set", key.field()),
    };
    format!("{shown:<44} # {origin}, or {}", key.variables.join(" or "))
}

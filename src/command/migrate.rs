//! `hubbub migrate`: brings the store to the form that this program knows, or says what that takes.

use super::house::{self, House};
use super::say;
use crate::clock::Clock;
use crate::config::Loaded;
use crate::error::Result;
use crate::store::Store;

/// Bring the store up to date, as every start does, without serving
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  hubbub migrate --dry-run            say what an upgrade would change, and change nothing
  hubbub migrate --data-dir /var/lib/hubbub")]
pub(super) struct Migrate {
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
}

impl Migrate {
    pub(super) async fn run(self, loaded: Loaded) -> Result<()> {
        let pending = Store::pending(&house::opening(&loaded.config, &Clock::system())?).await?;
        let word = if self.dry_run { "to do" } else { "done" };
        if !self.dry_run {
            House::open(loaded.config).await?.close(Ok(())).await?;
        }
        pending.iter().for_each(|step| say(format!("{word}: {step}")));
        if pending.is_empty() {
            say("the store is up to date");
        }
        Ok(())
    }
}

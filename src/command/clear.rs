//! `hubbub clear-database`: deletes everything that was written, after saying what that is.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::house::House;
use super::{logging, say, terminal};
use crate::config::Loaded;
use crate::error::{Error, Result};
use crate::store::{COLLECTIONS, Filter};

/// Delete every document and every uploaded file; secrets and settings stay
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  hubbub clear-database                     says what would go, and asks
  hubbub clear-database --yes               does not ask
  hubbub clear-database --data-dir /srv/try --yes")]
pub(super) struct Clear {
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Do it in production as well
    #[arg(long)]
    i_know: bool,
}

impl Clear {
    pub(super) async fn run(self, loaded: Loaded) -> Result<()> {
        let config = loaded.config;
        logging::for_command(&config)?;
        if config.production() && !self.i_know {
            return Err(Error::bad_request(
                "this deletes everything, and this is production: if you mean it, say --i-know as well",
            ));
        }
        let folders = ["uploads", "exports"].map(|name| config.store.data_dir.join(name));
        let house = House::open(config.clone()).await?;
        let cleared = self.clear(&house, &folders).await;
        house.close(cleared).await?;
        // What is left is an empty store in good order, as it would be after a first start.
        House::open(config).await?.close(Ok(())).await
    }

    async fn clear(&self, house: &House, folders: &[PathBuf]) -> Result<()> {
        say(format!("{} holds", house.place()));
        for collection in COLLECTIONS {
            let documents = house.store.engine.count(collection, Filter::All).await?;
            say(format!("  {:<16} {documents:>10}", collection.name));
        }
        for folder in folders {
            say(format!("  {:<16} {:>10}   in {}", "files", count(folder)?, folder.display()));
        }
        self.confirm(&house.name())?;
        house.store.engine.drop_all().await?;
        folders.iter().try_for_each(|folder| remove(folder))?;
        say("all of it is deleted");
        Ok(())
    }

    fn confirm(&self, name: &str) -> Result<()> {
        if self.yes {
            return Ok(());
        }
        let typed = terminal::ask(&format!("to delete all of it, type {name}:"))?;
        match typed.trim() == name {
            true => Ok(()),
            false => Err(Error::bad_request(format!("that was not {name}, so nothing was deleted"))),
        }
    }
}

/// Files in all directories below; links count and are not followed.
fn count(directory: &Path) -> Result<u64> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(0),
        Err(cause) => return Err(trouble(directory, cause)),
    };
    let mut files = 0;
    for entry in entries {
        let entry = entry.map_err(|cause| trouble(directory, cause))?;
        let kind = entry.file_type().map_err(|cause| trouble(&entry.path(), cause))?;
        files += if kind.is_dir() { count(&entry.path())? } else { 1 };
    }
    Ok(files)
}

fn remove(directory: &Path) -> Result<()> {
    match fs::remove_dir_all(directory) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => Err(trouble(directory, cause)),
        _ => Ok(()),
    }
}

fn trouble(path: &Path, cause: std::io::Error) -> Error {
    Error::unavailable(format!("{}: {cause}", path.display())).because(cause)
}

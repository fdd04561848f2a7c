//! The folder in which archives wait for those who asked for them: readable by this program alone.
//!
//! An archive gets its name when it is whole and on the disk, so that nobody ever fetches a part of one.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use tokio::task::spawn_blocking;

use crate::error::{Error, Result};

#[derive(Clone, Debug)]
pub struct Shelf(PathBuf);

impl Shelf {
    pub fn new(data_dir: &Path) -> Shelf {
        Shelf(data_dir.join("exports"))
    }

    /// An empty file to write `id` into; what an earlier try left is gone.
    pub fn begin(&self, id: &str) -> io::Result<File> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.0)?;
        forget(&self.part(id))?;
        OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(self.part(id))
    }

    /// Puts what was written on the shelf.
    pub fn put(&self, id: &str, file: &File) -> io::Result<u64> {
        file.sync_all()?;
        fs::rename(self.part(id), self.whole(id))?;
        File::open(&self.0)?.sync_all()?;
        Ok(file.metadata()?.len())
    }

    /// Takes a whole archive down to read it, if it is there.
    pub async fn open(&self, id: &str) -> Result<Option<File>> {
        let path = self.whole(id);
        blocking(move || match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            opened => opened.map(Some),
        })
        .await
    }

    /// Throws an archive away, whole or not.
    pub async fn clear(&self, id: &str) -> Result<()> {
        let (part, whole) = (self.part(id), self.whole(id));
        blocking(move || forget(&part).and(forget(&whole))).await
    }

    fn part(&self, id: &str) -> PathBuf {
        self.0.join(format!("{id}.part"))
    }

    fn whole(&self, id: &str) -> PathBuf {
        self.0.join(format!("{id}.tar"))
    }
}

fn forget(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Work that waits for the disk, away from what must not wait.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T> {
    spawn_blocking(work).await.map_err(Error::internal)?.map_err(Error::internal)
}

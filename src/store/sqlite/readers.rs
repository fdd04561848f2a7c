//! Connections that only read; each sees everything that was committed before it began.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::{fault, file};
use crate::error::{Error, Result};

#[derive(Clone, Debug)]
pub(super) struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
    many: usize,
}

impl Readers {
    pub(super) fn open(database: &Path, many: usize) -> Result<Readers> {
        let idle = (0..many).map(|_| file::reader(database)).collect::<Result<Vec<_>>>()?;
        let (idle, permits) = (Arc::new(Mutex::new(idle)), Arc::new(Semaphore::new(many)));
        Ok(Readers { idle, permits, many })
    }

    pub(super) async fn run<T, F>(&self, read: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| closed())?;
        let readers = self.clone();
        // The connection goes back from within, also where the caller has given up.
        let reading = tokio::task::spawn_blocking(move || {
            let connection = readers.lend().ok_or_else(closed)?;
            let answer = read(&connection).map_err(fault::of_read);
            readers.give_back(connection);
            drop(permit);
            answer
        });
        reading.await.map_err(Error::internal)?
    }

    /// Returns when the last reading is over.
    pub(super) async fn close(&self) {
        let all = self.permits.acquire_many(self.many as u32).await;
        self.permits.close();
        drop(all);
        while self.lend().is_some() {}
    }

    fn lend(&self) -> Option<Connection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn give_back(&self, connection: Connection) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }
}

fn closed() -> Error {
    Error::unavailable("the store is closed")
}

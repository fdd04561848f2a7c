//! The data directory and the file in it: claimed, looked at, and only then opened for writing.
//!
//! Whatever is wrong is found before a byte is changed, and said with what to do about it.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::error::{Code, Error, Result};

const DATABASE: &str = "hubbub.sqlite";
const INDEX: &str = "search.sqlite";
const LOCK: &str = "lock";
/// "hub1": marks the file as ours, see `PRAGMA application_id`.
const APPLICATION: u32 = 0x6875_6231;
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const HEADER: usize = 100;
/// Up to this size the whole file is checked at every start; it takes about a tenth of a second.
const CHECKED_WHOLE: u64 = 64 << 20;
const STATEMENTS: usize = 256;

/// The directory, claimed for this process alone, and the place of the database in it.
#[derive(Debug)]
pub(super) struct Claim {
    pub(super) lock: File,
    pub(super) database: PathBuf,
    /// The index of messages beside it, which can be made again.
    pub(super) index: PathBuf,
}

pub(super) fn claim(directory: &Path) -> Result<Claim> {
    let advice = "make it a directory this user may write to, or choose another one";
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(|cause| refused(directory, &format!("cannot be created; {advice}"), cause))?;
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(directory.join(LOCK))
        .map_err(|cause| refused(directory, &format!("cannot be used; {advice}"), cause))?;
    match lock.try_lock() {
        Ok(()) => Ok(Claim { lock, database: directory.join(DATABASE), index: directory.join(INDEX) }),
        Err(TryLockError::WouldBlock) => Err(refused(
            directory,
            "is in use by another hubbub; stop that one first, or choose another directory",
            "locked",
        )),
        Err(TryLockError::Error(cause)) => {
            Err(refused(directory, "cannot be locked; use a file system that supports locks", cause))
        }
    }
}

/// Whether there is anything to open.
pub(in crate::store) fn exists(directory: &Path) -> bool {
    directory.join(DATABASE).exists()
}

/// Whether there is a database; an error if it is not one of ours in good order.
pub(super) fn inspect(database: &Path, newest: i64) -> Result<bool> {
    let mut file = match File::open(database) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => {
            return Err(refused(database, "cannot be read; check who owns it", error));
        }
    };
    let size = file.metadata().map_err(Error::internal)?.len();
    // Created, but not yet written to when the process ended.
    if size == 0 {
        return Ok(false);
    }
    let mut header = [0; HEADER];
    if file.read_exact(&mut header).is_err() || !header.starts_with(MAGIC) {
        return Err(corrupt(database, "it does not begin like a database"));
    }
    let [.., a, b, c, d] = header.first_chunk::<72>().copied().unwrap_or([0; 72]);
    if u32::from_be_bytes([a, b, c, d]) != APPLICATION {
        return Err(refused(
            database,
            "belongs to another program; move it away, or choose another directory",
            "foreign application id",
        ));
    }
    look_inside(database, size, newest)?;
    Ok(true)
}

fn look_inside(database: &Path, size: u64, newest: i64) -> Result<()> {
    let corrupted = |cause: rusqlite::Error| corrupt(database, &cause.to_string());
    let connection = Connection::open_with_flags(
        database,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(corrupted)?;
    let check = match size {
        ..=CHECKED_WHOLE => "PRAGMA quick_check(1)",
        _ => "PRAGMA quick_check(settings)",
    };
    let verdict: String = connection.query_row(check, [], |row| row.get(0)).map_err(corrupted)?;
    if verdict != "ok" {
        return Err(corrupt(database, &verdict));
    }
    let kept = "SELECT coalesce(max(doc->>'$.value'), 0) FROM settings WHERE id = 'schema'";
    let schema: i64 = connection.query_row(kept, [], |row| row.get(0)).map_err(corrupted)?;
    if schema > newest {
        return Err(crate::store::migrations::newer(schema, newest));
    }
    Ok(())
}

/// The one connection that writes.
pub(super) fn writer(database: &Path, exists: bool) -> Result<Connection> {
    if !exists {
        create(database).map_err(|cause| refused(database, "cannot be created; is the disk full?", cause))?;
    }
    let connection = connect(database).map_err(|cause| unopened(database, cause))?;
    Ok(connection)
}

fn create(database: &Path) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    touch(database)?;
    let connection = Connection::open(database)?;
    // All at once, so that there is no file without its mark. Write-ahead logging comes after, so
    // that the mark is in the header and not in the log.
    connection.execute_batch(&format!(
        "PRAGMA synchronous = FULL; BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION}; {}; COMMIT;",
        super::schema::create_table(&crate::store::collection::SETTINGS),
    ))?;
    if let Some(directory) = database.parent() {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}

/// An empty file is an empty database. SQLite gives its side files the mode of the database.
pub(super) fn touch(database: &Path) -> std::io::Result<()> {
    OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(database).map(drop)
}

pub(super) fn connect(database: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(
        database,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = 1; \
         PRAGMA checkpoint_fullfsync = 1; PRAGMA wal_autocheckpoint = 4000; \
         PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -65536; \
         PRAGMA temp_store = MEMORY; PRAGMA secure_delete = FAST;",
    )?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

pub(super) fn reader(database: &Path) -> Result<Connection> {
    let open = || {
        let connection = Connection::open_with_flags(
            database,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        connection.execute_batch(
            "PRAGMA query_only = 1; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;",
        )?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(connection)
    };
    open().map_err(|cause: rusqlite::Error| unopened(database, cause))
}

pub(super) fn unopened(database: &Path, cause: rusqlite::Error) -> Error {
    refused(database, "cannot be opened; check who owns it and whether the disk is full", cause)
}

fn corrupt(database: &Path, cause: &str) -> Error {
    refused(
        database,
        "is damaged; nothing was changed: restore it from a backup, or move it away to begin anew",
        cause,
    )
}

fn refused(path: &Path, what: &str, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    let cause = cause.into();
    Error::new(Code::Unavailable, format!("{} {what} ({cause})", path.display()))
}

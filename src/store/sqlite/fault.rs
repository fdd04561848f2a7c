//! What an error of SQLite means for those who wait.

use rusqlite::ErrorCode;
use rusqlite::ffi;

use crate::error::{Code, Error};
use crate::store::Collection;

/// Whether the error is the disk's or the file's, so that nothing of the transaction can stand.
pub(super) fn spoils_the_transaction(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::OutOfMemory
                | ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::FileLockingProtocolFailed
        )
    )
}

/// The code of every write in a transaction that failed.
pub(super) fn of_transaction(error: &rusqlite::Error) -> Code {
    match error.sqlite_extended_error_code() {
        // The frames may have reached the disk although it did not say so, and would then be found
        // after a crash.
        Some(ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC) => Code::Unknown,
        _ => Code::Unavailable,
    }
}

pub(super) fn of_write(code: Code, cause: &str) -> Error {
    match code {
        Code::Unknown => Error::unknown(),
        _ => Error::unavailable("the store cannot write now"),
    }
    .because(cause)
}

pub(super) fn of_read(error: rusqlite::Error) -> Error {
    if spoils_the_transaction(&error) {
        return Error::unavailable("the store cannot be read now").because(error);
    }
    Error::internal(error)
}

/// The unique index that refused, by its name in the collection.
pub(super) fn taken(collection: &Collection, error: &rusqlite::Error) -> Option<String> {
    let rusqlite::Error::SqliteFailure(failure, Some(message)) = error else {
        return None;
    };
    match failure.extended_code {
        ffi::SQLITE_CONSTRAINT_PRIMARYKEY => Some("_id".into()),
        ffi::SQLITE_CONSTRAINT_UNIQUE => {
            // "UNIQUE constraint failed: index 'messages_seq'"
            let index = message.split('\'').nth(1)?;
            let name = index.strip_prefix(collection.name)?.strip_prefix('_')?;
            Some(name.into())
        }
        _ => None,
    }
}

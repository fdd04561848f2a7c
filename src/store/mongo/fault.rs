//! What an error of MongoDB means for those who wait.
//!
//! UNAVAILABLE is a promise that nothing was written. It is given only where the driver says that
//! the command never left; after that the outcome is unknown until a server has told it. The driver
//! repeats a write once on a replica set, and of two errors tells the one that may have written.

use mongodb::error::{Error as Cause, ErrorKind, IndexedWriteError, WriteFailure};

use crate::error::Error;
use crate::store::Refusal;

const DUPLICATE_KEY: i32 = 11_000;
const OUT_OF_DISK_SPACE: i32 = 14_031;

pub(super) fn of_read(cause: Cause) -> Error {
    match &*cause.kind {
        ErrorKind::Command(command) if !passes(command.code) => Error::internal(cause),
        ErrorKind::InvalidArgument { .. } | ErrorKind::Bson(_) => Error::internal(cause),
        _ => Error::unavailable("the store cannot be read now").because(cause),
    }
}

pub(super) fn of_write(cause: Cause) -> Error {
    if let Some(index) = refused_by(&cause) {
        return Error::conflict(format!("{index} is taken"));
    }
    match &*cause.kind {
        ErrorKind::ServerSelection { .. }
        | ErrorKind::ConnectionPoolCleared { .. }
        | ErrorKind::Authentication { .. }
        | ErrorKind::DnsResolve { .. }
        | ErrorKind::Shutdown => Error::unavailable("the store cannot be reached now").because(cause),
        ErrorKind::InvalidArgument { .. } | ErrorKind::Bson(_) => Error::internal(cause),
        ErrorKind::Command(command) => of_code(command.code, cause),
        ErrorKind::Write(WriteFailure::WriteError(write)) => of_code(write.code, cause),
        _ => Error::unknown().because(cause),
    }
}

/// How many documents are kept, and why the next is not.
pub(super) fn of_insert(cause: Cause) -> (usize, Refusal) {
    let ErrorKind::InsertMany(failure) = &*cause.kind else {
        return (0, Refusal::Fault(of_write(cause)));
    };
    let first = failure.write_errors.as_deref().and_then(<[_]>::first);
    match (&failure.write_concern_error, first) {
        // What was inserted is not durable yet, and may never be.
        (Some(_), _) | (None, None) => (0, Refusal::Fault(Error::unknown().because(cause))),
        (None, Some(write)) => (write.index, of_document(write, cause.clone())),
    }
}

fn of_document(write: &IndexedWriteError, cause: Cause) -> Refusal {
    match write.code {
        DUPLICATE_KEY => Refusal::Taken(index(&write.message)),
        code => Refusal::Fault(of_code(code, cause)),
    }
}

/// The server itself says that it did not write.
fn of_code(code: i32, cause: Cause) -> Error {
    match code {
        OUT_OF_DISK_SPACE => Error::unavailable("the store's disk is full").because(cause),
        code if passes(code) => Error::unknown().because(cause),
        _ => Error::internal(cause),
    }
}

fn refused_by(cause: &Cause) -> Option<String> {
    let (code, message) = match &*cause.kind {
        ErrorKind::Command(command) => (command.code, &command.message),
        ErrorKind::Write(WriteFailure::WriteError(write)) => (write.code, &write.message),
        _ => return None,
    };
    (code == DUPLICATE_KEY).then(|| index(message))
}

/// "E11000 duplicate key error collection: hubbub.messages index: seq dup key: …"
fn index(message: &str) -> String {
    let named = message.split_once(" index: ").map(|(_, rest)| rest);
    match named.and_then(|rest| rest.split_whitespace().next()) {
        Some("_id_") => "_id".into(),
        Some(name) => name.into(),
        None => "a unique index".into(),
    }
}

/// Whether the server is changing its role, stopping, or overloaded, rather than refusing.
fn passes(code: i32) -> bool {
    const NETWORK: &[i32] = &[6, 7, 89, 9001];
    const ROLE: &[i32] = &[10_107, 13_435, 13_436, 189, 11_602, 134];
    const STOPPING: &[i32] = &[91, 11_600, 11_601];
    const TIME: &[i32] = &[50, 262, 202, 24, 43, 175, 112];
    [NETWORK, ROLE, STOPPING, TIME].iter().any(|codes| codes.contains(&code))
}

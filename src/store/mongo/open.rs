//! Reaching a server, and refusing one that cannot keep what it is given.

use std::time::Duration;

use mongodb::bson::{Document, doc};
use mongodb::error::{Error as Cause, ErrorKind};
use mongodb::options::{
    Acknowledgment, ClientOptions, ReadConcern, ReadPreference, SelectionCriteria, WriteConcern,
};
use mongodb::{Client, Database};
use secrecy::{ExposeSecret, SecretString};

use super::Mongo;
use super::gets::Gets;
use crate::error::{Code, Error, Result};

const DATABASE: &str = "hubbub";
const SELECTION: Duration = Duration::from_secs(3);
const CONNECT: Duration = Duration::from_secs(2);
/// The driver would have ten, which a store that is 300 ms away fills with 30 questions a second.
const CONNECTIONS: u32 = 100;
/// How many of them may be under way at once; the driver's two take long to grow the pool there.
const CONNECTING: u32 = 8;
/// Ends before our own patience does, so that the server tells the outcome.
const REPLICATION: Duration = Duration::from_millis(4500);
const OLDEST: [i32; 2] = [4, 4];

impl Mongo {
    pub(in crate::store) async fn open(uri: &SecretString) -> Result<Mongo> {
        let mut options = ClientOptions::parse(uri.expose_secret()).await.map_err(malformed)?;
        strong(&options)?;
        options.write_concern = Some(
            WriteConcern::builder().w(Acknowledgment::Majority).journal(true).w_timeout(REPLICATION).build(),
        );
        options.read_concern = Some(ReadConcern::majority());
        options.selection_criteria = Some(SelectionCriteria::ReadPreference(ReadPreference::Primary));
        options.server_selection_timeout = Some(SELECTION);
        options.connect_timeout = Some(CONNECT);
        options.max_pool_size.get_or_insert(CONNECTIONS);
        options.max_connecting.get_or_insert(CONNECTING);
        options.app_name.get_or_insert_with(|| DATABASE.into());
        let name = options.default_database.clone();
        let client = Client::with_options(options).map_err(malformed)?;
        let database = client.database(name.as_deref().unwrap_or(DATABASE));
        probe(&database).await?;
        Ok(Mongo { client, database, gets: Gets::default() })
    }
}

/// A weaker promise asked for in the address is refused, rather than quietly overruled.
fn strong(options: &ClientOptions) -> Result<()> {
    if let Some(concern) = &options.write_concern {
        let majority = matches!(concern.w, None | Some(Acknowledgment::Majority));
        if !majority || concern.journal == Some(false) {
            return Err(weak("w and journal other than w=majority and journal=true"));
        }
    }
    match &options.selection_criteria {
        None | Some(SelectionCriteria::ReadPreference(ReadPreference::Primary)) => Ok(()),
        Some(_) => Err(weak("readPreference other than primary")),
    }
}

async fn probe(database: &Database) -> Result<()> {
    let about = database.run_command(doc! {"buildInfo": 1}).await.map_err(refused)?;
    let version = about.get_str("version").unwrap_or("of no version");
    if !new_enough(version) {
        return Err(Error::new(
            Code::Unavailable,
            format!("MongoDB {version} is too old: hubbub needs 4.4 or later"),
        ));
    }
    // Changes nothing, yet fails where this user may not write or the server keeps no journal.
    let settings = database.collection::<Document>(crate::store::collection::SETTINGS.name);
    settings.update_one(doc! {"_id": "probe"}, doc! {"$set": {"value": 0}}).await.map(drop).map_err(refused)
}

fn new_enough(version: &str) -> bool {
    let mut numbers = version.split('.').map(|number| number.parse::<i32>().unwrap_or(0));
    [numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)] >= OLDEST
}

/// Without the driver's own words, as they may quote the address with its password.
fn malformed(cause: Cause) -> Error {
    if let ErrorKind::DnsResolve { .. } = &*cause.kind {
        return refused(cause);
    }
    Error::new(
        Code::Unavailable,
        "the address of MongoDB cannot be used: write it as \
         mongodb://user:password@host:27017/hubbub, with %-escapes in user and password",
    )
}

fn weak(what: &str) -> Error {
    Error::new(
        Code::Unavailable,
        format!(
            "the address of MongoDB asks for {what}, with which acknowledged messages can be lost: \
             take it out"
        ),
    )
}

/// Why a server cannot be used from the start.
pub(super) fn refused(cause: Cause) -> Error {
    const UNAUTHORIZED: i32 = 13;
    const BAD_VALUE: i32 = 2;
    let advice = match (&*cause.kind, code(&cause)) {
        (ErrorKind::Authentication { .. }, _) => {
            "does not accept this user and password: check them, and authSource"
        }
        (_, Some(UNAUTHORIZED)) => {
            "does not let this user work here: give it the role readWrite on this database"
        }
        (_, Some(BAD_VALUE)) if cause.to_string().contains("journal") => {
            "keeps no journal and would lose messages in a crash: start it without --nojournal"
        }
        (ErrorKind::ServerSelection { .. } | ErrorKind::DnsResolve { .. } | ErrorKind::Io(_), _) => {
            "cannot be reached: check that it runs and that its address is right"
        }
        _ => "cannot be used",
    };
    Error::new(Code::Unavailable, format!("MongoDB {advice} ({})", cause.kind))
}

fn code(cause: &Cause) -> Option<i32> {
    use mongodb::error::WriteFailure::{WriteConcernError, WriteError};
    match &*cause.kind {
        ErrorKind::Command(command) => Some(command.code),
        ErrorKind::Write(WriteError(write)) => Some(write.code),
        ErrorKind::Write(WriteConcernError(concern)) => Some(concern.code),
        _ => None,
    }
}

//! How SQLite would run a query.

use rusqlite::{Connection, params_from_iter};

use super::sql::Sql;
use crate::store::{Collection, Filter, Plan, Query};

pub(super) fn explain(
    connection: &Connection,
    collection: &'static Collection,
    query: &Query,
) -> rusqlite::Result<Plan> {
    let sql = Sql::find(collection, query);
    let steps = steps(connection, &sql)?;
    let scan = steps.iter().any(|step| step.starts_with("SCAN"));
    let sorts = steps.iter().any(|step| step.starts_with("USE TEMP B-TREE"));
    Ok(Plan {
        indexes: steps.iter().filter_map(|step| index(step, collection)).collect(),
        // Without a condition and in the order of an index, the limit bounds what is read.
        scans: scan && (query.filter != Filter::All || sorts || query.limit == u64::MAX),
        sorts,
        text: steps.join("\n"),
    })
}

/// What SQLite would do, one line each.
pub(super) fn steps(connection: &Connection, sql: &Sql) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare(&format!("EXPLAIN QUERY PLAN {}", sql.text))?
        .query_map(params_from_iter(&sql.values), |row| row.get(3))?
        .collect()
}

/// "SEARCH messages USING INDEX messages_seq (<expr>=?)" names the index `seq`.
fn index(step: &str, collection: &Collection) -> Option<String> {
    let (_, named) = step.split_once("INDEX ")?;
    let name = named.split_whitespace().next()?;
    if name.starts_with("sqlite_autoindex") {
        return Some("_id".into());
    }
    let name = name.strip_prefix(collection.name)?.strip_prefix('_')?;
    Some(name.into())
}

//! The event that says how far somebody has read.

use serde::Deserialize;

use super::events::{Asked, Outcome, read, written};
use crate::error::Result;
use crate::model::{Channel, Id, Seq};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Mark {
    channel_id: Id<Channel>,
    seq: Seq,
}

pub async fn mark(asked: Asked) -> Result<Outcome> {
    let mark: Mark = read(asked.payload)?;
    let marked = asked.hub.app.reads.mark(&asked.actor, mark.channel_id, mark.seq).await?;
    Ok(Outcome::Now(written(marked)?))
}

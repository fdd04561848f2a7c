//! What a client asks for: the words that somebody typed, and what it may say besides.

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::limits;
use crate::model::{Channel, Id, Time, User};
use crate::words::{Has, Query};

#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// As it was typed, with operators.
    pub q: String,
    pub channel: Option<Id<Channel>>,
    pub user: Option<Id<User>>,
    pub from: Option<Time>,
    pub to: Option<Time>,
    pub has: Option<Has>,
    pub sort: Sort,
    pub limit: usize,
    pub cursor: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    #[default]
    Newest,
    Relevance,
}

impl Asked {
    /// VALIDATION_FAILED where nothing is asked for.
    pub(super) fn query(&self) -> Result<Query> {
        if self.q.chars().count() > limits::QUERY_CHARS {
            return Err(Error::invalid("q", format!("may have {} characters at most", limits::QUERY_CHARS)));
        }
        let mut query = Query::parse(&self.q)?;
        query.has.extend(self.has);
        query.after = query.after.max(self.from);
        query.before = match (query.before, self.to) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        let somewhere = self.channel.is_some() || self.user.is_some();
        match query.is_empty() && !somewhere {
            true => Err(Error::invalid("q", "holds no word and no operator to search for")),
            false => Ok(query),
        }
    }
}

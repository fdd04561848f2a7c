//! What became of each of many that one request named.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::Reply;
use crate::error::Result;
use crate::service::Page;

/// Of each its id, whether it went well, and then what it is now, under `name`, or why not.
pub(super) fn outcomes<K: Serialize, T: Serialize>(name: &'static str, results: &[(K, Result<T>)]) -> Reply {
    let outcomes = results.iter().map(|(id, result)| Outcome { name, id, result });
    Reply::list("results", Page::whole(outcomes.collect()))
}

struct Outcome<'a, K, T> {
    name: &'static str,
    id: &'a K,
    result: &'a Result<T>,
}

impl<K: Serialize, T: Serialize> Serialize for Outcome<'_, K, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("id", self.id)?;
        map.serialize_entry("success", &self.result.is_ok())?;
        match self.result {
            Ok(done) => map.serialize_entry(self.name, done)?,
            Err(error) => map.serialize_entry("error", &error.body())?,
        }
        map.end()
    }
}

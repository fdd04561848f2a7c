//! A handful of values about this installation: schema version, leases, the claim of the first administrator.

use serde::{Deserialize, Serialize};

use super::collection::SETTINGS;
use super::language::{all, is};
use super::{Change, Collection, Record, Table};
use crate::error::Result;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    #[serde(rename = "_id")]
    pub name: String,
    pub value: serde_json::Value,
}

impl Record for Setting {
    const COLLECTION: &'static Collection = &SETTINGS;
}

impl Table<Setting> {
    /// Takes a setting away if it still has this value; true for exactly one of those who try.
    pub async fn take(&self, name: &str, value: &str) -> Result<bool> {
        Ok(self.delete(all([is("_id", name), is("value", value)])).await? == 1)
    }

    /// Sets it whether it was there or not.
    pub async fn put(&self, name: &str, value: serde_json::Value) -> Result<()> {
        let setting = Setting { name: name.into(), value: value.clone() };
        match self.insert(&setting).await {
            Err(rejected) if rejected.taken("_id") => {
                self.update(is("_id", name), vec![Change::Set("value", value)]).await.map(drop)
            }
            other => Ok(other?),
        }
    }
}

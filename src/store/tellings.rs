//! Notes of changes that are kept but not yet told, among the settings: there are as many as there
//! are changes under way.

use super::language::is;
use super::{Filter, Order, Query, Setting, Table};
use crate::error::Result;

impl Table<Setting> {
    /// Settings whose name begins so, by name.
    pub async fn under(&self, prefix: &str, limit: u64) -> Result<Vec<Setting>> {
        let filter = Filter::Begins("_id", prefix.into());
        self.find(Query::new(filter, limit).by(Order::Up("_id"))).await
    }

    pub async fn remove(&self, name: &str) -> Result<()> {
        self.delete(is("_id", name)).await.map(drop)
    }
}

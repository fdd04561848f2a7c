//! Queries of the collection `groups`.

use super::collection::GROUPS;
use super::language::{all, is, one_of};
use super::{Change, Collection, Filter, Query, Record, Slice, Table};
use crate::error::Result;
use crate::model::{Group, GroupEdit, Id, Life, Name, Time};

impl Record for Group {
    const COLLECTION: &'static Collection = &GROUPS;
}

/// Which groups a list is about.
#[derive(Clone, Debug)]
pub struct GroupsWanted {
    pub life: Life,
    /// How the folded name begins.
    pub begins: Option<String>,
    pub category: Option<Name>,
    pub is_private: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupsBy {
    NameUp,
    NameDown,
    CreatedUp,
    CreatedDown,
}

impl GroupsWanted {
    fn filter(&self) -> Filter {
        let mut filters = vec![is("life", self.life)];
        filters.extend(self.begins.iter().map(|begins| Filter::Begins("nameKey", begins.clone())));
        filters.extend(self.category.iter().map(|name| is("category", name)));
        filters.extend(self.is_private.map(|private| is("isPrivate", private)));
        Filter::And(filters)
    }
}

impl Table<Group> {
    pub async fn page(&self, wanted: &GroupsWanted, by: GroupsBy, slice: Slice) -> Result<Vec<Group>> {
        let filter = wanted.filter();
        self.find(match by {
            GroupsBy::NameUp => slice.up(filter, "nameKey"),
            GroupsBy::NameDown => slice.down(filter, "nameKey"),
            GroupsBy::CreatedUp => slice.up(filter, "createdAt"),
            GroupsBy::CreatedDown => slice.down(filter, "createdAt"),
        })
        .await
    }

    pub async fn total(&self, wanted: &GroupsWanted) -> Result<u64> {
        self.count(wanted.filter()).await
    }

    /// Those of them that are active, in no order.
    pub async fn among(&self, ids: &[Id<Group>]) -> Result<Vec<Group>> {
        let filter = all([one_of("_id", ids), is("life", Life::Active)]);
        self.find(Query::new(filter, ids.len() as u64)).await
    }

    /// The group after the change; none where it is not active. CONFLICT where the name is taken.
    pub async fn edit(&self, id: Id<Group>, edit: &GroupEdit, now: Time) -> Result<Option<Group>> {
        let mut changes = vec![Change::set("updatedAt", now)];
        if let Some(name) = &edit.name {
            changes.push(Change::set("name", name));
            changes.push(Change::set("nameKey", name.folded()));
        }
        if let Some(description) = &edit.description {
            changes.push(super::set_or_unset("description", description.as_ref()));
        }
        if let Some(category) = &edit.category {
            changes.push(super::set_or_unset("category", category.as_ref()));
        }
        if let Some(private) = edit.is_private {
            changes.push(Change::set("isPrivate", private));
        }
        if let Some(settings) = &edit.settings {
            changes.push(Change::set("settings", settings));
        }
        self.update(all([is("_id", id), is("life", Life::Active)]), changes).await
    }

    /// Ends an active group; true for exactly one of those who try.
    pub async fn end(&self, id: Id<Group>, now: Time) -> Result<bool> {
        let active = all([is("_id", id), is("life", Life::Active)]);
        let changes = vec![Change::set("life", Life::Deleted), Change::set("updatedAt", now)];
        Ok(self.update(active, changes).await?.is_some())
    }
}

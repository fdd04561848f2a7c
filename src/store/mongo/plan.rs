//! How MongoDB would run a query.

use mongodb::bson::{Bson, Document, doc};

use super::query;
use crate::store::{Collection, Filter, Plan, Query};

pub(super) fn command(collection: &Collection, asked: &Query) -> Document {
    let mut find = doc! {
        "find": collection.name,
        "filter": query::filter(collection, &asked.filter),
        "sort": query::order(&asked.order),
        "skip": i64::try_from(asked.skip).unwrap_or(i64::MAX),
    };
    if let Ok(limit) = i64::try_from(asked.limit) {
        find.insert("limit", limit);
    }
    doc! {"explain": find, "verbosity": "queryPlanner"}
}

pub(super) fn plan(told: &Document, asked: &Query) -> Plan {
    let mut walk = Walk::default();
    let planner = told.get_document("queryPlanner").ok();
    let winner = planner.and_then(|planner| planner.get_document("winningPlan").ok());
    if let Some(plan) = winner {
        walk.stage(plan);
    }
    Plan {
        // Without a condition and in the order of an index, the limit bounds what is read.
        scans: walk.scans && (asked.filter != Filter::All || walk.sorts || asked.limit == u64::MAX),
        indexes: walk.indexes,
        sorts: walk.sorts,
        text: format!("{winner:?}"),
    }
}

#[derive(Default)]
struct Walk {
    indexes: Vec<String>,
    scans: bool,
    sorts: bool,
}

impl Walk {
    fn stage(&mut self, plan: &Document) {
        match plan.get_str("stage").unwrap_or_default() {
            "COLLSCAN" => self.scans = true,
            "SORT" => self.sorts = true,
            "IDHACK" => self.indexes.push("_id".into()),
            "IXSCAN" | "COUNT_SCAN" | "DISTINCT_SCAN" => self.index(plan),
            _ => {}
        }
        for inner in ["inputStage", "queryPlan", "outerStage", "innerStage"] {
            if let Ok(inner) = plan.get_document(inner) {
                self.stage(inner);
            }
        }
        for inner in plan.get_array("inputStages").into_iter().flatten() {
            if let Bson::Document(inner) = inner {
                self.stage(inner);
            }
        }
    }

    fn index(&mut self, plan: &Document) {
        let name = plan.get_str("indexName").unwrap_or_default();
        self.indexes.push(match name {
            "_id_" => "_id".into(),
            name => name.into(),
        });
        // Every bound open: an index read from end to end.
        let bounds = plan.get_document("indexBounds");
        self.scans |= bounds.is_ok_and(|bounds| {
            let mut fields = bounds.values();
            fields.next().is_some_and(is_open)
        });
    }
}

fn is_open(bound: &Bson) -> bool {
    let open = ["[MinKey, MaxKey]", "[MaxKey, MinKey]"];
    bound
        .as_array()
        .and_then(|ranges| ranges.first())
        .and_then(Bson::as_str)
        .is_some_and(|range| open.contains(&range))
}

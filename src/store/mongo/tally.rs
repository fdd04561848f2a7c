//! Tallies as one pipeline: for each channel its end, for each person in it their place, and then
//! what lies between. Every part of it is one look into an index.

use mongodb::bson::{Bson, Document, doc};
use mongodb::options::ReadConcern;

use super::{Mongo, OPERATION, reading, values};
use crate::error::Result;
use crate::model::{Channel, Id, User};
use crate::store::collection::CHANNELS;
use crate::store::{Plan, Tally};

impl Mongo {
    pub(in crate::store) async fn tallies(
        &self,
        channels: &[Id<Channel>],
        users: &[Id<User>],
    ) -> Result<Vec<Tally>> {
        let source = self.of(&CHANNELS);
        let tallies = source
            .aggregate(pipeline(channels, users))
            .read_concern(ReadConcern::majority())
            .max_time(OPERATION);
        let mut cursor = reading(async { tallies.await }).await?;
        let mut found = Vec::new();
        while reading(cursor.advance()).await? {
            found.push(values::read(cursor.current())?);
        }
        Ok(found)
    }

    pub(in crate::store) async fn explain_tallies(
        &self,
        channels: &[Id<Channel>],
        users: &[Id<User>],
    ) -> Result<Plan> {
        let asked = doc! {"aggregate": CHANNELS.name, "pipeline": pipeline(channels, users), "cursor": {}};
        let command = doc! {"explain": asked, "verbosity": "executionStats"};
        let explain = self.database.run_command(command);
        Ok(plan(&reading(async { explain.await }).await?))
    }
}

fn pipeline(channels: &[Id<Channel>], users: &[Id<User>]) -> Vec<Document> {
    let texts = |ids: Vec<String>| ids.into_iter().map(Bson::String).collect::<Vec<_>>();
    let channels = texts(channels.iter().map(ToString::to_string).collect());
    let users = texts(users.iter().map(ToString::to_string).collect());
    let newest = vec![doc! {"$sort": {"channelId": -1, "seq": -1}}, doc! {"$limit": 1}];
    let said = vec![doc! {"$sort": {"channelId": -1, "kind": -1, "seq": -1}}, doc! {"$limit": 1}];
    let own = vec![doc! {"$sort": {"channelId": -1, "userId": -1, "seq": -1}}, doc! {"$limit": 1}];
    let message = doc! {"kind": "message"};
    let channel = equal("channelId", "channel");
    let between = vec![doc! {"$gt": ["$seq", "$$place"]}, doc! {"$lte": ["$seq", "$$head"]}];
    vec![
        doc! {"$match": {"_id": {"$in": channels}}},
        doc! {"$project": {"channel": "$_id"}},
        look("messages", "top", doc! {}, vec![channel.clone()], newest),
        look("messages", "last", message.clone(), vec![channel.clone()], said),
        doc! {"$set": {"head": first("top", "seq"), "user": {"$literal": users}}},
        doc! {"$unwind": "$user"},
        doc! {"$set": {"key": {"$concat": ["$channel", ":", "$user"]}}},
        look("reads", "marker", doc! {}, vec![equal("_id", "key")], vec![]),
        look("messages", "own", message, vec![channel.clone(), equal("userId", "user")], own),
        doc! {"$set": {"place": {"$min": ["$head", {"$max": [first("marker", "seq"), first("own", "seq")]}]}}},
        look("messages", "from", doc! {}, vec![channel.clone(), equal("seq", "place")], vec![]),
        look(
            "messages",
            "gone",
            doc! {"deletedAt": {"$exists": true}},
            [vec![channel.clone()], between.clone()].concat(),
            vec![doc! {"$count": "number"}],
        ),
        look(
            "notifications",
            "called",
            doc! {"kind": "mention", "seq": {"$exists": true}},
            [vec![equal("userId", "user"), channel], between].concat(),
            vec![doc! {"$count": "number"}],
        ),
        doc! {"$project": {
            "_id": 0,
            "channel": 1,
            "user": 1,
            "head": 1,
            "read": "$place",
            "unread": {"$max": [0, {"$subtract": [
                {"$subtract": [first("top", "messages"), first("from", "messages")]},
                first("gone", "number"),
            ]}]},
            "mentions": first("called", "number"),
            "last": {"$ifNull": [{"$arrayElemAt": ["$last", 0]}, null]},
        }},
    ]
}

/// Of another collection those that meet `constant` and all of `conditions`, under the name `into`.
fn look(
    from: &str,
    into: &str,
    constant: Document,
    conditions: Vec<Document>,
    then: Vec<Document>,
) -> Document {
    let mut matched = constant;
    matched.insert("$expr", doc! {"$and": conditions});
    let stages = [vec![doc! {"$match": matched}], then].concat();
    // What is not there yet is missing, and no condition asks for it.
    let known = doc! {
        "channel": "$channel", "user": "$user", "key": "$key", "place": "$place", "head": "$head",
    };
    doc! {"$lookup": {"from": from, "let": known, "pipeline": stages, "as": into}}
}

fn equal(field: &str, known: &str) -> Document {
    doc! {"$eq": [format!("${field}"), format!("$${known}")]}
}

/// A number of the first of those found; 0 where none is.
fn first(found: &str, number: &str) -> Document {
    doc! {"$ifNull": [{"$arrayElemAt": [format!("${found}.{number}"), 0]}, 0_i64]}
}

/// What the looks into other collections did.
fn plan(told: &Document) -> Plan {
    let mut plan = Plan { indexes: Vec::new(), scans: false, sorts: false, text: format!("{told:?}") };
    for stage in told.get_array("stages").into_iter().flatten().filter_map(Bson::as_document) {
        if !stage.contains_key("$lookup") {
            continue;
        }
        let scans = stage.get("collectionScans").and_then(number).unwrap_or(1);
        plan.scans |= scans > 0;
        let used = stage.get_array("indexesUsed").into_iter().flatten().filter_map(Bson::as_str);
        plan.indexes.extend(used.map(str::to_owned));
    }
    plan
}

fn number(value: &Bson) -> Option<i64> {
    value.as_i64().or_else(|| value.as_i32().map(i64::from))
}

//! The indexes as the collections want them, created and then looked at.

use mongodb::bson::{Bson, Document, doc};
use mongodb::error::{Error as Cause, ErrorKind};
use mongodb::options::IndexOptions;
use mongodb::{Collection as Target, IndexModel};

use super::open;
use crate::error::{Code, Error, Result};
use crate::store::{Collection, Index, When};

/// `IndexOptionsConflict` and `IndexKeySpecsConflict`.
const DIFFERS: &[i32] = &[85, 86];

pub(super) async fn ensure(target: Target<Document>, collection: &Collection) -> Result<()> {
    if collection.indexes.is_empty() {
        return Ok(());
    }
    let models = collection.indexes.iter().map(model);
    if let Err(cause) = target.create_indexes(models).await {
        return Err(match conflicts(&cause) {
            true => differs(collection, &cause.kind.to_string()),
            false => open::refused(cause),
        });
    }
    verify(&target, collection).await
}

async fn verify(target: &Target<Document>, collection: &Collection) -> Result<()> {
    let mut kept = Vec::new();
    let mut cursor = target.list_indexes().await.map_err(open::refused)?;
    while cursor.advance().await.map_err(open::refused)? {
        kept.push(cursor.deserialize_current().map_err(open::refused)?);
    }
    for index in collection.indexes {
        if !kept.iter().any(|kept| is(kept, index)) {
            return Err(differs(collection, index.name));
        }
    }
    Ok(())
}

fn is(kept: &IndexModel, wanted: &Index) -> bool {
    let Some(options) = &kept.options else {
        return false;
    };
    let fields = kept.keys.iter().map(|(field, order)| (field.as_str(), rises(order)));
    options.name.as_deref() == Some(wanted.name)
        && fields.eq(wanted.fields.iter().map(|field| (*field, true)))
        && options.unique.unwrap_or(false) == wanted.unique
        && options.partial_filter_expression == wanted.when.map(when)
        && options.expire_after.is_none()
}

fn rises(order: &Bson) -> bool {
    matches!(order, Bson::Int32(1) | Bson::Int64(1)) || *order == Bson::Double(1.0)
}

fn model(index: &Index) -> IndexModel {
    let keys: Document = index.fields.iter().map(|field| ((*field).to_owned(), Bson::Int32(1))).collect();
    let options = IndexOptions::builder()
        .name(index.name.to_owned())
        .unique(index.unique.then_some(true))
        .partial_filter_expression(index.when.map(when))
        .build();
    IndexModel::builder().keys(keys).options(options).build()
}

fn when(when: When) -> Document {
    match when {
        When::Has(field) => doc! {field: {"$exists": true}},
        When::Text(field, text) => doc! {field: text},
        When::False(field) => doc! {field: false},
    }
}

fn conflicts(cause: &Cause) -> bool {
    matches!(&*cause.kind, ErrorKind::Command(command) if DIFFERS.contains(&command.code))
}

fn differs(collection: &Collection, what: &str) -> Error {
    Error::new(
        Code::Unavailable,
        format!(
            "an index of the collection {} is not as this version makes it: drop it, and it is \
             made anew at the next start ({what})",
            collection.name
        ),
    )
}

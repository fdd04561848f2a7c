//! What a page says of itself, shown below a message that links to it.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Time;

/// Of one address; also that it has nothing to show, so that it is not asked again at once. The address
/// itself is not kept: it may come from a message that only two people read, or that is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// See [`Preview::key`].
    #[serde(rename = "_id")]
    pub id: String,
    #[serde(flatten)]
    pub says: Option<PageSays>,
    pub fetched_at: Time,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageSays {
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_name: Option<String>,
}

/// As it is shown. No picture: it would tell whoever keeps it who reads what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewView {
    /// The address in the message.
    pub url: String,
    #[serde(flatten)]
    pub says: PageSays,
}

impl Preview {
    /// What comes behind `#` is for the reader's browser alone: with it or without, it is one page.
    pub fn key(url: &str) -> String {
        let page = url.split_once('#').map_or(url, |(page, _)| page);
        hex::encode(Sha256::digest(page))
    }
}

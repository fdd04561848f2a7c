//! An emoji of a group's own, said as `:name:`.

use serde::{Deserialize, Serialize};

use super::{EmojiName, Group, Id, Link, Time, User};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Emoji {
    /// `<group>:<name>`
    #[serde(rename = "_id")]
    pub id: String,
    pub group_id: Id<Group>,
    pub name: EmojiName,
    /// Of its picture.
    pub url: Link,
    pub by_id: Id<User>,
    pub created_at: Time,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EmojiView {
    pub name: EmojiName,
    pub url: Link,
    pub by_id: Id<User>,
    pub created_at: Time,
}

impl Emoji {
    pub fn key(group: Id<Group>, name: &str) -> String {
        format!("{group}:{name}")
    }

    pub fn view(&self) -> EmojiView {
        let Emoji { name, url, by_id, created_at, .. } = self.clone();
        EmojiView { name, url, by_id, created_at }
    }
}

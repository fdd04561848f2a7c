//! How somebody says they are: to whoever may know, for as long as it holds.

use serde::{Deserialize, Serialize};

use super::{Reaction, StatusText, Time, given};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    #[default]
    Online,
    Away,
    Busy,
    /// Here, and to everybody else as if they had gone when they said so.
    #[serde(alias = "offline")]
    Invisible,
}

/// As somebody chose it, on whichever device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OwnStatus {
    pub status: Availability,
    pub text: Option<StatusText>,
    pub emoji: Option<Reaction>,
    /// When text and emoji are over.
    pub until: Option<Time>,
    /// Rises with each choice, so that the later of two is known however they cross.
    #[serde(skip)]
    pub rev: u64,
}

/// What of it changes. New words hold until they are changed, unless it says until when.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct StatusEdit {
    pub status: Option<Availability>,
    #[serde(deserialize_with = "given")]
    pub text: Option<Option<StatusText>>,
    #[serde(deserialize_with = "given")]
    pub emoji: Option<Option<Reaction>>,
    #[serde(deserialize_with = "given")]
    pub until: Option<Option<Time>>,
}

impl StatusEdit {
    pub fn says_nothing(&self) -> bool {
        self.status.is_none() && self.text.is_none() && self.emoji.is_none() && self.until.is_none()
    }
}

impl OwnStatus {
    /// As it is with the edit. An end without anything that ends is none.
    pub fn with(&self, edit: StatusEdit) -> OwnStatus {
        let StatusEdit { status, text, emoji, until } = edit;
        let anew = text.is_some() || emoji.is_some();
        let text = text.unwrap_or_else(|| self.text.clone()).filter(|text| !text.as_str().is_empty());
        let emoji = emoji.unwrap_or_else(|| self.emoji.clone());
        let until = until.unwrap_or(if anew { None } else { self.until });
        let until = until.filter(|_| text.is_some() || emoji.is_some());
        OwnStatus { status: status.unwrap_or(self.status), text, emoji, until, rev: self.rev }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{from_value, json};

    fn edited(status: &OwnStatus, edit: serde_json::Value) -> OwnStatus {
        status.with(from_value(edit).unwrap())
    }

    #[test]
    fn what_is_left_out_stays_and_new_words_have_an_end_of_their_own() {
        let end = json!("2026-11-20T12:00:00.000Z");
        let lunch = edited(&OwnStatus::default(), json!({ "text": "lunch", "emoji": "🍜", "until": end }));
        assert!(lunch.until.is_some());
        let busy = edited(&lunch, json!({ "status": "busy" }));
        assert_eq!(busy, OwnStatus { status: Availability::Busy, ..lunch.clone() });
        let meeting = edited(&lunch, json!({ "text": "meeting" }));
        assert_eq!((meeting.emoji, meeting.until), (lunch.emoji.clone(), None));
        let wordless = edited(&lunch, json!({ "text": "", "emoji": null, "until": end }));
        assert_eq!(wordless, OwnStatus::default());
    }

    #[test]
    fn offline_is_another_word_for_invisible() {
        for word in ["offline", "invisible"] {
            assert_eq!(from_value::<Availability>(json!(word)).unwrap(), Availability::Invisible);
        }
    }
}

//! What can be changed of a group, a channel, or how somebody wants to be treated: absent means unchanged, null means taken away.

use serde::{Deserialize, Deserializer};

use super::{ChannelSettings, ChannelType, Circle, Description, GroupSettings, Name, Notify, Quiet, Sight};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct GroupEdit {
    pub name: Option<Name>,
    #[serde(deserialize_with = "given")]
    pub description: Option<Option<Description>>,
    #[serde(deserialize_with = "given")]
    pub category: Option<Option<Name>>,
    pub is_private: Option<bool>,
    pub settings: Option<GroupSettings>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ChannelEdit {
    pub name: Option<Name>,
    #[serde(deserialize_with = "given")]
    pub description: Option<Option<Description>>,
    #[serde(rename = "type")]
    pub channel_type: Option<ChannelType>,
    pub is_private: Option<bool>,
    pub settings: Option<ChannelSettings>,
}

/// Taken away means as if it had never been chosen.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct PreferencesEdit {
    #[serde(deserialize_with = "given")]
    pub notify: Option<Option<Notify>>,
    #[serde(deserialize_with = "given")]
    pub quiet: Option<Option<Quiet>>,
    #[serde(deserialize_with = "given")]
    pub receipts: Option<Option<bool>>,
    #[serde(deserialize_with = "given")]
    pub direct: Option<Option<Circle>>,
    #[serde(deserialize_with = "given")]
    pub last_seen: Option<Option<Circle>>,
    #[serde(deserialize_with = "given")]
    pub presence: Option<Option<Sight>>,
}

/// Tells a field that is null from one that is not there.
pub fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_takes_away_and_absence_leaves() {
        let edit: GroupEdit = serde_json::from_str(r#"{"description":null}"#).unwrap();
        assert_eq!(edit.description, Some(None));
        assert_eq!(edit.category, None);
    }

    #[test]
    fn no_edit_sets_an_owner_a_counter_or_a_time() {
        for field in ["createdBy", "memberCount", "createdAt", "life", "_id"] {
            let body = format!(r#"{{"{field}":"x"}}"#);
            assert!(serde_json::from_str::<GroupEdit>(&body).is_err(), "{field}");
            assert!(serde_json::from_str::<ChannelEdit>(&body).is_err(), "{field}");
        }
    }
}

//! How somebody wants to be treated, chosen by themselves: what they are told of and when, what others
//! see of them, who may write to them. What is chosen is kept to by whoever it is about.

use serde::Serialize;
use serde_json::json;

use super::{Roster, own_log};
use crate::error::Result;
use crate::model::{AccountEvent, Circle, Notify, Preferences, PreferencesEdit, Quiet, Sight};
use crate::policy::Actor;

#[derive(Clone, Debug)]
pub struct Settings {
    roster: Roster,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SettingsView {
    pub notify: Notify,
    pub quiet: Option<Quiet>,
    pub receipts: bool,
    pub direct: Circle,
    pub last_seen: Circle,
    pub presence: Sight,
}

impl From<Preferences> for SettingsView {
    fn from(chosen: Preferences) -> SettingsView {
        let Preferences { notify, quiet, receipts, direct, last_seen, presence, .. } = chosen;
        SettingsView { notify, quiet, receipts, direct, last_seen, presence }
    }
}

impl Settings {
    pub fn new(roster: &Roster) -> Settings {
        Settings { roster: roster.clone() }
    }

    pub async fn get(&self, actor: &Actor) -> Result<SettingsView> {
        Ok(self.roster.store.preferences.of(actor.id).await?.into())
    }

    /// Two devices that cross are told in any order, so they are not told how it is, but to ask.
    pub async fn edit(&self, actor: &Actor, edit: PreferencesEdit) -> Result<SettingsView> {
        let chosen = self.roster.store.preferences.edit(actor.id, edit).await;
        if edit.presence.is_some() {
            self.roster.look_again(actor.id);
        }
        let chosen = chosen?;
        own_log::tell(&self.roster, actor.id, AccountEvent::SettingsUpdated, json!({})).await?;
        Ok(chosen.into())
    }
}

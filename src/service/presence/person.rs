//! One person who is there, or was a moment ago: their devices, what they chose, what others were told.

use std::collections::HashMap;

use crate::event::{Presence, PresenceStatus};
use crate::model::{Availability, Channel, Id, OwnStatus, Time, User, Username};

#[derive(Debug)]
pub(super) struct Person {
    pub(super) username: Username,
    /// By socket.
    pub(super) devices: HashMap<String, Device>,
    pub(super) chosen: OwnStatus,
    pub(super) current_channel: Option<Id<Channel>>,
    pub(super) told: PresenceStatus,
    pub(super) version: u64,
    /// When the last device went, until offline is told.
    pub(super) gone_at: Option<Time>,
    /// When it was last kept that they were here.
    pub(super) kept_at: Time,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Device {
    pub(super) said: PresenceStatus,
    /// Nobody is at it.
    pub(super) idle: bool,
}

impl Device {
    fn status(self) -> PresenceStatus {
        if self.idle { self.said.min(PresenceStatus::Away) } else { self.said }
    }
}

/// As it is said of a device; none where it is said of nobody's presence.
pub(super) fn said(status: Availability) -> Option<PresenceStatus> {
    match status {
        Availability::Online => Some(PresenceStatus::Online),
        Availability::Away => Some(PresenceStatus::Away),
        Availability::Busy => Some(PresenceStatus::Busy),
        Availability::Invisible => None,
    }
}

impl Person {
    pub(super) fn new(username: Username, version: u64, now: Time) -> Person {
        Person {
            username,
            devices: HashMap::new(),
            chosen: OwnStatus::default(),
            current_channel: None,
            told: PresenceStatus::Offline,
            version,
            gone_at: Some(now),
            kept_at: now,
        }
    }

    /// The later of two choices counts, in whichever order they are heard of.
    pub(super) fn choose(&mut self, chosen: &OwnStatus) -> bool {
        let words = |status: &OwnStatus| (status.text.clone(), status.emoji.clone());
        let anew = words(chosen) != words(&self.chosen);
        let later = chosen.rev > self.chosen.rev;
        if later {
            self.chosen = chosen.clone();
        }
        later && anew
    }

    /// Of one device, at which somebody is then.
    pub(super) fn say(&mut self, device: &str, status: Availability) {
        if let (Some(device), Some(said)) = (self.devices.get_mut(device), said(status)) {
            *device = Device { said, idle: false };
        }
    }

    pub(super) fn say_everywhere(&mut self) {
        if let Some(said) = said(self.chosen.status) {
            self.devices.values_mut().for_each(|device| device.said = said);
        }
    }

    pub(super) fn hidden(&self) -> bool {
        self.chosen.status == Availability::Invisible
    }

    fn status(&self) -> PresenceStatus {
        let best = self.devices.values().map(|device| device.status()).max();
        best.filter(|_| !self.hidden()).unwrap_or(PresenceStatus::Offline)
    }

    /// As others are told: who is offline says nothing.
    pub(super) fn presence(&self, id: Id<User>) -> Presence {
        let there = self.told > PresenceStatus::Offline;
        Presence {
            user_id: id,
            username: self.username.clone(),
            status: self.told,
            text: self.chosen.text.clone().filter(|_| there),
            emoji: self.chosen.emoji.clone().filter(|_| there),
            version: self.version,
        }
    }

    /// What is to be told, if anything changed that others see.
    pub(super) fn change(&mut self, id: Id<User>, words: bool, now: Time) -> Option<Presence> {
        let to = self.status();
        if self.told == to && (!words || to == PresenceStatus::Offline) {
            return None;
        }
        self.told = to;
        // Above every version of an earlier run of the server, and the same whatever was hidden.
        self.version = (self.version + 1).max(now.millis().unsigned_abs());
        Some(self.presence(id))
    }
}

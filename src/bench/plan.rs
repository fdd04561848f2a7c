//! What is to be done to a server, and by whom: how many, how often, who sits where.

use std::net::SocketAddr;
use std::ops::Range;
use std::time::Duration;

use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// Connect, come in, and do nothing.
    Idle,
    /// Everybody hears what some say, at a steady rate.
    Room,
    /// People at work: posts, switches, reconnects.
    Office,
    /// Everybody drops, misses something, and comes back at once.
    Storm,
    /// Everybody drops, is seen to be gone, and comes back at once, in sight of all the others.
    Presence,
    /// Writers in one channel as fast as it takes them, nobody listening.
    Write,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    pub profile: Profile,
    pub users: usize,
    /// In all; as many in each group.
    pub channels: usize,
    /// Users are dealt to the groups in turn, and sit in every channel of theirs.
    pub groups: usize,
    /// Messages a second in all.
    pub rate: f64,
    #[serde(serialize_with = "seconds")]
    pub secs: Duration,
    #[serde(serialize_with = "seconds")]
    pub warmup: Duration,
    /// Sends of one writer that may be unanswered.
    pub window: usize,
    /// Characters of a text.
    pub bytes: usize,
    /// Messages that each user misses in a storm.
    pub missed: usize,
    pub threads: usize,
    /// The server is no hubbub.
    pub plain: bool,
}

fn seconds<S: serde::Serializer>(duration: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(duration.as_secs_f64())
}

impl Plan {
    pub fn group_of(&self, user: usize) -> usize {
        user % self.groups
    }

    /// The channels of a user, by number.
    pub fn seats(&self, user: usize) -> Range<usize> {
        let each = self.channels / self.groups;
        let first = self.group_of(user) * each;
        first..first + each
    }

    /// How many of the first `active` users hear a channel.
    pub fn listeners(&self, channel: usize, active: usize) -> u64 {
        if self.profile == Profile::Write {
            return 0;
        }
        let group = channel / (self.channels / self.groups);
        let hearing = active / self.groups + usize::from(active % self.groups > group);
        hearing as u64
    }

    /// Accounts: where all go, somebody of each group stays, and speaks in a storm.
    pub fn people(&self) -> usize {
        match self.profile {
            Profile::Storm | Profile::Presence => self.users + self.groups,
            _ => self.users,
        }
    }

    /// Whether each client keeps account of where it stands in each log.
    pub fn tracks(&self) -> bool {
        matches!(self.profile, Profile::Office | Profile::Storm | Profile::Presence)
    }
}

/// A server, people it knows, and channels in which they may sit.
#[derive(Clone, Debug)]
pub struct Target {
    pub address: SocketAddr,
    /// For the `Host` header.
    pub host: String,
    /// A token for each of the people.
    pub tokens: Vec<String>,
    /// Their ids on the wire.
    pub channels: Vec<String>,
}

impl Target {
    /// People and channels of a server that takes any.
    pub fn plain(address: SocketAddr, host: String, plan: &Plan) -> Target {
        let tokens = (0..plan.people()).map(|number| format!("bench-{number}")).collect();
        let channels = (0..plan.channels).map(|number| format!("room-{number}")).collect();
        Target { address, host, tokens, channels }
    }
}

#[cfg(test)]
pub(super) fn plan(profile: Profile, users: usize, channels: usize, groups: usize) -> Plan {
    Plan {
        profile,
        users,
        channels,
        groups,
        rate: 0.0,
        secs: Duration::from_secs(1),
        warmup: Duration::ZERO,
        window: 1,
        bytes: 64,
        missed: 0,
        threads: 1,
        plain: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_counted_where_they_sit() {
        for (users, channels, groups) in [(7, 6, 3), (20, 2, 1), (5, 5, 5), (2, 9, 3)] {
            let plan = plan(Profile::Room, users, channels, groups);
            for active in 0..=users {
                for channel in 0..channels {
                    let hearing = (0..active).filter(|user| plan.seats(*user).contains(&channel)).count();
                    assert_eq!(plan.listeners(channel, active), hearing as u64, "{users} {channel} {active}");
                }
            }
        }
    }

    #[test]
    fn where_only_the_store_is_measured_nobody_listens() {
        assert_eq!(plan(Profile::Write, 64, 1, 1).listeners(0, 64), 0);
    }
}

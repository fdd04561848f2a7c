//! What is told of each change, to whom, as things stand when it is told.

use futures_util::future::try_join_all;

use super::{News, Note, Roster};
use crate::error::{Error, Result};
use crate::log::{Address, Draft};
use crate::model::{Channel, Entry, Leave, Life, MemberRole, ReadMarker, User, What};

/// Entries handed to the logs at once: they wait for one another only as far as one log does.
const AT_ONCE: usize = 500;

/// What the channels' logs are told, and after that the people's own.
#[derive(Default)]
pub(super) struct Said {
    pub(super) channels: Vec<(Address, What)>,
    pub(super) people: Vec<(Address, What)>,
}

impl Said {
    pub(super) fn joined(&mut self, channel: &Channel, user: &User, role: MemberRole) -> Result<()> {
        let (member, member_name) = (user.id, user.username.clone());
        self.channels.push((of_channel(channel), What::MemberJoined { member, member_name, role }));
        self.added(channel, user)
    }

    pub(super) fn added(&mut self, channel: &Channel, user: &User) -> Result<()> {
        let about = serde_json::to_value(channel.view()).map_err(Error::internal)?;
        self.people.push((of_user(user), What::ChannelAdded { channel: channel.id, about }));
        Ok(())
    }

    pub(super) fn left(&mut self, channel: &Channel, user: &User, reason: Leave) {
        let (member, member_name) = (user.id, user.username.clone());
        self.channels.push((of_channel(channel), What::MemberLeft { member, member_name, reason }));
        self.removed(channel, user, reason);
    }

    pub(super) fn removed(&mut self, channel: &Channel, user: &User, reason: Leave) {
        self.people.push((of_user(user), What::ChannelRemoved { channel: channel.id, reason }));
    }
}

pub(in crate::service) fn of_channel(channel: &Channel) -> Address {
    Address { log: channel.id.into(), epoch: channel.epoch.clone() }
}

pub(in crate::service) fn of_user(user: &User) -> Address {
    Address { log: user.id.into(), epoch: user.epoch.clone() }
}

impl Roster {
    pub(super) async fn tell(&self, note: &Note) -> Result<()> {
        let life = self.store.groups.get(note.group).await?.map(|group| group.life);
        match (note.news.clone(), life) {
            (_, None) => self.clear_away(note.group).await,
            (News::Closed { channel }, _) => self.tell_closed(note, channel).await,
            (News::Ended, Some(Life::Deleted)) => self.tell_ended(note).await,
            (News::Ended, _) | (_, Some(Life::Deleted)) => Ok(()),
            (News::Member { user, turn }, _) => self.tell_member(note, user, turn).await,
            (News::Role { user }, _) => self.tell_role(note, user).await,
            (News::Seat { user, channel, turn }, _) => self.tell_seat(note, user, channel, turn).await,
            (News::Admitted { user, channel }, _) => self.tell_admitted(note, user, channel).await,
            (News::Approved { user, request }, _) => self.tell_approved(note, user, request).await,
            (News::Opened { channel }, _) => self.tell_opened(note, channel).await,
            (News::Changed { channel }, _) => self.tell_changed(note, channel).await,
            (News::Narrowed { channel }, _) => self.tell_narrowed(note, channel).await,
            (News::Group, _) => self.tell_group(note).await,
        }
    }

    /// The channels' logs come first: from there on the sequencer lets those who left hear nothing.
    pub(super) async fn say(&self, note: &Note, said: Said) -> Result<()> {
        for words in [said.channels, said.people] {
            for some in words.chunks(AT_ONCE) {
                let drafts = some
                    .iter()
                    .map(|(to, what)| self.logs.submit(to, Draft::new(note.by, &note.by_name, what.clone())));
                let mut kept = Vec::new();
                for pending in drafts.collect::<Result<Vec<_>>>()? {
                    kept.push(pending.kept().await?.entry);
                }
                self.begin_reading(&kept).await?;
            }
        }
        Ok(())
    }

    /// What was said before somebody came is nothing that they have not read.
    async fn begin_reading(&self, entries: &[Entry]) -> Result<()> {
        let joined = entries.iter().filter_map(|entry| match entry.what {
            What::MemberJoined { member, .. } => {
                Some(ReadMarker::new(entry.log.cast(), member, entry.seq, entry.created_at))
            }
            _ => None,
        });
        let raised = joined.map(|marker| async move { self.store.reads.raise(&marker).await });
        try_join_all(raised).await.map(drop)
    }
}

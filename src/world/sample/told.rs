//! From what a channel's people did, in the order of time, to the entries of its log.

use super::fixture::{self, Moment, Reacted, Said};
use super::{Keys, Teller, user_id};
use crate::error::{Error, Result};
use crate::log::fold;
use crate::model::{Channel, Entry, Id, Leave, MemberRole, Message, Username, What};
use crate::world::{History, Source, entry_id, log_of};

/// One thing that happened; a message is named by its place among the messages.
enum Deed {
    Joined(&'static Username, MemberRole),
    Left { member: &'static Username, by: &'static Username, reason: Leave },
    Archived { by: &'static Username },
    Said(usize, &'static Said),
    Edited(usize, &'static Said, &'static fixture::Edited),
    Deleted(usize, &'static fixture::Deleted),
    Reacted(usize, &'static Reacted),
}

impl Teller {
    pub(super) fn history(
        &self,
        channel: &Channel,
        group: &'static fixture::Group,
        told: &'static fixture::Channel,
    ) -> Result<History> {
        let mut deeds = self.comings_and_goings(group, told)?;
        deeds.extend(told.messages.iter().enumerate().flat_map(talk));
        deeds.sort_by_key(|(at, _)| *at);
        let mut entries = self.entries(channel, &deeds, &keys(told))?;
        fold_all(&mut entries);
        Ok(History {
            channel: channel.id,
            title: format!("#{} of {}", channel.name, group.name),
            length: entries.len() as u64,
            source: Source::Told(entries),
        })
    }

    fn comings_and_goings(
        &self,
        group: &'static fixture::Group,
        channel: &'static fixture::Channel,
    ) -> Result<Vec<(Moment, Deed)>> {
        let mut deeds = Vec::new();
        for (member, role) in group.readers(channel) {
            // Who made the channel was there before it.
            if *member != group.by {
                let role = if channel.private { MemberRole::Member } else { role };
                deeds.push((Moment::FIRST, Deed::Joined(member, role)));
            }
            if let Some(ended) = &self.fixture.user(member)?.deactivated {
                deeds.push((ended.at, Deed::Left { member, by: &ended.by, reason: Leave::Deactivated }));
            }
        }
        deeds.extend(channel.archived.map(|at| (at, Deed::Archived { by: &group.by })));
        for ban in group.bans.iter().filter(|ban| ban.channel == channel.name) {
            deeds.push((ban.at, Deed::Left { member: &ban.user, by: &ban.by, reason: Leave::Banned }));
        }
        Ok(deeds)
    }

    fn entries(&self, channel: &Channel, deeds: &[(Moment, Deed)], keys: &Keys) -> Result<Vec<Entry>> {
        let place = |message: usize| {
            let said =
                deeds.iter().position(|(_, deed)| matches!(deed, Deed::Said(other, _) if *other == message));
            let place = said.ok_or_else(|| Error::internal("a change of a message that nobody wrote"))?;
            Ok(entry_id(channel.id, place as u64))
        };
        let mut entries: Vec<Entry> = Vec::new();
        for (index, (at, deed)) in deeds.iter().enumerate() {
            let what = deed.what(channel, &place, keys)?;
            let seq = index as u64 + 1;
            let (before, messages) = entries.last().map_or((0, 0), |entry| (entry.mver, entry.messages));
            entries.push(Entry {
                id: entry_id(channel.id, index as u64),
                log: log_of(channel.id),
                seq,
                mver: if what.changes_readers() { seq } else { before },
                messages: messages + u64::from(what.is_message()),
                user_id: user_id(deed.by()),
                username: deed.by().clone(),
                client_msg_id: None,
                created_at: self.time(*at),
                what,
            });
        }
        Ok(entries)
    }
}

fn keys(channel: &'static fixture::Channel) -> Keys {
    let messages = channel.messages.iter().enumerate();
    messages.filter_map(|(place, said)| Some((said.key.as_deref()?, place))).collect()
}

fn talk((place, said): (usize, &'static Said)) -> Vec<(Moment, Deed)> {
    let mut deeds = vec![(said.at, Deed::Said(place, said))];
    let edited = said.edited.as_ref();
    deeds.extend(edited.map(|edited| (edited.at, Deed::Edited(place, said, edited))));
    // People react one after the other, within some minutes.
    let reacted = (1..).zip(&said.reactions);
    deeds.extend(reacted.map(|(minutes, reacted)| (said.at.after(minutes), Deed::Reacted(place, reacted))));
    deeds.extend(said.deleted.as_ref().map(|deleted| (deleted.at, Deed::Deleted(place, deleted))));
    deeds
}

impl Deed {
    fn by(&self) -> &'static Username {
        match self {
            Deed::Joined(member, _) => member,
            Deed::Left { by, .. } | Deed::Archived { by } => by,
            Deed::Said(_, said) | Deed::Edited(_, said, _) => &said.by,
            Deed::Deleted(_, deleted) => &deleted.by,
            Deed::Reacted(_, reacted) => &reacted.by,
        }
    }

    /// `place` gives the id of a message's entry.
    fn what(
        &self,
        channel: &Channel,
        place: &impl Fn(usize) -> Result<Id<Entry>>,
        keys: &Keys,
    ) -> Result<What> {
        Ok(match self {
            Deed::Archived { .. } => {
                let about = serde_json::to_value(channel.view()).map_err(Error::internal)?;
                What::ChannelUpdated { about }
            }
            Deed::Joined(member, role) => {
                What::MemberJoined { member: user_id(member), member_name: (*member).clone(), role: *role }
            }
            Deed::Left { member, reason, .. } => {
                What::MemberLeft { member: user_id(member), member_name: (*member).clone(), reason: *reason }
            }
            Deed::Said(_, said) => What::Message(message(said, place, keys)?),
            Deed::Edited(message, said, edited) => What::Edit {
                target: place(*message)?,
                text: Some(edited.text.clone()),
                before: Some(said.text.clone()),
                mentions: None,
                everyone: None,
                revision: 1,
                folded: true,
            },
            Deed::Deleted(message, _) => {
                What::Delete { target: place(*message)?, thread_id: None, thread: None, folded: true }
            }
            Deed::Reacted(message, reacted) => What::React {
                target: place(*message)?,
                reaction: reacted.reaction.clone(),
                removed: false,
                folded: true,
            },
        })
    }
}

fn message(said: &Said, place: &impl Fn(usize) -> Result<Id<Entry>>, keys: &Keys) -> Result<Message> {
    let reply_to = match said.reply_to.as_deref() {
        None => None,
        Some(key) => {
            let replied = keys.get(key).ok_or_else(|| Error::internal(format!("no message {key}")))?;
            Some(place(*replied)?)
        }
    };
    Ok(Message { text: Some(said.text.clone()), reply_to, ..Message::default() })
}

/// Brings every message to what its later changes made of it.
fn fold_all(entries: &mut [Entry]) {
    let changes: Vec<Entry> = entries.iter().filter(|entry| entry.what.target().is_some()).cloned().collect();
    for change in changes {
        let target = entries.iter_mut().find(|entry| Some(entry.id) == change.what.target());
        if let Some(What::Message(message)) = target.map(|entry| &mut entry.what) {
            fold::apply(message, &change);
        }
    }
}

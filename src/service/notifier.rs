//! Follows what is said and notifies whom it concerns: who is mentioned, answered, or written to
//! directly. Rights, blocks and wishes are those of the moment in which it is told.

use std::collections::{BTreeMap, HashSet};

use super::presence::PresenceBook;
use super::{Bell, Roster, Wishes};
use crate::error::Result;
use crate::event::PresenceStatus;
use crate::log::{Batch, Follower, Start};
use crate::model::{
    Channel, ChannelType, Entry, Everyone, Id, Life, Message, Notification, NotificationKind, Place, User,
    What,
};
use crate::policy::Actor;

const FOLLOWER: &str = "notify";
/// Choices about one thread that are looked at.
const FOLLOWERS: u64 = 1_000;

#[derive(Clone, Debug)]
pub struct Notifier {
    roster: Roster,
    bell: Bell,
    wishes: Wishes,
}

/// Where something is said, who wants to be told of all of it, and who is there.
struct Here<'a> {
    channel: Channel,
    eager: Vec<Id<User>>,
    presence: &'a PresenceBook,
}

/// Why somebody is notified; of several reasons the strongest.
type Reasons = BTreeMap<Id<User>, NotificationKind>;

fn add(reasons: &mut Reasons, people: impl IntoIterator<Item = Id<User>>, kind: NotificationKind) {
    for person in people {
        reasons.entry(person).and_modify(|known| *known = kind.max(*known)).or_insert(kind);
    }
}

impl Notifier {
    pub fn new(roster: &Roster) -> Notifier {
        let wishes = Wishes::new(roster.store.clone(), roster.clock.clone());
        Notifier { roster: roster.clone(), bell: roster.bell.clone(), wishes }
    }

    /// Of what was said before there was anybody to notify, nobody is notified.
    pub async fn follow(&self) -> Result<Follower> {
        Follower::open(FOLLOWER, &self.roster.logs, Start::Now).await
    }

    pub async fn work(&self, batch: &Batch, presence: &PresenceBook) -> Result<()> {
        let channel = self.roster.store.channels.get(batch.log).await?;
        let Some(channel) = channel.filter(|channel| channel.life != Life::Deleted) else { return Ok(()) };
        let here = Here { eager: self.eager(&channel).await?, channel, presence };
        for entry in &batch.entries {
            match &entry.what {
                What::Message(message) if message.deleted_at.is_none() => {
                    let reasons = self.reasons(&here, entry, message).await?;
                    self.notify(entry, reasons).await?;
                }
                What::Delete { target, .. } => {
                    self.roster.store.notifications.forget_message(*target).await?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    async fn reasons(&self, here: &Here<'_>, entry: &Entry, message: &Message) -> Result<Reasons> {
        let (channel, mut reasons) = (&here.channel, Reasons::new());
        add(&mut reasons, self.answered(message).await?, NotificationKind::Reply);
        add(&mut reasons, message.mentions.iter().copied(), NotificationKind::Mention);
        add(&mut reasons, here.eager.iter().copied(), NotificationKind::Message);
        self.retain_readers(channel, &mut reasons).await?;
        if channel.channel_type == ChannelType::Direct {
            let members = self.roster.readers(channel).await?;
            add(&mut reasons, members.iter().map(|member| member.id), NotificationKind::Direct);
        }
        if let Some(everyone) = message.everyone {
            let readers = self.roster.readers(channel).await?;
            let is_here =
                |id| here.presence.of(id).is_some_and(|seen| seen.status != PresenceStatus::Offline);
            let called = readers.iter().map(|reader| reader.id);
            let called = called.filter(|id| everyone == Everyone::Channel || is_here(*id));
            add(&mut reasons, called, NotificationKind::Mention);
        }
        reasons.remove(&entry.user_id);
        Ok(reasons)
    }

    /// Whose message is replied to, and who follows the thread that the reply is in.
    async fn answered(&self, message: &Message) -> Result<HashSet<Id<User>>> {
        let named: Vec<Id<Entry>> = [message.reply_to, message.thread_id].into_iter().flatten().collect();
        let mut answered = HashSet::new();
        if named.is_empty() {
            return Ok(answered);
        }
        for entry in self.roster.store.messages.named(&named).await? {
            match message.thread_id == Some(entry.id) {
                true => answered.extend(self.followers(&entry).await?),
                false => _ = answered.insert(entry.user_id),
            }
        }
        Ok(answered)
    }

    /// Who began a thread or took part in it, unless they chose otherwise, and who chose to follow it.
    async fn followers(&self, root: &Entry) -> Result<HashSet<Id<User>>> {
        let mut followers = HashSet::from([root.user_id]);
        if let What::Message(Message { thread: Some(thread), .. }) = &root.what {
            followers.extend(&thread.participants);
        }
        for chosen in self.roster.store.follows.of_thread(root.id, FOLLOWERS).await? {
            match chosen.following {
                true => followers.insert(chosen.user_id),
                false => followers.remove(&chosen.user_id),
            };
        }
        Ok(followers)
    }

    /// Whoever was named and cannot read the channel any more is told nothing of it.
    async fn retain_readers(&self, channel: &Channel, reasons: &mut Reasons) -> Result<()> {
        if reasons.is_empty() {
            return Ok(());
        }
        let ids: Vec<Id<User>> = reasons.keys().copied().collect();
        let people = self.roster.in_use(&ids).await?;
        for id in ids {
            let reads = match people.iter().find(|person| person.id == id) {
                Some(person) => self.roster.rights.reads(&Actor::of(person), channel.id).await?,
                None => false,
            };
            if !reads {
                reasons.remove(&id);
            }
        }
        Ok(())
    }

    /// To want to be told of everything means where one belongs, not wherever one may look.
    async fn eager(&self, channel: &Channel) -> Result<Vec<Id<User>>> {
        let eager = self.wishes.eager(channel.id).await?;
        if eager.is_empty() {
            return Ok(eager);
        }
        let place: Id<Place> = channel.group_id.map_or(channel.id.into(), Into::into);
        let members = self.roster.store.memberships.of_these(place, &eager).await?;
        Ok(members.into_iter().map(|member| member.user_id).collect())
    }

    /// Whoever blocks the author hears nothing; whoever wants no notifications has them counted alone.
    async fn notify(&self, entry: &Entry, mut reasons: Reasons) -> Result<()> {
        let ids: Vec<Id<User>> = reasons.keys().copied().collect();
        if ids.is_empty() {
            return Ok(());
        }
        for blocker in self.roster.store.blocks.against(entry.user_id, &ids).await? {
            reasons.remove(&blocker);
        }
        let wishes = self.wishes.of(entry.log.cast(), &ids).await?;
        let mut notifications = Vec::new();
        for (user, kind) in reasons {
            let wish = wishes.get(&user).copied().unwrap_or_default();
            let listed = wish.lists(kind);
            // Nothing counts what was wanted once and is wanted no longer.
            if listed || kind != NotificationKind::Message {
                let notification = Notification::of_message(user, kind, entry);
                notifications.push(Notification { listed, quiet: wish.quiet, ..notification });
            }
        }
        self.bell.ring(&notifications).await
    }
}

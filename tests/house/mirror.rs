//! The mirror: whatever people do, what a client makes of history, live events and resume is what
//! it would read afresh. `HUBBUB_SEEDS` runs more seeds than a test suite has time for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hubbub::error::Result;
use hubbub::event::{Durable, MessageView, ReactionView, Told};
use hubbub::log::{Address, Budget, Caught, Logs};
use hubbub::model::{Channel, Entry, Id, Position, User, Verdict};
use hubbub::policy::Actor;
use hubbub::service::messages::{Messages, Part};
use tokio::sync::mpsc;

use crate::company::{Company, from};
use crate::log_rig::size;
use crate::shared::checker;
use crate::shared::dice::Dice;
use crate::stores::on_every_store;
use serde_json::json;

const ACTIONS: u64 = 120;

/// What one client holds of a channel.
struct Mirror {
    name: &'static str,
    position: Position<Durable>,
    messages: BTreeMap<Id<Entry>, MessageView>,
    members: BTreeSet<Id<User>>,
    live: mpsc::Receiver<Arc<Told>>,
    /// Hears nothing while it is away.
    away: bool,
}

impl Mirror {
    fn apply(&mut self, event: Durable) {
        match event {
            Durable::NewMessage(said) => {
                let message = said.what.message;
                self.messages.insert(message.id, message);
            }
            Durable::MessageEdited(said) => {
                if let Some(message) = self.standing(said.what.message_id) {
                    message.text = Some(said.what.text);
                    message.revision = said.what.revision;
                    message.edited_at = Some(said.what.edited_at);
                }
            }
            Durable::MessageDeleted(said) => {
                if let Some(message) = self.standing(said.what.message_id) {
                    message.text = None;
                    message.mentions.clear();
                    message.everyone = None;
                    message.attachments.clear();
                    message.image_url = None;
                    message.file_url = None;
                    message.reactions.clear();
                    message.deleted_at = Some(said.what.deleted_at);
                }
            }
            Durable::ReactionUpdated(said) => {
                let said = said.what;
                if let Some(message) = self.standing(said.message_id) {
                    react(message, said.user_id, &said.reaction, said.removed);
                }
            }
            Durable::UserJoined(said) => drop(self.members.insert(said.what.user_id)),
            Durable::UserLeft(said) => drop(self.members.remove(&said.what.user_id)),
            _ => {}
        }
    }

    fn standing(&mut self, id: Id<Entry>) -> Option<&mut MessageView> {
        self.messages.get_mut(&id).filter(|message| message.deleted_at.is_none())
    }

    /// By the client's table and by nothing else (contract D-18).
    fn take(&mut self, event: Durable) {
        let (_, epoch, seq, to) = checker::place(&event);
        let epoch = epoch.clone();
        match self.position.take(&epoch, seq, to, event) {
            Verdict::Apply(events) => events.into_iter().for_each(|event| self.apply(event)),
            Verdict::Drop => {}
            Verdict::Resume(_) | Verdict::Resync => panic!("{}: live events left a gap at {seq}", self.name),
        }
    }

    async fn resume(&mut self, logs: &Logs, log: &Address) {
        loop {
            match logs.catch_up(log, None, self.position.seq(), &mut Budget::default()).await.unwrap() {
                Caught::Changes { changes, more, .. } => {
                    changes.into_iter().for_each(|event| self.take(event));
                    if !more {
                        return;
                    }
                }
                other => panic!("{}: {other:?}", self.name),
            }
        }
    }

    /// Takes in what has arrived; who is away loses it.
    fn hear(&mut self, channel: &Address) {
        while let Ok(told) = self.live.try_recv() {
            if !self.away && told.log == channel.log {
                self.take(Durable::of(&told.entry, &channel.epoch));
            }
        }
    }
}

fn react(message: &mut MessageView, user: Id<User>, reaction: &hubbub::model::Reaction, removed: bool) {
    let mut all: BTreeMap<_, Vec<Id<User>>> =
        message.reactions.drain(..).map(|one| (one.reaction, one.user_ids)).collect();
    let users = all.entry(reaction.clone()).or_default();
    users.retain(|one| *one != user);
    if !removed {
        users.push(user);
    }
    all.retain(|_, users| !users.is_empty());
    let views = all.into_iter();
    message.reactions = views
        .map(|(reaction, user_ids)| ReactionView { reaction, count: user_ids.len(), user_ids })
        .collect();
}

struct Play {
    company: Company,
    messages: Messages,
    people: Vec<Actor>,
    group: Id<hubbub::model::Group>,
    channel: Channel,
    known: Vec<Id<Entry>>,
    dice: Dice,
}

impl Play {
    async fn begin(company: Company, seed: u64) -> Play {
        let mut people = Vec::new();
        for name in ["ann", "ben", "cem", "dan", "eva"] {
            people.push(company.user(&format!("{name}-{seed}")).await);
        }
        let group = company.group(&people[0], &format!("group {seed}")).await.id;
        let channel = company.general(group).await;
        let messages = Messages::new(company.store.clone(), company.rights.clone(), company.logs.clone());
        Play { company, messages, people, group, channel, known: Vec::new(), dice: Dice::new(seed) }
    }

    fn address(&self) -> Address {
        Address { log: self.channel.id.into(), epoch: self.channel.epoch.clone() }
    }

    /// One thing that somebody does, allowed or not.
    async fn act(&mut self) {
        let who = self.people[self.dice.below(self.people.len() as u64) as usize].clone();
        let whom = self.people[self.dice.below(self.people.len() as u64) as usize].id;
        let known = self.dice.below(self.known.len() as u64) as usize;
        let target = self.known.get(known).copied();
        let (number, what) = (self.dice.below(1_000), self.dice.below(25));
        let (group, channel) = (self.group, self.channel.id);
        let company = &self.company;
        // What is refused changes nothing, which is what the mirrors show.
        let _: Result<()> = match (what, target) {
            (0..=8, _) => {
                let send =
                    json!({ "channelId": channel, "text": format!("message {number}"), "mentions": [whom] });
                self.messages.post(&who, from(send)).await.map(|sent| self.known.push(sent.message.id))
            }
            (9..=11, Some(id)) => {
                self.messages.edit(&who, id, format!("edit {number}").parse().unwrap(), None).await.map(drop)
            }
            (12..=15, Some(id)) => {
                let reaction = format!("r{}", number % 3).parse().unwrap();
                self.messages.react(&who, id, reaction, number % 5 == 0).await.map(drop)
            }
            (16, Some(id)) => self.messages.delete(&who, id).await.map(drop),
            (17..=19, _) => company.groups.join(&who, group).await.map(drop),
            (20, _) => company.groups.leave(&who, group).await,
            (21, _) => {
                let ban = json!({ "userId": whom, "reason": "as an example" });
                company.channels.ban(&self.people[0], channel, from(ban)).await.map(drop)
            }
            (22, _) => company.channels.unban(&self.people[0], channel, whom).await,
            (23, _) => company.reads.mark(&who, channel, number % 100).await.map(drop),
            _ => company.groups.remove(&self.people[0], group, whom).await,
        };
    }

    /// Begins as a client does that comes in: hears first, then reads.
    async fn mirror(&self, name: &'static str) -> Mirror {
        let live = self.company.logs.outbox().listen();
        self.company.logs.settled(&self.address()).await.unwrap();
        let (shown, head) = self.afresh().await;
        Mirror {
            name,
            position: Position::new(self.channel.epoch.clone(), head),
            messages: shown,
            members: self.readers().await,
            live,
            away: false,
        }
    }

    async fn afresh(&self) -> (BTreeMap<Id<Entry>, MessageView>, u64) {
        let (mut shown, mut after) = (BTreeMap::new(), 0);
        loop {
            let part = Part::After(after);
            let page = self.messages.history(&self.people[0], self.channel.id, part, 7).await.unwrap();
            after = page.messages.last().map_or(after, |message| message.seq);
            shown.extend(page.messages.into_iter().map(|message| (message.id, message)));
            if !page.has_more_after {
                return (shown, page.head);
            }
        }
    }

    /// What of the messages shown each reader has not read, as the server counts it and by hand.
    async fn check_unread(&self, shown: &BTreeMap<Id<Entry>, MessageView>) {
        for person in &self.people {
            let counts = self.company.reads.counts(person).await.unwrap();
            for count in counts.channels.iter().filter(|count| count.channel_id == self.channel.id) {
                let own = shown.values().filter(|message| message.user_id == person.id);
                let own = own.map(|message| message.seq).max().unwrap_or(0);
                let marker = self.company.store.reads.place(self.channel.id, person.id).await.unwrap();
                let read = own.max(marker);
                let left = shown.values().filter(|one| one.seq > read && one.deleted_at.is_none()).count();
                assert_eq!((count.read, count.unread), (read, left as u64), "{}", person.username);
            }
        }
    }

    async fn readers(&self) -> BTreeSet<Id<User>> {
        let mut readers = BTreeSet::new();
        for person in &self.people {
            if self.company.reads(person, self.channel.id).await {
                readers.insert(person.id);
            }
        }
        readers
    }
}

async fn play(company: Company, seed: u64) {
    let mut play = Play::begin(company, seed).await;
    let mut mirrors = vec![play.mirror("from the start").await, play.mirror("away for a while").await];
    for n in 0..ACTIONS {
        match n {
            30 => mirrors[1].away = true,
            60 => mirrors.push(play.mirror("from the middle").await),
            100 => mirrors[1].away = false,
            _ => {}
        }
        if n == 100 {
            let address = play.address();
            // What came while it was away is gone; the rest is asked for.
            while mirrors[1].live.try_recv().is_ok() {}
            mirrors[1].resume(&play.company.logs, &address).await;
        }
        play.act().await;
        for mirror in &mut mirrors {
            mirror.hear(&play.address());
        }
    }
    play.company.logs.settled(&play.address()).await.unwrap();
    let (shown, head) = play.afresh().await;
    let readers = play.readers().await;
    play.check_unread(&shown).await;
    for mirror in &mut mirrors {
        mirror.hear(&play.address());
        let name = mirror.name;
        assert_eq!(mirror.position.seq(), head, "HUBBUB_SEED={seed}: {name}");
        assert_eq!(mirror.messages, shown, "HUBBUB_SEED={seed}: {name}");
        assert_eq!(mirror.members, readers, "HUBBUB_SEED={seed}: {name}");
    }
}

#[tokio::test]
async fn what_a_client_makes_of_events_is_what_it_would_read_afresh() {
    on_every_store(async |store| {
        let seeds = match std::env::var("HUBBUB_SEED") {
            Ok(seed) => vec![seed.parse().unwrap()],
            Err(_) => (0..size("HUBBUB_SEEDS", 6)).collect::<Vec<u64>>(),
        };
        for seed in seeds {
            println!("HUBBUB_SEED={seed}");
            play(Company::over(store.clone()), seed).await;
        }
    })
    .await;
}

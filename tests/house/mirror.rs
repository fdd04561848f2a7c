//! The mirror: whatever people do, what a client makes of history, live events and resume is what
//! it would read afresh. `HUBBUB_SEEDS` runs more seeds than a test suite has time for.

mod client;

use std::collections::{BTreeMap, BTreeSet};

use hubbub::error::Result;
use hubbub::event::MessageView;
use hubbub::log::Address;
use hubbub::model::{Channel, Entry, Id, Position, User};
use hubbub::policy::Actor;
use hubbub::service::messages::{Messages, Part};

use self::client::Mirror;
use crate::company::{Company, from};
use crate::log_rig::size;
use crate::shared::dice::Dice;
use crate::stores::on_every_store;
use serde_json::json;

const ACTIONS: u64 = 120;

struct Play {
    company: Company,
    messages: Messages,
    people: Vec<Actor>,
    group: Id<hubbub::model::Group>,
    channel: Channel,
    known: Vec<Id<Entry>>,
    polls: Vec<Id<Entry>>,
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
        let messages = company.messages.clone();
        Play {
            company,
            messages,
            people,
            group,
            channel,
            known: Vec::new(),
            polls: Vec::new(),
            dice: Dice::new(seed),
        }
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
        let (number, what) = (self.dice.below(1_000), self.dice.below(36));
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
                let reaction = ["👍", "🎉", "⚓"][number as usize % 3].parse().unwrap();
                self.messages.react(&who, id, reaction, number % 5 == 0).await.map(drop)
            }
            (16, Some(id)) => self.messages.delete(&who, id).await.map(drop),
            (24..=25, Some(id)) => self.messages.pin(&self.people[0], id, number % 3 == 0).await.map(drop),
            (30, _) => {
                let poll = json!({ "options": ["yes", "no", "perhaps"], "multiple": number % 2 == 0 });
                let send = json!({ "channelId": channel, "text": format!("poll {number}"), "poll": poll });
                self.messages.post(&who, from(send)).await.map(|sent| self.polls.push(sent.message.id))
            }
            (31..=35, _) if !self.polls.is_empty() => {
                let poll = self.polls[number as usize % self.polls.len()];
                let choice = [vec![0], vec![1, 2], vec![2], vec![]][number as usize % 4].clone();
                match number % 20 {
                    0 => self.messages.close_poll(&who, poll).await.map(drop),
                    1 => self.messages.delete(&who, poll).await.map(drop),
                    _ => self.messages.vote(&who, poll, choice).await.map(drop),
                }
            }
            (26..=29, Some(id)) => {
                let send = json!({ "channelId": channel, "text": format!("reply {number}"), "threadId": id });
                self.messages.post(&who, from(send)).await.map(|sent| self.known.push(sent.message.id))
            }
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
        Box::pin(play.act()).await;
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

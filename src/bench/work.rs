//! What the clients of one thread do while it is measured.

use std::time::{Duration, Instant};

use super::client::{Client, Stage};
use super::desk::Post;
use super::driver::Driver;
use super::office::{self, Act, Mix};
use super::plan::Profile;
use super::searcher::Searcher;
use crate::error::Result;

/// So long is waited for sockets where there is nothing to send.
const NAP: Duration = Duration::from_millis(5);
/// Unanswered sends of one who fills a channel for those who are away.
const FILLING: usize = 32;

impl Driver {
    /// Does what the profile says for so long, and then waits for what is under way. `rate` is that
    /// of all threads.
    pub fn work(&mut self, rate: f64, during: Duration) -> Result<()> {
        self.take();
        self.desk.since = self.desk.now();
        let until = Instant::now() + during;
        let share = rate / self.desk.plan.threads as f64;
        match self.desk.plan.profile {
            Profile::Room if share > 0.0 => self.steadily(share, until)?,
            Profile::Office => self.at_work(share, until)?,
            Profile::Write => self.as_fast_as_it_goes(until)?,
            Profile::Idle | Profile::Room | Profile::Storm | Profile::Presence => self.rest(during)?,
        }
        self.drain()
    }

    /// Messages at even intervals, whether or not the server keeps up.
    fn steadily(&mut self, rate: f64, until: Instant) -> Result<()> {
        let begun = self.desk.now();
        let between = 1e9 / rate;
        let mut sent: u64 = 0;
        while Instant::now() < until {
            let now = self.desk.now();
            let due = begun + (sent as f64 * between) as u64;
            if due > now {
                self.turn(Duration::from_nanos(due - now).min(NAP))?;
                self.publish();
                continue;
            }
            self.desk.tally.lag.note(now - due);
            self.say(sent);
            sent += 1;
            if sent.is_multiple_of(64) {
                self.turn(Duration::ZERO)?;
            }
        }
        Ok(())
    }

    /// The turn of somebody who is here, in a channel of theirs.
    fn say(&mut self, turn: u64) {
        let count = self.clients.len();
        let here = (0..count).map(|step| (turn as usize + step) % count);
        let speaker = here
            .into_iter()
            .find(|place| self.clients.get(*place).is_some_and(|client| client.stage == Stage::Here));
        let Some(client) = speaker.and_then(|place| self.clients.get_mut(place)) else { return };
        let seats = self.desk.plan.seats(client.number);
        // Everybody's first message goes to another channel.
        let round = turn as usize / count + client.number / self.desk.plan.groups;
        let channel = seats.start + round % seats.len().max(1);
        client.post(Post { channel, words: None, reply: false }, &mut self.desk);
    }

    /// Every writer keeps its window full.
    fn as_fast_as_it_goes(&mut self, until: Instant) -> Result<()> {
        let window = self.desk.plan.window;
        let post = Post { channel: 0, words: None, reply: false };
        while Instant::now() < until {
            for client in self.clients.iter_mut().filter(|client| client.stage == Stage::Here) {
                while client.open() < window && client.stage == Stage::Here {
                    client.post(post, &mut self.desk);
                }
            }
            self.turn(NAP)?;
        }
        Ok(())
    }

    fn at_work(&mut self, posts: f64, until: Instant) -> Result<()> {
        let count = self.clients.iter().filter(|client| client.stage == Stage::Here).count();
        let haste = if posts > 0.0 { Mix::haste(count, posts) } else { 1.0 };
        let mut mix = Mix::new(count, haste);
        let begun = self.desk.now();
        let mut next = mix.next(&mut self.desk.random);
        let searcher = Searcher::begin(&self.desk.target);
        while Instant::now() < until {
            let (now, due) = (self.desk.now(), begun + next.at);
            if due > now {
                self.turn(Duration::from_nanos(due - now).min(NAP))?;
                self.publish();
                continue;
            }
            self.desk.tally.lag.note(now - due);
            self.act(next.user, next.act, &searcher);
            next = mix.next(&mut self.desk.random);
        }
        self.desk.tally.add(searcher.end()?);
        Ok(())
    }

    fn act(&mut self, user: usize, act: Act, searcher: &Searcher) {
        // Whoever waits for an answer stays: it would not be known what became of it.
        let leaves = act == Act::Reconnect;
        let can = |client: &&mut Client| client.stage == Stage::Here && (!leaves || client.open() == 0);
        // Somebody else does it for one who is just coming back, so that as much is done as was meant.
        let active = self.desk.active;
        let (before, from) = self.clients.split_at_mut(user);
        let client = from.iter_mut().chain(before).filter(|client| client.number < active).find(can);
        let Some(client) = client else { return };
        let desk = &mut self.desk;
        let seats = desk.plan.seats(client.number);
        let channel = seats.start + rand::Rng::random_range(&mut desk.random, 0..seats.len().max(1));
        match act {
            Act::Post { reply } => {
                client.type_in(channel, desk);
                client.post(Post { channel, words: Some(office::WORDS), reply }, desk);
            }
            Act::Switch => {
                desk.tally.switches += 1;
                client.visit(channel, desk);
            }
            Act::Reconnect => {
                desk.tally.reconnects += 1;
                client.hang_up(desk);
                client.dial(desk, self.poll.registry(), true);
            }
            Act::Search if desk.plan.plain => {}
            Act::Search => searcher.search(client.number, desk.word()),
        }
    }

    /// Everybody goes, but for those who speak meanwhile.
    pub fn leave(&mut self) {
        let users = self.desk.plan.users;
        let users = self.clients.iter_mut().filter(|client| client.number < users);
        users.for_each(|client| client.hang_up(&mut self.desk));
    }

    /// Hears what comes.
    pub fn rest(&mut self, during: Duration) -> Result<()> {
        let until = Instant::now() + during;
        while Instant::now() < until {
            self.turn(NAP)?;
        }
        Ok(())
    }

    /// Those who stayed say what the others miss.
    pub fn fill(&mut self) -> Result<()> {
        self.take();
        self.desk.since = self.desk.now();
        let (users, missed) = (self.desk.plan.users, self.desk.plan.missed);
        let mut said: Vec<usize> = vec![0; self.clients.len()];
        while said.iter().zip(&self.clients).any(|(said, client)| client.number >= users && *said < missed) {
            let speakers =
                self.clients.iter_mut().zip(&mut said).filter(|(client, _)| client.number >= users);
            for (client, said) in speakers {
                let seats = self.desk.plan.seats(client.number);
                while *said < missed && client.open() < FILLING {
                    let channel = seats.start + *said % seats.len().max(1);
                    client.post(Post { channel, words: None, reply: false }, &mut self.desk);
                    *said += 1;
                }
            }
            self.turn(NAP)?;
            self.must_not_fail()?;
        }
        while self.desk.open > 0 {
            self.turn(NAP)?;
            self.must_not_fail()?;
        }
        Ok(())
    }
}

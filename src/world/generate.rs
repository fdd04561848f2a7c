//! A world of a given size. Every part of it follows from the numbers asked for.
//!
//! An entry is a function of its place, so nothing is held in memory and a world that was half kept
//! is continued. A world asked for with other numbers is another world and meets no other.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::time::Duration;

use super::words::{CHANNELS, ELSEWHERE, ENDINGS, FIRST_NAMES, GROUPS, OPENINGS, REACTIONS, SUBJECTS};
use super::{History, Person, Source, World, entry_id, id, log_of};
use crate::clock;
use crate::error::Result;
use crate::model::{
    Channel, ChannelType, Entry, Epoch, Group, Id, Life, MemberRole, Membership, Message, Place, PlaceKind,
    Reaction, Role, Status, Time, User, Username, What,
};

#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub users: u64,
    pub groups: u64,
    pub channels: u64,
    pub messages: u64,
    pub seed: u64,
}

/// Everybody's; made worlds are for trying and measuring.
const PASSWORD: &str = "open-the-window";
const SPAN: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// After so many lines less one there is a reaction to the last of them.
const ROUND: u64 = 16;

pub fn generate(size: Size, now: Time) -> Result<World> {
    let size = Size { users: size.users.max(1), groups: size.groups.max(1), ..size };
    let maker = Maker { size, now, began: now.minus(SPAN), tag: size.tag() };
    let mut world = World::default();
    let people: Vec<User> = (0..size.users).map(|number| maker.user(number)).collect::<Result<_>>()?;
    for number in 0..size.groups {
        let group = maker.group(number, &people)?;
        let members = maker.members(number, &people);
        world.memberships.extend(belong(group.id.into(), PlaceKind::Group, &members, maker.began));
        world.groups.push(group);
    }
    maker.channels(&people, &mut world)?;
    world.people = people.into_iter().map(|user| Person { user, password: PASSWORD }).collect();
    Ok(world)
}

impl Size {
    /// Stands in every name of this world; the number of messages may grow.
    fn tag(&self) -> String {
        let numbers = [self.users, self.groups, self.channels, self.seed].map(|number| number.to_string());
        let id: Id<()> = id(&["world", &numbers.join("-")]);
        id.to_string().chars().take(6).collect()
    }
}

struct Maker {
    size: Size,
    now: Time,
    began: Time,
    tag: String,
}

type Member<'a> = (&'a User, MemberRole);

impl Maker {
    fn user(&self, number: u64) -> Result<User> {
        let first = pick(&FIRST_NAMES, number);
        let username: Username = format!("{first}.{number}.{}", self.tag).parse()?;
        Ok(User {
            id: id(&["user", username.as_str()]),
            username_key: username.folded(),
            email: format!("{username}@sample.example").parse()?,
            username,
            password_hash: String::new(),
            role: Role::User,
            status: Status::Active,
            authz_epoch: 0,
            epoch: Epoch(clock::nonce()),
            display_name: Some(capital(first).parse()?),
            bio: None,
            avatar_url: None,
            created_at: self.began,
            updated_at: self.began,
            last_login_at: None,
        })
    }

    fn group(&self, number: u64, people: &[User]) -> Result<Group> {
        let name = format!("{} {number} {}", pick(&GROUPS, number), self.tag);
        Ok(Group {
            id: id(&["group", &name]),
            name_key: name.to_lowercase(),
            name: name.parse()?,
            description: None,
            category: None,
            is_private: number % 4 == 3,
            life: Life::Active,
            settings: Default::default(),
            created_by: self.admin(number, people),
            created_at: self.began,
            updated_at: self.began,
        })
    }

    fn admin(&self, group: u64, people: &[User]) -> Id<User> {
        let admin = people.iter().cycle().nth(usize::try_from(group).unwrap_or(0));
        admin.map_or(Id::from_bytes([0; 12]), |user| user.id)
    }

    /// Its admin, and everybody whose turn it is: each user is in one group or two.
    fn members<'a>(&self, group: u64, people: &'a [User]) -> Vec<Member<'a>> {
        let admin = self.admin(group, people);
        let groups = self.size.groups;
        let mut members: Vec<Member<'a>> = (0..)
            .zip(people)
            .filter(|(number, user)| {
                number % groups == group || (number / groups + number) % groups == group || user.id == admin
            })
            .map(|(_, user)| (user, if user.id == admin { MemberRole::Admin } else { MemberRole::Member }))
            .collect();
        members.sort_by_key(|(_, role)| *role != MemberRole::Admin);
        members
    }

    fn channels(&self, people: &[User], world: &mut World) -> Result<()> {
        let shares = shares(self.size.messages, self.size.channels);
        for (number, messages) in (0..self.size.channels).zip(shares) {
            let of = number % self.size.groups;
            let Some(group) = world.groups.iter().nth(usize::try_from(of).unwrap_or(0)) else { break };
            let channel = self.channel(number, group)?;
            let mut members = self.members(of, people);
            if channel.is_private {
                members.truncate(members.len().div_ceil(2));
                world.memberships.extend(belong(channel.id.into(), PlaceKind::Channel, &members, self.began));
            }
            world.histories.push(self.history(&channel, &group.name.to_string(), &members, messages)?);
            world.channels.push(channel);
        }
        Ok(())
    }

    fn channel(&self, number: u64, group: &Group) -> Result<Channel> {
        let name = format!("{}-{number}", pick(&CHANNELS, number / self.size.groups));
        Ok(Channel {
            id: id(&["channel", group.name.as_str(), &name]),
            group_id: group.id,
            name_key: name.to_lowercase(),
            name: name.parse()?,
            description: None,
            channel_type: ChannelType::Text,
            is_private: number % 5 == 4,
            life: Life::Active,
            settings: Default::default(),
            epoch: Epoch(clock::nonce()),
            created_by: group.created_by,
            created_at: self.began,
            updated_at: self.began,
        })
    }

    fn history(&self, channel: &Channel, group: &str, members: &[Member], messages: u64) -> Result<History> {
        let reactions: Result<Vec<Reaction>> = REACTIONS.iter().map(|reaction| reaction.parse()).collect();
        let joined = members.len() as u64;
        let length = joined + messages + messages / (ROUND - 1);
        let chatter = Chatter {
            channel: channel.id,
            seed: self.size.seed,
            members: members.iter().map(|(user, role)| (user.id, user.username.clone(), *role)).collect(),
            reactions: reactions?,
            began: self.began,
            now: self.now,
            length,
        };
        let title = format!("#{} of {group}", channel.name);
        Ok(History { channel: channel.id, title, length, source: Source::Made(chatter) })
    }
}

/// The entries of one channel: first its members join, then they talk.
#[derive(Debug)]
pub(super) struct Chatter {
    channel: Id<Channel>,
    seed: u64,
    members: Vec<(Id<User>, Username, MemberRole)>,
    reactions: Vec<Reaction>,
    began: Time,
    now: Time,
    length: u64,
}

impl Chatter {
    pub(super) fn entry(&self, place: u64) -> Option<Entry> {
        let joined = self.members.len() as u64;
        let (user_id, username, what) = match place.checked_sub(joined) {
            None => self.joined(place)?,
            Some(line) => {
                let (user, name, _) = self.speaker(place)?;
                (*user, name.clone(), self.line(place, line)?)
            }
        };
        Some(Entry {
            id: entry_id(self.channel, place),
            log: log_of(self.channel),
            seq: place + 1,
            mver: joined.min(place + 1),
            user_id,
            username,
            client_msg_id: None,
            created_at: self.time(place),
            what,
        })
    }

    fn joined(&self, place: u64) -> Option<(Id<User>, Username, What)> {
        let (member, name, role) = self.members.get(usize::try_from(place).ok()?)?;
        let what = What::MemberJoined { member: *member, member_name: name.clone(), role: *role };
        Some((*member, name.clone(), what))
    }

    fn line(&self, place: u64, line: u64) -> Option<What> {
        if reacts(line) {
            let (target, reaction) = (entry_id(self.channel, place - 1), self.reaction(place)?);
            return Some(What::React { target, reaction, removed: false, folded: true });
        }
        let mut random = self.random(place);
        let text = match random.random_ratio(1, 40) {
            true => pick(&ELSEWHERE, random.random()).to_owned(),
            false => {
                let [opening, subject, ending] = [(); 3].map(|()| random.random());
                [pick(&OPENINGS, opening), pick(&SUBJECTS, subject), pick(&ENDINGS, ending)].join(" ")
            }
        };
        let mut message = Message { text: text.parse().ok(), ..Message::default() };
        // A reply is to one of the four lines before, where that is a message.
        let back = random.random_range(1..=4);
        if random.random_ratio(1, 6) && line >= back && !reacts(line - back) {
            message.reply_to = Some(entry_id(self.channel, place - back));
        }
        if reacts(line + 1) && place + 1 < self.length {
            message.reactions.insert(self.reaction(place + 1)?, vec![self.speaker(place + 1)?.0]);
            message.folded_seq = place + 2;
        }
        Some(What::Message(message))
    }

    fn speaker(&self, place: u64) -> Option<&(Id<User>, Username, MemberRole)> {
        let chosen = self.random(place).random_range(0..self.members.len().max(1));
        self.members.get(chosen)
    }

    fn reaction(&self, place: u64) -> Option<Reaction> {
        self.reactions.iter().cycle().nth(usize::try_from(place % 61).ok()?).cloned()
    }

    fn random(&self, place: u64) -> StdRng {
        let channel: [u8; 8] =
            entry_id(self.channel, 0).to_string().as_bytes().first_chunk().copied().unwrap_or_default();
        StdRng::seed_from_u64(self.seed ^ u64::from_be_bytes(channel) ^ place.rotate_left(32))
    }

    /// Evenly over the span.
    fn time(&self, place: u64) -> Time {
        let span = self.now.since(self.began).as_millis();
        let passed = span * u128::from(place) / u128::from(self.length.max(1));
        self.began.plus(Duration::from_millis(u64::try_from(passed).unwrap_or(0)))
    }
}

fn reacts(line: u64) -> bool {
    line % ROUND == ROUND - 1
}

fn belong<'a>(
    place: Id<Place>,
    place_kind: PlaceKind,
    members: &'a [Member<'a>],
    joined_at: Time,
) -> impl Iterator<Item = Membership> + 'a {
    members.iter().map(move |(user, role)| Membership {
        id: Membership::key(place, user.id),
        place,
        place_kind,
        user_id: user.id,
        username: user.username.clone(),
        role: *role,
        joined_at,
    })
}

/// Some channels are busy and most are not: the second is half as busy as the first, and so on.
fn shares(messages: u64, channels: u64) -> Vec<u64> {
    let weights: Vec<f64> = (1..=channels).map(|place| 1.0 / place as f64).collect();
    let all: f64 = weights.iter().sum();
    let mut shares: Vec<u64> =
        weights.iter().map(|weight| (messages as f64 * weight / all).floor() as u64).collect();
    let given: u64 = shares.iter().sum();
    if let Some(first) = shares.first_mut() {
        *first += messages.saturating_sub(given);
    }
    shares
}

fn pick<const N: usize>(words: &[&'static str; N], number: u64) -> &'static str {
    let place = usize::try_from(number % N as u64).unwrap_or(0);
    words.get(place).copied().unwrap_or_default()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

//! A world of a given size. Every part of it follows from the numbers asked for.
//!
//! An entry is a function of its place, so nothing is held in memory and a world that was half kept
//! is continued. A world asked for with other numbers is another world and meets no other.

use std::time::Duration;

use super::chatter::Chatter;
use super::words::{CHANNELS, FIRST_NAMES, GROUPS, pick};
use super::{History, Person, Source, World, id};
use crate::clock;
use crate::error::Result;
use crate::model::{
    Channel, ChannelType, Epoch, Group, Id, Leaving, Life, MemberRole, Membership, Place, PlaceKind, Role,
    Status, Time, User, Username,
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

pub fn generate(size: Size, now: Time) -> Result<World> {
    let size = Size { users: size.users.max(1), groups: size.groups.max(1), ..size };
    let maker = Maker { size, now, began: now.minus(SPAN), tag: size.tag() };
    let mut world = World::default();
    let people: Vec<User> = (0..size.users).map(|number| maker.user(number)).collect::<Result<_>>()?;
    let members: Vec<Vec<Member>> = (0..size.groups).map(|group| maker.members(group, &people)).collect();
    for (number, members) in (0..).zip(&members) {
        let group = maker.group(number, &people)?;
        world.memberships.extend(belong(group.id.into(), PlaceKind::Group, members, maker.began));
        world.groups.push(group);
    }
    maker.channels(&members, &mut world)?;
    world.people = people.iter().map(|user| Person { user: user.clone(), password: PASSWORD }).collect();
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
            leaving: Leaving::default(),
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

    fn channels(&self, members: &[Vec<Member>], world: &mut World) -> Result<()> {
        let shares = shares(self.size.messages, self.size.channels);
        let groups = world.groups.iter().zip(members).cycle();
        for ((number, (group, members)), messages) in (0..self.size.channels).zip(groups).zip(shares) {
            let channel = self.channel(number, group)?;
            // Of a private channel the first half of the group are members.
            let readers = if channel.is_private { members.len().div_ceil(2) } else { members.len() };
            let members = members.get(..readers).unwrap_or(members);
            if channel.is_private {
                let seats: Vec<Member> =
                    members.iter().map(|(user, _)| (*user, MemberRole::Member)).collect();
                world.memberships.extend(belong(channel.id.into(), PlaceKind::Channel, &seats, self.began));
            }
            let names = members.iter().map(|(user, role)| {
                (user.id, user.username.clone(), if channel.is_private { MemberRole::Member } else { *role })
            });
            let chatter =
                Chatter::new(channel.id, self.size.seed, names.collect(), self.began..self.now, messages)?;
            world.histories.push(History {
                channel: channel.id,
                title: format!("#{} of {}", channel.name, group.name),
                length: chatter.length(),
                source: Source::Made(chatter),
            });
            world.channels.push(channel);
        }
        Ok(())
    }

    fn channel(&self, number: u64, group: &Group) -> Result<Channel> {
        let name = format!("{}-{number}", pick(&CHANNELS, number / self.size.groups));
        Ok(Channel {
            id: id(&["channel", group.name.as_str(), &name]),
            group_id: Some(group.id),
            name_key: name.to_lowercase(),
            name: name.parse()?,
            description: None,
            channel_type: ChannelType::Text,
            is_private: number % 5 == 4,
            life: Life::Active,
            settings: Default::default(),
            epoch: Epoch(clock::nonce()),
            untold: false,
            created_by: group.created_by,
            created_at: self.began,
            updated_at: self.began,
        })
    }
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

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

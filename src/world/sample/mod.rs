//! The world of `fixtures/world.json`.

mod fixture;
mod told;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{Person, World, id};
use crate::clock;
use crate::error::{Error, Result};
use crate::model::{
    Ban, Channel, Epoch, Group, GroupRequest, Leaving, Life, MemberRole, Membership, Place, PlaceKind,
    RequestStatus, Role, Status, Time, User, Username,
};
use fixture::{Fixture, Moment};

/// A name and a password that a visitor of the demo can use.
#[derive(Clone, Copy, Debug)]
pub struct SignIn {
    pub username: &'static Username,
    pub password: &'static str,
    pub who: &'static str,
}

/// The world, with its last day yesterday.
pub fn sample(now: Time) -> Result<World> {
    let teller = Teller { fixture: fixture()?, now };
    let mut world = World::default();
    for person in &teller.fixture.users {
        world.people.push(teller.person(person));
    }
    for group in &teller.fixture.groups {
        teller.group(group, &mut world)?;
    }
    Ok(world)
}

pub fn sign_ins() -> Result<Vec<SignIn>> {
    let fixture = fixture()?;
    let users = fixture.users.iter().filter(|user| fixture.sign_ins.contains(&user.username));
    Ok(users
        .map(|user| SignIn {
            username: &user.username,
            password: &fixture.password,
            who: user.bio.as_ref().map_or("", |bio| bio.as_str()),
        })
        .collect())
}

fn fixture() -> Result<&'static Fixture> {
    static READ: LazyLock<Result<Fixture, String>> = LazyLock::new(|| {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/world.json"));
        serde_json::from_str(text).map_err(|cause| cause.to_string())
    });
    READ.as_ref().map_err(|cause| Error::internal(cause.clone()))
}

/// Reads the fixture as of a day.
struct Teller {
    fixture: &'static Fixture,
    now: Time,
}

impl Teller {
    fn time(&self, moment: Moment) -> Time {
        moment.before(self.now, self.fixture.days)
    }

    fn person(&self, person: &'static fixture::User) -> Person {
        let active = person.deactivated.is_none();
        let created_at = self.time(Moment::FIRST);
        let user = User {
            id: id(&["user", person.username.as_str()]),
            username: person.username.clone(),
            username_key: person.username.folded(),
            email: person.email.clone(),
            password_hash: String::new(),
            role: person.role.unwrap_or(Role::User),
            status: if active { Status::Active } else { Status::Inactive },
            authz_epoch: if active { 0 } else { 1 },
            epoch: Epoch(clock::nonce()),
            display_name: person.display_name.clone(),
            bio: person.bio.clone(),
            avatar_url: None,
            created_at,
            updated_at: person.deactivated.as_ref().map_or(created_at, |ended| self.time(ended.at)),
            last_login_at: None,
            leaving: Leaving::default(),
        };
        Person { user, password: &self.fixture.password }
    }

    fn group(&self, told: &'static fixture::Group, world: &mut World) -> Result<()> {
        let created_at = self.time(Moment::FIRST);
        let group = Group {
            id: id(&["group", told.name.as_str()]),
            name: told.name.clone(),
            name_key: told.name.folded(),
            description: told.description.clone(),
            category: told.category.clone(),
            is_private: told.private,
            life: Life::Active,
            settings: Default::default(),
            created_by: user_id(&told.by),
            created_at,
            updated_at: created_at,
        };
        for (name, role) in told.belonging() {
            world.memberships.push(membership(group.id.into(), PlaceKind::Group, name, role, created_at));
        }
        for channel in &told.channels {
            self.channel(&group, told, channel, world)?;
        }
        world.bans.extend(told.bans.iter().map(|ban| self.ban(&group, ban)));
        world.requests.extend(told.requests.iter().map(|request| self.request(&group, request)));
        world.groups.push(group);
        Ok(())
    }

    fn channel(
        &self,
        group: &Group,
        of: &'static fixture::Group,
        told: &'static fixture::Channel,
        world: &mut World,
    ) -> Result<()> {
        let channel = Channel {
            id: channel_id(group, told.name.as_str()),
            group_id: Some(group.id),
            name: told.name.clone(),
            name_key: told.name.folded(),
            description: told.description.clone(),
            channel_type: told.channel_type,
            is_private: told.private,
            life: if told.archived.is_some() { Life::Archived } else { Life::Active },
            settings: told.settings.clone(),
            epoch: Epoch(clock::nonce()),
            untold: false,
            created_by: user_id(&of.by),
            created_at: group.created_at,
            updated_at: told.archived.map_or(group.created_at, |at| self.time(at)),
        };
        for (name, _) in of.readers(told).filter(|_| told.private) {
            let (place, at) = (channel.id.into(), channel.created_at);
            world.memberships.push(membership(place, PlaceKind::Channel, name, MemberRole::Member, at));
        }
        world.histories.push(self.history(&channel, of, told)?);
        world.channels.push(channel);
        Ok(())
    }

    fn ban(&self, group: &Group, told: &fixture::Ban) -> Ban {
        let (channel, user) = (channel_id(group, told.channel.as_str()), user_id(&told.user));
        Ban {
            id: Ban::key(channel, user),
            channel_id: channel,
            user_id: user,
            username: told.user.clone(),
            reason: told.reason.clone(),
            until: None,
            banned_by: user_id(&told.by),
            created_at: self.time(told.at),
        }
    }

    fn request(&self, group: &Group, told: &fixture::Request) -> GroupRequest {
        let rejected = told.rejected.as_ref();
        GroupRequest {
            id: id(&["request", group.name.as_str(), told.user.as_str()]),
            group_id: group.id,
            user_id: user_id(&told.user),
            username: told.user.clone(),
            request_type: told.request_type,
            message: Some(told.message.clone()),
            status: if rejected.is_some() { RequestStatus::Rejected } else { RequestStatus::Pending },
            reason: rejected.map(|rejected| rejected.reason.clone()),
            reviewed_by: rejected.map(|rejected| user_id(&rejected.by)),
            reviewed_at: rejected.map(|rejected| self.time(rejected.at)),
            created_at: self.time(told.at),
        }
    }
}

fn user_id(name: &Username) -> crate::model::Id<User> {
    id(&["user", name.as_str()])
}

fn channel_id(group: &Group, name: &str) -> crate::model::Id<Channel> {
    id(&["channel", group.name.as_str(), name])
}

fn membership(
    place: crate::model::Id<Place>,
    place_kind: PlaceKind,
    username: &Username,
    role: MemberRole,
    joined_at: Time,
) -> Membership {
    let user = user_id(username);
    let id = Membership::key(place, user);
    Membership { id, place, place_kind, user_id: user, username: username.clone(), role, joined_at }
}

/// Messages of the fixture by the keys that replies name.
type Keys = BTreeMap<&'static str, usize>;

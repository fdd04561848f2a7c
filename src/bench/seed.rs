//! People, groups and channels in the store of a server that is about to be started.
//!
//! Written as the live code would keep them, but without passwords: nobody signs in with one. Each
//! person has a session and a token signed with the server's own secret, which is what signing in
//! would have left behind; so bcrypt, slow on purpose, takes no part in what is measured.

use std::time::Duration;

use secrecy::SecretSlice;

use super::plan::Plan;
use crate::auth::Tokens;
use crate::clock::{Clock, nonce};
use crate::config::Auth;
use crate::error::Result;
use crate::model::{
    Channel, ChannelSettings, ChannelType, Epoch, Group, GroupSettings, Id, Leaving, Life, MemberRole,
    Membership, Name, PlaceKind, Role, Session, Status, User, Username,
};
use crate::store::{Record, Store, Table};

/// The longest that an access token may live.
pub const TOKEN_MINUTES: u64 = 60;
const SESSION: Duration = Duration::from_secs(24 * 60 * 60);
/// Rows of one insert.
const ROWS: usize = 1_000;

/// A token for each of the people, and the ids of the channels.
pub async fn fill(
    store: &Store,
    plan: &Plan,
    secret: &str,
    clock: &Clock,
) -> Result<(Vec<String>, Vec<String>)> {
    let users: Vec<User> = (0..plan.people()).map(|number| user(number, clock)).collect::<Result<_>>()?;
    let groups: Vec<Group> =
        (0..plan.groups).map(|number| group(number, &users, clock)).collect::<Result<_>>()?;
    let channels: Vec<Channel> =
        (0..plan.channels).map(|number| channel(number, plan, &groups, clock)).collect::<Result<_>>()?;
    let of_users = || users.iter().enumerate();
    let memberships: Vec<Membership> = of_users()
        .filter_map(|(number, user)| {
            Some(member(groups.get(plan.group_of(number))?, user, number < plan.groups))
        })
        .collect();
    let sessions: Vec<Session> = users.iter().map(|user| session(user, clock)).collect();
    keep(&store.users, &users).await?;
    keep(&store.groups, &groups).await?;
    keep(&store.channels, &channels).await?;
    keep(&store.memberships, &memberships).await?;
    keep(&store.sessions, &sessions).await?;
    let says = Auth { access_minutes: TOKEN_MINUTES, ..Auth::default() };
    let tokens = Tokens::new(&SecretSlice::from(secret.as_bytes().to_vec()), &says, clock.clone());
    let signed = users
        .iter()
        .zip(&sessions)
        .map(|(user, session)| tokens.sign(user.id, &session.id, user.authz_epoch));
    let ids = channels.iter().map(|channel| channel.id.to_string()).collect();
    Ok((signed.collect::<Result<_>>()?, ids))
}

async fn keep<T: Record>(table: &Table<T>, records: &[T]) -> Result<()> {
    for some in records.chunks(ROWS) {
        table.insert_all(some).await?;
    }
    Ok(())
}

fn user(number: usize, clock: &Clock) -> Result<User> {
    let username: Username = format!("bench-{number}").parse()?;
    Ok(User {
        id: clock.id(),
        username_key: username.folded(),
        email: format!("{username}@bench.example").parse()?,
        username,
        // The hash of no password.
        password_hash: "none".into(),
        role: Role::User,
        status: Status::Active,
        authz_epoch: 0,
        epoch: Epoch(nonce()),
        display_name: None,
        bio: None,
        avatar_url: None,
        created_at: clock.now(),
        updated_at: clock.now(),
        last_login_at: None,
        leaving: Leaving::default(),
    })
}

fn owner(group: usize, users: &[User]) -> Id<User> {
    users.get(group).or(users.first()).map_or(Id::from_bytes([0; 12]), |user| user.id)
}

fn group(number: usize, users: &[User], clock: &Clock) -> Result<Group> {
    let name: Name = format!("Bench {number}").parse()?;
    Ok(Group {
        id: clock.id(),
        name_key: name.folded(),
        name,
        description: None,
        category: None,
        is_private: false,
        life: Life::Active,
        settings: GroupSettings::default(),
        created_by: owner(number, users),
        created_at: clock.now(),
        updated_at: clock.now(),
    })
}

fn channel(number: usize, plan: &Plan, groups: &[Group], clock: &Clock) -> Result<Channel> {
    let name: Name = format!("bench-{number}").parse()?;
    let group = groups.get(number * plan.groups / plan.channels.max(1));
    let (group_id, created_by) = group
        .map_or((Id::from_bytes([0; 12]), Id::from_bytes([0; 12])), |group| (group.id, group.created_by));
    Ok(Channel {
        id: clock.id(),
        group_id: Some(group_id),
        name_key: name.folded(),
        name,
        description: None,
        channel_type: ChannelType::Text,
        is_private: false,
        life: Life::Active,
        settings: ChannelSettings::default(),
        epoch: Epoch(nonce()),
        untold: false,
        created_by,
        created_at: clock.now(),
        updated_at: clock.now(),
    })
}

fn member(group: &Group, user: &User, first: bool) -> Membership {
    Membership {
        id: Membership::key(group.id.into(), user.id),
        place: group.id.into(),
        place_kind: PlaceKind::Group,
        user_id: user.id,
        username: user.username.clone(),
        role: if first { MemberRole::Admin } else { MemberRole::Member },
        joined_at: group.created_at,
    }
}

fn session(user: &User, clock: &Clock) -> Session {
    Session {
        id: nonce(),
        user_id: user.id,
        device: "bench".into(),
        address: "127.0.0.1".into(),
        created_at: clock.now(),
        last_seen_at: clock.now(),
        expires_at: clock.now().plus(SESSION),
        revoked_at: None,
    }
}

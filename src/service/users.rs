//! People as others see them, and what they say of themselves.

use std::collections::HashSet;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::registrar::{Newcomer, Registrar};
use super::{Page, Span};
use crate::auth::{NewPassword, Password, Prover};
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{
    Account, AccountEvent, Description, Email, Group, GroupView, Id, Link, Membership, Name, PlaceKind,
    Profile, Role, Status, User, Username, given,
};
use crate::policy::Actor;
use crate::store::{After, Among, Edits, Store};

#[derive(Clone, Debug)]
pub struct Users {
    registrar: Registrar,
    prover: Prover,
}

/// One's own account and, for a super admin, everybody's; else the profile alone.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Seen {
    Account(Account),
    Profile(Profile),
}

/// What somebody may change of themselves.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ProfileEdit {
    #[serde(deserialize_with = "given")]
    pub display_name: Option<Option<Name>>,
    #[serde(deserialize_with = "given")]
    pub bio: Option<Option<Description>>,
    #[serde(deserialize_with = "given")]
    pub avatar_url: Option<Option<Link>>,
    pub email: Option<Email>,
    /// Asked for with a new address: who has the address can have the account.
    pub current_password: Option<Password>,
}

/// What a super admin may change of anybody besides.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct UserEdit {
    #[serde(deserialize_with = "given")]
    pub display_name: Option<Option<Name>>,
    #[serde(deserialize_with = "given")]
    pub bio: Option<Option<Description>>,
    #[serde(deserialize_with = "given")]
    pub avatar_url: Option<Option<Link>>,
    pub email: Option<Email>,
    pub current_password: Option<Password>,
    pub role: Option<Role>,
    pub status: Option<Status>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewUser {
    pub username: Username,
    pub email: Email,
    pub password: NewPassword,
    #[serde(default)]
    pub display_name: Option<Name>,
    #[serde(default)]
    pub role: Option<Role>,
}

impl Users {
    pub fn new(registrar: Registrar, prover: Prover) -> Users {
        Users { registrar, prover }
    }

    /// Active ones by username; `search` is how the username begins.
    pub async fn list(&self, search: Option<&str>, span: &Span) -> Result<Page<Profile>> {
        let among = Among { prefix: folded(search)?, status: Some(Status::Active), role: None };
        Ok(listed(self.registrar.store(), &among, span).await?.map(|user| user.profile()))
    }

    pub async fn get(&self, actor: &Actor, id: Id<User>) -> Result<Seen> {
        let user = self.registrar.find(id).await?;
        Ok(match id == actor.id || actor.is_super_admin() {
            true => Seen::Account(user.account()),
            false => Seen::Profile(user.profile()),
        })
    }

    pub async fn avatar(&self, id: Id<User>) -> Result<Link> {
        self.registrar.find(id).await?.avatar_url.ok_or_else(|| Error::not_found("avatar"))
    }

    /// The groups somebody belongs to, as far as the asker may know: one's own whole, of others those
    /// one is in oneself, for a super admin all.
    pub async fn groups(&self, actor: &Actor, id: Id<User>, span: &Span) -> Result<Page<GroupView>> {
        let user = self.registrar.find(id).await?;
        let mut theirs = self.memberships(user.id).await?;
        if id != actor.id && !actor.is_super_admin() {
            let ours = self.memberships(actor.id).await?;
            let ours: HashSet<_> = ours.iter().map(|membership| membership.place).collect();
            theirs.retain(|membership| ours.contains(&membership.place));
        }
        let mut views = Vec::new();
        for some in theirs.chunks(AT_ONCE as usize) {
            views.extend(self.views(some).await?);
        }
        Ok(span.cut(views, |view| After(view.name.folded(), view.id.to_string())))
    }

    async fn memberships(&self, user: Id<User>) -> Result<Vec<Membership>> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let memberships = &self.registrar.store().memberships;
            let some = memberships.of_user(user, PlaceKind::Group, after, AT_ONCE).await?;
            let Some(last) = some.last() else {
                return Ok(all);
            };
            after = Some(last.place);
            all.extend(some);
        }
    }

    async fn views(&self, memberships: &[Membership]) -> Result<Vec<GroupView>> {
        let ids: Vec<Id<Group>> = memberships.iter().map(|membership| membership.place.cast()).collect();
        let groups = self.registrar.store().groups.among(&ids).await?;
        let role = |group: &Group| {
            let found = memberships.iter().find(|membership| membership.place == group.id.into());
            found.map(|membership| membership.role)
        };
        Ok(groups.iter().map(|group| GroupView { role: role(group), ..group.view() }).collect())
    }

    /// A super admin changes anybody; everybody else changes what [`ProfileEdit`] lists of themselves.
    pub async fn update(&self, actor: &Actor, id: Id<User>, edit: UserEdit, from: IpAddr) -> Result<Account> {
        if edit.role.is_some() || edit.status.is_some() || id != actor.id {
            actor.must_administer()?;
        }
        let user = self.registrar.find(id).await?;
        if id == actor.id && edit.email.as_ref().is_some_and(|email| *email != user.email) {
            self.prove(&user, edit.current_password.as_ref(), from).await?;
        }
        let UserEdit { display_name, bio, avatar_url, email, role, status, .. } = edit;
        let edits = Edits { display_name, bio, avatar_url, email, role, status, ..Edits::default() };
        let touched = edits.touch_profile();
        let edited = self.registrar.edit(actor, &user, edits).await?;
        if touched {
            self.registrar.note(actor, &edited, AccountEvent::ProfileUpdated, json!({})).await;
        }
        Ok(edited.account())
    }

    async fn prove(&self, user: &User, password: Option<&Password>, from: IpAddr) -> Result<()> {
        let wanted = |reason| Error::invalid("currentPassword", reason);
        let password = password.ok_or_else(|| wanted("is required to change the e-mail address"))?;
        match self.prover.proves(&user.username_key, from, password, Some(&user.password_hash)).await? {
            true => Ok(()),
            false => Err(wanted("is not your password")),
        }
    }

    pub async fn create(&self, actor: &Actor, new: NewUser) -> Result<Account> {
        actor.must_administer()?;
        let NewUser { username, email, password, display_name, role } = new;
        password.must_differ_from(&[username.as_str(), email.as_str()])?;
        let password_hash = self.prover.hash(&password).await?;
        let role = role.unwrap_or(Role::User);
        let newcomer = Newcomer { username, email, password_hash, role, display_name };
        Ok(self.registrar.admit(newcomer).await?.account())
    }

    /// The account stays as a row, so that what was said keeps its author. One's own, or, for a super
    /// admin, anybody's.
    pub async fn deactivate(&self, actor: &Actor, id: Id<User>) -> Result<()> {
        if id != actor.id {
            actor.must_administer()?;
        }
        let user = self.registrar.find(id).await?;
        let edits = Edits { status: Some(Status::Inactive), ..Edits::default() };
        self.registrar.edit(actor, &user, edits).await.map(drop)
    }
}

/// Memberships, or the groups of them, read at once.
const AT_ONCE: u64 = 200;

/// By username, no two of which are equal.
pub(super) async fn listed(store: &Store, among: &Among, span: &Span) -> Result<Page<User>> {
    let found = store.users.page(among, span.slice()).await?;
    let total = match span.counts() {
        true => Some(store.users.total(among).await?),
        false => None,
    };
    Ok(span.page(found, total, |user| After(user.username_key.clone(), user.id.to_string())))
}

/// How a folded username begins; bounded, so that nobody searches for a novel.
pub(super) fn folded(search: Option<&str>) -> Result<String> {
    let search = search.unwrap_or_default().trim();
    match search.chars().count() <= limits::QUERY_CHARS {
        true => Ok(search.to_lowercase()),
        false => {
            Err(Error::invalid("search", format!("may have {} characters at most", limits::QUERY_CHARS)))
        }
    }
}

impl From<ProfileEdit> for UserEdit {
    fn from(edit: ProfileEdit) -> UserEdit {
        let ProfileEdit { display_name, bio, avatar_url, email, current_password } = edit;
        UserEdit { display_name, bio, avatar_url, email, current_password, role: None, status: None }
    }
}

//! Groups: finding them, making, changing and ending them. Who belongs to them is in `members`.

mod members;

use futures_util::future::try_join_all;
use serde::Deserialize;

use super::roster::{News, Turn};
use super::{Page, Roster, Span};
use crate::clock::nonce;
use crate::error::{Code, Error, Result};
use crate::model::{
    Channel, ChannelSettings, ChannelType, Description, Epoch, Group, GroupEdit, GroupSettings, GroupView,
    Id, Life, MemberRole, Membership, Name, PlaceKind, User,
};
use crate::policy::{Action, Actor, can};
use crate::store::{After, GroupsBy, GroupsWanted};

/// What every group has from its first moment.
const FIRST_CHANNEL: &str = "general";

#[derive(Clone, Debug)]
pub struct Groups {
    roster: Roster,
    members_may_create: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewGroup {
    pub name: Name,
    pub description: Option<Description>,
    pub category: Option<Name>,
    #[serde(default)]
    pub is_private: bool,
    #[serde(default)]
    pub settings: GroupSettings,
}

pub(super) fn taken(error: Error) -> Error {
    match error.code() {
        Code::Conflict => Error::conflict("a group of this name exists"),
        _ => error,
    }
}

impl Groups {
    /// `members_may_create`: whether also who is no admin anywhere may create a group.
    pub fn new(roster: &Roster, members_may_create: bool) -> Groups {
        Groups { roster: roster.clone(), members_may_create }
    }

    /// Every group by name and description, private ones too. Deleted ones are for super admins.
    pub async fn list(
        &self,
        actor: &Actor,
        wanted: &GroupsWanted,
        by: GroupsBy,
        span: &Span,
    ) -> Result<Page<GroupView>> {
        if wanted.life == Life::Deleted {
            actor.must_administer()?;
        }
        let groups = &self.roster.store.groups;
        let found = groups.page(wanted, by, span.slice()).await?;
        let total = match span.counts() {
            true => Some(groups.total(wanted).await?),
            false => None,
        };
        let page = span.page(found, total, |group| match by {
            GroupsBy::NameUp | GroupsBy::NameDown => After(group.name_key.clone(), group.id.to_string()),
            GroupsBy::CreatedUp | GroupsBy::CreatedDown => {
                After(group.created_at.to_string(), group.id.to_string())
            }
        });
        let items = try_join_all(page.items.iter().map(|group| self.counted(group))).await?;
        Ok(Page { items, paging: page.paging })
    }

    /// The groups that the actor belongs to.
    pub async fn mine(&self, actor: &Actor, span: &Span) -> Result<Page<GroupView>> {
        self.of_user(actor.id, span).await
    }

    /// The groups that somebody belongs to.
    pub async fn of_user(&self, user: Id<User>, span: &Span) -> Result<Page<GroupView>> {
        let mut views = Vec::new();
        let mut after = None;
        loop {
            let memberships = &self.roster.store.memberships;
            let some = memberships.of_user(user, PlaceKind::Group, after, AT_ONCE).await?;
            let Some(last) = some.last() else {
                break;
            };
            after = Some(last.place);
            let ids: Vec<Id<Group>> = some.iter().map(|membership| membership.place.cast()).collect();
            let groups = self.roster.store.groups.among(&ids).await?;
            views.extend(groups.iter().map(|group| with_role(group, &some)));
        }
        Ok(span.cut(views, |view| After(view.name.folded(), view.id.to_string())))
    }

    pub async fn get(&self, actor: &Actor, id: Id<Group>) -> Result<GroupView> {
        let (group, standing) = self.roster.rights.in_group(actor, id).await?;
        can(standing, Action::SeeGroup, "group")?;
        let own = self.roster.store.memberships.get(Membership::key(id.into(), actor.id)).await?;
        let role = own.map(|membership| membership.role);
        Ok(GroupView { role, ..self.counted(&group).await? })
    }

    /// The membership and the first channel are written before the group is, so that no group is
    /// ever without an admin; what a process leaves that dies in between belongs to no group and is
    /// cleared away by the sweep.
    pub async fn create(&self, actor: &Actor, new: NewGroup) -> Result<GroupView> {
        self.must_create(actor).await?;
        let creator = self.user(actor.id).await?;
        let group = self.drafted(actor, new);
        let news = News::Member { user: actor.id, turn: Turn::In };
        let note = self.roster.begin(actor, group.id, news).await?;
        let (store, admin) =
            (&self.roster.store, self.roster.membership(group.id, &creator, MemberRole::Admin));
        store.memberships.insert(&admin).await?;
        store.channels.insert(&self.first_channel(&group)?).await?;
        match store.groups.insert(&group).await {
            Ok(()) => self.roster.finish(&note).await?,
            Err(rejected) if rejected.taken("name") => {
                self.roster.finish(&note).await?;
                return Err(taken(rejected.into()));
            }
            Err(rejected) => return Err(rejected.into()),
        }
        Ok(GroupView { member_count: Some(1), role: Some(MemberRole::Admin), ..group.view() })
    }

    pub async fn edit(&self, actor: &Actor, id: Id<Group>, edit: GroupEdit) -> Result<GroupView> {
        let (_, standing) = self.roster.rights.in_group(actor, id).await?;
        can(standing, Action::EditGroup, "group")?;
        let note = self.roster.begin(actor, id, News::Group).await?;
        match self.roster.store.groups.edit(id, &edit, self.roster.clock.now()).await {
            Ok(Some(group)) => {
                self.roster.finish(&note).await?;
                self.counted(&group).await
            }
            Ok(None) => {
                self.roster.forget(&note).await?;
                Err(Error::not_found("group"))
            }
            Err(error) => {
                self.roster.forget(&note).await?;
                Err(taken(error))
            }
        }
    }

    /// Ends the group with its channels, memberships and open requests; its name is free again.
    pub async fn delete(&self, actor: &Actor, id: Id<Group>) -> Result<()> {
        let (_, standing) = self.roster.rights.in_group(actor, id).await?;
        can(standing, Action::DeleteGroup, "group")?;
        let note = self.roster.begin(actor, id, News::Ended).await?;
        match self.roster.store.groups.end(id, self.roster.clock.now()).await? {
            true => self.roster.finish(&note).await,
            false => {
                self.roster.forget(&note).await?;
                Err(Error::not_found("group"))
            }
        }
    }

    async fn must_create(&self, actor: &Actor) -> Result<()> {
        if self.members_may_create || actor.is_super_admin() || self.is_admin_somewhere(actor).await? {
            return Ok(());
        }
        Err(Error::forbidden("groups are created by admins here"))
    }

    async fn is_admin_somewhere(&self, actor: &Actor) -> Result<bool> {
        let mut after = None;
        loop {
            let memberships = &self.roster.store.memberships;
            let some = memberships.of_user(actor.id, PlaceKind::Group, after, AT_ONCE).await?;
            let Some(last) = some.last() else {
                return Ok(false);
            };
            if some.iter().any(|membership| membership.role == MemberRole::Admin) {
                return Ok(true);
            }
            after = Some(last.place);
        }
    }

    fn drafted(&self, actor: &Actor, new: NewGroup) -> Group {
        let now = self.roster.clock.now();
        Group {
            id: self.roster.clock.id(),
            name_key: new.name.folded(),
            name: new.name,
            description: new.description,
            category: new.category,
            is_private: new.is_private,
            life: Life::Active,
            settings: new.settings,
            created_by: actor.id,
            created_at: now,
            updated_at: now,
        }
    }

    fn first_channel(&self, group: &Group) -> Result<Channel> {
        let name: Name = FIRST_CHANNEL.parse()?;
        Ok(Channel {
            id: self.roster.clock.id(),
            group_id: Some(group.id),
            name_key: name.folded(),
            name,
            description: None,
            channel_type: ChannelType::Text,
            is_private: false,
            life: Life::Active,
            settings: ChannelSettings::default(),
            epoch: Epoch(nonce()),
            untold: false,
            created_by: group.created_by,
            created_at: group.created_at,
            updated_at: group.created_at,
        })
    }

    async fn user(&self, id: Id<User>) -> Result<User> {
        self.roster.store.users.get(id).await?.ok_or_else(|| Error::not_found("user"))
    }

    async fn counted(&self, group: &Group) -> Result<GroupView> {
        let count = self.roster.store.memberships.count_of_place(group.id.into(), None).await?;
        Ok(GroupView { member_count: Some(count), ..group.view() })
    }
}

/// Memberships read at once.
const AT_ONCE: u64 = 200;

fn with_role(group: &Group, memberships: &[Membership]) -> GroupView {
    let own = memberships.iter().find(|membership| membership.place == group.id.into());
    GroupView { role: own.map(|membership| membership.role), ..group.view() }
}

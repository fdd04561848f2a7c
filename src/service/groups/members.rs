//! Who belongs to a group, and who runs it.

use super::Groups;
use crate::error::{Error, Result};
use crate::model::{Group, GroupView, Id, Leave, MemberRole, MemberView, Membership, Status, User};
use crate::policy::{Action, Actor, allows, can};
use crate::service::roster::yourself;
use crate::service::{Page, Span};
use crate::store::After;

impl Groups {
    /// Members by username; with `role`, those of that role.
    pub async fn members(
        &self,
        actor: &Actor,
        id: Id<Group>,
        role: Option<MemberRole>,
        span: &Span,
    ) -> Result<Page<MemberView>> {
        let (_, standing) = self.roster.rights.in_group(actor, id).await?;
        can(standing, Action::SeeMembers, "group")?;
        let memberships = &self.roster.store.memberships;
        let found = memberships.of_place(id.into(), role, span.slice()).await?;
        let total = match span.counts() {
            true => Some(memberships.count_of_place(id.into(), role).await?),
            false => None,
        };
        let page = span.page(found, total, |member| After(member.username.to_string(), member.id.clone()));
        Ok(page.map(|member| member.view()))
    }

    /// Who is a member already stays one.
    pub async fn join(&self, actor: &Actor, id: Id<Group>) -> Result<GroupView> {
        let (group, standing) = self.roster.rights.in_group(actor, id).await?;
        let own = self.roster.store.memberships.get(Membership::key(id.into(), actor.id)).await?;
        if own.is_none() && group.is_private && !allows(standing, Action::JoinPrivateGroup) {
            return Err(Error::forbidden("this group is private: ask to join it"));
        }
        can(standing, Action::JoinGroup, "group")?;
        let user = self.user(actor.id).await?;
        let membership = self.roster.join(actor, id, &user).await?;
        Ok(GroupView { role: Some(membership.role), ..self.counted(&group).await? })
    }

    pub async fn leave(&self, actor: &Actor, id: Id<Group>) -> Result<()> {
        let (_, standing) = self.roster.rights.in_group(actor, id).await?;
        can(standing, Action::LeaveGroup, "group")?;
        self.roster.leave(actor, id, actor.id, Leave::Left).await.map_err(yourself)
    }

    pub async fn add(&self, actor: &Actor, id: Id<Group>, user: Id<User>) -> Result<MemberView> {
        let (_, standing) = self.roster.rights.in_group(actor, id).await?;
        can(standing, Action::ManageMembers, "group")?;
        let user = self.user(user).await?;
        Ok(self.roster.join(actor, id, &user).await?.view())
    }

    /// Removing an admin takes who may name admins; removing oneself is leaving.
    pub async fn remove(&self, actor: &Actor, id: Id<Group>, user: Id<User>) -> Result<()> {
        if user == actor.id {
            return self.leave(actor, id).await;
        }
        let (_, standing) = self.roster.rights.in_group(actor, id).await?;
        can(standing, Action::ManageMembers, "group")?;
        let found = self.roster.store.memberships.get(Membership::key(id.into(), user)).await?;
        if found.is_some_and(|member| member.role == MemberRole::Admin) {
            can(standing, Action::ManageAdmins, "group")?;
        }
        self.roster.leave(actor, id, user, Leave::Removed).await
    }

    /// Makes a member an admin.
    pub async fn name_admin(&self, actor: &Actor, id: Id<Group>, user: Id<User>) -> Result<MemberView> {
        let (_, standing) = self.roster.rights.in_group(actor, id).await?;
        can(standing, Action::ManageAdmins, "group")?;
        if self.user(user).await?.status != Status::Active {
            return Err(Error::conflict("this account is not in use"));
        }
        Ok(self.roster.promote(actor, id, user).await?.view())
    }

    /// Makes an admin a member; CONFLICT for the last one.
    pub async fn dismiss_admin(&self, actor: &Actor, id: Id<Group>, user: Id<User>) -> Result<()> {
        let (_, standing) = self.roster.rights.in_group(actor, id).await?;
        can(standing, Action::ManageAdmins, "group")?;
        let found = self.roster.store.memberships.get(Membership::key(id.into(), user)).await?;
        match found.map(|member| member.role) {
            Some(MemberRole::Admin) => self.roster.step_down(actor, id, user).await,
            Some(MemberRole::Member) | None => Err(Error::not_found("admin")),
        }
    }
}

//! Coming into a group, going, and being its admin.

use super::{News, Note, Roster, Turn};
use crate::error::{Error, Result};
use crate::model::{Group, Id, Leave, MemberRole, Membership, PlaceKind, Status, User};
use crate::policy::Actor;
use crate::store::{Decision, Rejected};

/// Groups of one user read at once.
const AT_ONCE: u64 = 200;

impl Roster {
    /// Makes somebody a member; who is one already stays what they are.
    pub async fn join(&self, by: &Actor, group: Id<Group>, user: &User) -> Result<Membership> {
        if user.status != Status::Active {
            return Err(Error::conflict("this account is not in use"));
        }
        let note = self.begin(by, group, News::Member { user: user.id, turn: Turn::In }).await?;
        let membership = self.membership(group, user, MemberRole::Member);
        match self.store.memberships.insert(&membership).await {
            Ok(()) => {
                self.finish(&note).await?;
                Ok(membership)
            }
            Err(rejected) => self.joined_before(&note, rejected, user.id).await,
        }
    }

    async fn joined_before(&self, note: &Note, rejected: Rejected, user: Id<User>) -> Result<Membership> {
        if !rejected.taken("_id") {
            return Err(rejected.into());
        }
        self.forget(note).await?;
        self.finish_of(note.group, user).await?;
        let found = self.store.memberships.get(Membership::key(note.group.into(), user)).await?;
        found.ok_or_else(|| Error::conflict("this member is just leaving, try again"))
    }

    pub(in crate::service) fn membership(
        &self,
        group: Id<Group>,
        user: &User,
        role: MemberRole,
    ) -> Membership {
        Membership {
            id: Membership::key(group.into(), user.id),
            place: group.into(),
            place_kind: PlaceKind::Group,
            user_id: user.id,
            username: user.username.clone(),
            role,
            joined_at: self.clock.now(),
        }
    }

    /// Takes somebody out of a group and of its private channels. CONFLICT for the last admin.
    pub async fn leave(&self, by: &Actor, group: Id<Group>, user: Id<User>, why: Leave) -> Result<()> {
        let found = self.store.memberships.get(Membership::key(group.into(), user)).await?;
        match found.map(|membership| membership.role) {
            None if self.finish_of(group, user).await? => return Ok(()),
            None => return Err(Error::not_found("member")),
            // An admin first becomes a member, because only then is it certain who remains.
            Some(MemberRole::Admin) => self.step_down(by, group, user).await?,
            Some(MemberRole::Member) => {}
        }
        let note = self.begin(by, group, News::Member { user, turn: Turn::Out(why) }).await?;
        match self.store.memberships.remove(group.into(), user).await? {
            true => self.finish(&note).await,
            // Somebody else is taking them out, and tells.
            false => self.forget(&note).await,
        }
    }

    /// Makes a member an admin.
    pub async fn promote(&self, by: &Actor, group: Id<Group>, user: Id<User>) -> Result<Membership> {
        let note = self.begin(by, group, News::Role { user }).await?;
        if let Some(membership) = self.store.memberships.turn(group.into(), user, MemberRole::Admin).await? {
            self.finish(&note).await?;
            return Ok(membership);
        }
        self.forget(&note).await?;
        let found = self.store.memberships.get(Membership::key(group.into(), user)).await?;
        found.ok_or_else(|| Error::not_found("member"))
    }

    /// Makes an admin a member. CONFLICT for the last admin.
    ///
    /// No guard of one document can know of the others, so the step is taken first and counted
    /// after: of two admins who go at once at least one sees that nobody is left, and is put back.
    /// A process that dies in between leaves the note, and finishing that puts them back as well.
    pub async fn step_down(&self, by: &Actor, group: Id<Group>, user: Id<User>) -> Result<()> {
        let note = self.begin(by, group, News::Role { user }).await?;
        let stepped = self.store.memberships.turn(group.into(), user, MemberRole::Member).await;
        self.rights.changed();
        if stepped?.is_none() {
            return self.forget(&note).await;
        }
        if !self.put_back_last_admin(group, user).await? {
            return self.finish(&note).await;
        }
        self.forget(&note).await?;
        let alone = self.store.memberships.count_of_place(group.into(), None).await? == 1;
        Err(Error::conflict(match alone {
            true => "you are the only member: delete the group instead",
            false => "a group needs an admin: have another one named first, or delete the group",
        }))
    }

    /// Whether `user` was the last admin, and is admin again.
    pub(super) async fn put_back_last_admin(&self, group: Id<Group>, user: Id<User>) -> Result<bool> {
        let admins = self.store.memberships.count_of_place(group.into(), Some(MemberRole::Admin)).await?;
        if admins > 0 {
            return Ok(false);
        }
        let back = self.store.memberships.turn(group.into(), user, MemberRole::Admin).await;
        self.rights.changed();
        Ok(back?.is_some())
    }

    /// Lets an approved asker in, once `decide` has said that this approval is the one that counts.
    pub async fn approve(
        &self,
        by: &Actor,
        request: &crate::model::GroupRequest,
        decision: &Decision,
    ) -> Result<Option<crate::model::GroupRequest>> {
        let news = News::Approved { user: request.user_id, request: request.id };
        let note = self.begin(by, request.group_id, news).await?;
        match self.store.requests.decide(request.id, decision).await? {
            Some(decided) => {
                self.finish(&note).await?;
                Ok(Some(decided))
            }
            None => {
                self.forget(&note).await?;
                Ok(None)
            }
        }
    }

    /// One note for every group of a user whose account is about to be switched off or on; each is
    /// to be finished after that.
    pub async fn begin_everywhere(&self, by: &Actor, user: Id<User>, turn: Turn) -> Result<Vec<Note>> {
        let (mut notes, mut after) = (Vec::new(), None);
        loop {
            let some = self.store.memberships.of_user(user, PlaceKind::Group, after, AT_ONCE).await?;
            let Some(last) = some.last() else {
                return Ok(notes);
            };
            after = Some(last.place);
            for membership in &some {
                notes.push(self.begin(by, membership.place.cast(), News::Member { user, turn }).await?);
            }
        }
    }
}

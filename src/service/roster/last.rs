//! The last somebody does in their groups: they leave them all, in good hands or ended.

use super::sight::AT_ONCE;
use super::{News, Roster};
use crate::error::Result;
use crate::model::{Group, Id, Leave, MemberRole, Membership, PlaceKind, User};
use crate::policy::Actor;

/// In whose hands a group is left.
enum Heir {
    /// Others run it as it is.
    Admins,
    Member(Id<User>),
    /// Nobody else is in it.
    Nobody,
}

impl Roster {
    /// Takes somebody out of every group. Where nobody else runs it, whoever has been in it longest does
    /// from then on; one that nobody else is in ends.
    pub async fn leave_everywhere(&self, by: &Actor, user: Id<User>) -> Result<()> {
        loop {
            let memberships = &self.store.memberships;
            let some = memberships.of_user(user, PlaceKind::Group, None, AT_ONCE as u64).await?;
            if some.is_empty() {
                return Ok(());
            }
            for membership in &some {
                self.leave_in_good_hands(by, membership).await?;
            }
        }
    }

    async fn leave_in_good_hands(&self, by: &Actor, membership: &Membership) -> Result<()> {
        let (group, user): (Id<Group>, _) = (membership.place.cast(), membership.user_id);
        if membership.role == MemberRole::Admin {
            match self.heir(group, user).await? {
                Heir::Admins => {}
                Heir::Member(heir) => drop(self.promote(by, group, heir).await?),
                Heir::Nobody => return self.end_with(by, group, user).await,
            }
        }
        self.leave(by, group, user, Leave::Left).await
    }

    async fn heir(&self, group: Id<Group>, but: Id<User>) -> Result<Heir> {
        let mut others = self.everybody(group.into(), None).await?;
        others.retain(|member| member.user_id != but);
        if others.iter().any(|member| member.role == MemberRole::Admin) {
            return Ok(Heir::Admins);
        }
        let ids: Vec<Id<User>> = others.iter().map(|member| member.user_id).collect();
        let in_use = self.in_use(&ids).await?;
        let here = |member: &&Membership| in_use.iter().any(|user| user.id == member.user_id);
        let longest = |member: &&Membership| (member.joined_at, member.user_id);
        let heir = others.iter().filter(here).min_by_key(longest).or(others.iter().min_by_key(longest));
        Ok(heir.map_or(Heir::Nobody, |member| Heir::Member(member.user_id)))
    }

    async fn end_with(&self, by: &Actor, group: Id<Group>, user: Id<User>) -> Result<()> {
        let note = self.begin(by, group, News::Ended).await?;
        if self.store.groups.end(group, self.clock.now()).await? {
            return self.finish(&note).await;
        }
        // It ended before, and only they are still in it.
        self.forget(&note).await?;
        self.store.memberships.remove(group.into(), user).await.map(drop)
    }
}

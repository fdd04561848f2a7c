//! People without a group between them: their direct channels, how those are shown, and who is near whom.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::sight::AT_ONCE;
use super::{Moved, Roster};
use crate::error::Result;
use crate::model::{Channel, ChannelView, Id, PersonView, Place, PlaceKind, User};
use crate::service::Page;

/// Places looked at together: each with everybody who is asked about.
const PLACES: u64 = 100;

impl Roster {
    pub async fn direct_channels_of(&self, user: Id<User>) -> Result<Vec<Channel>> {
        let (mut read, mut after) = (Vec::new(), None);
        loop {
            let some = self.store.memberships.of_user(user, PlaceKind::Direct, after, AT_ONCE as u64).await?;
            let Some(last) = some.last() else {
                return Ok(read);
            };
            after = Some(last.place);
            let ids: Vec<Id<Channel>> = some.iter().map(|membership| membership.place.cast()).collect();
            read.extend(self.store.channels.among(&ids).await?);
        }
    }

    /// Channels as they are shown: a direct one with those who belong to it.
    pub(in crate::service) async fn shown(&self, page: Page<Channel>) -> Result<Page<ChannelView>> {
        let people: BTreeSet<Id<User>> = page.items.iter().flat_map(Channel::people).collect();
        let people: Vec<Id<User>> = people.into_iter().collect();
        let mut known = HashMap::new();
        for some in people.chunks(AT_ONCE) {
            let users = self.store.users.among(some).await?;
            known.extend(users.into_iter().map(|user| (user.id, user.username)));
        }
        Ok(page.map(|channel| {
            let named =
                |id: Id<User>| known.get(&id).map(|name| PersonView { user_id: id, username: name.clone() });
            let members = channel.group_id.is_none();
            let members = members.then(|| channel.people().into_iter().filter_map(named).collect());
            ChannelView { members, ..channel.view() }
        }))
    }

    pub(in crate::service) async fn show(&self, channel: Channel) -> Result<ChannelView> {
        let view = channel.view();
        let shown = self.shown(Page::whole(vec![channel])).await?;
        Ok(shown.items.into_iter().next().unwrap_or(view))
    }

    /// Those of the others who belong to a place of this kind that somebody belongs to.
    pub(in crate::service) async fn near(
        &self,
        user: Id<User>,
        others: &[Id<User>],
        kind: PlaceKind,
    ) -> Result<HashSet<Id<User>>> {
        let (mut near, mut after) = (HashSet::new(), None);
        loop {
            let some = self.store.memberships.of_user(user, kind, after, PLACES).await?;
            let Some(last) = some.last() else {
                return Ok(near);
            };
            after = Some(last.place);
            let places: Vec<Id<Place>> = some.iter().map(|membership| membership.place).collect();
            let theirs = self.store.memberships.of_these_in(&places, others).await?;
            near.extend(theirs.into_iter().map(|membership| membership.user_id));
        }
    }

    /// They belong together from now on, though to no group.
    pub(in crate::service) fn met(&self, people: &[Id<User>]) {
        people.iter().for_each(|user| self.look_again(*user));
    }

    /// Who sees somebody, and whom they see, may be others from now on.
    pub(in crate::service) fn look_again(&self, user: Id<User>) {
        self.moves.tell(Moved::User(user));
    }
}

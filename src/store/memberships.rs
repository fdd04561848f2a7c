//! Queries of the collection `memberships`: the one source of who belongs where.

use super::collection::MEMBERSHIPS;
use super::language::{all, is, one_of};
use super::{Change, Collection, Filter, Literal, Order, Query, Record, Slice, Table};
use crate::error::Result;
use crate::model::{Channel, Id, MemberRole, Membership, Place, PlaceKind, User};

impl Record for Membership {
    const COLLECTION: &'static Collection = &MEMBERSHIPS;
}

fn of(place: Id<Place>, role: Option<MemberRole>) -> Filter {
    let mut filters = vec![is("place", place)];
    filters.extend(role.map(|role| is("role", role)));
    Filter::And(filters)
}

impl Table<Membership> {
    /// Who belongs to a place, by username; with `role`, those of that role.
    pub async fn of_place(
        &self,
        place: Id<Place>,
        role: Option<MemberRole>,
        slice: Slice,
    ) -> Result<Vec<Membership>> {
        self.find(slice.up(of(place, role), "username")).await
    }

    pub async fn count_of_place(&self, place: Id<Place>, role: Option<MemberRole>) -> Result<u64> {
        self.count(of(place, role)).await
    }

    /// Where somebody belongs, by the id of the place, after `after`.
    pub async fn of_user(
        &self,
        user: Id<User>,
        kind: PlaceKind,
        after: Option<Id<Place>>,
        limit: u64,
    ) -> Result<Vec<Membership>> {
        let mut filters = vec![is("userId", user), is("placeKind", kind)];
        filters.extend(after.map(|place| Filter::Above("place", Literal::of(place))));
        self.find(Query::new(Filter::And(filters), limit).by(Order::Up("place"))).await
    }

    /// As [`Table::of_user`], by numbered rows.
    pub async fn all_of(&self, user: Id<User>, kind: PlaceKind, slice: Slice) -> Result<Vec<Membership>> {
        let filter = all([is("userId", user), is("placeKind", kind)]);
        self.find(Query::new(filter, slice.limit).by(Order::Up("place")).skip(slice.skip)).await
    }

    pub async fn count_of_user(&self, user: Id<User>, kind: PlaceKind) -> Result<u64> {
        self.count(all([is("userId", user), is("placeKind", kind)])).await
    }

    /// Somebody's memberships of these channels.
    pub async fn of_user_in(&self, user: Id<User>, channels: &[Id<Channel>]) -> Result<Vec<Membership>> {
        let keys = channels.iter().map(|channel| Membership::key((*channel).into(), user));
        let limit = channels.len() as u64;
        self.find(Query::new(one_of("_id", keys), limit)).await
    }

    /// The memberships that these people have of a place.
    pub async fn of_these(&self, place: Id<Place>, users: &[Id<User>]) -> Result<Vec<Membership>> {
        let keys = users.iter().map(|user| Membership::key(place, *user));
        self.find(Query::new(one_of("_id", keys), users.len() as u64)).await
    }

    /// Who of these people belongs to any of some places; named once for each.
    pub async fn of_these_in(&self, places: &[Id<Place>], users: &[Id<User>]) -> Result<Vec<Membership>> {
        let keys = places.iter().flat_map(|place| users.iter().map(|user| Membership::key(*place, *user)));
        let limit = (places.len() * users.len()) as u64;
        self.find(Query::new(one_of("_id", keys), limit)).await
    }

    /// Gives a member another role; none where they are no member or have that role already.
    pub async fn turn(&self, place: Id<Place>, user: Id<User>, to: MemberRole) -> Result<Option<Membership>> {
        let other = all([is("_id", Membership::key(place, user)), Filter::Not("role", Literal::of(to))]);
        self.update(other, vec![Change::set("role", to)]).await
    }

    /// True for exactly one of those who try.
    pub async fn remove(&self, place: Id<Place>, user: Id<User>) -> Result<bool> {
        Ok(self.delete(is("_id", Membership::key(place, user))).await? == 1)
    }

    pub async fn remove_from(&self, user: Id<User>, channels: &[Id<Channel>]) -> Result<u64> {
        let keys = channels.iter().map(|channel| Membership::key((*channel).into(), user));
        self.delete(one_of("_id", keys)).await
    }

    /// Nobody belongs to the place any longer.
    pub async fn clear(&self, place: Id<Place>) -> Result<u64> {
        self.delete(is("place", place)).await
    }
}

impl Table<User> {
    /// In no order.
    pub async fn among(&self, ids: &[Id<User>]) -> Result<Vec<User>> {
        self.find(Query::new(one_of("_id", ids), ids.len() as u64)).await
    }
}

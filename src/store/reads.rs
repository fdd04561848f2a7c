//! Queries of the collection `reads`: how far somebody has read a channel.

use super::collection::{collection, index};
use super::language::{all, is};
use super::{Change, Collection, Filter, Literal, Record, Slice, Table, set_or_unset};
use crate::error::Result;
use crate::model::{Channel, Id, ReadMarker, Seq, Shown, User};

pub static READS: Collection = collection(
    "reads",
    &[index("channel", &["channelId", "userId", "_id"]), index("user", &["userId", "channelId"])],
);

impl Record for ReadMarker {
    const COLLECTION: &'static Collection = &READS;
}

impl Table<ReadMarker> {
    /// 0 where nothing is read.
    pub async fn place(&self, channel: Id<Channel>, user: Id<User>) -> Result<Seq> {
        Ok(self.get(ReadMarker::key(channel, user)).await?.map_or(0, |marker| marker.seq))
    }

    /// Whoever has read a channel up to a place, by their ids.
    pub async fn past(&self, channel: Id<Channel>, seq: Seq, slice: Slice) -> Result<Vec<ReadMarker>> {
        let read = all([is("channelId", channel), Filter::AtLeast("seq", Literal::of(seq))]);
        self.find(slice.up(read, "userId")).await
    }

    /// A marker never goes back; whether it moved.
    pub async fn raise(&self, to: &ReadMarker) -> Result<bool> {
        if self.lift(to).await? {
            return Ok(true);
        }
        match self.insert(to).await {
            Err(rejected) if rejected.taken("_id") => self.lift(to).await,
            inserted => Ok(inserted.map(|()| true)?),
        }
    }

    /// The same, while others are told of nothing beyond what they could know before.
    pub async fn raise_unseen(&self, to: &ReadMarker) -> Result<bool> {
        let unseen = ReadMarker { shown: Some(Shown::default()), ..to.clone() };
        match self.insert(&unseen).await {
            Err(rejected) if rejected.taken("_id") => {}
            inserted => return Ok(inserted.map(|()| true)?),
        }
        // Whoever raises it meanwhile is a device of the same person, and few.
        while let Some(marker) = self.get(&to.id).await?.filter(|marker| marker.seq < to.seq) {
            let unseen = ReadMarker { shown: Some(marker.seen()), ..to.clone() };
            if self.set(is("seq", marker.seq), &unseen).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn lift(&self, to: &ReadMarker) -> Result<bool> {
        self.set(Filter::Below("seq", Literal::of(to.seq)), to).await
    }

    async fn set(&self, lower: Filter, to: &ReadMarker) -> Result<bool> {
        let changes =
            vec![Change::set("seq", to.seq), Change::set("at", to.at), set_or_unset("shown", to.shown)];
        Ok(self.update(all([is("_id", &to.id), lower]), changes).await?.is_some())
    }
}

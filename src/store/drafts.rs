//! Queries of the collection `drafts`: what people began to write.

use super::collection::{When, collection, index};
use super::language::{all, is};
use super::{Change, Collection, Filter, Literal, Query, Record, Slice, Table};
use crate::error::Result;
use crate::model::{Id, SavedDraft, User};

pub(super) static DRAFTS: Collection = collection(
    "drafts",
    &[index("user", &["userId", "updatedAt", "_id"]), index("untold", &["untold"]).when(When::Has("untold"))],
);

impl Record for SavedDraft {
    const COLLECTION: &'static Collection = &DRAFTS;
}

fn of(user: Id<User>) -> Filter {
    all([is("userId", user), Filter::Not("text", Literal::Null)])
}

impl Table<SavedDraft> {
    /// Somebody's, the latest first.
    pub async fn of(&self, user: Id<User>, slice: Slice) -> Result<Vec<SavedDraft>> {
        self.find(slice.down(of(user), "updatedAt")).await
    }

    pub async fn total(&self, user: Id<User>) -> Result<u64> {
        self.count(of(user)).await
    }

    /// As it is now, whoever wrote last; the draft before that is gone.
    pub async fn write(&self, draft: &SavedDraft) -> Result<SavedDraft> {
        if let Some(kept) = self.rewrite(draft).await? {
            return Ok(kept);
        }
        match self.insert(draft).await {
            Ok(()) => Ok(draft.clone()),
            Err(rejected) if rejected.taken("_id") => {
                let kept = self.rewrite(draft).await?;
                kept.ok_or_else(|| crate::error::Error::conflict("this draft is just being thrown away"))
            }
            Err(rejected) => Err(rejected.into()),
        }
    }

    /// None where there is no draft.
    pub async fn rewrite(&self, draft: &SavedDraft) -> Result<Option<SavedDraft>> {
        let changes = vec![
            super::set_or_unset("text", draft.text.as_ref()),
            super::set_or_unset("replyTo", draft.reply_to),
            Change::set("updatedAt", draft.updated_at),
            Change::set("untold", true),
            Change::Add("rev", 1),
        ];
        self.update(is("_id", &draft.id), changes).await
    }

    /// Those of which their owners' devices are still to be told, in no order.
    pub async fn untold(&self, limit: u64) -> Result<Vec<SavedDraft>> {
        self.find(Query::new(is("untold", true), limit)).await
    }

    /// Told as it is, unless it was changed meanwhile; one that was thrown away can go now.
    pub async fn told(&self, draft: &SavedDraft) -> Result<()> {
        let same = all([is("_id", &draft.id), is("rev", draft.rev)]);
        match draft.text {
            Some(_) => self.update(same, vec![Change::Unset("untold")]).await.map(drop),
            None => self.delete(same).await.map(drop),
        }
    }
}

//! Messages that somebody wants to find again. A bookmark shows its message as long as its owner may
//! read it.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Page, Roster, Span, own_log};
use crate::error::{Error, Result};
use crate::event::MessageView;
use crate::limits;
use crate::model::{AccountEvent, Bookmark, Channel, Description, Entry, Id, Time};
use crate::policy::Actor;
use crate::store::After;

#[derive(Clone, Debug)]
pub struct Bookmarks {
    roster: Roster,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct NewBookmark {
    pub note: Option<Description>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BookmarkView {
    pub message_id: Id<Entry>,
    pub channel_id: Id<Channel>,
    pub note: Option<Description>,
    pub created_at: Time,
    /// None where one may no longer read it.
    pub message: Option<MessageView>,
}

fn view(bookmark: Bookmark, message: Option<MessageView>) -> BookmarkView {
    let Bookmark { message_id, channel_id, note, created_at, .. } = bookmark;
    BookmarkView { message_id, channel_id, note, created_at, message }
}

impl Bookmarks {
    pub fn new(roster: &Roster) -> Bookmarks {
        Bookmarks { roster: roster.clone() }
    }

    /// The newest first.
    pub async fn list(&self, actor: &Actor, span: &Span) -> Result<Page<BookmarkView>> {
        let bookmarks = &self.roster.store.bookmarks;
        let found = bookmarks.of(actor.id, span.slice()).await?;
        let total = match span.counts() {
            true => Some(bookmarks.total(actor.id).await?),
            false => None,
        };
        let page = span.page(found, total, |mark| After(mark.created_at.to_string(), mark.id.clone()));
        let ids: Vec<Id<Entry>> = page.items.iter().map(|mark| mark.message_id).collect();
        let mut readable = self.roster.rights.readable(actor, &ids).await?;
        Ok(page.map(|mark| {
            let message = readable.remove(&mark.message_id);
            view(mark, message)
        }))
    }

    /// Sets it, or gives one that is there another note.
    pub async fn set(&self, actor: &Actor, message: Id<Entry>, new: NewBookmark) -> Result<BookmarkView> {
        let readable = self.roster.rights.readable(actor, &[message]).await?.remove(&message);
        let shown = readable.ok_or_else(|| Error::not_found("message"))?;
        let bookmark = Bookmark {
            id: Bookmark::key(actor.id, message),
            user_id: actor.id,
            message_id: message,
            channel_id: shown.channel_id.cast(),
            note: new.note,
            created_at: self.roster.clock.now(),
        };
        let kept = self.keep(bookmark).await?;
        self.tell(actor, message).await?;
        Ok(view(kept, Some(shown)))
    }

    async fn keep(&self, bookmark: Bookmark) -> Result<Bookmark> {
        let bookmarks = &self.roster.store.bookmarks;
        if let Some(kept) = bookmarks.note(&bookmark.id, bookmark.note.as_ref()).await? {
            return Ok(kept);
        }
        if bookmarks.total(bookmark.user_id).await? >= limits::BOOKMARKS {
            return Err(Error::conflict(format!("you have {} bookmarks at most", limits::BOOKMARKS)));
        }
        match bookmarks.insert(&bookmark).await {
            Err(rejected) if rejected.taken("_id") => {
                let kept = bookmarks.note(&bookmark.id, bookmark.note.as_ref()).await?;
                Ok(kept.unwrap_or(bookmark))
            }
            other => Ok(other.map(|()| bookmark)?),
        }
    }

    pub async fn remove(&self, actor: &Actor, message: Id<Entry>) -> Result<()> {
        self.roster.store.bookmarks.remove(actor.id, message).await?;
        self.tell(actor, message).await
    }

    /// Also of what was so already: the first try may have died before it told.
    async fn tell(&self, actor: &Actor, message: Id<Entry>) -> Result<()> {
        let about = json!({ "messageId": message });
        own_log::tell(&self.roster, actor.id, AccountEvent::BookmarkUpdated, about).await
    }
}

//! Whom somebody wants to have nothing to do with. Who is blocked is told nothing of it.

use std::collections::HashMap;

use serde_json::json;

use super::{Page, Roster, Span, own_log};
use crate::error::{Error, Result};
use crate::model::{AccountEvent, Block, BlockView, Id, User};
use crate::policy::Actor;
use crate::store::After;

#[derive(Clone, Debug)]
pub struct Blocks {
    roster: Roster,
}

impl Blocks {
    pub fn new(roster: &Roster) -> Blocks {
        Blocks { roster: roster.clone() }
    }

    /// Whoever is blocked already stays it since then.
    pub async fn block(&self, actor: &Actor, user: Id<User>) -> Result<BlockView> {
        if user == actor.id {
            return Err(Error::conflict("nobody can block themselves"));
        }
        let store = &self.roster.store;
        let blocked = store.users.get(user).await?.ok_or_else(|| Error::not_found("user"))?;
        let block = Block::new(actor.id, user, self.roster.clock.now());
        let inserted = store.blocks.insert(&block).await;
        self.roster.rights.changed();
        self.roster.look_again(actor.id);
        let created_at = match inserted {
            Err(rejected) if rejected.taken("_id") => {
                let first = store.blocks.get(&block.id).await?;
                first.map_or(block.created_at, |first| first.created_at)
            }
            other => other.map(|()| block.created_at)?,
        };
        self.tell(actor, user).await?;
        Ok(BlockView { user_id: user, username: blocked.username, created_at })
    }

    pub async fn unblock(&self, actor: &Actor, user: Id<User>) -> Result<()> {
        let removed = self.roster.store.blocks.remove(actor.id, user).await;
        self.roster.rights.changed();
        self.roster.look_again(actor.id);
        removed?;
        self.tell(actor, user).await
    }

    /// In the order in which they were blocked.
    pub async fn list(&self, actor: &Actor, span: &Span) -> Result<Page<BlockView>> {
        let store = &self.roster.store;
        let blocks = store.blocks.by(actor.id, span.slice()).await?;
        let total = match span.counts() {
            true => Some(store.blocks.total(actor.id).await?),
            false => None,
        };
        let page = span.page(blocks, total, |block| After(block.created_at.to_string(), block.id.clone()));
        let blocked: Vec<Id<User>> = page.items.iter().map(|block| block.blocked_id).collect();
        let users = store.users.among(&blocked).await?;
        let names: HashMap<_, _> = users.into_iter().map(|user| (user.id, user.username)).collect();
        Ok(page.filter_map(|block| {
            let (user_id, created_at) = (block.blocked_id, block.created_at);
            names.get(&user_id).map(|name| BlockView { user_id, username: name.clone(), created_at })
        }))
    }

    /// Also of what was so already: the first try may have died before it told. Two that cross are
    /// told in any order, so the devices are not told how it is, but to ask.
    async fn tell(&self, actor: &Actor, user: Id<User>) -> Result<()> {
        let about = json!({ "userId": user });
        own_log::tell(&self.roster, actor.id, AccountEvent::BlocksUpdated, about).await
    }
}

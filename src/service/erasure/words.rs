//! What they said, where it is to go with them: deleted as by themselves, through the channels' logs, so
//! that everybody hears of it and copies, edits and what is found go as well.

use std::collections::HashMap;

use super::Erasure;
use crate::error::Result;
use crate::log::{Address, Draft};
use crate::model::{Entry, Id, Log, User, What};
use crate::service::roster::of_channel;
use crate::store::Walk;

impl Erasure {
    pub(super) async fn take_back_words(&self, user: &User) -> Result<()> {
        if !user.leaving.delete_messages {
            return Ok(());
        }
        let (mut walk, mut known) = (Walk::new(user.id, "message"), HashMap::new());
        loop {
            let some = self.store().messages.walk(&mut walk).await?;
            if some.is_empty() {
                return Ok(());
            }
            self.take_back(user, &some, &mut known).await?;
        }
    }

    async fn take_back(
        &self,
        user: &User,
        some: &[Entry],
        known: &mut HashMap<Id<Log>, Option<Address>>,
    ) -> Result<()> {
        let mut pending = Vec::new();
        for entry in some.iter().filter(|entry| stands(entry)) {
            if let Some(address) = self.address(entry.log, known).await? {
                let draft = Draft::new(user.id, &user.username, What::delete(entry.id));
                pending.push(self.registrar.roster.logs.submit(&address, draft)?);
            }
        }
        for deletion in pending {
            deletion.kept().await?;
        }
        Ok(())
    }

    async fn address(
        &self,
        log: Id<Log>,
        known: &mut HashMap<Id<Log>, Option<Address>>,
    ) -> Result<Option<Address>> {
        if let Some(address) = known.get(&log) {
            return Ok(address.clone());
        }
        let address = self.store().channels.get(log).await?.as_ref().map(of_channel);
        known.insert(log, address.clone());
        Ok(address)
    }
}

fn stands(entry: &Entry) -> bool {
    matches!(&entry.what, What::Message(message) if message.deleted_at.is_none())
}

//! Puts notifications before people: the row first, then a word in their own log, which their devices
//! hear. Both happen once, however often it is tried.

use super::own_log::once;
use super::roster::of_user;
use crate::error::{Code, Error, Result};
use crate::log::{Draft, Logs, Pending};
use crate::model::{AccountEvent, ClientMsgId, Id, Notification, NotificationKind, User, What};
use crate::store::Store;

/// People who are told at once.
const AT_ONCE: usize = 200;

#[derive(Clone, Debug)]
pub(super) struct Bell {
    store: Store,
    logs: Logs,
}

impl Bell {
    pub(super) fn new(store: Store, logs: Logs) -> Bell {
        Bell { store, logs }
    }

    pub(super) async fn ring(&self, notifications: &[Notification]) -> Result<()> {
        for some in notifications.chunks(AT_ONCE) {
            let (raised, once): (Vec<_>, Vec<_>) =
                some.iter().cloned().partition(|one| one.kind == NotificationKind::Direct);
            self.store.notifications.keep_all(&once).await?;
            for one in &raised {
                self.store.notifications.raise(one).await?;
            }
            self.tell(some).await?;
        }
        Ok(())
    }

    async fn tell(&self, some: &[Notification]) -> Result<()> {
        let listed: Vec<&Notification> = some.iter().filter(|one| one.listed).collect();
        let ids: Vec<Id<User>> = listed.iter().map(|one| one.user_id).collect();
        let people = self.store.users.among(&ids).await?;
        let mut pending = Vec::new();
        for one in listed {
            if let Some(person) = people.iter().find(|person| person.id == one.user_id) {
                pending.push(self.submit(person, one)?);
            }
        }
        for told in pending {
            match told.kept().await {
                // It was told before.
                Err(error) if error.code() == Code::Conflict => {}
                kept => drop(kept?),
            }
        }
        Ok(())
    }

    fn submit(&self, person: &User, one: &Notification) -> Result<Pending> {
        let about = serde_json::to_value(one.view()).map_err(Error::internal)?;
        let what = What::Account { event: AccountEvent::Notification, about };
        let name = one.by_name.as_ref().unwrap_or(&person.username);
        let draft = Draft::new(one.by_id.unwrap_or(person.id), name, what);
        self.logs.submit(&of_user(person), Draft { client_msg_id: Some(intent(one)?), ..draft })
    }
}

/// The same for the same notification; a direct channel's is another one with each message.
fn intent(one: &Notification) -> Result<ClientMsgId> {
    let seq = one.seq.unwrap_or(0);
    once(&format!("{}:{seq}", one.id))
}

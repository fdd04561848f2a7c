//! Messages as HTML, for clients that do not read Markdown themselves.

use std::collections::HashMap;

use crate::error::Result;
use crate::event::MessageView;
use crate::markdown::{self, Whom};
use crate::model::{Id, User};
use crate::store::Store;

/// People looked up together.
const AT_ONCE: usize = 200;

#[derive(Clone, Debug)]
pub struct Display {
    store: Store,
}

impl Display {
    pub fn new(store: &Store) -> Display {
        Display { store: store.clone() }
    }

    /// Adds their HTML to those that say something, or pass on what was said.
    pub async fn render(&self, messages: &mut [&mut MessageView]) -> Result<()> {
        let names = self.names(messages).await?;
        for message in messages {
            let named = |id: &Id<User>| Some((names.get(id)?.clone(), id.to_string()));
            let people = message.mentions.iter().filter_map(named).collect();
            let whom = Whom { people, everyone: message.everyone.is_some() };
            message.html = message.text.as_ref().map(|text| markdown::html(text.as_str(), &whom));
            if let Some(forwarded) = &mut message.forwarded {
                let text = forwarded.said.text.as_ref();
                // Whom it called it called elsewhere.
                forwarded.html = text.map(|text| markdown::html(text.as_str(), &Whom::default()));
            }
        }
        Ok(())
    }

    /// The folded names of all whom they call.
    async fn names(&self, messages: &[&mut MessageView]) -> Result<HashMap<Id<User>, String>> {
        let mut ids: Vec<_> = messages.iter().flat_map(|message| message.mentions.iter().copied()).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut names = HashMap::new();
        for some in ids.chunks(AT_ONCE) {
            let users = self.store.users.among(some).await?;
            names.extend(users.into_iter().map(|user| (user.id, user.username_key)));
        }
        Ok(names)
    }
}

//! Whom a talker holds to be online: asked once on every connection, and told of from then on.

use hubbub::model::{Id, User};
use serde_json::{Value, json};

use crate::client::Wire;
use crate::shared::checker::Noted;
use crate::talker::{Question, Talker};

impl Talker {
    pub(super) async fn ask_who_is_online(&mut self, wire: &mut Wire) -> Option<()> {
        self.unlisted = false;
        let asked = wire.ask("get_online_users", &Value::Null).await?;
        self.ask(asked, Question::Online);
        Some(())
    }

    /// Where the store was away for a moment it is asked again at the next turn.
    pub(super) fn hear_online(&mut self, answer: &Value) {
        self.unlisted = answer["ok"] != json!(true);
        if let Some(users) = answer["data"]["users"].as_array() {
            let online = users.iter().map(|user| id(&user["userId"])).collect();
            self.note(Noted::Listed { online });
        }
    }

    /// What is older than what is known is dropped (D-41).
    pub(super) fn hear_presence(&mut self, told: &Value) -> Option<()> {
        let (of, version) = (id(&told["userId"]), told["version"].as_u64()?);
        let known = self.presences.entry(of).or_default();
        if version >= *known {
            *known = version;
            self.note(Noted::Seen { of, online: told["status"] != json!("offline") });
        }
        Some(())
    }
}

fn id(text: &Value) -> Id<User> {
    text.as_str().unwrap().parse().unwrap()
}

//! What people want to be reminded of, and reminding them in its time. A reminder of a message shows it as
//! long as its owner may read it.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Page, Roster, Span, due, own_log};
use crate::error::{Error, Result};
use crate::event::MessageView;
use crate::limits;
use crate::model::{
    AccountEvent, Channel, ClientMsgId, Description, Entry, Id, Notification, NotificationKind, Reminder,
    Time,
};
use crate::policy::Actor;
use crate::store::After;

#[derive(Clone, Debug)]
pub struct Reminders {
    roster: Roster,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewReminder {
    pub due_at: Time,
    #[serde(default)]
    pub message_id: Option<Id<Entry>>,
    #[serde(default)]
    pub text: Option<Description>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReminderView {
    pub id: Id<Reminder>,
    pub message_id: Option<Id<Entry>>,
    pub channel_id: Option<Id<Channel>>,
    pub text: Option<Description>,
    pub due_at: Time,
    pub done: bool,
    pub created_at: Time,
    /// None where there is none, or it can be read no longer.
    pub message: Option<MessageView>,
}

fn view(reminder: Reminder, message: Option<MessageView>) -> ReminderView {
    let Reminder { id, message_id, channel_id, text, due_at, done, created_at, .. } = reminder;
    ReminderView { id, message_id, channel_id, text, due_at, done, created_at, message }
}

impl Reminders {
    pub fn new(roster: &Roster) -> Reminders {
        Reminders { roster: roster.clone() }
    }

    /// Those to come, or those that are done; the earliest first.
    pub async fn list(&self, actor: &Actor, done: bool, span: &Span) -> Result<Page<ReminderView>> {
        let reminders = &self.roster.store.reminders;
        let found = reminders.of(actor.id, done, span.slice()).await?;
        let total = match span.counts() {
            true => Some(reminders.total(actor.id, done).await?),
            false => None,
        };
        let page = span.page(found, total, |one| After(one.due_at.to_string(), one.id.to_string()));
        let ids: Vec<Id<Entry>> = page.items.iter().filter_map(|one| one.message_id).collect();
        let readable = self.roster.rights.readable(actor, &ids).await?;
        Ok(page.map(|one| {
            let message = one.message_id.and_then(|id| readable.get(&id).cloned());
            view(one, message)
        }))
    }

    /// A repeat of the same intent answers what is kept already.
    pub async fn add(
        &self,
        actor: &Actor,
        new: NewReminder,
        intent: Option<&ClientMsgId>,
    ) -> Result<ReminderView> {
        let message = self.check(actor, &new).await?;
        let (store, now) = (&self.roster.store, self.roster.clock.now());
        let reminder = Reminder {
            id: due::id(&self.roster.clock, actor.id, intent),
            user_id: actor.id,
            message_id: new.message_id,
            channel_id: message.as_ref().map(|message| message.channel_id.cast()),
            text: new.text,
            due_at: new.due_at,
            done: false,
            moment: new.due_at,
            created_at: now,
        };
        if let Some(before) = store.reminders.get(reminder.id).await? {
            return Ok(view(before, message));
        }
        if store.reminders.total(actor.id, false).await? >= limits::REMINDERS {
            return Err(Error::conflict(format!("you have {} reminders at most", limits::REMINDERS)));
        }
        match store.reminders.insert(&reminder).await {
            Err(rejected) if rejected.taken("_id") => {}
            inserted => inserted?,
        }
        Ok(view(reminder, message))
    }

    /// The message that it is about, which one has to be able to read.
    async fn check(&self, actor: &Actor, new: &NewReminder) -> Result<Option<MessageView>> {
        due::check("dueAt", new.due_at, self.roster.clock.now())?;
        let Some(id) = new.message_id else {
            let nothing = || Error::invalid("text", "say what to remind you of");
            return new.text.as_ref().map(|_| None).ok_or_else(nothing);
        };
        let message = self.roster.rights.readable(actor, &[id]).await?.remove(&id);
        message.map(Some).ok_or_else(|| Error::not_found("message"))
    }

    pub async fn remove(&self, actor: &Actor, id: Id<Reminder>) -> Result<()> {
        match self.roster.store.reminders.remove(actor.id, id).await? {
            true => Ok(()),
            false => Err(Error::not_found("reminder")),
        }
    }

    /// Reminds of what is due, and forgets what was done long ago.
    pub async fn remind(&self) -> Result<()> {
        let Roster { store, clock, .. } = &self.roster;
        due::take_up(&store.reminders, clock, |one| self.take_up(one)).await
    }

    async fn take_up(&self, claimed: Reminder) -> Result<()> {
        let reminders = &self.roster.store.reminders;
        if claimed.done {
            return reminders.remove(claimed.user_id, claimed.id).await.map(drop);
        }
        self.roster.bell.ring(&[notification(&claimed)]).await?;
        let about = json!({ "id": claimed.id, "messageId": claimed.message_id, "dueAt": claimed.due_at });
        let cause = format!("reminder:{}", claimed.id);
        let event = AccountEvent::ReminderDue;
        own_log::tell_once(&self.roster, claimed.user_id, event, about, &cause).await?;
        let moment = self.roster.clock.now().plus(limits::NOTIFICATIONS_KEPT);
        reminders.done(&claimed, moment).await.map(drop)
    }
}

/// What it says stays with the reminder.
fn notification(reminder: &Reminder) -> Notification {
    let cause = format!("t-{}", reminder.id);
    Notification {
        channel_id: reminder.channel_id,
        message_id: reminder.message_id,
        about: Some(json!({ "reminderId": reminder.id })),
        ..Notification::new(reminder.user_id, &cause, NotificationKind::Reminder, reminder.due_at)
    }
}

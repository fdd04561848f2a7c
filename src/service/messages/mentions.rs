//! Whom a message calls: the people it names who can read it, and all readers at once, which not
//! everybody may do, nor often.
//!
//! A message is never refused for whom it calls. What may not be stays what it is: text.

use std::sync::Arc;

use dashmap::DashMap;
use dashmap::mapref::entry::Entry as Slot;

use super::Messages;
use crate::error::{Code, Result};
use crate::limits;
use crate::model::{
    Called, Channel, ChannelType, ClientMsgId, Entry, Everyone, Id, May, Message, Place, Status, Text, Time,
    User, What,
};
use crate::policy::{Action, Actor, allows};
use crate::service::Seat;

/// Whom a message calls, if it is said.
#[derive(Clone, Debug, Default)]
pub(super) struct Whom {
    people: Vec<Id<User>>,
    /// Only where not too many would hear it.
    everyone: Option<Everyone>,
}

/// When somebody last called everyone in a channel, and with which message.
#[derive(Clone, Debug, Default)]
pub(super) struct Calls(Arc<DashMap<Whose, Call>>);

type Whose = (Id<User>, Id<Channel>);
type Call = (Time, Option<ClientMsgId>);

/// Calls that are remembered before those that are over are forgotten.
const REMEMBERED: usize = 1_000;

impl Calls {
    /// Whether it is time for another one. A repeat of the same message is the same call.
    fn take(&self, by: Id<User>, channel: Id<Channel>, message: Option<&ClientMsgId>, now: Time) -> bool {
        let over = |at: Time| now.since(at) >= limits::EVERYONE_EVERY;
        if self.0.len() >= REMEMBERED {
            self.0.retain(|_, (at, _)| !over(*at));
        }
        match self.0.entry((by, channel)) {
            Slot::Vacant(free) => drop(free.insert((now, message.cloned()))),
            Slot::Occupied(mut last) if over(last.get().0) => drop(last.insert((now, message.cloned()))),
            Slot::Occupied(last) => return message.is_some() && last.get().1.as_ref() == message,
        }
        true
    }
}

impl Messages {
    /// Whoever the text or the list of a send names and can read the channel; what it needs of the
    /// store is read here, before the rights of the sender are looked at.
    pub(super) async fn whom(
        &self,
        actor: &Actor,
        channel: Id<Channel>,
        message: Option<&Message>,
    ) -> Result<Whom> {
        let Some(Message { text, mentions, .. }) = message else { return Ok(Whom::default()) };
        let called = text.as_ref().map(|text: &Text| Called::by(text.as_str())).unwrap_or_default();
        // A list that is too long is refused with the send.
        let listed = 1..=limits::MENTIONS;
        if called.is_nobody() && !listed.contains(&mentions.len()) {
            return Ok(Whom::default());
        }
        let seat = match self.rights.in_channel(actor, channel).await {
            // They will be refused as everybody is.
            Err(error) if error.code() == Code::NotFound => return Ok(Whom::default()),
            other => other?,
        };
        let mut people = Vec::new();
        for user in self.named(&called, mentions).await? {
            let hears = user.status == Status::Active
                && people.len() < limits::MENTIONS
                && self.rights.reads(&Actor::of(&user), channel).await?;
            people.extend(hears.then_some(user.id));
        }
        let everyone = match called.everyone {
            Some(everyone) if self.is_small_enough(&seat).await? => Some(everyone),
            _ => None,
        };
        Ok(Whom { people, everyone })
    }

    /// Whom a message calls once it says something else: whoever the new words name, and still whoever its
    /// sender listed. Everyone who was called stays called.
    pub(super) async fn called_anew(
        &self,
        actor: &Actor,
        seat: &Seat,
        entry: &Entry,
        text: &Text,
    ) -> Result<(Vec<Id<User>>, Option<Everyone>)> {
        let What::Message(before) = &entry.what else { return Ok(Default::default()) };
        let mut message =
            Message { text: Some(text.clone()), mentions: self.listed(before).await?, ..Message::default() };
        let mut whom = self.whom(actor, seat.channel.id, Some(&message)).await?;
        let still = whom.everyone.take_if(|everyone| before.everyone == Some(*everyone));
        self.call(actor, seat, whom, None, &mut message);
        Ok((message.mentions, still.or(message.everyone)))
    }

    /// Whom a message calls without naming them.
    async fn listed(&self, message: &Message) -> Result<Vec<Id<User>>> {
        let mut listed = message.mentions.clone();
        if let Some(text) = message.text.as_ref().filter(|_| !listed.is_empty()) {
            let named = self.named(&Called::by(text.as_str()), &[]).await?;
            listed.retain(|id| !named.iter().any(|user| user.id == *id));
        }
        Ok(listed)
    }

    /// Each once, those of the list first.
    async fn named(&self, called: &Called, list: &[Id<User>]) -> Result<Vec<User>> {
        let mut people: Vec<User> = Vec::new();
        let mut add = |user: &User| {
            if !people.iter().any(|known| known.id == user.id) {
                people.push(user.clone());
            }
        };
        let listed = self.store.users.among(list).await?;
        list.iter().filter_map(|id| listed.iter().find(|user| user.id == *id)).for_each(&mut add);
        let calls: Vec<&Vec<String>> = called.people.iter().take(limits::MENTIONS).collect();
        let keys: Vec<&String> = calls.iter().copied().flatten().collect();
        let known = self.store.users.named(&keys).await?;
        for names in calls {
            let found = names.iter().find_map(|name| known.iter().find(|user| user.username_key == *name));
            found.into_iter().for_each(&mut add);
        }
        Ok(people)
    }

    async fn is_small_enough(&self, seat: &Seat) -> Result<bool> {
        let channel = &seat.channel;
        let place: Id<Place> = match channel.group_id {
            Some(group) if !channel.is_private && channel.channel_type != ChannelType::Direct => group.into(),
            _ => channel.id.into(),
        };
        Ok(self.store.memberships.count_of_place(place, None).await? <= limits::EVERYONE_READERS)
    }

    /// Writes into a message whom it calls; everyone only by whom may, and not again so soon.
    pub(super) fn call(
        &self,
        actor: &Actor,
        seat: &Seat,
        whom: Whom,
        id: Option<&ClientMsgId>,
        message: &mut Message,
    ) {
        message.mentions = whom.people;
        let may = allows(seat.standing, Action::MentionEveryone)
            && (seat.channel.settings.everyone == May::Members || allows(seat.standing, Action::EditChannel));
        message.everyone = whom
            .everyone
            .filter(|_| may && self.calls.take(actor.id, seat.channel.id, id, self.rights.clock().now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_is_called_once_a_minute_and_again_by_a_repeat() {
        let (calls, start) = (Calls::default(), Time::from_millis(1_000));
        let (ann, ben, here) = (Id::from_bytes([1; 12]), Id::from_bytes([2; 12]), Id::from_bytes([3; 12]));
        let id = |n: u8| Some(format!("intent-number-{n:04}").parse::<ClientMsgId>().unwrap());
        let (first, second) = (id(1), id(2));
        assert!(calls.take(ann, here, first.as_ref(), start));
        assert!(!calls.take(ann, here, second.as_ref(), start));
        assert!(calls.take(ann, here, first.as_ref(), start), "its first try was lost");
        assert!(calls.take(ben, here, None, start) && !calls.take(ben, here, None, start));
        assert!(calls.take(ann, here, second.as_ref(), start.plus(limits::EVERYONE_EVERY)));
    }
}

//! Pins: messages that a channel keeps at hand.

use super::{Changed, Messages, address, view};
use crate::error::Result;
use crate::event::MessageView;
use crate::log::Draft;
use crate::model::{Channel, Entry, Id, May, What};
use crate::policy::{Action, Actor, Standing, can};
use crate::service::{Page, Seat, Span};
use crate::store::After;

impl Messages {
    /// CONFLICT where the channel has as many pins as one may. A deleted message is pinned no more.
    pub async fn pin(&self, actor: &Actor, id: Id<Entry>, removed: bool) -> Result<Changed> {
        let (_, seat) = self.find(actor, id).await?;
        may_pin(&seat)?;
        seat.takes_posts()?;
        let what = What::Pin { target: id, removed, folded: false };
        self.change(&seat, Draft::new(actor.id, &actor.username, what)).await
    }

    /// What is pinned in a channel, the latest pin first.
    pub async fn pins(&self, actor: &Actor, channel: Id<Channel>, span: &Span) -> Result<Page<MessageView>> {
        let seat = self.rights.in_channel(actor, channel).await?;
        can(seat.standing, Action::ReadChannel, "channel")?;
        let log = address(&seat);
        self.logs.settled(&log).await?;
        let pinned = self.store.messages.pinned(log.log, span.slice()).await?;
        let total = match span.counts() {
            true => Some(self.store.messages.count_pinned(log.log).await?),
            false => None,
        };
        let views = pinned.iter().map(view).collect::<Result<Vec<_>>>()?;
        Ok(span.page(views, total, place))
    }
}

fn may_pin(seat: &Seat) -> Result<()> {
    let by_members = seat.group.is_none() || seat.channel.settings.pinning == May::Members;
    match seat.standing == Standing::Member && by_members {
        true => Ok(()),
        false => can(seat.standing, Action::Pin, "message"),
    }
}

fn place(message: &MessageView) -> After {
    let pinned = message.pinned_at.map(|at| at.to_string());
    After(pinned.unwrap_or_default(), message.id.to_string())
}

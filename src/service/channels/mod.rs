//! Channels of groups: making, changing, archiving and deleting them. Finding them is in `list`,
//! who sits in them and who is banned from them in `seats`.

mod counted;
mod list;
mod seats;

use serde::Deserialize;

pub use counted::{Counted, With};
pub use list::ChannelFilter;
pub(super) use list::by_creation;
pub use seats::NewBan;

use super::roster::{News, Note};
use super::{Roster, Seat};
use crate::clock::nonce;
use crate::error::{Code, Error, Result};
use crate::limits;
use crate::model::{
    Channel, ChannelEdit, ChannelSettings, ChannelType, ChannelView, Description, Epoch, Group, Id, Life,
    Membership, Name,
};
use crate::policy::{Action, Actor, Standing, can};

#[derive(Clone, Debug)]
pub struct Channels {
    roster: Roster,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewChannel {
    pub group_id: Id<Group>,
    pub name: Name,
    pub description: Option<Description>,
    #[serde(rename = "type", default)]
    pub channel_type: ChannelType,
    #[serde(default)]
    pub is_private: bool,
    #[serde(default)]
    pub settings: ChannelSettings,
}

fn taken(error: Error) -> Error {
    match error.code() {
        Code::Conflict => Error::conflict("the group has a channel of this name"),
        _ => error,
    }
}

impl Channels {
    pub fn new(roster: &Roster) -> Channels {
        Channels { roster: roster.clone() }
    }

    pub async fn get(&self, actor: &Actor, id: Id<Channel>) -> Result<ChannelView> {
        let seat = self.allowed(actor, id, Action::ReadChannel).await?;
        let head = self.roster.logs.head(id.into()).await?;
        let shown = self.roster.show(seat.channel.as_ref().clone()).await?;
        Ok(ChannelView { head: Some(head), ..shown })
    }

    pub async fn create(&self, actor: &Actor, new: NewChannel) -> Result<ChannelView> {
        new.channel_type.in_a_group()?;
        let (group, standing) = self.roster.rights.in_group(actor, new.group_id).await?;
        if standing != Standing::Member || !group.settings.members_may_create_channels {
            can(standing, Action::CreateChannel, "group")?;
        }
        if self.roster.store.channels.count_of_group(group.id).await? >= limits::CHANNELS_PER_GROUP {
            return Err(Error::conflict(format!(
                "a group has {} channels at most",
                limits::CHANNELS_PER_GROUP
            )));
        }
        let channel = self.drafted(actor, new);
        let note = self.roster.begin(actor, group.id, News::Opened { channel: channel.id }).await?;
        if channel.is_private {
            self.seat_creator(actor, &channel).await?;
        }
        match self.roster.store.channels.insert(&channel).await {
            Ok(()) => self.roster.finish(&note).await?,
            Err(rejected) if rejected.taken("name") => {
                self.roster.finish(&note).await?;
                return Err(taken(rejected.into()));
            }
            Err(rejected) => return Err(rejected.into()),
        }
        Ok(ChannelView { head: Some(0), ..channel.view() })
    }

    fn drafted(&self, actor: &Actor, new: NewChannel) -> Channel {
        let now = self.roster.clock.now();
        Channel {
            id: self.roster.clock.id(),
            group_id: Some(new.group_id),
            name_key: new.name.folded(),
            name: new.name,
            description: new.description,
            channel_type: new.channel_type,
            is_private: new.is_private,
            life: Life::Active,
            settings: new.settings,
            epoch: Epoch(nonce()),
            untold: false,
            created_by: actor.id,
            created_at: now,
            updated_at: now,
        }
    }

    /// A super admin who does not belong to the group sits in none of its channels.
    async fn seat_creator(&self, actor: &Actor, channel: &Channel) -> Result<()> {
        let (store, key) = (&self.roster.store, Membership::key(channel.group()?.into(), actor.id));
        if store.memberships.get(key).await?.is_none() {
            return Ok(());
        }
        let creator = store.users.get(actor.id).await?.ok_or_else(|| Error::not_found("user"))?;
        Ok(store.memberships.insert(&self.roster.seat(channel.id, &creator)).await?)
    }

    /// Making a channel private takes everybody out of it but admins and those who sit in it.
    pub async fn edit(&self, actor: &Actor, id: Id<Channel>, edit: ChannelEdit) -> Result<ChannelView> {
        edit.channel_type.map(ChannelType::in_a_group).transpose()?;
        let Seat { channel, .. } = self.allowed(actor, id, Action::EditChannel).await?;
        let mut notes = Vec::new();
        match edit.is_private {
            Some(true) if !channel.is_private => notes.push(News::Narrowed { channel: id }),
            Some(false) if channel.is_private => notes.push(News::Opened { channel: id }),
            _ => {}
        }
        notes.push(News::Changed { channel: id });
        let notes = self.begun(actor, channel.group()?, notes).await?;
        let edited = self.roster.store.channels.edit(id, &edit, self.roster.clock.now()).await;
        self.settled(notes, edited).await
    }

    pub async fn set(
        &self,
        actor: &Actor,
        id: Id<Channel>,
        settings: ChannelSettings,
    ) -> Result<ChannelView> {
        self.edit(actor, id, ChannelEdit { settings: Some(settings), ..ChannelEdit::default() }).await
    }

    /// From here on it is read only, and another channel may take its name.
    pub async fn archive(&self, actor: &Actor, id: Id<Channel>) -> Result<ChannelView> {
        self.turn(actor, id, Life::Active, Life::Archived).await
    }

    /// CONFLICT where another channel has taken the name.
    pub async fn unarchive(&self, actor: &Actor, id: Id<Channel>) -> Result<ChannelView> {
        self.turn(actor, id, Life::Archived, Life::Active).await
    }

    async fn turn(&self, actor: &Actor, id: Id<Channel>, from: Life, to: Life) -> Result<ChannelView> {
        let Seat { channel, .. } = self.allowed(actor, id, Action::EditChannel).await?;
        let notes = self.begun(actor, channel.group()?, vec![News::Changed { channel: id }]).await?;
        // A repeat finds it in the life it should have, and so is told to have succeeded.
        let turned = self.roster.store.channels.turn(id, &[from, to], to, self.roster.clock.now()).await;
        self.settled(notes, turned).await
    }

    pub async fn delete(&self, actor: &Actor, id: Id<Channel>) -> Result<()> {
        let Seat { channel, .. } = self.allowed(actor, id, Action::EditChannel).await?;
        let notes = self.begun(actor, channel.group()?, vec![News::Closed { channel: id }]).await?;
        let living = [Life::Active, Life::Archived];
        let (channels, now) = (&self.roster.store.channels, self.roster.clock.now());
        let deleted = channels.turn(id, &living, Life::Deleted, now).await;
        self.settled(notes, deleted).await.map(drop)
    }

    async fn begun(&self, actor: &Actor, group: Id<Group>, news: Vec<News>) -> Result<Vec<Note>> {
        let mut notes = Vec::new();
        for news in news {
            notes.push(self.roster.begin(actor, group, news).await?);
        }
        Ok(notes)
    }

    /// Tells of a change that came about, and forgets one that did not.
    async fn settled(&self, notes: Vec<Note>, changed: Result<Option<Channel>>) -> Result<ChannelView> {
        match changed {
            Ok(Some(channel)) => {
                for note in &notes {
                    self.roster.finish(note).await?;
                }
                Ok(channel.view())
            }
            Ok(None) => {
                self.forgotten(&notes).await?;
                Err(Error::not_found("channel"))
            }
            // Whether an unknown write is there, the sweep will see.
            Err(error) if error.code() == Code::Unknown => Err(error),
            Err(error) => {
                self.forgotten(&notes).await?;
                Err(taken(error))
            }
        }
    }

    async fn forgotten(&self, notes: &[Note]) -> Result<()> {
        for note in notes {
            self.roster.forget(note).await?;
        }
        Ok(())
    }

    /// The channel, where the actor may do this to it.
    async fn allowed(&self, actor: &Actor, id: Id<Channel>, action: Action) -> Result<Seat> {
        let seat = self.roster.rights.in_channel(actor, id).await?;
        can(seat.standing, action, "channel")?;
        Ok(seat)
    }
}

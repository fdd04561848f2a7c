//! `/api/channels`: channels of groups, who sits in them, and who is banned from them.

use serde::Deserialize;

use super::groups::{Paged, Somebody, beginning};
use super::shown::Shown;
use super::{Call, Reply, Route};
use crate::app::App;
use crate::error::Result;
use crate::model::{ChannelType, Group, Id, Life};
use crate::policy::Action;
use crate::service::Span;
use crate::service::channels::{ChannelFilter, With};
use crate::store::ChannelsWanted;

pub fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::get("/channels", Action::ListGroups, "every channel one can read", list),
        Route::get("/channels/paginated", Action::ListGroups, "the same by numbered pages", paginated),
        Route::get("/channels/my-channels", Action::ListGroups, "channels of the groups one is in", mine),
        Route::get("/channels/group/{groupId}", Action::SeeMembers, "channels of a group", of_group),
        Route::get("/channels/{id}", Action::ReadChannel, "one channel", get),
        Route::post("/channels", Action::CreateChannel, "a new channel", create),
        Route::put("/channels/{id}", Action::EditChannel, "change a channel", edit),
        Route::put("/channels/{id}/settings", Action::EditChannel, "set what is allowed in it", set),
        Route::post("/channels/{id}/archive", Action::EditChannel, "make it read only", archive),
        Route::post("/channels/{id}/unarchive", Action::EditChannel, "open it again", unarchive),
        Route::delete("/channels/{id}", Action::EditChannel, "delete a channel", delete),
    ];
    routes.extend(seats());
    routes
}

fn seats() -> Vec<Route> {
    vec![
        Route::get("/channels/{id}/members", Action::ReadChannel, "who belongs to a channel", members),
        Route::post("/channels/{id}/join", Action::ReadChannel, "sit in a channel", join),
        Route::post("/channels/{id}/leave", Action::ReadChannel, "leave a private channel", leave),
        Route::post("/channels/{id}/members", Action::ManageChannelMembers, "seat a member", add),
        Route::delete(
            "/channels/{id}/members/{userId}",
            Action::ManageChannelMembers,
            "take a seat away, or leave one's own",
            remove,
        ),
        Route::get("/channels/{id}/bans", Action::Ban, "who is banned", bans),
        Route::post("/channels/{id}/bans", Action::Ban, "ban a member", ban),
        Route::delete("/channels/{id}/bans/{userId}", Action::Ban, "lift a ban", unban),
    ]
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wanted {
    page: Option<u64>,
    limit: Option<u64>,
    cursor: Option<String>,
    group_id: Option<Id<Group>>,
    search: Option<String>,
    status: Option<Life>,
    #[serde(rename = "type")]
    channel_type: Option<ChannelType>,
}

impl Wanted {
    fn filter(&self) -> Result<ChannelFilter> {
        let wanted = ChannelsWanted {
            life: self.status.unwrap_or(Life::Active),
            begins: beginning(self.search.as_deref())?,
            channel_type: self.channel_type,
        };
        Ok(ChannelFilter { group: self.group_id, wanted })
    }
}

async fn list(app: App, call: Call) -> Result<Reply> {
    let query: Wanted = call.query()?;
    let span = Span::new(query.page, query.limit, query.cursor.as_deref())?;
    let page = app.channels.list(call.actor()?, &query.filter()?, &span).await?;
    Ok(Reply::list("channels", page).etag())
}

async fn paginated(app: App, call: Call) -> Result<Reply> {
    let query: Wanted = call.query()?;
    let span = Span::new(query.page.or(Some(1)), query.limit, query.cursor.as_deref())?;
    let page = app.channels.list(call.actor()?, &query.filter()?, &span).await?;
    Ok(Reply::list("channels", page).etag())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mine {
    page: Option<u64>,
    limit: Option<u64>,
    cursor: Option<String>,
    with: Option<String>,
}

pub(super) async fn mine(app: App, mut call: Call) -> Result<Reply> {
    let shown = Shown::of(&mut call)?;
    let query: Mine = call.query()?;
    let span = Span::new(query.page, query.limit, query.cursor.as_deref())?;
    let with = query.with.as_deref().map(With::read).transpose()?.unwrap_or_default();
    let mut page = app.channels.counted(call.actor()?, &span, with).await?;
    shown.show(&app, page.items.iter_mut().filter_map(|channel| channel.last_message.as_mut())).await?;
    Ok(Reply::list("channels", page).etag())
}

async fn of_group(app: App, call: Call) -> Result<Reply> {
    let span = Paged::of(&call)?;
    let page = app.channels.of_group(call.actor()?, call.id("groupId")?, &span).await?;
    Ok(Reply::list("channels", page).etag())
}

async fn get(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.channels.get(call.actor()?, call.id("id")?).await?))
}

async fn create(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::created(app.channels.create(call.actor()?, call.json()?).await?))
}

async fn edit(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.channels.edit(call.actor()?, call.id("id")?, call.json()?).await?))
}

async fn set(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.channels.set(call.actor()?, call.id("id")?, call.json()?).await?))
}

async fn archive(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.channels.archive(call.actor()?, call.id("id")?).await?))
}

async fn unarchive(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.channels.unarchive(call.actor()?, call.id("id")?).await?))
}

async fn delete(app: App, call: Call) -> Result<Reply> {
    app.channels.delete(call.actor()?, call.id("id")?).await?;
    Ok(Reply::message("the channel is deleted"))
}

async fn members(app: App, call: Call) -> Result<Reply> {
    let span = Paged::of(&call)?;
    Ok(Reply::list("members", app.channels.members(call.actor()?, call.id("id")?, &span).await?))
}

async fn join(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.channels.join(call.actor()?, call.id("id")?).await?))
}

async fn leave(app: App, call: Call) -> Result<Reply> {
    app.channels.leave(call.actor()?, call.id("id")?).await?;
    Ok(Reply::message("you have left the channel"))
}

async fn add(app: App, call: Call) -> Result<Reply> {
    let Somebody { user_id } = call.json()?;
    Ok(Reply::created(app.channels.add(call.actor()?, call.id("id")?, user_id).await?))
}

async fn remove(app: App, call: Call) -> Result<Reply> {
    app.channels.remove(call.actor()?, call.id("id")?, call.id("userId")?).await?;
    Ok(Reply::message("the member is removed"))
}

async fn bans(app: App, call: Call) -> Result<Reply> {
    let span = Paged::of(&call)?;
    Ok(Reply::list("bans", app.channels.bans(call.actor()?, call.id("id")?, &span).await?))
}

async fn ban(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::created(app.channels.ban(call.actor()?, call.id("id")?, call.json()?).await?))
}

async fn unban(app: App, call: Call) -> Result<Reply> {
    app.channels.unban(call.actor()?, call.id("id")?, call.id("userId")?).await?;
    Ok(Reply::message("the ban is lifted"))
}

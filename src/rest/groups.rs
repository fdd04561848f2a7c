//! `/api/groups`: groups, who belongs to them, and who runs them.

use serde::Deserialize;

use super::{Call, Reply, Route};
use crate::app::App;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{Id, Life, MemberRole, Name, User};
use crate::policy::Action;
use crate::service::Span;
use crate::store::{GroupsBy, GroupsWanted};

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/groups", Action::ListGroups, "groups by name, category and privacy", list),
        Route::get("/groups/my-groups", Action::ListGroups, "the groups one belongs to", mine),
        Route::get("/groups/search", Action::ListGroups, "groups whose name begins so", search),
        Route::get("/groups/{id}", Action::SeeGroup, "one group", get),
        Route::post("/groups", Action::CreateGroup, "a new group", create),
        Route::put("/groups/{id}", Action::EditGroup, "change a group", edit),
        Route::delete("/groups/{id}", Action::DeleteGroup, "end a group and its channels", delete),
        Route::post("/groups/{id}/join", Action::JoinGroup, "join a public group", join),
        Route::post("/groups/{id}/leave", Action::LeaveGroup, "leave a group", leave),
        Route::get("/groups/{id}/members", Action::SeeMembers, "who belongs to a group", members),
        Route::post("/groups/{id}/members", Action::ManageMembers, "make somebody a member", add),
        Route::delete("/groups/{id}/members/{userId}", Action::ManageMembers, "remove a member", remove),
        Route::get("/groups/{id}/admins", Action::SeeMembers, "who runs a group", admins),
        Route::post("/groups/{id}/admins", Action::ManageAdmins, "make a member an admin", name_admin),
        Route::delete(
            "/groups/{id}/admins/{userId}",
            Action::ManageAdmins,
            "make an admin a member",
            dismiss,
        ),
    ]
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wanted {
    page: Option<u64>,
    limit: Option<u64>,
    cursor: Option<String>,
    search: Option<String>,
    q: Option<String>,
    status: Option<Life>,
    category: Option<Name>,
    is_private: Option<bool>,
    sort_by: Option<SortBy>,
    sort_order: Option<SortOrder>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum SortBy {
    Name,
    CreatedAt,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum SortOrder {
    Asc,
    Desc,
}

impl Wanted {
    fn order(&self) -> GroupsBy {
        match (&self.sort_by, &self.sort_order) {
            (Some(SortBy::CreatedAt), Some(SortOrder::Asc)) => GroupsBy::CreatedUp,
            (Some(SortBy::CreatedAt), _) => GroupsBy::CreatedDown,
            (_, Some(SortOrder::Desc)) => GroupsBy::NameDown,
            (_, _) => GroupsBy::NameUp,
        }
    }
}

/// What a page of any list is asked for with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Paged {
    page: Option<u64>,
    limit: Option<u64>,
    cursor: Option<String>,
}

impl Paged {
    pub(super) fn of(call: &Call) -> Result<Span> {
        let paged: Paged = call.query()?;
        Span::new(paged.page, paged.limit, paged.cursor.as_deref())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Somebody {
    pub(super) user_id: Id<User>,
}

/// How names that are looked for begin, in the form in which names are compared.
pub(super) fn beginning(search: Option<&str>) -> Result<Option<String>> {
    let Some(search) = search.map(str::trim).filter(|search| !search.is_empty()) else {
        return Ok(None);
    };
    match search.chars().count() <= limits::QUERY_CHARS {
        true => Ok(Some(search.to_lowercase())),
        false => {
            Err(Error::invalid("search", format!("may have {} characters at most", limits::QUERY_CHARS)))
        }
    }
}

async fn list(app: App, call: Call) -> Result<Reply> {
    let query: Wanted = call.query()?;
    let span = Span::new(query.page, query.limit, query.cursor.as_deref())?;
    let order = query.order();
    let wanted = GroupsWanted {
        life: query.status.unwrap_or(Life::Active),
        begins: beginning(query.search.or(query.q).as_deref())?,
        category: query.category,
        is_private: query.is_private,
    };
    Ok(Reply::list("groups", app.groups.list(call.actor()?, &wanted, order, &span).await?))
}

/// The list under the name that old clients search by, with `q` for `search`.
async fn search(app: App, call: Call) -> Result<Reply> {
    list(app, call).await
}

pub(super) async fn mine(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::list("groups", app.groups.mine(call.actor()?, &Paged::of(&call)?).await?))
}

async fn get(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.groups.get(call.actor()?, call.id("id")?).await?))
}

async fn create(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::created(app.groups.create(call.actor()?, call.json()?).await?))
}

async fn edit(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.groups.edit(call.actor()?, call.id("id")?, call.json()?).await?))
}

async fn delete(app: App, call: Call) -> Result<Reply> {
    app.groups.delete(call.actor()?, call.id("id")?).await?;
    Ok(Reply::message("the group is deleted"))
}

async fn join(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.groups.join(call.actor()?, call.id("id")?).await?))
}

async fn leave(app: App, call: Call) -> Result<Reply> {
    app.groups.leave(call.actor()?, call.id("id")?).await?;
    Ok(Reply::message("you have left the group"))
}

async fn members(app: App, call: Call) -> Result<Reply> {
    let span = Paged::of(&call)?;
    Ok(Reply::list("members", app.groups.members(call.actor()?, call.id("id")?, None, &span).await?))
}

async fn add(app: App, call: Call) -> Result<Reply> {
    let Somebody { user_id } = call.json()?;
    Ok(Reply::created(app.groups.add(call.actor()?, call.id("id")?, user_id).await?))
}

async fn remove(app: App, call: Call) -> Result<Reply> {
    app.groups.remove(call.actor()?, call.id("id")?, call.id("userId")?).await?;
    Ok(Reply::message("the member is removed"))
}

async fn admins(app: App, call: Call) -> Result<Reply> {
    let (span, admin) = (Paged::of(&call)?, Some(MemberRole::Admin));
    Ok(Reply::list("admins", app.groups.members(call.actor()?, call.id("id")?, admin, &span).await?))
}

async fn name_admin(app: App, call: Call) -> Result<Reply> {
    let Somebody { user_id } = call.json()?;
    Ok(Reply::created(app.groups.name_admin(call.actor()?, call.id("id")?, user_id).await?))
}

async fn dismiss(app: App, call: Call) -> Result<Reply> {
    app.groups.dismiss_admin(call.actor()?, call.id("id")?, call.id("userId")?).await?;
    Ok(Reply::message("the admin is a member now"))
}

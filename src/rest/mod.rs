//! The REST door: bytes into a typed request, one service method, its result into a reply.
//!
//! The registry of [`Route`]s is the router, so the permission matrix, the map at `/api` and the
//! labels of the metrics cannot name what does not exist, or miss what does. What the product
//! allows is decided in `service`; compression, CORS and timeouts stand around this room.
//!
//! To add a route: write it into the `routes()` of the file of its area, with the action that the
//! policy table grants.

mod admin;
mod auth;
mod blocks;
mod body;
mod bookmarks;
mod call;
mod channels;
mod client;
mod direct;
mod door;
mod drafts;
mod emoji;
mod groups;
mod guard;
mod header;
mod messages;
mod notifications;
mod outcome;
mod pages;
mod reads;
mod reminders;
mod reply;
mod reports;
mod requests;
mod route;
mod scheduled;
mod search;
mod shown;
mod system;
mod table;
mod users;
mod web;

use std::sync::Arc;

use warp::Filter as _;
use warp::filters::BoxedFilter;

pub use call::Call;
pub use header::protect;
pub use reply::{Reply, Response};
pub use route::{Access, Route};
pub use system::sum_up;
pub use table::{Match, Table};

use crate::app::{App, PeerAddr};
use crate::error::{Error, Result};

/// Every route of the house.
pub fn routes() -> Vec<Route> {
    let areas = [
        system::routes(),
        web::routes(),
        pages::routes(),
        auth::routes(),
        users::routes(),
        client::routes(),
        blocks::routes(),
        admin::routes(),
        groups::routes(),
        requests::routes(),
        channels::routes(),
        emoji::routes(),
        search::routes(),
        direct::routes(),
        messages::routes(),
        drafts::routes(),
        bookmarks::routes(),
        reports::routes(),
        scheduled::routes(),
        reminders::routes(),
        reads::routes(),
        notifications::routes(),
    ];
    let mut routes = areas.concat();
    routes.push(system::map(&routes));
    routes
}

/// A refusal from before the door, in the shape and with the headers of every other.
pub fn refusal(error: &Error, headers: &http::HeaderMap, tls: bool) -> Response {
    let id = header::request_id(headers);
    let mut response = reply::refusal(error, &id);
    header::protect(response.headers_mut(), tls);
    if let Ok(id) = http::HeaderValue::from_str(&id) {
        response.headers_mut().insert(header::REQUEST_ID, id);
    }
    response
}

/// The whole door as one filter, which answers every request and rejects none.
pub fn filter(app: App, routes: Vec<Route>) -> Result<BoxedFilter<(Response,)>> {
    system::recorder();
    let door = Arc::new(door::Door::new(app, Table::new(routes)?));
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    Ok(warp::any()
        .map(move || door.clone())
        .and(warp::method())
        .and(warp::path::full())
        .and(query)
        .and(warp::header::headers_cloned())
        .and(warp::ext::optional::<PeerAddr>())
        .and(warp::body::stream())
        .then(
            async |door: Arc<door::Door>,
                   method,
                   path: warp::path::FullPath,
                   query,
                   headers,
                   peer: Option<PeerAddr>,
                   body| {
                let asked = door::Asked { method, path: path.as_str().to_owned(), query, headers, peer };
                door.answer(asked, body).await
            },
        )
        .boxed())
}

//! The few pages of a server that was built without its web client: where one is, and how to claim it.

use http::header::CONTENT_SECURITY_POLICY;

use super::{Access, Call, Reply, Route};
use crate::app::App;
use crate::error::Result;

/// Scripts and styles from here alone; nothing inline, nothing from elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

pub fn routes() -> Vec<Route> {
    vec![
        part(
            "/pages/claim.js",
            "the script of /claim where there is no web client",
            JS,
            include_str!("pages/claim.js"),
        ),
        part(
            "/pages/page.css",
            "how pages look where there is no web client",
            CSS,
            include_str!("pages/page.css"),
        ),
    ]
}

pub fn start() -> Reply {
    plain(HTML, include_str!("pages/index.html"))
}

pub fn claim() -> Reply {
    plain(HTML, include_str!("pages/claim.html"))
}

fn part(path: &'static str, summary: &'static str, kind: &'static str, text: &'static str) -> Route {
    let answer = move |_: App, _: Call| async move {
        let reply: Result<Reply> = Ok(plain(kind, text));
        reply
    };
    Route::get(path, Access::Open, summary, answer).at_root()
}

fn plain(kind: &'static str, text: &'static str) -> Reply {
    Reply::bytes(kind, text).header(CONTENT_SECURITY_POLICY, POLICY).etag()
}

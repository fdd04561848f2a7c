//! The few pages that a server without a web client has: where one is, and how to claim it.

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
        page("/", "where one is", HTML, include_str!("pages/index.html")),
        page("/claim", "become the first administrator", HTML, include_str!("pages/claim.html")),
        page("/pages/claim.js", "the script of /claim", JS, include_str!("pages/claim.js")),
        page("/pages/page.css", "how pages look", CSS, include_str!("pages/page.css")),
    ]
}

fn page(path: &'static str, summary: &'static str, kind: &'static str, text: &'static str) -> Route {
    let answer = move |_: App, _: Call| async move {
        let reply: Result<Reply> =
            Ok(Reply::text(kind, text.to_owned()).header(CONTENT_SECURITY_POLICY, POLICY).etag());
        reply
    };
    Route::get(path, Access::Open, summary, answer).at_root()
}

//! The web client: `build.rs` made it from `web/`, and it is in the program.
//!
//! Its pages are one page, which reads the address by itself. What it loads has a name that changes
//! with its content, so browsers keep it for good. A program that was built without npm has the plain
//! pages in its place, and the same routes.

use http::HeaderMap;
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, VARY};
use include_dir::{Dir, include_dir};

use super::{Access, Call, Reply, Route, pages};
use crate::app::App;
use crate::error::{Error, Result};

static CLIENT: Dir<'_> = include_dir!("$OUT_DIR/web");

/// Everything from here alone, no markup made of text, no page around ours. `blob:` is what a person
/// chose and has not sent yet.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
                      media-src 'self' blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

/// The addresses that the client knows beside `/` and `/claim`; `web/tests/paths.test.ts` holds it to them.
const PAGES: &[&str] = &[
    "/browse",
    "/c/{channelId}",
    "/c/{channelId}/{page}",
    "/c/{channelId}/m/{messageId}",
    "/c/{channelId}/t/{rootId}",
    "/g/{groupId}",
    "/g/{groupId}/{page}",
    "/list",
    "/notifications",
    "/register",
    "/search",
    "/settings",
    "/settings/{page}",
    "/sign-in",
    "/u/{userId}",
];

/// What the client is made of, by the end of its name.
const KINDS: &[(&str, &str)] = &[
    ("js", "text/javascript; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("woff2", "font/woff2"),
    ("webmanifest", "application/manifest+json"),
];

pub fn routes() -> Vec<Route> {
    let page = |path: &'static str| {
        Route::get(path, Access::Open, "a page of the web client", async |_, _| {
            index().ok_or_else(|| Error::not_found("page"))
        })
        .at_root()
    };
    let mut routes: Vec<Route> = PAGES.iter().copied().map(page).collect();
    routes.push(Route::get("/", Access::Open, "the web client, or where one is", start).at_root());
    routes.push(Route::get("/claim", Access::Open, "become the first administrator", claim).at_root());
    routes
        .push(Route::get("/assets/{name}", Access::Open, "what the web client is made of", asset).at_root());
    routes
}

async fn start(_: App, _: Call) -> Result<Reply> {
    Ok(index().unwrap_or_else(pages::start))
}

async fn claim(_: App, _: Call) -> Result<Reply> {
    Ok(index().unwrap_or_else(pages::claim))
}

fn index() -> Option<Reply> {
    let page = file("index.html")?;
    Some(Reply::bytes("text/html; charset=utf-8", page).header(CONTENT_SECURITY_POLICY, POLICY).etag())
}

async fn asset(_: App, call: Call) -> Result<Reply> {
    let name = call.param("name")?;
    let found = kind(name).zip(best(name, &call.headers));
    let (kind, (bytes, encoding)) = found.ok_or_else(|| Error::not_found("page"))?;
    let reply = Reply::bytes(kind, bytes)
        .header(CACHE_CONTROL, "public, max-age=31536000, immutable")
        .header(VARY, "accept-encoding");
    Ok(match encoding {
        Some(encoding) => reply.header(CONTENT_ENCODING, encoding),
        None => reply,
    })
}

fn file(path: &str) -> Option<&'static [u8]> {
    CLIENT.get_file(path).map(|file| file.contents())
}

fn kind(name: &str) -> Option<&'static str> {
    let (_, end) = name.rsplit_once('.')?;
    KINDS.iter().find(|(known, _)| *known == end).map(|(_, kind)| *kind)
}

/// The smallest form that the caller understands, and how it is packed.
fn best(name: &str, headers: &HeaderMap) -> Option<(&'static [u8], Option<&'static str>)> {
    let packed =
        [("br", "br"), ("gzip", "gz")].into_iter().filter(|(encoding, _)| understands(headers, encoding));
    packed
        .filter_map(|(encoding, end)| Some((file(&format!("assets/{name}.{end}"))?, Some(encoding))))
        .next()
        .or_else(|| Some((file(&format!("assets/{name}"))?, None)))
}

/// `q=0` is a no.
fn understands(headers: &HeaderMap, encoding: &str) -> bool {
    let told = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    told.flat_map(|line| line.split(',')).any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let refused = weight.trim().strip_prefix("q=").and_then(|q| q.parse().ok()) == Some(0.0);
        name.trim().eq_ignore_ascii_case(encoding) && !refused
    })
}

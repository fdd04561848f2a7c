//! The web client as the program serves it; in a program that was built without it, what stands in its place.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::Response;
use hubbub::rest::{self, Route};

use crate::rest::{House, in_a_house};

/// What a program without the client says at `/`.
const PLAIN: &str = "npm";

fn pages() -> Vec<String> {
    let client = |route: &Route| route.summary == "a page of the web client";
    let paths = rest::routes().into_iter().filter(client).map(|route| route.full_path());
    paths.chain(["/".to_owned(), "/claim".to_owned()]).collect()
}

async fn is_built(house: &House) -> bool {
    let start = house.get("/").sent(200).await;
    let built = start.text.contains("/assets/");
    assert_ne!(built, start.text.contains(PLAIN), "one of the two: {}", start.text);
    built
}

/// Paths of what a page loads.
fn loaded(page: &str) -> BTreeSet<&str> {
    page.split('"').filter(|part| part.starts_with("/assets/")).collect()
}

async fn packed(house: &House, path: &str, encodings: &str) -> Response<Bytes> {
    house.get(path).with("accept-encoding", encodings).raw().await
}

#[tokio::test]
async fn all_pages_are_one_page_that_runs_nothing_but_what_we_serve() {
    in_a_house(async |house| {
        let built = is_built(house).await;
        let start = house.get("/").sent(200).await;
        for path in pages().iter().map(|path| path.replace(['{', '}'], "")) {
            let answer = house.get(&path).answer().await;
            if !built && path != "/" && path != "/claim" {
                assert_eq!(answer.status, 404, "{path}");
                continue;
            }
            assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{path}");
            assert_eq!(answer.header("cache-control"), "private, no-cache", "{path}");
            assert!(!answer.header("etag").is_empty(), "{path}");
            let policy = answer.header("content-security-policy");
            for rule in
                ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]
            {
                assert!(policy.contains(rule), "{path}: {policy}");
            }
            assert!(!policy.contains("unsafe"), "{path}: {policy}");
            assert!(!answer.text.contains("<script>") && !answer.text.contains("<style"), "{path}");
            assert!(!built || answer.text == start.text, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_page_is_not_sent_again_to_who_has_it() {
    in_a_house(async |house| {
        let tag = house.get("/").sent(200).await.header("etag").to_owned();
        let again = house.get("/").with("if-none-match", &tag).sent(304).await;
        assert!(again.text.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_the_page_loads_may_be_kept_for_good_and_is_packed_for_who_understands_it() {
    in_a_house(async |house| {
        let start = house.get("/").sent(200).await;
        let loaded = loaded(&start.text);
        assert_eq!(is_built(house).await, !loaded.is_empty());
        for path in loaded {
            let plain = packed(house, path, "identity").await;
            assert_eq!(plain.headers()["cache-control"], "public, max-age=31536000, immutable", "{path}");
            assert!(!plain.headers().contains_key("content-encoding"), "{path}");
            let kind = match path.rsplit_once('.').unwrap().1 {
                "css" => "text/css; charset=utf-8",
                "js" => "text/javascript; charset=utf-8",
                "svg" => "image/svg+xml",
                other => panic!("nobody said what {other} is: {path}"),
            };
            assert_eq!(plain.headers()["content-type"], kind, "{path}");
            for (asked, encoding) in
                [("gzip, br", "br"), ("gzip, br;q=0", "gzip"), ("gzip", "gzip"), ("deflate, BR;q=0.5", "br")]
            {
                let small = packed(house, path, asked).await;
                assert_eq!(small.headers()["content-encoding"], encoding, "{path} for {asked}");
                assert!(small.body().len() < plain.body().len(), "{path} for {asked}");
                let vary = small.headers().get_all("vary");
                assert!(vary.iter().any(|name| name == "accept-encoding"), "{path}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_else_is_served_from_among_the_assets() {
    in_a_house(async |house| {
        for name in ["nothing.js", "index.html", "..%2Findex.html", "..%2F..%2FCargo.toml", "", "x", ".js"] {
            house.get(&format!("/assets/{name}")).sent(404).await;
        }
        for path in loaded(&house.get("/").sent(200).await.text) {
            house.get(&format!("{path}.br")).sent(404).await;
        }
    })
    .await;
}

//! The registry of routes, which is the router: from a method and a path to one route.

use std::collections::HashMap;
use std::sync::Arc;

use http::Method;
use percent_encoding::percent_decode_str;

use super::Route;
use crate::error::{Error, Result};

#[derive(Debug)]
pub struct Table {
    routes: Vec<Arc<Route>>,
    /// Of each method its own, so that `GET /users/me` does not hide `PUT /users/{id}`.
    routers: HashMap<Method, matchit::Router<Arc<Route>>>,
}

pub type Params = Vec<(String, String)>;

#[derive(Debug)]
pub enum Match {
    Found(Arc<Route>, Params),
    /// The path exists, with these methods.
    Method(String),
    Nothing,
}

impl Table {
    /// A path that is there twice, or that is no pattern, is a fault of ours that start-up finds.
    pub fn new(routes: Vec<Route>) -> Result<Table> {
        let routes: Vec<_> = routes.into_iter().map(Arc::new).collect();
        let mut routers: HashMap<Method, matchit::Router<Arc<Route>>> = HashMap::new();
        for route in &routes {
            let router = routers.entry(route.method.clone()).or_default();
            router
                .insert(route.full_path(), route.clone())
                .map_err(|error| Error::internal(format!("{route:?}: {error}")))?;
        }
        Ok(Table { routes, routers })
    }

    pub fn routes(&self) -> &[Arc<Route>] {
        &self.routes
    }

    /// BAD_REQUEST for a path that cannot be decoded or holds a NUL.
    pub fn find(&self, method: &Method, path: &str) -> Result<Match> {
        let path = canonical(path);
        let method = if method == Method::HEAD { &Method::GET } else { method };
        let Some(found) = self.routers.get(method).and_then(|router| router.at(&path).ok()) else {
            return Ok(self.elsewhere(&path));
        };
        let params = found.params.iter().map(|(name, value)| Ok((name.to_owned(), decoded(value)?)));
        Ok(Match::Found(found.value.clone(), params.collect::<Result<Params>>()?))
    }

    fn elsewhere(&self, path: &str) -> Match {
        let there = |router: &matchit::Router<_>| router.at(path).is_ok();
        let mut methods: Vec<_> = self
            .routers
            .iter()
            .filter(|(_, router)| there(router))
            .map(|(method, _)| method.as_str())
            .collect();
        if methods.is_empty() {
            return Match::Nothing;
        }
        methods.sort_unstable();
        Match::Method(methods.join(", "))
    }
}

/// `/api/v1/…` is `/api/…`, `/auth/…` is `/api/auth/…`, and a slash at the end says nothing.
fn canonical(path: &str) -> String {
    let path = match path.len() {
        0 | 1 => "/",
        _ => path.strip_suffix('/').unwrap_or(path),
    };
    if path == "/api/v1" {
        return "/api".into();
    }
    if let Some(rest) = path.strip_prefix("/api/v1/") {
        return format!("/api/{rest}");
    }
    match path.starts_with("/auth/") {
        true => format!("/api{path}"),
        false => path.to_owned(),
    }
}

fn decoded(value: &str) -> Result<String> {
    let text =
        percent_decode_str(value).decode_utf8().map_err(|_| Error::bad_request("the path is not UTF-8"))?;
    match text.contains('\0') {
        true => Err(Error::bad_request("the path holds a NUL")),
        false => Ok(text.into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Action;
    use crate::rest::{Access, Reply};
    use proptest::prelude::*;

    fn table() -> Table {
        let answer = async |_, _| Ok(Reply::no_content());
        Table::new(vec![
            Route::get("/users/me", Action::UseOwnAccount, "", answer),
            Route::put("/users/{id}", Action::UseOwnAccount, "", answer),
            Route::get("/users/{userId}/avatar", Action::ListUsers, "", answer),
            Route::post("/auth/login", Access::Open, "", answer),
            Route::get("/api", Access::Open, "", answer).at_root(),
        ])
        .unwrap()
    }

    fn found(method: Method, path: &str) -> String {
        match table().find(&method, path).unwrap() {
            Match::Found(route, params) => format!("{} {params:?}", route.path),
            Match::Method(allowed) => format!("only {allowed}"),
            Match::Nothing => "nothing".into(),
        }
    }

    #[test]
    fn aliases_name_the_same_route() {
        for path in ["/api/auth/login", "/api/v1/auth/login", "/auth/login", "/auth/login/"] {
            assert_eq!(found(Method::POST, path), "/auth/login []", "{path}");
        }
        assert_eq!(found(Method::GET, "/api/v1"), "/api []");
        assert_eq!(found(Method::HEAD, "/api"), "/api []");
    }

    #[test]
    fn a_fixed_path_of_one_method_does_not_hide_a_pattern_of_another() {
        assert_eq!(found(Method::PUT, "/api/users/me"), r#"/users/{id} [("id", "me")]"#);
        assert_eq!(found(Method::DELETE, "/api/users/me"), "only GET, PUT");
        assert_eq!(found(Method::GET, "/api/nothing"), "nothing");
        assert_eq!(found(Method::GET, "/apiv1/users/me"), "nothing");
    }

    #[test]
    fn params_are_decoded_once_and_a_nul_is_refused() {
        assert_eq!(
            found(Method::GET, "/api/users/a%2Fb%2525/avatar"),
            r#"/users/{userId}/avatar [("userId", "a/b%25")]"#
        );
        for bad in ["/api/users/a%00/avatar", "/api/users/%ff/avatar"] {
            assert!(table().find(&Method::GET, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_route_that_is_there_twice_is_found_at_the_start() {
        let answer = async |_, _| Ok(Reply::no_content());
        let twice = || Route::get("/x/{id}", Access::Open, "", answer);
        assert!(Table::new(vec![twice(), twice()]).is_err());
    }

    proptest! {
        #[test]
        fn no_path_makes_the_router_panic(path in "(/(api|v1|users|auth|me|%[0-9a-f]{0,2}|\\PC{0,4})){0,6}/?") {
            let _ = table().find(&Method::GET, &path);
        }
    }
}

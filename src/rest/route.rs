//! One route: where it is, who may use it, and what it does.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::Method;

use super::{Call, Reply};
use crate::app::App;
use crate::error::Result;
use crate::policy::Action;

pub type Answer = Pin<Box<dyn Future<Output = Result<Reply>> + Send>>;

/// Who gets as far as the handler. The service then asks the policy about the very thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody, signed in or not.
    Open,
    SignedIn(Action),
}

impl From<Action> for Access {
    fn from(action: Action) -> Access {
        Access::SignedIn(action)
    }
}

#[derive(Clone)]
pub struct Route {
    pub method: Method,
    /// In matchit's spelling: below `/api`, or below `/` for one that stands at the root.
    pub path: &'static str,
    pub at_root: bool,
    pub access: Access,
    pub summary: &'static str,
    handler: Arc<dyn Fn(App, Call) -> Answer + Send + Sync>,
}

impl Route {
    pub fn new<H, F>(
        method: Method,
        path: &'static str,
        access: impl Into<Access>,
        summary: &'static str,
        handler: H,
    ) -> Route
    where
        H: Fn(App, Call) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Reply>> + Send + 'static,
    {
        Route {
            method,
            path,
            at_root: false,
            access: access.into(),
            summary,
            handler: Arc::new(move |app, call| Box::pin(handler(app, call))),
        }
    }

    pub fn get<H, F>(
        path: &'static str,
        access: impl Into<Access>,
        summary: &'static str,
        handler: H,
    ) -> Route
    where
        H: Fn(App, Call) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Reply>> + Send + 'static,
    {
        Route::new(Method::GET, path, access, summary, handler)
    }

    pub fn post<H, F>(
        path: &'static str,
        access: impl Into<Access>,
        summary: &'static str,
        handler: H,
    ) -> Route
    where
        H: Fn(App, Call) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Reply>> + Send + 'static,
    {
        Route::new(Method::POST, path, access, summary, handler)
    }

    pub fn put<H, F>(
        path: &'static str,
        access: impl Into<Access>,
        summary: &'static str,
        handler: H,
    ) -> Route
    where
        H: Fn(App, Call) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Reply>> + Send + 'static,
    {
        Route::new(Method::PUT, path, access, summary, handler)
    }

    pub fn delete<H, F>(
        path: &'static str,
        access: impl Into<Access>,
        summary: &'static str,
        handler: H,
    ) -> Route
    where
        H: Fn(App, Call) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Reply>> + Send + 'static,
    {
        Route::new(Method::DELETE, path, access, summary, handler)
    }

    /// Stands at `/` and not below `/api`.
    pub fn at_root(mut self) -> Route {
        self.at_root = true;
        self
    }

    /// The path as a client writes it, and as metrics and the permission matrix name it.
    pub fn full_path(&self) -> String {
        match self.at_root {
            true => self.path.to_owned(),
            false => format!("/api{}", self.path),
        }
    }

    /// What the policy table grants or refuses; none for an open route.
    pub fn action(&self) -> Option<Action> {
        match self.access {
            Access::Open => None,
            Access::SignedIn(action) => Some(action),
        }
    }

    pub(super) fn handle(&self, app: App, call: Call) -> Answer {
        (self.handler)(app, call)
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({:?})", self.method, self.full_path(), self.access)
    }
}

//! From a request to its answer: find the route, know the caller, read the body, handle, reply.
//!
//! The caller is known after path and method, which are no secret, and before the body, which
//! costs us to read.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Instant;

use bytes::Buf;
use futures_util::Stream;
use http::header::ALLOW;
use http::{HeaderMap, HeaderValue, Method};
use metrics::{counter, histogram};
use tracing::{debug, error, warn};

use super::table::{Match, Params};
use super::{Access, Call, Reply, Response, Route, Table, body, guard, header, reply};
use crate::app::{App, PeerAddr, client_address};
use crate::error::{Code, Error, Result};
use crate::failpoint::{self, Point};
use crate::policy::Action;
use crate::service::Admission;

#[derive(Debug)]
pub struct Door {
    app: App,
    table: Table,
    pace: guard::Pace,
}

/// A request without its body.
#[derive(Debug)]
pub struct Asked {
    pub method: Method,
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub peer: Option<PeerAddr>,
}

/// A refusal, and the methods that would have been allowed where it was for the method.
struct Refused(Error, Option<String>);

impl From<Error> for Refused {
    fn from(error: Error) -> Refused {
        Refused(error, None)
    }
}

impl Door {
    pub fn new(app: App, table: Table) -> Door {
        let pace = guard::Pace::new(&app.doors);
        Door { app, table, pace }
    }

    pub async fn answer(
        &self,
        asked: Asked,
        body: impl Stream<Item = Result<impl Buf, warp::Error>> + Send,
    ) -> Response {
        let began = Instant::now();
        let request_id = header::request_id(&asked.headers);
        let headers = asked.headers.clone();
        let mut route = None;
        let sent = match self.serve(asked, body, &request_id, &mut route).await {
            Ok(reply) => reply.send(&headers).map_err(Refused::from),
            Err(refused) => Err(refused),
        };
        let mut response = sent.unwrap_or_else(|refused| refuse(refused, &request_id));
        header::protect(response.headers_mut(), self.app.doors.tls);
        if let Ok(id) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert(header::REQUEST_ID, id);
        }
        measure(route.as_deref(), &response, began, &request_id);
        response
    }

    async fn serve(
        &self,
        asked: Asked,
        stream: impl Stream<Item = Result<impl Buf, warp::Error>> + Send,
        request_id: &str,
        measured: &mut Option<Arc<Route>>,
    ) -> Result<Reply, Refused> {
        let address = self.address(&asked);
        self.pace.check(address)?;
        let (route, params) = self.route(&asked)?;
        *measured = Some(route.clone());
        let admission = self.admission(&route, &asked).await?;
        let body = body::read(&asked.headers, stream).await?;
        let call = Call {
            method: asked.method,
            address,
            request_id: request_id.to_owned(),
            admission,
            params,
            query: asked.query,
            headers: asked.headers,
            body,
            origins: self.app.doors.origins.clone(),
        };
        Ok(self.handle(&route, call).await?)
    }

    fn address(&self, asked: &Asked) -> IpAddr {
        let peer = asked.peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.0.ip());
        client_address(peer, &asked.headers, &self.app.doors.trusted_proxies)
    }

    fn route(&self, asked: &Asked) -> Result<(Arc<Route>, Params), Refused> {
        match self.table.find(&asked.method, &asked.path)? {
            Match::Found(route, params) => Ok((route, params)),
            Match::Nothing => Err(Error::not_found("page").into()),
            Match::Method(allowed) => {
                let error = Error::new(Code::MethodNotAllowed, format!("allowed here: {allowed}"));
                Err(Refused(error, Some(allowed)))
            }
        }
    }

    /// An open route is told who asks where a good token says so, and is open to a bad one.
    async fn admission(&self, route: &Route, asked: &Asked) -> Result<Option<Admission>> {
        let found = match guard::token(&asked.method, &asked.headers, &self.app.doors.origins) {
            Ok(Some(token)) => self.app.accounts.admit(token).await.map(Some),
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        match (route.access, found) {
            (Access::Open, found) => Ok(found.ok().flatten()),
            // Nothing is read of what nobody but a super admin may ask for.
            (Access::SignedIn(Action::Administer), Ok(Some(admission))) => {
                admission.actor.must_administer()?;
                Ok(Some(admission))
            }
            (Access::SignedIn(_), Ok(None)) => Err(Error::unauthenticated("sign in first")),
            (Access::SignedIn(_), found) => found,
        }
    }

    /// In a task of its own: a caller that hangs up does not stop a write half-way, and a panic
    /// ends the task alone.
    async fn handle(&self, route: &Route, call: Call) -> Result<Reply> {
        let handling = route.handle(self.app.clone(), call);
        let handled = tokio::spawn(async move {
            failpoint::reach(Point::InRequest);
            handling.await
        });
        match handled.await {
            Ok(answer) => answer,
            Err(panicked) => Err(Error::internal(panicked)),
        }
    }
}

fn refuse(Refused(error, allowed): Refused, request_id: &str) -> Response {
    report(&error, request_id);
    let mut response = reply::refusal(&error, request_id);
    if let Some(allowed) = allowed.and_then(|methods| HeaderValue::from_str(&methods).ok()) {
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}

/// A fault of ours is told once, here, with its cause; a refusal is the caller's own affair.
fn report(error: &Error, request_id: &str) {
    match error.code() {
        Code::Internal => error!(request.id = request_id, cause = ?error, "a request failed"),
        Code::Unavailable | Code::Unknown => {
            warn!(request.id = request_id, cause = ?error, "a request could not be served")
        }
        _ => {}
    }
}

fn measure(route: Option<&Route>, response: &Response, began: Instant, request_id: &str) {
    let (method, path) = match route {
        Some(route) => (route.method.to_string(), route.full_path()),
        None => ("none".to_owned(), "none".to_owned()),
    };
    let (status, took) = (response.status().as_u16(), began.elapsed());
    debug!(request.id = request_id, http.method = method, http.route = path, http.status = status, took = ?took, "answered");
    counter!("hubbub_http_requests_total", "method" => method.clone(), "route" => path.clone(), "status" => status.to_string()).increment(1);
    histogram!("hubbub_http_request_seconds", "method" => method, "route" => path).record(took);
}

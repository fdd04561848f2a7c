//! What every request passes first.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use std::sync::Arc;
use tower::{Service, ServiceExt};

use super::doorman::Ticket;
use super::gate::{self, Gate, Handshake};
use super::{Body, Served, boxed, too_slow};
use crate::app::{App, PeerAddr, client_address};
use crate::error::{Error, Result};
use crate::rest;
use crate::socket::{Host, Line, Visitor, Wire, Wires, accept_key, offered_token};

#[derive(Clone)]
pub(super) struct Door {
    pub inner: Served<Body>,
    pub gate: Gate,
    pub sockets: Host,
    pub wires: Wires,
    pub app: App,
    /// What a client sends has to come within this.
    pub limit: Duration,
}

impl Door {
    pub async fn answer(
        mut self,
        mut request: Request<Incoming>,
        peer: SocketAddr,
        wire: Wire,
    ) -> Response<Body> {
        let address = client_address(peer.ip(), request.headers(), &self.app.doors.trusted_proxies);
        request.extensions_mut().insert(PeerAddr(peer));
        if let Err(error) = self.pass(&mut request, address, &wire) {
            return boxed(rest::refusal(&error, request.headers(), self.app.doors.tls));
        }
        if let Some(response) = self.host(&mut request, &wire) {
            return response;
        }
        let mut response = self.inside(request).await;
        match response.status() {
            StatusCode::SWITCHING_PROTOCOLS => wire.becomes_websocket(),
            // Neither the engine of Socket.IO nor a preflight is answered by the REST door, which does so.
            _ => rest::protect(response.headers_mut(), self.app.doors.tls),
        }
        response
    }

    /// A long poll is a GET and may wait; what a client sends has to come. REST has a limit inside.
    async fn inside(&mut self, request: Request<Incoming>) -> Response<Body> {
        let sends = gate::is_socket(request.uri()) && request.method() == Method::POST;
        if !sends {
            return self.serve(request).await;
        }
        let headers = request.headers().clone();
        match tokio::time::timeout(self.limit, self.serve(request)).await {
            Ok(response) => response,
            Err(_) => boxed(rest::refusal(&too_slow(), &headers, self.app.doors.tls)),
        }
    }

    async fn serve(&mut self, request: Request<Incoming>) -> Response<Body> {
        match self.inner.ready().await {
            Ok(inner) => match inner.call(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            },
            Err(never) => match never {},
        }
    }

    /// Takes a client that begins with a WebSocket of Engine.IO 4; everything else about sockets,
    /// refusals of a bad handshake too, is the engine's.
    fn host(&self, request: &mut Request<Incoming>, wire: &Wire) -> Option<Response<Body>> {
        let headers = request.headers();
        let handshake = Handshake::of(request.uri());
        let ours = gate::is_socket(request.uri())
            && handshake.begins_websocket()
            && request.method() == Method::GET
            && headers.get(UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
            && headers.get(SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
        let key = headers.get(SEC_WEBSOCKET_KEY).filter(|_| ours)?;
        let response = Response::builder()
            .status(StatusCode::SWITCHING_PROTOCOLS)
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "websocket")
            .header(SEC_WEBSOCKET_ACCEPT, accept_key(key.as_bytes()))
            .body(())
            .ok()?;
        let (host, token, wire) = (self.sockets.clone(), offered_token(headers), wire.clone());
        let ticket = request.extensions_mut().remove::<Arc<Ticket>>();
        let upgrade = hyper::upgrade::on(request);
        wire.becomes_websocket();
        tokio::spawn(async move {
            let Ok(upgraded) = upgrade.await else { return };
            if let Ok(parts) = upgraded.downcast::<TokioIo<Line>>() {
                let (line, read) = (parts.io.into_inner(), parts.read_buf);
                host.attend(Visitor { line, wire, read, token }).await;
            }
            // The connection is counted until here.
            drop(ticket);
        });
        Some(boxed(response.map(|()| http_body_util::Empty::<bytes::Bytes>::new())))
    }

    fn pass(&self, request: &mut Request<Incoming>, address: IpAddr, wire: &Wire) -> Result<()> {
        self.gate.check(request.uri())?;
        if !gate::is_socket(request.uri()) {
            return Ok(());
        }
        self.gate.check_socket(request.headers())?;
        self.gate.check_protocol(request.uri())?;
        if let Some(session) = self.gate.open_session(request.method(), request.uri(), address)? {
            request.extensions_mut().insert(session);
        }
        let handshake = Handshake::of(request.uri());
        if handshake.sid.is_some_and(|sid| self.wires.is_doomed(sid)) {
            return Err(Error::bad_request("this session is over, begin a new one"));
        }
        // An upgrade uses its connection up, so a connection notes one session at most.
        let upgrades =
            request.headers().contains_key(UPGRADE) && request.headers().contains_key(SEC_WEBSOCKET_KEY);
        if let (true, true, Some(sid)) = (upgrades, handshake.websocket, handshake.sid) {
            self.wires.note(sid, wire);
        }
        if request.method() == Method::GET && (upgrades || handshake.sid.is_none()) {
            detach(request)?;
        }
        request.extensions_mut().insert(wire.clone());
        Ok(())
    }
}

/// Of a request that may begin a session what Socket.IO asks for, in memory of its own. It is kept as
/// long as the session, and every name and value in it would keep the whole 8 KiB that were read.
fn detach(request: &mut Request<Incoming>) -> Result<()> {
    use http::header::{AUTHORIZATION, COOKIE, ORIGIN};
    const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
    let websocket = [CONNECTION, UPGRADE, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION];
    let kept = websocket.into_iter().chain([AUTHORIZATION, COOKIE, ORIGIN, FETCH_SITE]);
    let mut headers = HeaderMap::new();
    for name in kept {
        for value in request.headers().get_all(&name) {
            let copy = HeaderValue::from_bytes(value.as_bytes()).map_err(Error::internal)?;
            headers.append(name.clone(), copy);
        }
    }
    let uri = request.uri().to_string().parse().map_err(|_| Error::bad_request("this address is not one"))?;
    *request.headers_mut() = headers;
    *request.uri_mut() = uri;
    Ok(())
}

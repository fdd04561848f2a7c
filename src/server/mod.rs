//! One port: our accept loop, then Socket.IO, then REST; and an end that loses nobody's request.
//!
//! `warp::serve` has no header timeout, no peer address for others and takes no layers, so warp is
//! a service inside a hyper server of ours.

mod door;
mod doorman;
mod gate;
mod listen;

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::UPGRADE;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, combinators::UnsyncBoxBody};
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::util::{BoxCloneSyncService, MapResponse};
use tower::{Layer, Service, ServiceExt};
use tower_http::compression::CompressionLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tracing::{debug, info, warn};

use crate::app::App;
use crate::config::Config;
use crate::error::{Code, Error, Result};
use crate::rest;
use crate::socket::{Line, Manner, Sockets, Wire};
use door::Door;
use doorman::{Doorman, Ticket};
use gate::Gate;

type Body = UnsyncBoxBody<Bytes, std::io::Error>;
type Served<B> = BoxCloneSyncService<Request<Incoming>, Response<B>, Infallible>;

/// A port that is open and not served yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    app: App,
    settings: Settings,
}

/// What of the configuration concerns the port.
#[derive(Clone, Debug)]
pub struct Settings {
    pub bind: SocketAddr,
    pub max_connections: usize,
    pub max_connections_per_address: usize,
    pub anonymous_per_address: usize,
    pub header_timeout: Duration,
    pub request_timeout: Duration,
    pub shutdown: Duration,
    pub manner: Manner,
    pub eio3: bool,
}

impl From<&Config> for Settings {
    fn from(config: &Config) -> Settings {
        let seconds = Duration::from_secs;
        Settings {
            bind: config.server.bind,
            max_connections: config.server.max_connections,
            max_connections_per_address: config.server.max_connections_per_address,
            anonymous_per_address: config.sockets.anonymous_per_address,
            header_timeout: seconds(config.server.header_timeout_seconds),
            request_timeout: seconds(config.server.request_timeout_seconds),
            shutdown: seconds(config.server.shutdown_seconds),
            manner: Manner {
                ping_interval: seconds(config.sockets.ping_interval_seconds),
                ping_timeout: seconds(config.sockets.ping_timeout_seconds),
                events_per_second: config.sockets.events_per_second,
                events_burst: config.sockets.events_burst,
                sockets_per_user: config.sockets.per_user,
            },
            eio3: config.sockets.eio3,
        }
    }
}

impl Server {
    pub fn bind(app: App, settings: Settings) -> Result<Server> {
        let listener = listen::on(settings.bind)?;
        Ok(Server { listener, app, settings })
    }

    /// The address in use, with the port that was chosen where 0 was asked for.
    pub fn address(&self) -> Result<SocketAddr> {
        self.listener.local_addr().map_err(Error::internal)
    }

    /// Serves until `stop`; then finishes what is under way, at most for the time that is set.
    pub async fn serve(self, stop: impl Future<Output = ()>) -> Result<()> {
        let Server { listener, app, settings } = self;
        let sockets = Sockets::open(app.clone(), &settings.manner);
        let door = Door {
            inner: inside(&app, &sockets, &settings)?,
            gate: Gate::new(app.doors.origins.clone(), settings.anonymous_per_address, settings.eio3),
            sockets: sockets.host(),
            wires: sockets.wires.clone(),
            app: app.clone(),
            limit: settings.request_timeout,
        };
        let doorman = Doorman::new(settings.max_connections, settings.max_connections_per_address);
        let (ending, ended) = watch::channel(());
        let mut http = Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(settings.header_timeout)
            .max_headers(64)
            .max_buf_size(16 * 1024);
        let reception = Reception { listener, doorman, http, door, ended };
        let upkeep = async { tokio::join!(app.keep_up(), rest::sum_up()) };
        tokio::select! {
            _ = upkeep => {}
            () = reception.receive() => {}
            () = stop => {}
        }
        info!("stopping: no new sockets, finishing what is under way");
        // Who polls must get in once more, to hear of it.
        tokio::select! {
            () = sockets.warn(settings.shutdown / 8) => {}
            () = reception.receive() => {}
        }
        drop(reception);
        sockets.drain(settings.shutdown * 3 / 8).await;
        ending.send_replace(());
        // The rest of the time is the store's, to close.
        if tokio::time::timeout(settings.shutdown * 3 / 10, ending.closed()).await.is_err() {
            warn!("some requests were still under way");
        }
        Ok(())
    }
}

/// Where connections come in.
struct Reception {
    listener: TcpListener,
    doorman: Doorman,
    http: Builder,
    door: Door,
    ended: watch::Receiver<()>,
}

impl Reception {
    /// Takes in whoever comes, without end.
    async fn receive(&self) {
        loop {
            match self.listener.accept().await {
                Ok((stream, peer)) => self.admit(stream, peer),
                Err(error) => {
                    // Out of file descriptors, most likely: others must end before this can go on.
                    warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    fn admit(&self, stream: TcpStream, peer: SocketAddr) {
        let trusted = self.door.app.doors.trusts(peer.ip());
        match self.doorman.admit(peer.ip(), trusted) {
            Some(ticket) => attend(&self.http, self.ended.clone(), self.door.clone(), stream, peer, ticket),
            None => debug!(peer.address = %peer.ip(), "too many connections"),
        }
    }
}

/// Socket.IO around compression around a time limit around REST.
fn inside(app: &App, sockets: &Sockets, settings: &Settings) -> Result<Served<Body>> {
    let (limit, tls) = (settings.request_timeout, app.doors.tls);
    let rest = warp::service(rest::filter(app.clone(), rest::routes())?);
    let limited = tower::service_fn(move |request: Request<Incoming>| {
        let mut rest = rest.clone();
        let headers = request.headers().clone();
        async move {
            match tokio::time::timeout(limit, rest.call(request)).await {
                Ok(answered) => answered,
                Err(_) => Ok(rest::refusal(&too_slow(), &headers, tls)),
            }
        }
    });
    let compressed = CompressionLayer::new().layer(limited);
    let rest: Served<Body> = BoxCloneSyncService::new(compressed.map_response(boxed));
    let with_sockets = MapResponse::new(sockets.layer.layer(rest), boxed);
    let cors = cors(app).layer(with_sockets);
    Ok(BoxCloneSyncService::new(cors))
}

fn too_slow() -> Error {
    Error::new(Code::RequestTimeout, "this took too long")
}

fn boxed<B>(response: Response<B>) -> Response<Body>
where
    B: hyper::body::Body<Data = Bytes> + Send + 'static,
    B::Error: std::fmt::Display,
{
    response.map(|body| body.map_err(|error| std::io::Error::other(error.to_string())).boxed_unsync())
}

/// Nobody unless listed; a listed page may send a browser's cookies.
fn cors(app: &App) -> CorsLayer {
    let listed = app.doors.origins.listed().iter().filter_map(|origin| origin.parse().ok());
    let listed: Vec<http::HeaderValue> = listed.collect();
    if listed.is_empty() {
        return CorsLayer::new().vary([]);
    }
    use http::header;
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(listed))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_NONE_MATCH,
            header::HeaderName::from_static("idempotency-key"),
            header::HeaderName::from_static("x-request-id"),
        ])
        .expose_headers([header::ETAG, header::RETRY_AFTER, header::HeaderName::from_static("x-request-id")])
        .max_age(Duration::from_secs(600))
        .vary([])
}

fn attend(
    http: &Builder,
    mut ended: watch::Receiver<()>,
    door: Door,
    stream: TcpStream,
    peer: SocketAddr,
    ticket: Ticket,
) {
    // Small frames must not wait for each other.
    let _ = stream.set_nodelay(true);
    let line = Line::new(stream);
    let wire = Wire::of(&line);
    let ticket = Arc::new(ticket);
    let service = tower::service_fn(move |mut request: Request<Incoming>| {
        let (door, wire) = (door.clone(), wire.clone());
        // A WebSocket outlives the HTTP connection it came on, and is counted as long.
        if request.headers().contains_key(UPGRADE) {
            request.extensions_mut().insert(ticket.clone());
        }
        async move { Ok::<_, Infallible>(door.answer(request, peer, wire).await) }
    });
    let serving =
        http.serve_connection(TokioIo::new(line), TowerToHyperService::new(service)).with_upgrades();
    tokio::spawn(async move {
        tokio::pin!(serving);
        let served = tokio::select! {
            served = &mut serving => served,
            _ = ended.changed() => {
                // What is under way is answered, and nothing more is taken.
                serving.as_mut().graceful_shutdown();
                serving.await
            }
        };
        if let Err(error) = served {
            debug!(peer.address = %peer.ip(), %error, "a connection ended badly");
        }
    });
}

//! `hubbub health`: asks the server of this machine whether it lives, for containers that have no curl.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use super::say;
use crate::config::Loaded;
use crate::error::{Error, Result};

/// Ask the running server whether it is well; the exit code is the answer
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  hubbub health
  HUBBUB_BIND=0.0.0.0:8080 hubbub health && echo well")]
pub(super) struct Health {}

const PATIENCE: Duration = Duration::from_secs(3);

impl Health {
    pub(super) fn run(self, loaded: &Loaded) -> Result<()> {
        let address = reachable(loaded.config.server.bind);
        let answer = ask(address).map_err(|cause| {
            Error::unavailable(format!("no answer from http://{address}/health: {cause}"))
        })?;
        match answer.split_whitespace().nth(1) {
            Some("200") => {
                say("well");
                Ok(())
            }
            status => {
                let status = status.unwrap_or("nothing");
                Err(Error::unavailable(format!("http://{address}/health answered {status}")))
            }
        }
    }
}

/// "Every address" is an address to listen on and none to call.
fn reachable(bind: SocketAddr) -> SocketAddr {
    let ip = match bind.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, bind.port())
}

/// The first bytes of the answer, which hold its status.
fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // At once: a server may answer and close before it has read a request that comes in pieces.
    let request = format!("GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(64).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

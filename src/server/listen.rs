//! The listening socket.

use std::net::SocketAddr;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;

use crate::error::{Code, Error, Result};

const BACKLOG: i32 = 1_024;
/// What is sent and not taken for this long ends the connection: a stalled reader costs memory and
/// must not stay for ever (contract D-21). Accepted sockets inherit it.
const UNTAKEN: Duration = Duration::from_secs(20);

/// UNAVAILABLE, with what to do, where the port cannot be had.
pub fn on(address: SocketAddr) -> Result<TcpListener> {
    open(address).map_err(|error| {
        let hint = match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                "another program uses it; stop that one or choose another with --bind"
            }
            std::io::ErrorKind::PermissionDenied => {
                "ports below 1024 need a privilege; choose another with --bind"
            }
            std::io::ErrorKind::AddrNotAvailable => {
                "this machine has no such address; choose another with --bind"
            }
            _ => "choose another with --bind",
        };
        Error::new(Code::Unavailable, format!("cannot listen on {address}: {error} ({hint})"))
    })
}

fn open(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(UNTAKEN))?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

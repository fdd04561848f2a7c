//! One TCP connection of a simulated client: never blocks, keeps only what is not whole yet.

use std::io::{ErrorKind, Read, Result, Write};
use std::net::{Ipv4Addr, SocketAddr};

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use socket2::{Domain, Protocol, Socket, Type};

/// From one address to one port there are about 28,000 connections; more clients than this take
/// further addresses of the loopback.
const PER_SOURCE: usize = 10_000;

/// What the shared buffer holds at first; it grows to the longest frame.
pub const BUFFER: usize = 256 * 1024;

#[derive(Debug)]
pub struct Line {
    stream: TcpStream,
    /// The beginning of a frame that is not whole.
    partial: Vec<u8>,
    /// What the kernel has not taken.
    unsent: Vec<u8>,
}

/// What came of reading once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// So many bytes stand in the buffer; there may be more to read.
    Some(usize),
    /// So many, and there is no more for the moment.
    Last(usize),
    Closed,
}

impl Line {
    /// Begins to connect, as the client with this number.
    pub fn dial(address: SocketAddr, number: usize, registry: &Registry, token: Token) -> Result<Line> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_nonblocking(true)?;
        socket.set_tcp_nodelay(true)?;
        if let Some(source) = source(address, number) {
            // A port of an earlier run that is not quite over is good enough.
            socket.set_reuse_address(true)?;
            socket.bind(&SocketAddr::from((source, 0)).into())?;
        }
        match socket.connect(&address.into()) {
            Err(error) if error.raw_os_error() != Some(rustix::io::Errno::INPROGRESS.raw_os_error()) => {
                return Err(error);
            }
            _ => {}
        }
        let mut stream = TcpStream::from_std(socket.into());
        registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Line { stream, partial: Vec::new(), unsent: Vec::new() })
    }

    /// Sends, or keeps what cannot be sent yet.
    pub fn send(&mut self, bytes: &[u8]) -> Result<()> {
        if !self.unsent.is_empty() {
            self.unsent.extend_from_slice(bytes);
            return Ok(());
        }
        let sent = self.push(bytes)?;
        self.unsent.extend_from_slice(bytes.get(sent..).unwrap_or_default());
        Ok(())
    }

    /// To be called when the kernel takes more.
    pub fn flush(&mut self) -> Result<()> {
        if self.unsent.is_empty() {
            return Ok(());
        }
        let waiting = std::mem::take(&mut self.unsent);
        let sent = self.push(&waiting)?;
        // Given back its memory when empty: most lines send little.
        self.unsent = waiting.get(sent..).unwrap_or_default().to_vec();
        Ok(())
    }

    fn push(&mut self, bytes: &[u8]) -> Result<usize> {
        match self.stream.write(bytes) {
            Ok(sent) => Ok(sent),
            // While it still connects there is nobody to send to.
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => Ok(0),
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// Reads once into `buffer`, behind what was kept.
    pub fn read(&mut self, buffer: &mut Vec<u8>) -> Result<Came> {
        let kept = self.partial.len();
        if buffer.len() < kept + BUFFER / 2 {
            buffer.resize((kept + BUFFER / 2).next_power_of_two().max(BUFFER), 0);
        }
        if let Some(front) = buffer.get_mut(..kept) {
            front.copy_from_slice(&self.partial);
        }
        self.partial = Vec::new();
        let room = buffer.get_mut(kept..).unwrap_or_default();
        let size = room.len();
        match self.stream.read(room) {
            Ok(0) => Ok(Came::Closed),
            // Less than there was room for: the kernel has no more, and will say when it has.
            Ok(read) if read < size => Ok(Came::Last(kept + read)),
            Ok(read) => Ok(Came::Some(kept + read)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(Came::Last(kept)),
            Err(error) if error.kind() == ErrorKind::NotConnected => Ok(Came::Last(kept)),
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(Came::Some(kept)),
            Err(error) => Err(error),
        }
    }

    /// Keeps the beginning of a frame for the next reading.
    pub fn keep(&mut self, rest: &[u8]) {
        if !rest.is_empty() {
            self.partial = rest.to_vec();
        }
    }
}

/// Where the client with this number calls from, if it matters.
fn source(address: SocketAddr, number: usize) -> Option<Ipv4Addr> {
    let further = u8::try_from(number / PER_SOURCE).ok()?;
    let loopback = address.is_ipv4() && address.ip().is_loopback();
    (loopback && further > 0).then(|| Ipv4Addr::new(127, 0, 0, further.saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_clients_of_one_machine_call_from_many_addresses() {
        let here: SocketAddr = "127.0.0.1:3000".parse().unwrap();
        assert_eq!(source(here, 9_999), None);
        assert_eq!(source(here, 10_000), Some(Ipv4Addr::new(127, 0, 0, 2)));
        assert_eq!(source(here, 49_999), Some(Ipv4Addr::new(127, 0, 0, 5)));
        assert_eq!(source("192.0.2.1:80".parse().unwrap(), 20_000), None);
    }
}

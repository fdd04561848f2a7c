//! A TCP stream that others can cut, and the counting of who has how many.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::app::block;

/// Reads and writes through a shared stream, so that a [`crate::socket::Wire`] can shut it down
/// while a task waits in it.
#[derive(Debug)]
pub struct Line(Arc<TcpStream>);

impl Line {
    pub fn new(stream: Arc<TcpStream>) -> Line {
        Line(stream)
    }
}

impl AsyncRead for Line {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(self.0.poll_read_ready(cx))?;
            match self.0.try_read(buffer.initialize_unfilled()) {
                Ok(read) => {
                    buffer.advance(read);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.0.poll_write_ready(cx))?;
            match self.0.try_write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => return Poll::Ready(written),
            }
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.0.poll_write_ready(cx))?;
            match self.0.try_write_vectored(slices) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => return Poll::Ready(written),
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        match socket2::SockRef::from(&*self.0).shutdown(std::net::Shutdown::Write) {
            Err(error) if error.kind() != io::ErrorKind::NotConnected => Poll::Ready(Err(error)),
            _ => Poll::Ready(Ok(())),
        }
    }
}

/// Open connections, in all and by address.
#[derive(Clone, Debug)]
pub struct Doorman {
    most: usize,
    most_per_address: usize,
    open: Arc<Mutex<(usize, HashMap<IpAddr, usize>)>>,
}

/// One open connection; counted until it is dropped.
#[derive(Debug)]
pub struct Ticket {
    doorman: Doorman,
    address: IpAddr,
}

impl Doorman {
    pub fn new(most: usize, most_per_address: usize) -> Doorman {
        Doorman { most, most_per_address, open: Arc::default() }
    }

    /// None where there are too many; `trusted` peers (proxies) are bounded only in all.
    pub fn admit(&self, address: IpAddr, trusted: bool) -> Option<Ticket> {
        let address = block(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let here = open.1.get(&address).copied().unwrap_or(0);
        if open.0 >= self.most || (!trusted && here >= self.most_per_address) {
            return None;
        }
        open.0 += 1;
        *open.1.entry(address).or_default() += 1;
        metrics::gauge!("hubbub_connections").set(open.0 as f64);
        Some(Ticket { doorman: self.clone(), address })
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut open = self.doorman.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.0 -= 1;
        if let Some(here) = open.1.get_mut(&self.address) {
            *here -= 1;
            if *here == 0 {
                open.1.remove(&self.address);
            }
        }
        metrics::gauge!("hubbub_connections").set(open.0 as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_no_more_connections_than_it_may_and_gets_them_back() {
        let doorman = Doorman::new(3, 2);
        let (ann, bob) = (IpAddr::from([1, 1, 1, 1]), IpAddr::from([2, 2, 2, 2]));
        let first = doorman.admit(ann, false).unwrap();
        let _second = doorman.admit(ann, false).unwrap();
        assert!(doorman.admit(ann, false).is_none());
        let _third = doorman.admit(bob, false).unwrap();
        assert!(doorman.admit(bob, false).is_none(), "three in all");
        drop(first);
        assert!(doorman.admit(bob, false).is_some());
    }
}

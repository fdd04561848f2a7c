//! A TCP stream as the server reads and writes it, which others can write to and cut meanwhile.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::out::Out;

/// As long as it carries HTTP, what is written goes straight to the stream. Once it carries a
/// WebSocket, what is written is taken whole, so that frames are never cut in two, and what the
/// stream does not take at once waits here.
#[derive(Debug)]
pub struct Line(pub(super) Arc<Shared>);

#[derive(Debug)]
pub(super) struct Shared {
    stream: TcpStream,
    is_websocket: AtomicBool,
    out: Mutex<Out>,
    /// Reads, and writes what waits as soon as the stream takes it.
    reader: AtomicWaker,
}

/// A frame could not be queued: the client does not keep up, or is gone.
#[derive(Debug)]
pub struct Refused;

/// Up to here it costs less to copy frames together than to hand the system a list of them.
const JOINED: usize = 4_096;

/// What waits when the engine lets go of the line has this long to be taken.
const LAST_WORDS: Duration = Duration::from_secs(5);

impl Line {
    pub fn new(stream: TcpStream) -> Line {
        let is_websocket = AtomicBool::new(false);
        Line(Arc::new(Shared { stream, is_websocket, out: Mutex::default(), reader: AtomicWaker::new() }))
    }
}

impl Shared {
    fn out(&self) -> MutexGuard<'_, Out> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn becomes_websocket(&self) {
        self.is_websocket.store(true, Ordering::Release);
    }

    pub(super) fn is_websocket(&self) -> bool {
        self.is_websocket.load(Ordering::Acquire)
    }

    pub(super) fn await_mark(&self) {
        self.out().await_mark();
    }

    /// Closes both directions at once; what is unsent is lost.
    pub(super) fn cut(&self) {
        // It may be closed already, which is what is wanted.
        let _ = SockRef::from(&self.stream).shutdown(std::net::Shutdown::Both);
    }

    /// Sends one frame, or lets it wait behind others.
    pub(super) fn send(&self, frame: &Bytes) -> Result<(), Refused> {
        let mut out = self.out();
        let taken = match out.is_idle() {
            true => self.try_write(frame)?,
            false => 0,
        };
        if taken < frame.len() {
            out.push(frame.slice(taken..)).map_err(|_| Refused)?;
            drop(out);
            self.reader.wake();
        }
        Ok(())
    }

    pub(super) fn queue(&self, frame: &Bytes) -> Result<bool, Refused> {
        let mut out = self.out();
        let first = out.is_empty();
        out.push(frame.clone()).map_err(|_| Refused)?;
        Ok(first)
    }

    pub(super) fn flush(&self) {
        // An error shows itself to the reader.
        if self.drain(&mut self.out()).is_err() {
            self.reader.wake();
        }
    }

    fn try_write(&self, frame: &[u8]) -> Result<usize, Refused> {
        match self.stream.try_write(frame) {
            Ok(written) => Ok(written),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
            Err(_) => Err(Refused),
        }
    }

    fn drain(&self, out: &mut Out) -> io::Result<()> {
        out.drain(|slices| match slices {
            [one] => self.stream.try_write(one),
            few if length(few) <= JOINED => {
                let mut joined = Vec::with_capacity(length(few));
                few.iter().for_each(|slice| joined.extend_from_slice(slice));
                self.stream.try_write(&joined)
            }
            many => self.stream.try_write_vectored(many),
        })
    }

    /// Writes what waits, and asks to be woken when more can be written.
    fn poll_drain(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            if self.out().is_empty() {
                return Poll::Ready(Ok(()));
            }
            ready!(self.stream.poll_write_ready(cx))?;
            match self.drain(&mut self.out()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return Poll::Ready(done),
            }
        }
    }
}

fn length(slices: &[io::IoSlice<'_>]) -> usize {
    slices.iter().map(|slice| slice.len()).sum()
}

impl AsyncRead for Line {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let shared = &*self.0;
        if shared.is_websocket() {
            // Before looking at what waits: what is pushed after the look wakes this task.
            shared.reader.register(cx.waker());
            if let Poll::Ready(Err(error)) = shared.poll_drain(cx) {
                return Poll::Ready(Err(error));
            }
        }
        loop {
            ready!(shared.stream.poll_read_ready(cx))?;
            match shared.stream.try_read(buffer.initialize_unfilled()) {
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
        let shared = &*self.0;
        if shared.is_websocket() {
            let mut out = shared.out();
            let taken = match out.is_idle() {
                true => shared.try_write(bytes).map_err(|_| io::ErrorKind::BrokenPipe)?,
                false => 0,
            };
            out.push_engines(bytes.get(taken..).unwrap_or_default());
            if shared.drain(&mut out).is_err() {
                shared.reader.wake();
            }
            return Poll::Ready(Ok(bytes.len()));
        }
        loop {
            ready!(shared.stream.poll_write_ready(cx))?;
            match shared.stream.try_write(bytes) {
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
        if self.0.is_websocket() {
            let first = slices.iter().find(|slice| !slice.is_empty());
            return self.poll_write(cx, first.map_or(&[], |slice| slice));
        }
        loop {
            ready!(self.0.stream.poll_write_ready(cx))?;
            match self.0.stream.try_write_vectored(slices) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => return Poll::Ready(written),
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        !self.0.is_websocket()
    }

    /// What waits is written by whoever reads.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.0.out().is_empty() {
            // Dropping the line ends it, after the last words.
            return Poll::Ready(Ok(()));
        }
        match SockRef::from(&self.0.stream).shutdown(std::net::Shutdown::Write) {
            Err(error) if error.kind() != io::ErrorKind::NotConnected => Poll::Ready(Err(error)),
            _ => Poll::Ready(Ok(())),
        }
    }
}

impl Drop for Line {
    /// Nobody reads any more; what waits is still sent, for a while.
    fn drop(&mut self) {
        let shared = self.0.clone();
        if shared.out().is_empty() {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                let rest = std::future::poll_fn(|cx| shared.poll_drain(cx));
                let _ = tokio::time::timeout(LAST_WORDS, rest).await;
            });
        }
    }
}

//! The searches of people at work: over REST, one after the other, in a thread of its own, so that no
//! client waits for them.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;
use std::time::Instant;

use http::Method;
use serde_json::Value;
use tokio::runtime;

use super::plan::Target;
use super::rest::Api;
use super::tally::Tally;
use crate::error::{Error, Result};

/// As of a socket that goes.
const LOST: &str = "CONNECTION_LOST";

pub struct Searcher {
    wanted: Sender<Search>,
    thread: JoinHandle<Tally>,
}

/// Who searches, and for which word.
struct Search {
    user: usize,
    word: &'static str,
}

impl Searcher {
    pub fn begin(target: &Arc<Target>) -> Searcher {
        let (wanted, searches) = mpsc::channel();
        let target = target.clone();
        Searcher { wanted, thread: std::thread::spawn(move || search(&target, &searches)) }
    }

    pub fn search(&self, user: usize, word: &'static str) {
        // A thread that is gone is found out in the end.
        let _ = self.wanted.send(Search { user, word });
    }

    /// What came of them, when the last is answered.
    pub fn end(self) -> Result<Tally> {
        drop(self.wanted);
        self.thread.join().map_err(|_| Error::internal("the thread that searches panicked"))
    }
}

fn search(target: &Target, searches: &Receiver<Search>) -> Tally {
    let mut tally = Tally::default();
    let mut runtime = None;
    for Search { user, word } in searches {
        tally.searches += 1;
        let began = Instant::now();
        match answer(&mut runtime, target, user, word) {
            Ok(()) => tally.search.note(u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX)),
            Err(code) => tally.error(&code),
        }
    }
    tally
}

/// Opened at the first search, and again after a failure.
type Open = Option<(runtime::Runtime, Api)>;

fn answer(open: &mut Open, target: &Target, user: usize, word: &str) -> std::result::Result<(), String> {
    let (runtime, mut api) = match open.take() {
        Some(open) => open,
        None => connect(target).map_err(|_| LOST)?,
    };
    let token = target.tokens.get(user).map(String::as_str);
    let path = format!("/api/messages/search?q={word}");
    let answered = runtime.block_on(api.ask(Method::GET, &path, None, token));
    let (status, _, body) = answered.map_err(|_| LOST)?;
    *open = Some((runtime, api));
    match status.is_success() {
        true => Ok(()),
        false => Err(body.pointer("/error/code").and_then(Value::as_str).unwrap_or("REFUSED").to_owned()),
    }
}

fn connect(target: &Target) -> Result<(runtime::Runtime, Api)> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(Error::internal)?;
    let api = runtime.block_on(Api::open(target.address, target.host.clone()))?;
    Ok((runtime, api))
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::{TcpListener, TcpStream};

    use super::*;
    use crate::bench::plan::{Profile, plan};

    /// Reads one request and answers it; the target that was asked for.
    fn serve(stream: &mut BufReader<TcpStream>, status: &str, body: &str) -> String {
        let mut head = Vec::new();
        while head.last().is_none_or(|line: &String| line != "\r\n") {
            let mut line = String::new();
            stream.read_line(&mut line).unwrap();
            head.push(line);
        }
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        stream.get_mut().write_all(answer.as_bytes()).unwrap();
        head.swap_remove(0)
    }

    #[test]
    fn what_is_answered_is_timed_and_what_is_not_is_an_error() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let plan = plan(Profile::Office, 2, 1, 1);
        let target = Target::plain(listener.local_addr().unwrap(), "here".to_owned(), &plan);
        let searcher = Searcher::begin(&Arc::new(target));
        ["green", "lunch", "ship", "up"].into_iter().for_each(|word| searcher.search(1, word));
        let mut stream = BufReader::new(listener.accept().unwrap().0);
        let asked = serve(&mut stream, "200 OK", "{}");
        assert!(asked.starts_with("GET /api/messages/search?q=green "), "{asked}");
        serve(&mut stream, "429 Too Many Requests", r#"{"error":{"code":"RATE_LIMITED"}}"#);
        drop(stream);
        let mut again = BufReader::new(listener.accept().unwrap().0);
        serve(&mut again, "200 OK", "{}");
        let tally = searcher.end().unwrap();
        assert_eq!((tally.searches, tally.search.spread().count), (4, 2));
        assert_eq!((tally.errors["RATE_LIMITED"], tally.errors["CONNECTION_LOST"]), (1, 1));
    }
}

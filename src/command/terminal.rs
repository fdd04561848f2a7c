//! Talking with whoever typed the command.

use std::io::{self, BufRead, IsTerminal, Write};

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use tokio::signal::unix::{SignalKind, signal};

use crate::auth::NewPassword;
use crate::error::{Code, Error, Result};

/// A line of the answer. A reader that is gone does not matter.
pub fn say(line: impl AsRef<str>) {
    let _ = writeln!(io::stdout(), "{}", line.as_ref());
}

/// Ends at the first SIGTERM or SIGINT from now on.
pub fn told_to_stop() -> Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::internal)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::internal)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// How far a long command is. Kept apart from its answer.
pub(super) fn note(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

pub(super) fn warn(line: &str) {
    let _ = writeln!(io::stderr(), "hubbub: {line}");
}

/// Whoever runs the command may know the cause of a fault.
pub(super) fn complain(error: &Error) {
    match (error.code(), std::error::Error::source(error)) {
        (Code::Internal, Some(cause)) => warn(&format!("{}: {cause}", error.message())),
        _ => warn(error.message()),
    }
}

/// One line of what is typed or piped in, without its end; refused where there is none.
pub(super) fn ask(question: &str) -> Result<String> {
    let _ = write!(io::stderr(), "{question} ");
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line).map_err(Error::internal)?;
    if !line.ends_with('\n') || !io::stdin().is_terminal() {
        // Nobody pressed return where it shows.
        let _ = writeln!(io::stderr());
    }
    match read {
        0 => Err(Error::bad_request("nothing was typed, so nothing was done")),
        _ => Ok(line.trim_end_matches(['\r', '\n']).to_owned()),
    }
}

/// Typed twice without being shown, or read once from a pipe.
pub(super) fn new_password(piped: bool) -> Result<NewPassword> {
    if piped || !io::stdin().is_terminal() {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map_err(Error::internal)?;
        return line.trim_end_matches(['\r', '\n']).parse();
    }
    let first = ask_hidden("password:")?;
    let password = first.parse()?;
    match ask_hidden("the same again:")? == first {
        true => Ok(password),
        false => Err(Error::bad_request("the two differ, so nothing was done")),
    }
}

/// Without echo. Signals from the keyboard are off as well: one would leave the terminal silent.
fn ask_hidden(question: &str) -> Result<String> {
    let stdin = io::stdin();
    let before = tcgetattr(&stdin).map_err(Error::internal)?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO | LocalModes::ISIG);
    tcsetattr(&stdin, OptionalActions::Flush, &silent).map_err(Error::internal)?;
    let answer = ask(question);
    tcsetattr(&stdin, OptionalActions::Flush, &before).map_err(Error::internal)?;
    let _ = writeln!(io::stderr());
    match answer? {
        cancelled if cancelled.contains('\u{3}') => Err(Error::bad_request("cancelled, nothing was done")),
        answer => Ok(answer),
    }
}

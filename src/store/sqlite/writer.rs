//! The one thread that writes, with group commit (contract D-11).
//!
//! Whatever waits is run in one transaction, made durable by one COMMIT, and answered after it.
//! While one group is on its way to the disk, the next gathers; between groups that follow each other
//! closely it waits a little for company, because each costs a way to the disk.

use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};
use tracing::error;

use super::fault;
use crate::error::{Code, Error, Result};

/// Documents that one transaction takes before it commits; more wait for the next.
const GROUP: usize = 256;
/// With so much in a group it goes without waiting for more.
const ENOUGH: usize = 32;
/// Jobs that may wait; who comes later waits for room.
const WAITING: usize = 1024;

/// What a job does; an error of its own that harms nobody else is inside `T`.
pub(super) type Outcome<T> = rusqlite::Result<Result<T>>;
/// What became of the transaction, and why.
type Failure<'a> = (Code, &'a str);

trait Job: Send {
    fn weight(&self) -> usize;
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()>;
    fn answer(self: Box<Self>, committed: Result<(), Failure<'_>>);
}

struct Work<T, F> {
    weight: usize,
    work: Option<F>,
    done: Option<Result<T>>,
    answer: oneshot::Sender<Result<T>>,
}

impl<T: Send, F: FnOnce(&Connection) -> Outcome<T> + Send> Job for Work<T, F> {
    fn weight(&self) -> usize {
        self.weight
    }

    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        if let Some(work) = self.work.take() {
            self.done = Some(work(connection)?);
        }
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), Failure<'_>>) {
        let answer = match (committed, self.done) {
            (Ok(()), Some(done)) => done,
            (Ok(()), None) => Err(Error::unavailable("the store did not run this")),
            (Err((code, cause)), _) => Err(fault::of_write(code, cause)),
        };
        // Nobody waits any more where the caller gave up.
        let _ = self.answer.send(answer);
    }
}

enum Task {
    Grouped(Box<dyn Job>),
    /// Outside any transaction: what SQLite refuses within one.
    Alone(Box<dyn Job>),
    Close(oneshot::Sender<()>),
}

#[derive(Debug)]
pub(super) struct Writer {
    tasks: mpsc::Sender<Task>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// `held` is kept until the last write is done: the lock of the data directory.
    pub(super) fn start(name: &str, connection: Connection, held: impl Send + 'static) -> Result<Writer> {
        let (tasks, waiting) = mpsc::channel(WAITING);
        let thread = std::thread::Builder::new()
            .name(name.into())
            .spawn(move || {
                let closing = serve(&connection, waiting);
                drop(connection);
                drop(held);
                if let Some(answer) = closing {
                    let _ = answer.send(());
                }
            })
            .map_err(Error::internal)?;
        Ok(Writer { tasks, thread: Some(thread) })
    }

    /// Runs `work` in the next group; answers when it is on the disk.
    pub(super) async fn run<T, F>(&self, weight: usize, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    {
        self.ask(weight, work, Task::Grouped).await
    }

    pub(super) async fn run_alone<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    {
        self.ask(0, work, Task::Alone).await
    }

    async fn ask<T, F>(&self, weight: usize, work: F, task: fn(Box<dyn Job>) -> Task) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(Work { weight, work: Some(work), done: None, answer });
        self.tasks.send(task(job)).await.map_err(|_| closed())?;
        // The thread answers every job it takes; if it dies with one, its outcome is unknown.
        answered.await.unwrap_or_else(|_| Err(Error::unknown()))
    }

    /// Returns when everything that waited is written and what was held is let go.
    pub(super) async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        if self.tasks.send(Task::Close(answer)).await.is_ok() {
            let _ = answered.await;
        }
    }
}

impl Drop for Writer {
    /// Waits for the thread, so that the directory can be opened again at once.
    fn drop(&mut self) {
        let (nobody, _) = mpsc::channel(1);
        drop(std::mem::replace(&mut self.tasks, nobody));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Until nobody can ask any more; gives back whom to tell of the end.
fn serve(connection: &Connection, mut waiting: mpsc::Receiver<Task>) -> Option<oneshot::Sender<()>> {
    let mut closing = None;
    let mut company = Company::default();
    while let Some(task) = waiting.blocking_recv() {
        let mut next = Some(task);
        while let Some(task) = next.take() {
            match task {
                Task::Grouped(job) => next = group(connection, job, &mut waiting, &mut company),
                Task::Alone(job) => alone(connection, job),
                Task::Close(answer) => {
                    waiting.close();
                    closing = Some(answer);
                }
            }
        }
    }
    closing
}

/// Runs the group that begins with `first`; gives back the task of another kind that ended it.
fn group(
    connection: &Connection,
    first: Box<dyn Job>,
    waiting: &mut mpsc::Receiver<Task>,
    company: &mut Company,
) -> Option<Task> {
    let mut weight = first.weight();
    let mut jobs = vec![first];
    let mut next = None;
    company.begin(Instant::now());
    while weight < GROUP {
        match waiting.try_recv() {
            Ok(Task::Grouped(job)) => {
                weight += job.weight();
                jobs.push(job);
            }
            Ok(other) => {
                next = Some(other);
                break;
            }
            Err(_) if weight < ENOUGH && company.is_expected(jobs.len()) => std::thread::sleep(SLICE),
            Err(_) => break,
        }
    }
    metrics::histogram!("hubbub_store_group_documents").record(weight as f64);
    commit(connection, jobs);
    company.end(Instant::now());
    next
}

/// How long at a time more jobs are waited for, and how often for one group.
const SLICE: Duration = Duration::from_millis(1);
const SLICES: u32 = 6;
/// After nobody came the next group does not wait, after nobody came again the next two, and so on
/// until so many: perhaps those who write wait for their answers first.
const ALONE: u32 = 64;

/// Whether a group waits for others to join it. It does where the last one ended just now, and while
/// each slice of waiting brings somebody: a disk that everybody keeps busy is shared, and a single
/// writer who waits for every answer loses nothing.
#[derive(Default)]
struct Company {
    ended: Option<Instant>,
    slices: u32,
    /// Jobs in the group when it last began to wait.
    before: usize,
    /// Groups that will not wait, and how many it were after nobody came last.
    alone: u32,
    lonely: u32,
}

impl Company {
    fn begin(&mut self, now: Instant) {
        let follows = self.ended.is_some_and(|ended| now.duration_since(ended) < SLICE);
        self.slices = if follows && self.alone == 0 { SLICES } else { 0 };
        self.alone = self.alone.saturating_sub(1);
        self.before = 0;
    }

    fn is_expected(&mut self, jobs: usize) -> bool {
        if self.before == jobs {
            if self.slices + 1 == SLICES {
                self.lonely = (2 * self.lonely).clamp(1, ALONE);
                self.alone = self.lonely;
            }
            return false;
        }
        if self.before > 0 {
            self.lonely = 0;
        }
        let waits = self.slices > 0;
        self.slices = self.slices.saturating_sub(1);
        self.before = jobs;
        waits
    }

    fn end(&mut self, now: Instant) {
        self.ended = Some(now);
    }
}

fn commit(connection: &Connection, mut jobs: Vec<Box<dyn Job>>) {
    let failure = transaction(connection, &mut jobs).err();
    if let Some(failure) = &failure {
        error!(error = %failure, jobs = jobs.len(), "a group of writes failed and is taken back");
        take_back(connection);
    }
    let cause = failure.as_ref().map(ToString::to_string);
    let code = failure.as_ref().map(fault::of_transaction);
    for job in jobs {
        job.answer(match (code, &cause) {
            (Some(code), Some(cause)) => Err((code, cause)),
            _ => Ok(()),
        });
    }
}

fn transaction(connection: &Connection, jobs: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    for job in jobs {
        job.run(connection)?;
    }
    connection.execute_batch("COMMIT")
}

fn take_back(connection: &Connection) {
    // SQLite has already rolled back by itself after some errors.
    if !connection.is_autocommit()
        && let Err(failure) = connection.execute_batch("ROLLBACK")
    {
        error!(error = %failure, "a failed group of writes could not be rolled back");
    }
}

fn alone(connection: &Connection, mut job: Box<dyn Job>) {
    let failure = job.run(connection).err();
    let cause = failure.as_ref().map(ToString::to_string);
    job.answer(match (&failure, &cause) {
        (Some(failure), Some(cause)) => Err((fault::of_transaction(failure), cause)),
        _ => Ok(()),
    });
}

fn closed() -> Error {
    Error::unavailable("the store is closed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_waits_for_company_only_while_it_comes() {
        let start = Instant::now();
        let mut company = Company::default();
        company.begin(start);
        assert!(!company.is_expected(1), "the first of all");
        company.end(start);
        company.begin(start + SLICE);
        assert!(!company.is_expected(1), "after a rest");
        company.end(start);
        company.begin(start);
        assert!(company.is_expected(1) && company.is_expected(3), "each slice brings somebody");
        assert!(!company.is_expected(3), "nobody more");
        company.end(start);
        company.begin(start);
        assert!((1..=SLICES as usize).all(|jobs| company.is_expected(jobs)));
        assert!(!company.is_expected(9), "long enough");
    }

    #[test]
    fn who_writes_alone_is_not_kept_waiting() {
        let start = Instant::now();
        let mut company = Company::default();
        let mut waited = 0;
        for _ in 0..20 * ALONE {
            company.end(start);
            company.begin(start);
            waited += u32::from(company.is_expected(1));
            company.is_expected(1);
        }
        // 1 + 2 + 4 … and then once in ALONE + 1.
        assert_eq!(waited, 25);
    }

    #[test]
    fn a_full_disk_takes_the_whole_group_back_and_says_so_to_all() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "CREATE TABLE kept (text); INSERT INTO kept VALUES ('before'); PRAGMA max_page_count = 4",
            )
            .unwrap();
        let (jobs, answers): (Vec<Box<dyn Job>>, Vec<_>) = [10, 100_000, 10]
            .into_iter()
            .map(|size: usize| {
                let (answer, answered) = oneshot::channel::<Result<()>>();
                let work = Work {
                    weight: 1,
                    work: Some(move |connection: &Connection| {
                        let text = "x".repeat(size);
                        connection.execute("INSERT INTO kept VALUES (?)", [text]).map(|_| Ok(()))
                    }),
                    done: None,
                    answer,
                };
                (Box::new(work) as Box<dyn Job>, answered)
            })
            .unzip();
        commit(&connection, jobs);
        for mut answered in answers {
            let answer = answered.try_recv().unwrap();
            assert_eq!(answer.unwrap_err().code(), Code::Unavailable);
        }
        let kept: i64 = connection.query_row("SELECT count(*) FROM kept", [], |row| row.get(0)).unwrap();
        assert_eq!(kept, 1);
        // The next group begins afresh.
        assert!(connection.is_autocommit());
    }
}

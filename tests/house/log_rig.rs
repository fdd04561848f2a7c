//! What stories about the log say over and over: people, drafts, and the log as it lies in the store.

use hubbub::clock::Clock;
use hubbub::log::{Address, Draft, Kept, Logs};
use hubbub::model::{Entry, Epoch, Id, Message, Seq, Time, User, What};
use hubbub::store::Store;

/// A number from the environment, for longer runs than a test suite has time for.
pub fn size(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |text| text.parse().unwrap())
}

pub fn user(n: u8) -> Id<User> {
    Id::from_bytes([n; 12])
}

pub fn channel(n: u8) -> Address {
    Address { log: Id::from_bytes([0xC0 + n; 12]), epoch: Epoch("first".into()) }
}

pub fn clock_at(millis: i64) -> Clock {
    Clock::still(Time::from_millis(1_700_000_000_000 + millis))
}

fn draft(by: Id<User>, what: What) -> Draft {
    Draft::new(by, &"somebody".parse().unwrap(), what)
}

pub fn post(by: Id<User>, intent: &str, text: &str) -> Draft {
    let sum = text.bytes().fold(7u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let message =
        Message { text: Some(text.parse().unwrap()), digest: sum.to_string(), ..Message::default() };
    Draft { client_msg_id: Some(intent.parse().unwrap()), ..draft(by, What::Message(message)) }
}

/// In the thread of a message.
pub fn answer(by: Id<User>, root: Id<Entry>, intent: &str, text: &str) -> Draft {
    let mut draft = post(by, intent, text);
    if let What::Message(message) = &mut draft.what {
        (message.thread_id, message.folded) = (Some(root), Some(false));
    }
    draft
}

pub fn pin(by: Id<User>, target: Id<Entry>, removed: bool) -> Draft {
    draft(by, What::Pin { target, removed, folded: false })
}

pub fn edit(by: Id<User>, target: Id<Entry>, text: &str, base: Option<u32>) -> Draft {
    let what = What::Edit {
        target,
        text: Some(text.parse().unwrap()),
        before: None,
        mentions: None,
        everyone: None,
        revision: 0,
        folded: false,
    };
    Draft { base_revision: base, ..draft(by, what) }
}

pub fn delete(by: Id<User>, target: Id<Entry>) -> Draft {
    draft(by, What::delete(target))
}

pub fn react(by: Id<User>, target: Id<Entry>, reaction: &str, removed: bool) -> Draft {
    draft(by, What::React { target, reaction: reaction.parse().unwrap(), removed, folded: false })
}

/// A message of Ann's, to be changed.
pub async fn said(logs: &Logs, to: &Address, text: &str) -> Entry {
    let intent = format!("intent-{:0>12}", text.len());
    kept(logs, to, post(user(1), &intent, text)).await.entry
}

pub async fn kept(logs: &Logs, to: &Address, draft: Draft) -> Kept {
    logs.append(to, draft).await.unwrap()
}

pub async fn row(store: &Store, id: Id<Entry>) -> Message {
    match store.messages.get(id).await.unwrap().unwrap().what {
        What::Message(message) => message,
        other => panic!("{other:?} is no message"),
    }
}

pub fn seqs(entries: &[Entry]) -> Vec<Seq> {
    entries.iter().map(|entry| entry.seq).collect()
}

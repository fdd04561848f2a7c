//! What the stories and the chaos runs share: the judge, the dice and the store's last word.

pub mod checker;
pub mod dice;

use hubbub::model::{Entry, Id, Log};
use hubbub::store::Store;

/// The whole log, as it lies in the store.
pub async fn entries(store: &Store, log: Id<Log>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    loop {
        let after = entries.last().map_or(0, |entry| entry.seq);
        let page = store.messages.after(log, after, 500).await.unwrap();
        if page.is_empty() {
            return entries;
        }
        entries.extend(page);
    }
}

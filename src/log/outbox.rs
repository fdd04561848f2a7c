//! Where durable events come out, in order per log: one sender side, any number of listeners.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::mpsc;

use super::moved::Moved;
use crate::event::Told;

/// Events a listener may be behind before the tellers wait for it.
const BEHIND: usize = 1_024;

#[derive(Clone, Debug, Default)]
pub struct Outbox(Arc<Mutex<Ears>>);

#[derive(Debug, Default)]
struct Ears {
    listeners: Vec<mpsc::Sender<Arc<Told>>>,
    /// Those who only want to know which channels moved, and whom nobody waits for.
    moved: Vec<Weak<Moved>>,
}

impl Outbox {
    /// From now on; a listener that is dropped is forgotten.
    pub fn listen(&self) -> mpsc::Receiver<Arc<Told>> {
        let (sender, listener) = mpsc::channel(BEHIND);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).listeners.push(sender);
        listener
    }

    pub(super) fn watch(&self) -> Arc<Moved> {
        let moved = Arc::default();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).moved.push(Arc::downgrade(&moved));
        moved
    }

    pub(super) async fn tell(&self, told: Arc<Told>) {
        for listener in self.listeners(&told) {
            if listener.send(told.clone()).await.is_err() {
                let mut ears = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                ears.listeners.retain(|listener| !listener.is_closed());
            }
        }
    }

    fn listeners(&self, told: &Told) -> Vec<mpsc::Sender<Arc<Told>>> {
        let mut ears = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !told.entry.what.is_personal() {
            ears.moved.retain(|moved| match moved.upgrade() {
                Some(moved) => {
                    moved.note(told.log, told.entry.seq);
                    true
                }
                None => false,
            });
        }
        ears.listeners.clone()
    }
}

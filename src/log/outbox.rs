//! Where durable events come out, in order per log: one sender side, any number of listeners.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use crate::event::Told;

/// Events a listener may be behind before the tellers wait for it.
const BEHIND: usize = 1_024;

#[derive(Clone, Debug, Default)]
pub struct Outbox(Arc<Mutex<Vec<mpsc::Sender<Arc<Told>>>>>);

impl Outbox {
    /// From now on; a listener that is dropped is forgotten.
    pub fn listen(&self) -> mpsc::Receiver<Arc<Told>> {
        let (sender, listener) = mpsc::channel(BEHIND);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        listener
    }

    pub(super) async fn tell(&self, told: Arc<Told>) {
        let listeners = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut gone = false;
        for listener in listeners {
            gone |= listener.send(told.clone()).await.is_err();
        }
        if gone {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|listener| !listener.is_closed());
        }
    }
}

//! Work that never ends by itself: where it panics it is begun again, and nothing else notices.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use tracing::error;

/// So that what panics at once and always does not keep a core busy.
const REST: Duration = Duration::from_millis(100);

/// Runs `task` until it ends of its own accord; `then` makes good what a panic may have lost.
pub async fn again<F>(what: &'static str, task: impl Fn() -> F, then: impl Fn())
where
    F: Future<Output = ()>,
{
    while AssertUnwindSafe(async { task().await }).catch_unwind().await.is_err() {
        error!(task = what, "a task panicked and is begun again");
        tokio::time::sleep(REST).await;
        then();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[tokio::test(start_paused = true)]
    async fn what_panics_is_made_good_and_begun_again() {
        let (begun, mended) = (Cell::new(0), Cell::new(0));
        let task = async || {
            begun.set(begun.get() + 1);
            assert!(begun.get() == 3, "not yet");
        };
        again("a test", task, || mended.set(mended.get() + 1)).await;
        assert_eq!((begun.get(), mended.get()), (3, 2));
    }
}

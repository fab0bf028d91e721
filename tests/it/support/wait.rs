//! Waiting for what another task or process will have done.

use std::time::{Duration, Instant};

/// Asks again and again until there is an answer.
///
/// # Panics
/// After a minute without one.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let until = Instant::now() + Duration::from_mins(1);
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < until, "it never came: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

//! How a server takes up keys that were changed under it.

use std::time::Duration;

use tokio::sync::watch;
use vault::Vault;

use super::KeySource;

/// Between two looks at a file.
const LOOK: Duration = Duration::from_millis(500);
/// Between two runs of a command: each may cost something.
const RUN: Duration = Duration::from_mins(1);

/// Takes up new keys as they come, until `stopped` turns true, and rings `changed` then.
pub async fn follow(source: KeySource, vault: Vault, changed: watch::Sender<()>, mut stopped: watch::Receiver<bool>) {
    let pause = match source {
        KeySource::File(_) | KeySource::Credential(_) => LOOK,
        KeySource::Command(_) => RUN,
        KeySource::Text(_) => return,
    };
    // What has changed since the ring was opened is taken up at the first look.
    let mut stamp = None;
    let mut ailing = false;
    loop {
        let now = source.stamp();
        if now.is_none() || now != stamp {
            let before = (vault.active_key(), vault.newest_key());
            let (from, to) = (source.clone(), vault.clone());
            let taken = tokio::task::spawn_blocking(move || from.reload(&to)).await;
            match taken {
                Ok(Ok(())) => {
                    ailing = false;
                    stamp = now;
                    let after = (vault.active_key(), vault.newest_key());
                    if after != before {
                        tracing::info!(active = after.0.get(), newest = after.1.get(), "keys taken up");
                        changed.send_replace(());
                    }
                }
                // Once, not twice a second.
                Ok(Err(error)) if !ailing => {
                    ailing = true;
                    tracing::error!("the keys cannot be read again, those of before are used: {error:#}");
                }
                Ok(Err(_)) | Err(_) => {}
            }
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}

//! Keeps a bind for ever: connects, runs the session, waits, and connects again.

use std::{sync::Arc, time::Duration};

use rustls::ClientConfig;
use tokio::{
    sync::{Semaphore, mpsc, watch},
    time::{Instant, timeout},
};

use crate::{
    config::{Config, Timing},
    connect::{self, NoBind},
    handling::Handler,
    rate::Rate,
    session::{End, Session, Submit},
    status::{Link, Status},
};

/// Handlers at work at a time, over all sessions.
const HANDLERS: usize = 32;

/// What a message needs to know about the bind.
#[derive(Clone)]
pub(crate) enum Road {
    Down,
    LoginRefused(u32),
    Open {
        submits: mpsc::Sender<Submit>,
        /// One permit for each `submit_sm` that may be unanswered.
        window: Arc<Semaphore>,
    },
    Stopped,
}

pub(crate) struct Supervisor {
    pub(crate) config: Arc<Config>,
    pub(crate) tls: Option<Arc<ClientConfig>>,
    pub(crate) handler: Handler,
    pub(crate) rate: Arc<Rate>,
    pub(crate) road: watch::Sender<Road>,
    pub(crate) status: watch::Sender<Status>,
    pub(crate) stop: watch::Receiver<bool>,
}

impl Supervisor {
    pub(crate) async fn run(mut self) {
        let handlers = Arc::new(Semaphore::new(HANDLERS));
        let mut failures = 0;
        loop {
            let mut stop = self.stop.clone();
            let bound = tokio::select! {
                bound = connect::bind(&self.config, self.tls.clone()) => bound,
                () = stopped(&mut stop) => break,
            };
            let mut pause = pause(&self.config.timing, failures);
            match bound {
                Ok(bound) => {
                    let since = Instant::now();
                    let session = Session::new(
                        bound,
                        self.config.timing.clone(),
                        Arc::clone(&self.handler),
                        Arc::clone(&handlers),
                    );
                    let submits = self.opened(since);
                    let rate = Arc::clone(&self.rate);
                    let status = self.status.clone();
                    let look = move || show_rate(&status, &rate);
                    let End::Lost(words) = session.run(submits, &mut self.stop, look).await else { break };
                    // A gateway that binds and drops at once is not to be hurried.
                    if since.elapsed() >= STEADY.min(self.config.timing.enquire_link) {
                        failures = 0;
                        pause = self::pause(&self.config.timing, 0);
                    }
                    self.lost(Road::Down, Link::Connecting, words);
                }
                Err(NoBind::Login(status)) => {
                    let words = format!("the gateway refuses the login with status {status:#x}");
                    self.lost(Road::LoginRefused(status), Link::LoginRefused { status }, words);
                    pause = pause.max(self.config.timing.login_retry);
                }
                Err(NoBind::Failed(words)) => self.lost(Road::Down, Link::Connecting, words),
            }
            failures += 1;
            if timeout(pause, stopped(&mut self.stop)).await.is_ok() {
                break;
            }
        }
        self.status.send_modify(|status| status.link = Link::Stopped);
        self.close(Road::Stopped);
    }

    /// Whoever waits for a place in the window need not wait any longer.
    fn close(&self, road: Road) {
        if let Road::Open { window, .. } = self.road.send_replace(road) {
            window.close();
        }
    }

    fn opened(&self, since: Instant) -> mpsc::Receiver<Submit> {
        // As many as have a place in the window, so that sending never waits.
        let (submits, receiver) = mpsc::channel(self.config.window);
        let window = Arc::new(Semaphore::new(self.config.window));
        // Before it is said: who hears that there is a bind may send at once.
        self.road.send_replace(Road::Open { submits, window });
        self.status.send_modify(|status| {
            status.link = Link::Bound { since: since.into_std() };
            status.sessions += 1;
        });
        tracing::info!(host = %self.config.host, "SMPP bound");
        receiver
    }

    fn lost(&self, road: Road, link: Link, words: String) {
        tracing::warn!(host = %self.config.host, error = %words, "SMPP is not bound");
        self.close(road);
        self.status.send_modify(|status| {
            status.link = link;
            status.last_error = Some(words);
        });
    }
}

pub(crate) fn show_rate(status: &watch::Sender<Status>, rate: &Rate) {
    let slowed = rate.is_slowed();
    status.send_if_modified(|status| std::mem::replace(&mut status.throttled, slowed) != slowed);
}

/// Until somebody says stop, or nobody is left to say it.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// A bind that lasted for so long was a good one: after its end the next one is tried soon, since gateways that drop it every
/// few seconds would otherwise be without one most of the time.
const STEADY: Duration = Duration::from_secs(5);

/// Between the first pause and that doubled with each failure, up to the last; drawn anew each time.
fn pause(timing: &Timing, failures: u32) -> Duration {
    let most = timing.backoff_first.saturating_mul(2u32.saturating_pow(failures.saturating_add(1)));
    let most = most.min(timing.backoff_last);
    let draw = f64::from(getrandom::u32().unwrap_or(u32::MAX / 2)) / f64::from(u32::MAX);
    timing.backoff_first + most.saturating_sub(timing.backoff_first).mul_f64(draw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_an_end() {
        let timing = Timing::default();
        let seconds = Duration::from_secs;
        for (failures, most) in [(0, 2), (1, 4), (2, 8), (4, 32), (5, 60), (31, 60), (u32::MAX, 60)] {
            for _ in 0..50 {
                let pause = pause(&timing, failures);
                assert!((seconds(1)..=seconds(most)).contains(&pause), "{failures} {pause:?}");
            }
        }
    }
}

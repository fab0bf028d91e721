//! The public face: starts the supervisor, takes messages, and says what became of them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use rusmpp::pdus::SubmitSm;
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Instant, sleep, timeout, timeout_at},
};

use crate::{
    config::{Config, ConfigError},
    connect,
    handling::Handler,
    inbound::Delivery,
    message::{Doubt, Message, NO_BIND, QUEUE_FULL, Submitted, THROTTLED, not_taken},
    outgoing,
    rate::Rate,
    session::{Reply, Submit},
    status::{Link, Status},
    supervisor::{Road, Supervisor, show_rate},
};

/// However long its parts and waits, a message is done with by then.
const LONGEST_SUBMIT: Duration = Duration::from_secs(14);
/// A part that has less than this for its answer is not sent.
const LEAST_ANSWER: Duration = Duration::from_secs(1);
/// After a throttling answer, the least time to leave it alone.
const BREATHER: Duration = Duration::from_secs(1);

/// A transceiver to one gateway. Dropping it unbinds as [`Client::stop`] does, without waiting.
pub struct Client {
    config: Arc<Config>,
    rate: Arc<Rate>,
    road: watch::Receiver<Road>,
    status: watch::Sender<Status>,
    stop: watch::Sender<bool>,
    reference: AtomicU8,
}

/// A handler could not keep what was delivered: the gateway shall deliver it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TryAgain;

impl Client {
    /// Starts a task on the current tokio runtime that binds, and binds again for ever whenever the
    /// connection is lost, until [`Client::stop`].
    ///
    /// `handler` is called for each receipt and each inbound message, up to 32 at a time and in no
    /// certain order. The gateway gets its `deliver_sm_resp` (SMPP 3.4 section 4.6.2) only when it
    /// returns: `ESME_ROK` after `Ok`, `ESME_RX_T_APPN` (deliver again) after [`TryAgain`] or a panic. So
    /// it should return `Ok` when all is committed, and expect to see deliveries again. A receipt may
    /// arrive before [`Client::submit`] returns the id that it is about.
    ///
    /// Fails if the settings do not [check](Config::check), or TLS finds no certificates to trust.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn start<H, F>(config: Config, handler: H) -> Result<Self, ConfigError>
    where
        H: Fn(Delivery) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), TryAgain>> + Send + 'static,
    {
        config.check()?;
        let tls = connect::tls(&config)?;
        let handler: Handler = Arc::new(move |delivery| Box::pin(handler(delivery)));
        let config = Arc::new(config);
        let rate = Arc::new(Rate::new(config.per_second));
        let (road, road_seen) = watch::channel(Road::Down);
        let (stop, stop_seen) = watch::channel(false);
        let status =
            watch::Sender::new(Status { link: Link::Connecting, last_error: None, throttled: false, sessions: 0 });
        let supervisor = Supervisor {
            config: Arc::clone(&config),
            tls,
            handler,
            rate: Arc::clone(&rate),
            road,
            status: status.clone(),
            stop: stop_seen,
        };
        tokio::spawn(supervisor.run());
        // From anywhere, so that a restart does not give the same references to the same phones.
        let reference = getrandom::u32().unwrap_or_default().to_le_bytes()[0];
        Ok(Self { config, rate, road: road_seen, status, stop, reference: AtomicU8::new(reference) })
    }

    /// Sends a message (SMPP 3.4 section 4.4) and says what became of it, within 14 seconds.
    ///
    /// It waits for a bind ([`bind_wait`](crate::Timing::bind_wait)), then for a place in the window and
    /// for its turn by the pace, and is `Later` when all that takes too long. Each part leaves after
    /// the one before was taken; one that a busy gateway or a lost bind kept from leaving is tried again
    /// while there is time. Dropping the future may leave a message behind that was sent.
    pub async fn submit(&self, message: Message) -> Submitted {
        let give_up = Instant::now() + LONGEST_SUBMIT;
        let reference = self.reference.fetch_add(1, Ordering::Relaxed);
        let pdus = match outgoing::submits(&self.config, &message, reference) {
            Ok(pdus) => pdus,
            Err(status) => return Submitted::Refused { status },
        };
        let of = pdus.len();
        let mut ids = Vec::with_capacity(of);
        while let Some(pdu) = pdus.get(ids.len()) {
            // The first part leaves while there is time for an answer. Later ones may have less: to give
            // up between parts would be worse.
            let room = if ids.is_empty() { self.config.timing.response } else { LEAST_ANSWER };
            match self.send(pdu.clone(), give_up - room, give_up).await {
                Ok(id) => ids.push(id),
                Err(rest) if ids.is_empty() => return rest,
                Err(rest) => match again_in(&rest).filter(|pause| Instant::now() + *pause + LEAST_ANSWER < give_up) {
                    Some(pause) => sleep(pause).await,
                    None => return Submitted::Partly { ids, of, rest: Box::new(rest) },
                },
            }
        }
        Submitted::Accepted { ids }
    }

    /// How the connection is, now and whenever it changes.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// Takes no more messages, waits for answers to those that left ([`drain`](crate::Timing::drain)),
    /// sends `unbind` (SMPP 3.4 section 4.2), waits shortly for its answer and closes. Returns when that
    /// is done, at the latest 5 seconds after `drain`.
    pub async fn stop(&self) {
        self.stop.send_replace(true);
        let patience = self.config.timing.drain + Duration::from_secs(5);
        let mut road = self.road.clone();
        let _ = timeout(patience, road.wait_for(|road| matches!(road, Road::Stopped))).await;
    }

    async fn send(&self, pdu: SubmitSm, leave_by: Instant, give_up: Instant) -> Result<String, Submitted> {
        let (submits, window) = self.road(leave_by).await?;
        let busy = |after| Submitted::Later { status: None, throttled: true, after: Some(after) };
        let place = match timeout_at(leave_by, window.acquire_owned()).await {
            Ok(Ok(place)) => place,
            Ok(Err(_)) => return Err(NOT_BOUND),
            Err(_) => return Err(busy(BREATHER)),
        };
        self.rate.pace(leave_by).await.map_err(busy)?;
        let answer_by = (Instant::now() + self.config.timing.response).min(give_up);
        let (reply, answer) = oneshot::channel();
        submits.try_send(Submit { pdu, answer_by, place, reply }).map_err(|_| NOT_BOUND)?;
        let doubtful = |why| Submitted::Doubtful { why };
        match timeout_at(give_up, answer).await {
            Ok(Ok(Reply::Answered { status: 0, message_id })) => {
                show_rate(&self.status, &self.rate);
                Ok(message_id)
            }
            Ok(Ok(Reply::Answered { status, .. })) => Err(self.refused(status)),
            Ok(Ok(Reply::NotSent)) => Err(NOT_BOUND),
            Ok(Ok(Reply::Doubtful(why))) => Err(doubtful(why)),
            Ok(Err(_)) => Err(doubtful(Doubt::Cut)),
            Err(_) => Err(doubtful(Doubt::NoAnswer)),
        }
    }

    async fn road(&self, leave_by: Instant) -> Result<(mpsc::Sender<Submit>, Arc<tokio::sync::Semaphore>), Submitted> {
        let by = leave_by.min(Instant::now() + self.config.timing.bind_wait);
        let mut road = self.road.clone();
        if *self.stop.borrow() {
            return Err(NOT_BOUND);
        }
        let Ok(Ok(road)) = timeout_at(by, road.wait_for(|road| !matches!(road, Road::Down))).await else {
            return Err(NOT_BOUND);
        };
        match &*road {
            Road::Open { submits, window } => Ok((submits.clone(), Arc::clone(window))),
            Road::LoginRefused(status) => Err(Submitted::LoginRefused { status: *status }),
            Road::Down | Road::Stopped => Err(NOT_BOUND),
        }
    }

    fn refused(&self, status: u32) -> Submitted {
        if matches!(status, THROTTLED | QUEUE_FULL) {
            self.rate.slow_down();
            show_rate(&self.status, &self.rate);
            let after = Some(self.rate.next_in().max(BREATHER));
            return Submitted::Later { status: Some(status), throttled: true, after };
        }
        not_taken(status)
    }
}

/// How long to wait with a part that was surely not taken, for a reason that passes by itself.
fn again_in(rest: &Submitted) -> Option<Duration> {
    match rest {
        Submitted::Later { throttled: true, after, .. } => Some(after.unwrap_or(BREATHER)),
        Submitted::Later { status: None | Some(NO_BIND), .. } => Some(BREATHER),
        _ => None,
    }
}

const NOT_BOUND: Submitted = Submitted::Later { status: None, throttled: false, after: None };

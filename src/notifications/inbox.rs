//! What comes in from gateways, by whatever way: reports, and what clients write.

use std::sync::Arc;

use tokio::sync::Notify;
use uuid::Uuid;

use super::{
    channels::{Incoming, Report},
    erase_store,
    inbound::{self, Answer, Answering},
    number_store::{self, Via},
    parts_store,
    state::{State, Verdict},
    store,
};
use crate::{
    clock::Clock,
    db::{Db, Tx},
    fault::Fault,
    words::Text,
};

/// Takes what comes in. Cheap to clone.
#[derive(Clone)]
pub struct Inbox {
    /// Where messages are.
    pub db: Db,
    /// The time of reports.
    pub clock: Clock,
    /// How clients are answered.
    pub answering: Answering,
    /// Wakes the worker: what comes in may change tickets, of which clients are told.
    pub wake: Arc<Notify>,
}

impl std::fmt::Debug for Inbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Inbox")
    }
}

impl Inbox {
    /// A report on a sending, which counts once it is kept.
    ///
    /// # Errors
    /// [`Fault::Forbidden`] for a message that does not exist; [`Fault::Conflict`] when it has changed at the same moment,
    /// and the report has to come again; the database's.
    pub async fn report(&self, (id, round): (Uuid, i64), report: Report) -> Result<(), Fault> {
        let now = self.clock.now();
        let changed = self.db.write(move |tx| apply(tx, (id, round), &report, now)).await?;
        count(&changed);
        Ok(())
    }

    /// A report on the part of a message that the gateway knows by one of these ids. One that comes before the answer with
    /// the id is kept until then.
    ///
    /// # Errors
    /// The database's, and a [`Fault::Conflict`] as [`report`](Self::report): the report has to come again.
    pub async fn report_by_id(&self, gateway: &'static str, ids: Vec<String>, report: Report) -> Result<(), Fault> {
        let now = self.clock.now();
        let apply = move |tx: &mut Tx<'_>| {
            let Some(verdict) = report.verdict else { return Ok(Vec::new()) };
            let Some(whole) = parts_store::report(tx, gateway, &ids, verdict, &report.code, now)? else {
                return Ok(Vec::new());
            };
            let message_id = report.message_id.clone();
            let report =
                Report { verdict: Some(whole.verdict), code: whole.code, message_id, opted_out: report.opted_out };
            apply(tx, (whole.message, whole.round), &report, now)
        };
        let changed = self.db.write(apply).await?;
        count(&changed);
        Ok(())
    }

    /// What a client wrote, which is kept then. Gives what to answer, if anything.
    ///
    /// # Errors
    /// Only the database's and the vault's: it has to come again.
    pub async fn receive(&self, gateway: &'static str, incoming: Incoming) -> Result<Option<Answer>, Fault> {
        let (now, with) = (self.clock.now(), self.answering.clone());
        let received = self.db.write(move |tx| inbound::receive(tx, &with, gateway, &incoming, now)).await?;
        self.wake.notify_one();
        Ok(received.kept())
    }
}

/// Applies a report. Gives the states that it brought.
pub(super) fn apply(
    tx: &mut Tx<'_>,
    (id, round): (Uuid, i64),
    report: &Report,
    now: i64,
) -> Result<Vec<&'static str>, Fault> {
    let mut delivery = store::delivery(tx, id)?.ok_or(Fault::Forbidden)?;
    let Some(verdict) = report.verdict else { return Ok(Vec::new()) };
    if !delivery.report(round, verdict, &report.code, report.message_id.as_deref(), now) {
        return Ok(Vec::new());
    }
    // Said of the present number, and for the first time: a report that comes again undoes no START in between.
    if report.opted_out
        && delivery.state == State::Failed
        // Of an erased message nobody knows the number.
        && let Some(token) = store::token_of(tx, id)?.filter(|token| *token != erase_store::NOBODY)
    {
        number_store::opt_out(tx, token, Via::Gateway, now)?;
    }
    let changed = delivery.changes.iter().map(|change| change.state.name()).collect();
    // The gateway calls again after a failure, and then finds the row as it is by then.
    let saved = store::save(tx, &mut delivery)?;
    saved.then_some(changed).ok_or_else(|| Fault::conflict(Text::new("notifications-just-changed")))
}

/// Counts states that are kept.
pub(super) fn count(changed: &[&'static str]) {
    for state in changed {
        metrics::counter!("redress_notifications_total", "state" => *state).increment(1);
    }
}

/// The verdict of a part as the one of a report without anything else.
pub(super) fn plain(verdict: Verdict, code: String) -> Report {
    Report { verdict: Some(verdict), code, message_id: None, opted_out: false }
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;
    use vault::Vault;

    use super::*;
    use crate::{
        db::DbOptions,
        notifications::{inbound::Cases, wording::Voice},
        phone::Phone,
        words::Language,
    };

    /// A desk that cannot keep all that clients write.
    struct Ailing;

    impl Cases for Ailing {
        fn status(&self, _: &mut Tx<'_>, _: &str, _: &Phone) -> Result<Option<(String, Text)>, Fault> {
            Ok(None)
        }

        fn open(&self, _: &mut Tx<'_>, _: &Phone, _: usize) -> Result<Vec<(String, Text)>, Fault> {
            Ok(Vec::new())
        }

        fn statuses(&self) -> Vec<Text> {
            Vec::new()
        }

        fn wrote(&self, _: &mut Tx<'_>, _: &Phone, text: &str) -> Result<Option<String>, Fault> {
            if text.contains("lost") { Err(Fault::Forbidden) } else { Ok(None) }
        }
    }

    #[tokio::test]
    async fn what_a_client_wrote_counts_once_it_is_kept_and_once() {
        // Of this thread alone, which no transaction runs on.
        let recorder = PrometheusBuilder::new().build_recorder();
        let (page, _here) = (recorder.handle(), metrics::set_default_local_recorder(&recorder));
        let dir = testbase::Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        let answering = Answering {
            vault: Vault::for_tests(1),
            voice: Voice::new("Lakeside Fibre", Language::English),
            region: None,
            courtesy: Arc::default(),
            sender: None,
            cases: Arc::new(Ailing),
        };
        let inbox = Inbox { db, clock: Clock::fixed(1_000, 3).0, answering, wake: Arc::default() };
        let wrote = async |text: &str| {
            let incoming = Incoming { from: "+447700900142".to_owned(), text: text.to_owned(), id: None };
            inbox.receive("kannel", incoming).await
        };
        // At once, so that the one that is undone has the other be done again.
        let (lost, kept) = tokio::join!(wrote("This one is lost"), wrote("Charged twice"));
        assert!(lost.is_err() && kept.is_ok());
        let page = page.render();
        assert!(page.contains("redress_inbound_total{kind=\"other\"} 1\n"), "{page}");
    }
}

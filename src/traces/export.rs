//! Sends spans to the collector, many at a time. It may be away: then they are lost, which is counted, and nobody waits.

use std::time::Duration;

use metrics::counter;
use reqwest::{Client, Url, header, redirect};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};
use uuid::Uuid;

use super::{Settings, layer::Finished, otlp};
use crate::sparing::Sparing;

/// How often what has come together is sent.
const EVERY: Duration = Duration::from_secs(1);
/// Spans in one call, at most.
const MOST: usize = 512;
/// What the collector may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// What it may take when the program stops.
const LAST: Duration = Duration::from_secs(1);

/// Spans that are over, and where they go.
#[derive(Debug)]
pub struct Traces {
    client: Client,
    endpoint: Url,
    spans: mpsc::Receiver<Finished>,
    log: Sparing,
}

/// The sending, under way.
#[derive(Debug)]
pub struct Sending {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Traces {
    pub(super) fn new(settings: &Settings, spans: mpsc::Receiver<Finished>) -> anyhow::Result<Self> {
        let builder = Client::builder().timeout(PATIENCE).redirect(redirect::Policy::none()).no_proxy();
        // Plain HTTP needs no certificates, and the machine may have none installed.
        let plain = settings.endpoint.scheme() == "http";
        let client = if plain { builder.tls_certs_only([]) } else { builder }.build()?;
        Ok(Self { client, endpoint: settings.endpoint.clone(), spans, log: Sparing::new(3, 300) })
    }

    /// Sends them from here on, as those of this node.
    pub fn send(self, node: Uuid) -> Sending {
        for fate in ["sent", "dropped"] {
            counter!("redress_traces_spans_total", "fate" => fate).increment(0);
        }
        let (stop, stopped) = watch::channel(false);
        Sending { stop, task: tokio::spawn(self.run(node, stopped)) }
    }

    async fn run(mut self, node: Uuid, mut stopped: watch::Receiver<bool>) {
        loop {
            let last = tokio::select! {
                () = tokio::time::sleep(EVERY) => false,
                _ = stopped.wait_for(|stop| *stop) => true,
            };
            let mut batch = Vec::with_capacity(MOST);
            while let Ok(span) = self.spans.try_recv() {
                batch.push(span);
                if batch.len() == MOST {
                    self.hand_over(node, &batch).await;
                    batch.clear();
                }
            }
            if !batch.is_empty() {
                self.hand_over(node, &batch).await;
            }
            if last {
                return;
            }
        }
    }

    async fn hand_over(&self, node: Uuid, batch: &[Finished]) {
        let body = otlp::body(node, batch).to_string();
        let request = self.client.post(self.endpoint.clone()).header(header::CONTENT_TYPE, "application/json");
        let why = match request.body(body).send().await {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("it answers {}", answer.status())),
            Err(error) if error.is_timeout() => Some("it does not answer in time".to_owned()),
            Err(_) => Some("it cannot be reached".to_owned()),
        };
        let fate = if why.is_none() { "sent" } else { "dropped" };
        counter!("redress_traces_spans_total", "fate" => fate)
            .increment(u64::try_from(batch.len()).unwrap_or_default());
        if let Some((why, left_out)) = why.and_then(|why| Some((why, self.log.may()?))) {
            tracing::warn!(
                why,
                left_out,
                spans = batch.len(),
                "the collector of traces.endpoint took no traces; they are lost"
            );
        }
    }
}

impl Sending {
    /// Sends the last ones, unless that takes long.
    pub async fn finish(self) {
        self.stop.send_replace(true);
        if tokio::time::timeout(LAST, self.task).await.is_err() {
            tracing::warn!("the last traces could not be sent in time");
        }
    }
}

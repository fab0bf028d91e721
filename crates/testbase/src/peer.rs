//! A gateway on an SMPP stack that is not ours: the npm package `smpp`, which Node runs. tests/peers/smsc.js says what it
//! does.

use std::{process::Stdio, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

/// Far more than anything here takes.
const PATIENCE: Duration = Duration::from_mins(1);

/// The gateway, which ends with this.
pub struct Peer {
    /// Where it listens, on this machine.
    pub port: u16,
    orders: ChildStdin,
    events: Lines<BufReader<ChildStdout>>,
    // Killed when it goes.
    _process: Child,
}

impl Peer {
    /// Starts it on a free port.
    ///
    /// # Panics
    /// Without Node and what `bin/setup` installs.
    pub async fn start() -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/peers");
        let mut process = Command::new("node")
            .arg("smsc.js")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("Node is missing: run bin/setup");
        let events = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        let mut peer = Self { port: 0, orders: process.stdin.take().expect("it is piped"), events, _process: process };
        let listening = peer.event("listening").await;
        let port = listening["port"].as_u64().and_then(|port| u16::try_from(port).ok());
        peer.port = port.expect("a port");
        peer
    }

    /// The next event of this kind; others before it go by.
    ///
    /// # Panics
    /// When none comes for long.
    pub async fn event(&mut self, kind: &str) -> Value {
        loop {
            let line = timeout(PATIENCE, self.events.next_line()).await;
            let line = line.unwrap_or_else(|_| panic!("no {kind}")).expect("it can be read");
            let event: Value = serde_json::from_str(&line.expect("the peer ended: run bin/setup")).expect("JSON");
            if event["event"] == kind {
                return event;
            }
        }
    }

    /// Reads whatever happens next; `false` when it has ended.
    pub async fn goes_on(&mut self) -> bool {
        matches!(self.events.next_line().await, Ok(Some(_)))
    }

    /// Returns when it has been taken, as messages go another way and might be faster.
    ///
    /// # Panics
    /// When the gateway has ended.
    pub async fn order(&mut self, order: Value) {
        self.orders.write_all(format!("{order}\n").as_bytes()).await.expect("it listens");
        self.event("ordered").await;
    }
}

//! A gateway of raw octets, which does what the test says and nothing else. It shares no code with the
//! client, so that a mistake cannot cancel itself out.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use smpp::{Client, Config, Delivery, Link, Message, Status, Text, TryAgain};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};

pub const BIND_TRANSCEIVER: u32 = 0x09;
pub const SUBMIT_SM: u32 = 0x04;
pub const DELIVER_SM: u32 = 0x05;
pub const UNBIND: u32 = 0x06;
pub const ENQUIRE_LINK: u32 = 0x15;
pub const GENERIC_NACK: u32 = 0x8000_0000;
pub const RESP: u32 = 0x8000_0000;

/// Nothing in these tests takes so long unless it hangs.
pub const PATIENCE: Duration = Duration::from_mins(1);

pub struct Smsc {
    listener: TcpListener,
}

impl Smsc {
    pub async fn listen() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    /// Settings for a client of this gateway, with pauses short enough for a test.
    pub fn config(&self) -> Config {
        let mut config =
            Config::new("127.0.0.1", self.listener.local_addr().unwrap().port(), "redress", "secret08".into());
        config.source_addr = Some("REDRESS".into());
        config.per_second = 0;
        config.timing.backoff_first = Duration::from_millis(5);
        config.timing.backoff_last = Duration::from_millis(20);
        config
    }

    /// The next connection, before anything was said on it.
    pub async fn accept(&self) -> Conn {
        let (stream, _) = timeout(PATIENCE, self.listener.accept()).await.expect("no connection").unwrap();
        Conn { stream }
    }

    /// The next connection, bound.
    pub async fn bound(&self) -> Conn {
        let mut conn = self.accept().await;
        conn.bind().await;
        conn
    }

    /// Those of one at a port where nobody listens, and which nobody is given who asks for any.
    pub async fn closed() -> Config {
        Config { port: 9, ..Self::listen().await.config() }
    }
}

#[derive(Debug)]
pub struct Pdu {
    pub id: u32,
    pub status: u32,
    pub sequence: u32,
    pub body: Vec<u8>,
}

pub struct Conn<S = TcpStream> {
    pub stream: S,
}

impl Conn {
    /// Whether the client says nothing for a while.
    pub async fn is_quiet(&mut self, time: Duration) -> bool {
        timeout(time, self.stream.peek(&mut [0])).await.is_err()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Conn<S> {
    pub async fn bind(&mut self) {
        let bind = self.expect(BIND_TRANSCEIVER).await;
        assert_eq!(bind.body, b"redress\0secret08\0\0\x34\0\0\0");
        self.send(BIND_TRANSCEIVER | RESP, 0, bind.sequence, b"TEST\0").await;
    }

    /// The next PDU; `None` when the client has closed.
    pub async fn next(&mut self) -> Option<Pdu> {
        timeout(PATIENCE, self.read()).await.expect("no PDU")
    }

    async fn read(&mut self) -> Option<Pdu> {
        let length = self.stream.read_u32().await.ok()?;
        let (id, status) = (self.stream.read_u32().await.ok()?, self.stream.read_u32().await.ok()?);
        let sequence = self.stream.read_u32().await.ok()?;
        let mut body = vec![0; usize::try_from(length).unwrap() - 16];
        self.stream.read_exact(&mut body).await.ok()?;
        Some(Pdu { id, status, sequence, body })
    }

    pub async fn expect(&mut self, id: u32) -> Pdu {
        let pdu = self.next().await.expect("the client closed");
        assert_eq!(pdu.id, id, "{pdu:x?}");
        pdu
    }

    /// Waits until the client has closed.
    pub async fn expect_end(&mut self) {
        while self.next().await.is_some() {}
    }

    pub async fn send(&mut self, id: u32, status: u32, sequence: u32, body: &[u8]) {
        self.stream.write_all(&octets(id, status, sequence, body)).await.unwrap();
    }

    pub async fn raw(&mut self, octets: &[u8]) {
        self.stream.write_all(octets).await.unwrap();
    }

    /// Reads a `submit_sm` and answers it.
    pub async fn answer(&mut self, status: u32, id: &str) -> Pdu {
        let submit = self.expect(SUBMIT_SM).await;
        self.send(SUBMIT_SM | RESP, status, submit.sequence, &[id.as_bytes(), b"\0"].concat()).await;
        submit
    }
}

pub fn octets(id: u32, status: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(16 + body.len()).unwrap();
    let header = [length, id, status, sequence].map(u32::to_be_bytes).concat();
    [&header, body].concat()
}

/// The body of a `deliver_sm` with this `esm_class` and text.
pub fn delivery(esm_class: u8, text: &[u8]) -> Vec<u8> {
    let head = [&b"\0\x01\x01919876543210\0\x03\x0056161\0"[..], &[esm_class]].concat();
    [&head, &b"\0\0\0\0\0\0\0\0"[..], &[u8::try_from(text.len()).unwrap()], text].concat()
}

pub fn message() -> Message {
    text("Ticket BILL-20261123-7K3Q logged.")
}

/// Of characters that are the same in the GSM alphabet and in ASCII.
pub fn text(text: &str) -> Message {
    Message {
        to: "+919876543210".into(),
        text: Text::Gsm7(text.as_bytes().to_vec()),
        source: None,
        tlvs: Vec::new(),
        registered_delivery: true,
    }
}

/// What the client under test was handed, and what its handler says.
#[derive(Clone)]
pub struct Desk {
    pub answer: Arc<Mutex<Result<(), TryAgain>>>,
    seen: mpsc::UnboundedSender<Delivery>,
}

impl Desk {
    /// A client whose handler passes on what it gets.
    pub fn start(config: Config) -> (Arc<Client>, Self, mpsc::UnboundedReceiver<Delivery>) {
        let (seen, deliveries) = mpsc::unbounded_channel();
        let desk = Self { answer: Arc::new(Mutex::new(Ok(()))), seen };
        let handler = desk.clone();
        let client = Client::start(config, move |delivery| {
            let desk = handler.clone();
            async move {
                desk.seen.send(delivery).unwrap();
                *desk.answer.lock().unwrap()
            }
        });
        (Arc::new(client.unwrap()), desk, deliveries)
    }
}

/// A client that takes what is delivered and forgets it.
pub fn start(config: Config) -> Arc<Client> {
    Arc::new(Client::start(config, |_| async { Ok(()) }).unwrap())
}

/// Waits until the status is so.
pub async fn until(client: &Client, wanted: impl FnMut(&Status) -> bool) -> Status {
    let mut status = client.status();
    let status = timeout(PATIENCE, status.wait_for(wanted)).await;
    status.expect("the status never came to that").unwrap().clone()
}

pub fn is_bound(status: &Status) -> bool {
    matches!(status.link, Link::Bound { .. })
}

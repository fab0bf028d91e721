//! Sessions over a pipe in memory, by a clock that jumps to whatever is waited for.

use proptest::prelude::*;
use tokio::{
    io::{AsyncWriteExt as _, DuplexStream, duplex, split},
    task::JoinHandle,
    time::timeout,
};

use super::*;
use crate::{
    config::Config,
    message::{Message, Text},
    outgoing,
};

struct Running {
    peer: DuplexStream,
    session: JoinHandle<End>,
    submits: mpsc::Sender<Submit>,
    window: Arc<Semaphore>,
    _stop: watch::Sender<bool>,
}

/// A session over a pipe that holds so many octets.
fn run(octets: usize) -> Running {
    let (peer, stream) = duplex(octets);
    let (reader, writer) = split(stream);
    let bound = Bound { reader, writer, input: BytesMut::new(), sequence: 1 };
    let handler: Handler = Arc::new(|_| Box::pin(async { Ok(()) }));
    let session = Session::new(bound, Timing::default(), handler, Arc::new(Semaphore::new(2)));
    let (submits, receiver) = mpsc::channel(10);
    let (stop, mut stop_seen) = watch::channel(false);
    let session = tokio::spawn(async move { session.run(receiver, &mut stop_seen, || ()).await });
    Running { peer, session, submits, window: Arc::new(Semaphore::new(10)), _stop: stop }
}

impl Running {
    fn submit(&self) -> oneshot::Receiver<Reply> {
        let config = Config::new("localhost", 2775, "redress", "secret08".into());
        let text = Text::Gsm7(b"Ticket BILL-20261123-7K3Q logged.".to_vec());
        let message =
            Message { to: "919876543210".into(), text, source: None, tlvs: Vec::new(), registered_delivery: true };
        let pdu = outgoing::submits(&config, &message, 0).unwrap().remove(0);
        let place = Arc::clone(&self.window).try_acquire_owned().unwrap();
        let (reply, answer) = oneshot::channel();
        let answer_by = Instant::now() + Timing::default().response;
        self.submits.try_send(Submit { pdu, answer_by, place, reply }).ok().unwrap();
        answer
    }

    async fn frame(&mut self) -> Frame {
        let mut input = BytesMut::new();
        loop {
            // One octet at a time, so as to leave what follows.
            input.extend_from_slice(&[self.peer.read_u8().await.unwrap()]);
            if let Some(frame) = Frame::take(&mut input).unwrap() {
                return frame;
            }
        }
    }

    async fn end(self) -> String {
        drop(self.peer);
        match timeout(Duration::from_mins(2), self.session).await.expect("it hangs").unwrap() {
            End::Stopped => STOPPED.into(),
            End::Lost(words) => words,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn half_a_pdu_was_not_sent_and_a_whole_one_may_be_taken() {
    let mut small = run(40);
    let answer = small.submit();
    small.peer.read_u8().await.unwrap();
    small.end().await;
    assert!(matches!(answer.await.unwrap(), Reply::NotSent));

    let mut large = run(4000);
    let answer = large.submit();
    large.peer.read_u8().await.unwrap();
    large.end().await;
    assert!(matches!(answer.await.unwrap(), Reply::Doubtful(Doubt::Cut)));
}

#[tokio::test(start_paused = true)]
async fn a_place_in_the_window_is_free_after_the_answer_or_the_wait_for_it() {
    let mut running = run(4000);
    let start = Instant::now();
    let (first, second) = (running.submit(), running.submit());
    let frame = running.frame().await;
    running.peer.write_all(&[0, 0, 0, 16, 0x80, 0, 0, 4, 0, 0, 0, 8]).await.unwrap();
    running.peer.write_u32(frame.sequence).await.unwrap();
    assert!(matches!(first.await.unwrap(), Reply::Answered { status: 8, .. }));
    assert_eq!(running.window.available_permits(), 9);
    assert!(matches!(second.await.unwrap(), Reply::Doubtful(Doubt::NoAnswer)));
    assert_eq!(start.elapsed().as_secs(), 10);
    assert_eq!(running.window.available_permits(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_dead_peer_is_noticed_within_40_seconds() {
    let mut silent = run(4000);
    let start = Instant::now();
    assert_eq!(silent.frame().await.id, pdu::ENQUIRE_LINK);
    assert_eq!(start.elapsed().as_secs(), 30);
    let end = silent.session.await.unwrap();
    assert!(matches!(end, End::Lost(words) if words == "enquire_link had no answer"));
    assert_eq!(start.elapsed().as_secs(), 40);

    // One whose socket is full is as dead.
    let full = run(8);
    let start = Instant::now();
    full.session.await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 40);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_answers_is_kept() {
    let mut running = run(4000);
    for round in 1..=100 {
        let enquiry = running.frame().await;
        assert_eq!(enquiry.id, pdu::ENQUIRE_LINK, "{round}");
        running.peer.write_all(&[0, 0, 0, 16, 0x80, 0, 0, 0x15, 0, 0, 0, 0]).await.unwrap();
        running.peer.write_u32(enquiry.sequence).await.unwrap();
    }
    assert_eq!(running.end().await, "the gateway closed the connection");
}

fn any_frame() -> impl Strategy<Value = Vec<u8>> {
    let commands = prop_oneof![
        4 => prop::sample::select(vec![
            pdu::SUBMIT_SM_RESP, pdu::GENERIC_NACK, pdu::DELIVER_SM, pdu::DATA_SM, pdu::ENQUIRE_LINK,
            pdu::ENQUIRE_LINK_RESP, pdu::UNBIND_RESP, pdu::ALERT_NOTIFICATION, pdu::OUTBIND,
        ]),
        1 => any::<u32>(),
    ];
    let sequences = prop_oneof![2 => 0u32..6, 1 => any::<u32>()];
    let bodies = prop::collection::vec(prop_oneof![Just(0u8), any::<u8>()], 0..120);
    (commands, any::<u32>(), sequences, bodies).prop_map(|(command, status, sequence, body)| {
        let length = u32::try_from(16 + body.len()).unwrap();
        [&[length, command, status, sequence].map(u32::to_be_bytes).concat(), &body[..]].concat()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever a gateway says, the session ends with its connection at the latest, and has an answer for
    /// everybody who waits for one.
    #[test]
    fn no_gateway_can_hang_or_break_it(
        frames in prop::collection::vec(any_frame(), 0..30),
        noise in prop::collection::vec(any::<u8>(), 0..100),
        cut in 0usize..40,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let mut running = run(16 * 1024);
            let answers = [running.submit(), running.submit(), running.submit()];
            let mut said = frames.concat();
            said.truncate(said.len().saturating_sub(cut));
            said.extend_from_slice(&noise);
            // It may have left already.
            let _ = running.peer.write_all(&said).await;
            running.end().await;
            for answer in answers {
                answer.await.expect("nobody answered");
            }
        });
    }
}

//! One bound session (SMPP 3.4 section 2.2), from bind to the end of its connection.
//!
//! One task reads, writes and keeps time, so there is nothing to lock and no order to get wrong. It
//! waits for all of these at once and for none of them alone: a peer that does not read must not keep
//! this side from reading, nor from noticing.

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use bytes::BytesMut;
use rusmpp::{
    Pdu,
    pdus::{DataSmResp, DeliverSmResp, SubmitSm},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadHalf, WriteHalf},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch},
    time::{Instant, sleep_until},
};

use crate::{
    config::Timing,
    connect::push,
    handling::{Answer, Handler, OK, TRY_AGAIN},
    inbound,
    message::{Doubt, NO_BIND},
    pdu::{self, Frame},
    supervisor::stopped,
};

/// Output beyond this takes no further message.
const ENOUGH_OUTPUT: usize = 64 * 1024;
/// Answers beyond this go to nobody: the peer asks, and does not read.
const MOST_OUTPUT: usize = 1024 * 1024;
/// Deliveries that wait for a handler or are in one. Gateways keep to a window of about ten.
const MOST_DELIVERIES: usize = 256;
/// For a last PDU to leave, and for the answer to `unbind`.
const PARTING: Duration = Duration::from_secs(2);

/// `ESME_RINVCMDLEN` and `ESME_RINVCMDID`.
const BAD_LENGTH: u32 = 0x02;
const BAD_COMMAND: u32 = 0x03;
/// `ESME_RUNKNOWNERR`, for a `generic_nack` that gives no reason.
const NO_REASON: u32 = 0xff;

/// A message to send, and who waits for the answer.
pub(crate) struct Submit {
    pub(crate) pdu: SubmitSm,
    pub(crate) answer_by: Instant,
    /// Its place in the window.
    pub(crate) place: OwnedSemaphorePermit,
    pub(crate) reply: oneshot::Sender<Reply>,
}

pub(crate) enum Reply {
    Answered { status: u32, message_id: String },
    NotSent,
    Doubtful(Doubt),
}

struct Unanswered {
    answer_by: Instant,
    /// Where in the output the PDU ends.
    end: u64,
    reply: oneshot::Sender<Reply>,
    _place: OwnedSemaphorePermit,
}

/// Why a session ended.
#[derive(Debug)]
pub(crate) enum End {
    Stopped,
    /// In words for the status.
    Lost(String),
}

impl End {
    fn lost(words: &str) -> Self {
        Self::Lost(words.to_owned())
    }

    fn because(why: &'static str) -> Self {
        if why == STOPPED { Self::Stopped } else { Self::lost(why) }
    }
}

enum Phase {
    Open,
    /// Waits for answers until then.
    Draining(Instant),
    /// Waits for the answer to `unbind` until then.
    Unbinding(Instant),
    /// Ends when the output is out, or then.
    Leaving(Instant, &'static str),
}

pub(crate) struct Session<S> {
    reader: ReadHalf<S>,
    writer: WriteHalf<S>,
    input: BytesMut,
    output: BytesMut,
    written: u64,
    unflushed: bool,
    phase: Phase,
    timing: Timing,
    sequence: u32,
    unanswered: HashMap<u32, Unanswered>,
    deadlines: BTreeSet<(Instant, u32)>,
    next_enquiry: Instant,
    /// Sequence number and time limit of an `enquire_link` that has no answer yet.
    enquiry: Option<(u32, Instant)>,
    /// Names this bind in ids of inbound messages.
    name: String,
    deliveries: usize,
    handler: Handler,
    handlers: Arc<Semaphore>,
    answers: mpsc::UnboundedReceiver<(u32, u32, u32)>,
    answer_to: mpsc::UnboundedSender<(u32, u32, u32)>,
}

/// A connection on which `bind_transceiver` succeeded, and what came behind the answer.
pub(crate) struct Bound<S> {
    pub(crate) reader: ReadHalf<S>,
    pub(crate) writer: WriteHalf<S>,
    pub(crate) input: BytesMut,
    pub(crate) sequence: u32,
}

impl<S: AsyncRead + AsyncWrite> Session<S> {
    pub(crate) fn new(bound: Bound<S>, timing: Timing, handler: Handler, handlers: Arc<Semaphore>) -> Self {
        let (answer_to, answers) = mpsc::unbounded_channel();
        let next_enquiry = Instant::now() + timing.enquire_link;
        let name = format!("{:016x}", getrandom::u64().unwrap_or_default());
        let Bound { reader, writer, input, sequence } = bound;
        Self {
            reader,
            writer,
            input,
            output: BytesMut::new(),
            written: 0,
            unflushed: false,
            phase: Phase::Open,
            timing,
            sequence,
            unanswered: HashMap::new(),
            deadlines: BTreeSet::new(),
            next_enquiry,
            enquiry: None,
            name,
            deliveries: 0,
            handler,
            handlers,
            answers,
            answer_to,
        }
    }

    /// Runs until the connection is lost or `stop` says so, and answers for every message then.
    pub(crate) async fn run(
        mut self,
        mut submits: mpsc::Receiver<Submit>,
        stop: &mut watch::Receiver<bool>,
        on_enquiry: impl Fn(),
    ) -> End {
        // What came together with the answer to the bind.
        let mut went = self.take_frames();
        let end = loop {
            if let Err(end) = went.and_then(|()| self.check()) {
                break end;
            }
            let due = self.due();
            let pending_output = !self.output.is_empty() || self.unflushed;
            let takes = matches!(self.phase, Phase::Open) && self.output.len() < ENOUGH_OUTPUT;
            // read_buf would read by the little room that is left.
            self.input.reserve(8 * 1024);
            went = tokio::select! {
                read = self.reader.read_buf(&mut self.input) => match read {
                    Ok(0) => Err(End::lost("the gateway closed the connection")),
                    Ok(_) => self.take_frames(),
                    Err(error) => Err(End::Lost(error.to_string())),
                },
                wrote = push(&mut self.writer, &mut self.output), if pending_output => match wrote {
                    Ok(octets) => {
                        self.written += octets;
                        self.unflushed = octets > 0;
                        Ok(())
                    }
                    Err(error) => Err(End::Lost(error.to_string())),
                },
                Some(submit) = submits.recv(), if takes => {
                    self.submit(submit);
                    Ok(())
                }
                Some((command, sequence, status)) = self.answers.recv() => {
                    self.deliveries -= 1;
                    self.answer_delivery(command, sequence, status);
                    Ok(())
                }
                () = sleep_until(due) => self.tick(&on_enquiry),
                () = stopped(stop), if matches!(self.phase, Phase::Open) => {
                    self.phase = Phase::Draining(Instant::now() + self.timing.drain);
                    Ok(())
                }
            };
        };
        // Some gateways hang up instead of answering the unbind.
        let end = if matches!(self.phase, Phase::Unbinding(_)) { End::Stopped } else { end };
        submits.close();
        while let Ok(submit) = submits.try_recv() {
            let _ = submit.reply.send(Reply::NotSent);
        }
        for (_, message) in self.unanswered.drain() {
            // Nobody can have taken half a PDU.
            let sent = message.end <= self.written;
            let _ = message.reply.send(if sent { Reply::Doubtful(Doubt::Cut) } else { Reply::NotSent });
        }
        end
    }

    /// Moves on to the next phase where nothing is left of this one.
    fn check(&mut self) -> Result<(), End> {
        if self.output.len() > MOST_OUTPUT {
            return Err(End::lost("the gateway sends, and does not read the answers"));
        }
        match self.phase {
            Phase::Draining(_) if self.unanswered.is_empty() && self.deliveries == 0 => self.unbind(),
            Phase::Leaving(_, why) if self.output.is_empty() && !self.unflushed => return Err(End::because(why)),
            _ => {}
        }
        Ok(())
    }

    fn due(&self) -> Instant {
        let phase = match self.phase {
            Phase::Open => None,
            Phase::Draining(until) | Phase::Unbinding(until) | Phase::Leaving(until, _) => Some(until),
        };
        let enquiry = self.enquiry.map_or(self.next_enquiry, |(_, until)| until);
        let deadline = self.deadlines.first().map(|(until, _)| *until);
        [phase, deadline].into_iter().flatten().fold(enquiry, Instant::min)
    }

    fn tick(&mut self, on_enquiry: &impl Fn()) -> Result<(), End> {
        let now = Instant::now();
        match self.phase {
            Phase::Draining(until) if until <= now => self.unbind(),
            Phase::Unbinding(until) if until <= now => return Err(End::Stopped),
            Phase::Leaving(until, why) if until <= now => return Err(End::because(why)),
            _ => {}
        }
        while let Some((_, sequence)) = self.deadlines.first().copied().filter(|(until, _)| *until <= now) {
            self.settle(sequence, Reply::Doubtful(Doubt::NoAnswer));
        }
        match self.enquiry {
            Some((_, until)) if until <= now => return Err(End::lost("enquire_link had no answer")),
            None if self.next_enquiry <= now => {
                on_enquiry();
                let sequence = self.next_sequence();
                self.enquiry = Some((sequence, now + self.timing.enquire_link_answer));
                self.put(OK, sequence, Pdu::EnquireLink);
            }
            _ => {}
        }
        Ok(())
    }

    fn take_frames(&mut self) -> Result<(), End> {
        while !matches!(self.phase, Phase::Leaving(..)) {
            match Frame::take(&mut self.input) {
                Ok(Some(frame)) => self.take(&frame),
                Ok(None) => return Ok(()),
                Err(pdu::BadLength) => {
                    // Which octet begins the next PDU, nobody knows.
                    self.put(BAD_LENGTH, 0, Pdu::GenericNack);
                    self.leave_soon("the gateway sent no SMPP");
                }
            }
            if self.output.len() > MOST_OUTPUT {
                return self.check();
            }
        }
        self.input.clear();
        Ok(())
    }

    fn take(&mut self, frame: &Frame) {
        let Frame { id, status, sequence, .. } = *frame;
        match id {
            pdu::SUBMIT_SM_RESP => {
                self.settle(sequence, Reply::Answered { status, message_id: pdu::message_id(&frame.body) });
                if status == NO_BIND {
                    // It has forgotten, and would say so to every message.
                    self.leave_soon("the gateway says that there is no bind");
                }
            }
            pdu::GENERIC_NACK => {
                let status = if status == OK { NO_REASON } else { status };
                self.settle(sequence, Reply::Answered { status, message_id: String::new() });
                // It is there, even if it does not know enquire_link.
                self.answered_enquiry(sequence);
            }
            pdu::ENQUIRE_LINK_RESP => self.answered_enquiry(sequence),
            pdu::ENQUIRE_LINK => self.put(OK, sequence, Pdu::EnquireLinkResp),
            pdu::DELIVER_SM | pdu::DATA_SM => self.deliver(frame),
            pdu::UNBIND => {
                self.put(OK, sequence, Pdu::UnbindResp);
                self.leave_soon(if matches!(self.phase, Phase::Open) { "the gateway unbound" } else { STOPPED });
            }
            pdu::UNBIND_RESP if matches!(self.phase, Phase::Unbinding(_)) => self.leave_soon(STOPPED),
            // They have no answer.
            pdu::OUTBIND | pdu::ALERT_NOTIFICATION => {}
            id if id & pdu::GENERIC_NACK != 0 => tracing::debug!(command = id, sequence, "an answer to nothing"),
            _ => self.put(BAD_COMMAND, sequence, Pdu::GenericNack),
        }
    }

    fn submit(&mut self, submit: Submit) {
        let Submit { pdu, answer_by, place, reply } = submit;
        if reply.is_closed() {
            // Whoever asked has gone, and nothing has left.
            return;
        }
        let sequence = self.next_sequence();
        self.put(OK, sequence, pdu);
        let end = self.written + u64::try_from(self.output.len()).unwrap_or(u64::MAX);
        self.deadlines.insert((answer_by, sequence));
        self.unanswered.insert(sequence, Unanswered { answer_by, end, reply, _place: place });
    }

    /// An answer that nobody waits for is a late one, or garbage.
    fn settle(&mut self, sequence: u32, reply: Reply) {
        let Some(message) = self.unanswered.remove(&sequence) else { return };
        self.deadlines.remove(&(message.answer_by, sequence));
        let _ = message.reply.send(reply);
    }

    fn answered_enquiry(&mut self, sequence: u32) {
        if self.enquiry.is_some_and(|(asked, _)| asked == sequence) {
            self.enquiry = None;
            self.next_enquiry = Instant::now() + self.timing.enquire_link;
        }
    }

    /// Hands a delivery to the handler in a task of its own, which outlives the session: what it
    /// commits stays good, and the gateway delivers again what it saw no answer to.
    fn deliver(&mut self, frame: &Frame) {
        let Some(delivery) = inbound::read(frame, &self.name) else {
            return self.answer_delivery(frame.id, frame.sequence, BAD_LENGTH);
        };
        if self.deliveries >= MOST_DELIVERIES || !matches!(self.phase, Phase::Open) {
            return self.answer_delivery(frame.id, frame.sequence, TRY_AGAIN);
        }
        self.deliveries += 1;
        let answer = Answer::new(frame.id, frame.sequence, self.answer_to.clone());
        tokio::spawn(answer.after(delivery, Arc::clone(&self.handler), Arc::clone(&self.handlers)));
    }

    fn answer_delivery(&mut self, command: u32, sequence: u32, status: u32) {
        match command {
            pdu::DATA_SM => self.put(status, sequence, DataSmResp::default()),
            _ => self.put(status, sequence, DeliverSmResp::default()),
        }
    }

    fn unbind(&mut self) {
        let sequence = self.next_sequence();
        self.put(OK, sequence, Pdu::Unbind);
        self.phase = Phase::Unbinding(Instant::now() + PARTING);
    }

    fn leave_soon(&mut self, why: &'static str) {
        self.phase = Phase::Leaving(Instant::now() + PARTING, why);
    }

    fn put(&mut self, status: u32, sequence: u32, pdu: impl Into<Pdu>) {
        pdu::put(&mut self.output, status, sequence, pdu);
    }

    /// 1 to 0x7FFFFFFF (section 5.1.4).
    fn next_sequence(&mut self) -> u32 {
        self.sequence = if self.sequence >= 0x7fff_ffff { 1 } else { self.sequence + 1 };
        self.sequence
    }
}

const STOPPED: &str = "stopped";

//! PDUs on the wire (SMPP 3.4 section 3.2). rusmpp writes them.
//!
//! It does not read the bodies of messages that arrive: it refuses a whole PDU over a sender that is
//! not ASCII, a `receipted_message_id` without its NUL or a time of an odd length, all of which gateways
//! send, and a receipt that is refused is lost. So [`Fields`] reads them, and takes what there is.

use bytes::{Buf as _, Bytes, BytesMut};
use rusmpp::{
    Command, CommandStatus, Pdu,
    encode::{Length as _, owned::Encode as _},
};

pub(crate) const BIND_TRANSCEIVER_RESP: u32 = 0x8000_0009;
pub(crate) const GENERIC_NACK: u32 = 0x8000_0000;
pub(crate) const SUBMIT_SM_RESP: u32 = 0x8000_0004;
pub(crate) const DELIVER_SM: u32 = 0x05;
pub(crate) const UNBIND: u32 = 0x06;
pub(crate) const UNBIND_RESP: u32 = 0x8000_0006;
pub(crate) const OUTBIND: u32 = 0x0b;
pub(crate) const ENQUIRE_LINK: u32 = 0x15;
pub(crate) const ENQUIRE_LINK_RESP: u32 = 0x8000_0015;
pub(crate) const ALERT_NOTIFICATION: u32 = 0x102;
pub(crate) const DATA_SM: u32 = 0x103;

const HEADER: usize = 16;
/// No PDU of ours comes near; a length beyond it is garbage, or an attempt to fill memory.
const LONGEST: usize = 64 * 1024;

/// A PDU that arrived, its body unread.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) id: u32,
    pub(crate) status: u32,
    pub(crate) sequence: u32,
    pub(crate) body: Bytes,
}

/// A `command_length` that cannot be: the stream is out of step for good.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadLength;

impl Frame {
    /// Takes the next whole PDU off the input; `None` until it is there.
    pub(crate) fn take(input: &mut BytesMut) -> Result<Option<Self>, BadLength> {
        let Some(length) = input.first_chunk().copied().map(u32::from_be_bytes) else { return Ok(None) };
        let length = usize::try_from(length).map_err(|_| BadLength)?;
        if !(HEADER..=LONGEST).contains(&length) {
            return Err(BadLength);
        }
        if input.len() < length {
            return Ok(None);
        }
        let mut pdu = input.split_to(length).freeze();
        pdu.advance(4);
        let (id, status, sequence) = (pdu.get_u32(), pdu.get_u32(), pdu.get_u32());
        Ok(Some(Self { id, status, sequence, body: pdu }))
    }
}

/// Appends a PDU to the output.
pub(crate) fn put(out: &mut BytesMut, status: u32, sequence: u32, pdu: impl Into<Pdu>) {
    let command = Command::new(CommandStatus::from(status), sequence, pdu);
    let length = 4 + command.length();
    out.reserve(length);
    // The longest is a message_payload of 255 parts.
    out.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    command.encode(out);
}

/// Reads a body field by field. Past its end there are zeros and empty strings: whether a body was
/// long enough is for [`Fields::ended_early`] to say.
pub(crate) struct Fields {
    rest: Bytes,
    early: bool,
}

impl Fields {
    pub(crate) fn of(body: &Bytes) -> Self {
        Self { rest: body.clone(), early: false }
    }

    pub(crate) fn octet(&mut self) -> u8 {
        if self.rest.is_empty() {
            self.early = true;
            return 0;
        }
        self.rest.get_u8()
    }

    /// A C-Octet String without its NUL. A string that ends with the body may lack it.
    pub(crate) fn c_octets(&mut self) -> Bytes {
        let end = self.rest.iter().position(|octet| *octet == 0);
        self.early |= end.is_none();
        let string = self.rest.split_to(end.unwrap_or(self.rest.len()));
        if end.is_some() {
            self.rest.advance(1);
        }
        string
    }

    pub(crate) fn octets(&mut self, length: usize) -> Bytes {
        self.early |= length > self.rest.len();
        self.rest.split_to(length.min(self.rest.len()))
    }

    pub(crate) const fn ended_early(&self) -> bool {
        self.early
    }

    /// The next TLV as tag and value (section 5.3.1). A last one that is cut short is none.
    pub(crate) fn tlv(&mut self) -> Option<(u16, Bytes)> {
        if self.rest.len() < 4 {
            return None;
        }
        let (tag, length) = (self.rest.get_u16(), usize::from(self.rest.get_u16()));
        (length <= self.rest.len()).then(|| (tag, self.rest.split_to(length)))
    }
}

/// The `message_id` of a `submit_sm_resp` (section 4.4.2): empty if there is none.
pub(crate) fn message_id(body: &Bytes) -> String {
    printable(&Fields::of(body).c_octets(), 64)
}

/// An identifier as gateways write them, safe to log: what is not a printable ASCII character goes.
pub(crate) fn printable(octets: &[u8], most: usize) -> String {
    octets.iter().filter(|octet| octet.is_ascii_graphic()).take(most).map(|&octet| char::from(octet)).collect()
}

#[cfg(test)]
mod tests {
    use bytes::BufMut as _;
    use proptest::prelude::*;
    use rusmpp::pdus::DeliverSmResp;

    use super::*;

    fn frame(id: u32, sequence: u32, body: &[u8]) -> BytesMut {
        let mut out = BytesMut::new();
        out.put_u32(u32::try_from(HEADER + body.len()).unwrap());
        out.put_u32(id);
        out.put_u32(0);
        out.put_u32(sequence);
        out.put_slice(body);
        out
    }

    #[test]
    fn takes_whole_frames_only() {
        let whole = frame(ENQUIRE_LINK, 7, b"");
        for length in 0..whole.len() {
            assert_eq!(Frame::take(&mut BytesMut::from(&whole[..length])), Ok(None), "{length}");
        }
        let mut two = whole.clone();
        two.extend_from_slice(&frame(SUBMIT_SM_RESP, 8, b"id\0"));
        let first = Frame::take(&mut two).unwrap().unwrap();
        assert_eq!((first.id, first.sequence), (ENQUIRE_LINK, 7));
        let second = Frame::take(&mut two).unwrap().unwrap();
        assert_eq!(message_id(&second.body), "id");
        assert_eq!(Frame::take(&mut two), Ok(None));
    }

    #[test]
    fn knows_impossible_lengths() {
        for length in [0, 15, 64 * 1024 + 1, u32::MAX] {
            let mut input = BytesMut::from(&length.to_be_bytes()[..]);
            assert_eq!(Frame::take(&mut input), Err(BadLength), "{length}");
        }
    }

    #[test]
    fn reads_ids_whatever_they_look_like() {
        let table: [(&[u8], &str); 5] =
            [(b"", ""), (b"\0", ""), (b"12AB\0", "12AB"), (b"without-end", "without-end"), (b"a\r\n\xffb\0c", "ab")];
        for (body, id) in table {
            assert_eq!(message_id(&Bytes::from_static(body)), id);
        }
        assert_eq!(message_id(&Bytes::from(vec![b'7'; 500])).len(), 64);
    }

    #[test]
    fn writes_what_it_reads() {
        let mut out = BytesMut::new();
        put(&mut out, 0x64, 9, DeliverSmResp::default());
        let read = Frame::take(&mut out).unwrap().unwrap();
        let body = Bytes::from_static(&[0]);
        assert_eq!(read, Frame { id: 0x8000_0005, status: 0x64, sequence: 9, body });
    }

    proptest! {
        #[test]
        fn any_octets_end(octets in prop::collection::vec(any::<u8>(), 0..400)) {
            let mut input = BytesMut::from(&octets[..]);
            while let Ok(Some(frame)) = Frame::take(&mut input) {
                message_id(&frame.body);
            }
            let mut fields = Fields::of(&Bytes::from(octets));
            fields.c_octets();
            fields.octet();
            fields.octets(10);
            while fields.tlv().is_some() {}
        }
    }
}

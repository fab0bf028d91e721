//! What `deliver_sm` brings (SMPP 3.4 section 4.6), and `data_sm` from the few gateways that send
//! receipts in it (section 4.7): receipts, and messages that people send.

use std::fmt;

use bytes::Bytes;

use crate::{
    alphabet,
    pdu::{DATA_SM, Fields, Frame, printable},
    receipt::{self, Verdict},
};

/// What arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// What became of a message that was sent.
    Receipt(Receipt),
    /// A message to this system.
    Inbound(Inbound),
}

/// A delivery receipt or an intermediate notification. The gateway says that it is one, by `esm_class`
/// or by a `receipted_message_id`; a text that merely looks like one stays a text, as anybody can write
/// it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// `id` of its text: up to 64 printable ASCII characters. Some gateways write it in decimal here and
    /// in hexadecimal in their answer to `submit_sm`, or pad it with zeros.
    pub message_id: Option<String>,
    /// The TLV `receipted_message_id` (section 5.3.2.12), which is the id as it was answered.
    pub receipted_message_id: Option<String>,
    /// By the TLV `message_state` (section 5.3.2.35) if it names a state, otherwise by `stat`.
    pub verdict: Verdict,
    /// `stat` as it was written, up to 64 printable ASCII characters.
    pub stat: Option<String>,
    /// `err` as it was written, up to 64 printable ASCII characters: a code of the gateway's own.
    pub err: Option<String>,
}

/// A message that somebody sent. `Debug` shows no number and no text.
#[derive(Clone, PartialEq, Eq)]
pub struct Inbound {
    /// Tells apart what was delivered, and is never used twice: SMPP has no id for inbound messages, so it
    /// is made from the bind and the sequence number. A gateway that repeats a message, because it did not
    /// see the answer, gives it another one.
    pub id: String,
    /// The sender as the gateway writes it: with `+` or without, or a name. Anybody can forge it.
    pub from: String,
    /// The receiver as the gateway writes it.
    pub to: String,
    /// The text. Empty if it is binary, or in an alphabet that this crate does not read.
    pub text: String,
    /// `data_coding` (section 5.2.19): 0 (GSM 7 bit), 1 and 3 (Latin 1) and 8 (UTF-16BE) are read, and
    /// the GSM message classes of the first.
    pub data_coding: u8,
    /// Which part of a longer message this is.
    pub part: Option<Part>,
}

impl fmt::Debug for Inbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbound")
            .field("id", &self.id)
            .field("data_coding", &self.data_coding)
            .field("part", &self.part)
            .finish_non_exhaustive()
    }
}

/// One of several parts, by a user data header or the `sar_*` TLVs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Shared by the parts of one message from one sender to one receiver, and used again later.
    pub reference: u16,
    /// How many there are, 1 to 255.
    pub total: u8,
    /// Which one this is, from 1 to `total`.
    pub number: u8,
}

const RECEIPTED_MESSAGE_ID: u16 = 0x001e;
const SAR_MSG_REF_NUM: u16 = 0x020c;
const SAR_TOTAL_SEGMENTS: u16 = 0x020e;
const SAR_SEGMENT_SEQNUM: u16 = 0x020f;
const MESSAGE_PAYLOAD: u16 = 0x0424;
const MESSAGE_STATE: u16 = 0x0427;

/// Of `esm_class` (section 5.2.12).
const USER_DATA_HEADER: u8 = 0x40;
const MESSAGE_TYPE: u8 = 0x3c;
const RECEIPT: u8 = 0x04;
const INTERMEDIATE: u8 = 0x20;

/// Reads a `deliver_sm` or `data_sm`; `None` if its fixed part is not all there.
pub(crate) fn read(frame: &Frame, bind: &str) -> Option<Delivery> {
    let body = Body::of(frame)?;
    let kind = body.esm_class & MESSAGE_TYPE;
    if kind == RECEIPT || kind == INTERMEDIATE || body.receipted_message_id.is_some() {
        return Some(Delivery::Receipt(body.receipt(kind == INTERMEDIATE)));
    }
    Some(Delivery::Inbound(body.inbound(format!("{bind}-{}", frame.sequence))))
}

#[derive(Default)]
struct Body {
    from: Bytes,
    to: Bytes,
    esm_class: u8,
    data_coding: u8,
    octets: Bytes,
    receipted_message_id: Option<String>,
    message_state: Option<u8>,
    sar: (Option<u16>, Option<u8>, Option<u8>),
}

impl Body {
    fn of(frame: &Frame) -> Option<Self> {
        let mut fields = Fields::of(&frame.body);
        let mut body = Self::default();
        fields.c_octets(); // service_type
        fields.octets(2); // source_addr_ton and _npi
        body.from = fields.c_octets();
        fields.octets(2); // dest_addr_ton and _npi
        body.to = fields.c_octets();
        body.esm_class = fields.octet();
        if frame.id == DATA_SM {
            fields.octet(); // registered_delivery
            body.data_coding = fields.octet();
        } else {
            fields.octets(2); // protocol_id and priority_flag
            fields.c_octets(); // schedule_delivery_time
            fields.c_octets(); // validity_period
            fields.octets(2); // registered_delivery and replace_if_present_flag
            body.data_coding = fields.octet();
            fields.octet(); // sm_default_msg_id
            let length = fields.octet();
            body.octets = fields.octets(usize::from(length));
        }
        if fields.ended_early() {
            return None;
        }
        while let Some((tag, value)) = fields.tlv() {
            body.take(tag, value);
        }
        Some(body)
    }

    fn take(&mut self, tag: u16, value: Bytes) {
        let octet = value.first().copied();
        match tag {
            RECEIPTED_MESSAGE_ID => {
                let id = value.split(|octet| *octet == 0).next().unwrap_or_default();
                self.receipted_message_id = Some(printable(id, 64)).filter(|id| !id.is_empty());
            }
            MESSAGE_STATE => self.message_state = octet,
            SAR_MSG_REF_NUM => self.sar.0 = value.first_chunk().copied().map(u16::from_be_bytes),
            SAR_TOTAL_SEGMENTS => self.sar.1 = octet,
            SAR_SEGMENT_SEQNUM => self.sar.2 = octet,
            MESSAGE_PAYLOAD if self.octets.is_empty() => self.octets = value,
            _ => {}
        }
    }

    fn receipt(&self, intermediate: bool) -> Receipt {
        let (_, octets) = self.without_header();
        // A receipt is ASCII, whatever its data_coding says; but some really come in UTF-16.
        let text = match octets.first() {
            Some(0) if self.data_coding == 8 => alphabet::utf16(&octets),
            _ => alphabet::latin1(&octets),
        };
        let fields = receipt::fields(&text);
        let verdict = match self.message_state.map(Verdict::of_state) {
            Some(verdict) if verdict != Verdict::Unknown => verdict,
            _ => fields.stat.as_deref().map_or(Verdict::Unknown, Verdict::of_stat),
        };
        // "Not yet, the phone is off": the last word comes in a receipt.
        let verdict = if intermediate { Verdict::Accepted } else { verdict };
        let receipted_message_id = self.receipted_message_id.clone();
        Receipt { message_id: fields.id, receipted_message_id, verdict, stat: fields.stat, err: fields.err }
    }

    fn inbound(&self, id: String) -> Inbound {
        let (part, octets) = self.without_header();
        Inbound {
            id,
            from: address(&self.from),
            to: address(&self.to),
            text: alphabet::decode(self.data_coding, &octets).unwrap_or_default(),
            data_coding: self.data_coding,
            part: part.or_else(|| self.sar_part()),
        }
    }

    /// The text without a user data header (GSM 03.40 section 9.2.3.24), and what that says of parts.
    fn without_header(&self) -> (Option<Part>, Bytes) {
        if self.esm_class & USER_DATA_HEADER == 0 {
            return (None, self.octets.clone());
        }
        let mut fields = Fields::of(&self.octets);
        let length = usize::from(fields.octet());
        let header = fields.octets(length);
        let text = fields.octets(usize::MAX);
        let mut elements = Fields::of(&header);
        let mut part = None;
        loop {
            let (element, length) = (elements.octet(), elements.octet());
            let value = elements.octets(usize::from(length));
            if elements.ended_early() {
                return (part.and_then(Part::sound), text);
            }
            match (element, &value[..]) {
                (0x00, &[reference, total, number]) => {
                    part = Some(Part { reference: u16::from(reference), total, number });
                }
                (0x08, &[high, low, total, number]) => {
                    part = Some(Part { reference: u16::from_be_bytes([high, low]), total, number });
                }
                _ => {}
            }
        }
    }

    fn sar_part(&self) -> Option<Part> {
        let (reference, total, number) = self.sar;
        Part { reference: reference?, total: total?, number: number? }.sound()
    }
}

impl Part {
    /// A header that contradicts itself is to be ignored (GSM 03.40 section 9.2.3.24.1).
    fn sound(self) -> Option<Self> {
        (1..=self.total).contains(&self.number).then_some(self)
    }
}

/// As a name may be in Latin 1. Blanks and control characters are of no use in it.
fn address(octets: &[u8]) -> String {
    alphabet::latin1(octets).chars().filter(|c| !c.is_control()).take(40).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;
    use proptest::prelude::*;
    use rusmpp::{
        decode::DecodeWithLength as _,
        pdus::DeliverSm,
        tlvs::MessageDeliveryRequestTlvValue as Tlv,
        types::{AnyOctetString, COctetString, OctetString},
        values::{DataCoding, EsmClass, MessagePayload, MessageState},
    };

    use super::*;
    use crate::pdu;

    fn deliver(esm_class: u8, data_coding: u8, text: &[u8]) -> DeliverSm {
        let mut pdu = DeliverSm::default();
        pdu.source_addr = COctetString::from_slice(b"919876543210\0").unwrap();
        pdu.destination_addr = COctetString::from_slice(b"56161\0").unwrap();
        pdu.esm_class = EsmClass::from(esm_class);
        pdu.data_coding = DataCoding::from(data_coding);
        pdu.set_short_message(OctetString::from_slice(text).unwrap());
        pdu
    }

    fn frame(deliver: DeliverSm) -> Frame {
        let mut out = BytesMut::new();
        pdu::put(&mut out, 0, 77, deliver);
        Frame::take(&mut out).unwrap().unwrap()
    }

    fn inbound(deliver: DeliverSm) -> Inbound {
        match read(&frame(deliver), "b1").unwrap() {
            Delivery::Inbound(inbound) => inbound,
            Delivery::Receipt(receipt) => panic!("{receipt:?}"),
        }
    }

    fn receipt(deliver: DeliverSm) -> Receipt {
        match read(&frame(deliver), "b1").unwrap() {
            Delivery::Receipt(receipt) => receipt,
            Delivery::Inbound(inbound) => panic!("{inbound:?}"),
        }
    }

    #[test]
    fn reads_a_message() {
        let message = inbound(deliver(0, 0, b"STOP"));
        assert_eq!((message.from.as_str(), message.to.as_str()), ("919876543210", "56161"));
        assert_eq!((message.text.as_str(), message.id.as_str(), message.part), ("STOP", "b1-77", None));
        assert_eq!(format!("{message:?}"), r#"Inbound { id: "b1-77", data_coding: 0, part: None, .. }"#);
        // Binary is not guessed at.
        assert_eq!(inbound(deliver(0, 4, b"STOP")).text, "");
    }

    #[test]
    fn reads_parts() {
        let part = |reference, total, number| Some(Part { reference, total, number });
        let table: [(&[u8], Option<Part>, &str); 8] = [
            (b"\x05\x00\x03\x2a\x02\x01one", part(42, 2, 1), "one"),
            (b"\x06\x08\x04\x01\x00\x03\x03three", part(256, 3, 3), "three"),
            // Beside an element of ports.
            (b"\x0b\x05\x04\x00\x01\x00\x02\x00\x03\x07\x02\x02two", part(7, 2, 2), "two"),
            (b"\x05\x00\x03\x2a\x02\x00zero", None, "zero"),
            (b"\x05\x00\x03\x2a\x02\x03over", None, "over"),
            (b"\x05\x00\x09\x2a\x02\x01cut", None, "cut"),
            (b"\x40short", None, ""),
            (b"", None, ""),
        ];
        for (octets, part, text) in table {
            let message = inbound(deliver(USER_DATA_HEADER, 0, octets));
            assert_eq!((message.part, message.text.as_str()), (part, text), "{octets:x?}");
        }
        let mut sar = deliver(0, 0, b"x");
        sar.set_tlvs(vec![Tlv::SarMsgRefNum(900), Tlv::SarTotalSegments(2), Tlv::SarSegmentSeqnum(2)]);
        assert_eq!(inbound(sar).part, part(900, 2, 2));
    }

    #[test]
    fn reads_a_payload() {
        let mut long = deliver(0, 8, b"");
        let octets: Vec<u8> = "क".repeat(300).encode_utf16().flat_map(u16::to_be_bytes).collect();
        long.push_tlv(Tlv::MessagePayload(MessagePayload::new(AnyOctetString::from_vec(octets))));
        assert_eq!(inbound(long).text, "क".repeat(300));
    }

    #[test]
    fn reads_receipts_by_what_the_gateway_calls_one() {
        let text = b"id:42 stat:UNDELIV err:027 text:x";
        let by_class = receipt(deliver(0x04, 0, text));
        assert_eq!((by_class.message_id.as_deref(), by_class.verdict), (Some("42"), Verdict::Failed));
        assert_eq!((by_class.stat.as_deref(), by_class.err.as_deref()), (Some("UNDELIV"), Some("027")));

        let mut by_tlv = deliver(0, 0, b"");
        by_tlv.push_tlv(Tlv::ReceiptedMessageId(COctetString::from_slice(b"2A\0").unwrap()));
        by_tlv.push_tlv(Tlv::MessageState(MessageState::Delivered));
        let by_tlv = receipt(by_tlv);
        assert_eq!((by_tlv.receipted_message_id.as_deref(), by_tlv.message_id), (Some("2A"), None));
        assert_eq!(by_tlv.verdict, Verdict::Delivered);

        // The state overrules stat, unless it says nothing.
        let mut both = deliver(0x04, 0, text);
        both.push_tlv(Tlv::MessageState(MessageState::Delivered));
        assert_eq!(receipt(both.clone()).verdict, Verdict::Delivered);
        both.set_tlvs(vec![Tlv::MessageState(MessageState::Unknown)]);
        assert_eq!(receipt(both).verdict, Verdict::Failed);

        // An intermediate notification settles nothing.
        assert_eq!(receipt(deliver(0x20, 0, text)).verdict, Verdict::Accepted);
        // Nor does a person who writes like a gateway.
        assert_eq!(inbound(deliver(0, 0, text)).text, "id:42 stat:UNDELIV err:027 text:x");

        let wide: Vec<u8> = "id:7 stat:DELIVRD".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(receipt(deliver(0x04, 8, &wide)).message_id.as_deref(), Some("7"));
        assert_eq!(receipt(deliver(0x04, 8, b"id:7 stat:DELIVRD")).message_id.as_deref(), Some("7"));
    }

    #[test]
    fn reads_what_rusmpp_refuses() {
        let bodies: [(&[u8], &[u8]); 3] = [
            // A name in Latin 1, a validity of 3 characters, an id without its NUL.
            (b"\0\x05\x00Caf\xe9\0\x03\x00561\0\x04\0\0\0\0\0\0\0\0\x11id:8 stat:EXPIRED", b""),
            (b"\0\x01\x01777\0\x03\x00561\0\x04\0\0\x00123\0\0\0\0\0\x11id:8 stat:EXPIRED", b""),
            (b"\0\x01\x01777\0\x03\x00561\0\x04\0\0\0\0\0\0\0\0\x11id:8 stat:EXPIRED", b"\x00\x1e\x00\x02AB"),
        ];
        for (body, tlvs) in bodies {
            let body = [body, tlvs].concat();
            assert!(DeliverSm::decode(&mut BytesMut::from(&body[..]), body.len()).is_err(), "{body:x?}");
            let frame = Frame { id: pdu::DELIVER_SM, status: 0, sequence: 1, body: Bytes::from(body) };
            let Some(Delivery::Receipt(receipt)) = read(&frame, "b") else { panic!("no receipt") };
            assert_eq!((receipt.message_id.as_deref(), receipt.verdict), (Some("8"), Verdict::Failed));
            assert_eq!(receipt.receipted_message_id.is_some(), !tlvs.is_empty());
        }
    }

    #[test]
    fn reads_data_sm() {
        let body = b"\0\x01\x01777\0\x03\x00561\0\0\0\0\x04\x24\x00\x02Hi";
        let frame = Frame { id: DATA_SM, status: 0, sequence: 3, body: Bytes::from_static(body) };
        let Some(Delivery::Inbound(message)) = read(&frame, "b") else { panic!("no message") };
        assert_eq!((message.from.as_str(), message.to.as_str(), message.text.as_str()), ("777", "561", "Hi"));
    }

    #[test]
    fn takes_nothing_that_is_cut_short() {
        let whole = frame(deliver(0x04, 0, b"id:42 stat:DELIVRD"));
        for length in 0..whole.body.len() {
            let cut = Frame { body: whole.body.slice(..length), ..frame(deliver(0, 0, b"")) };
            assert_eq!(read(&cut, "b"), None, "{length}");
        }
    }

    proptest! {
        #[test]
        fn any_body_will_do(body in prop::collection::vec(any::<u8>(), 0..300), data in any::<bool>()) {
            let id = if data { DATA_SM } else { pdu::DELIVER_SM };
            let _ = read(&Frame { id, status: 0, sequence: 1, body: Bytes::from(body) }, "b");
        }

        #[test]
        fn any_text_behind_a_sound_head_will_do(
            esm_class in any::<u8>(),
            coding in any::<u8>(),
            text in prop::collection::vec(any::<u8>(), 0..=254),
            cut in 0usize..300,
            tlvs in prop::collection::vec(any::<u8>(), 0..60),
        ) {
            let mut whole = frame(deliver(esm_class, coding, &text));
            let mut body = whole.body.to_vec();
            body.extend_from_slice(&tlvs);
            body.truncate(body.len().saturating_sub(cut.saturating_sub(200)));
            whole.body = Bytes::from(body);
            let _ = read(&whole, "b");
        }
    }
}

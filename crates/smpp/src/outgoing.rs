//! The PDUs this side begins with: `bind_transceiver` (SMPP 3.4 section 4.1.5) and `submit_sm`
//! (section 4.4.1).

use std::time::Duration;

use rusmpp::{
    pdus::{BindTransceiver, SubmitSm},
    tlvs::{MessageSubmissionRequestTlvValue as Tlv, TlvTag},
    types::{AnyOctetString, COctetString, EmptyOrFullCOctetString, OctetString},
    values::{DataCoding, EsmClass, InterfaceVersion, MessagePayload, Npi, RegisteredDelivery, ServiceType, Ton},
};
use secrecy::ExposeSecret as _;

use crate::{
    config::{Config, LONGEST_TLV, Long},
    message::Message,
    split,
};

/// Statuses for what fits in no PDU: what a gateway would answer.
const BAD_TEXT: u32 = 0x01;
const BAD_SOURCE: u32 = 0x0a;
const BAD_DESTINATION: u32 = 0x0b;
const BAD_TLV: u32 = 0xc2;

pub(crate) fn bind(config: &Config) -> BindTransceiver {
    BindTransceiver::builder()
        .system_id(c_octets(&config.system_id).unwrap_or_default())
        .password(c_octets(config.password.expose_secret()).unwrap_or_default())
        .system_type(c_octets(&config.system_type).unwrap_or_default())
        .interface_version(InterfaceVersion::Smpp3_4)
        .build()
}

/// A `submit_sm` for each part of the message, or the status that refuses it.
pub(crate) fn submits(config: &Config, message: &Message, reference: u8) -> Result<Vec<SubmitSm>, u32> {
    let whole = whole(config, message)?;
    if !message.text.is_sound() {
        return Err(BAD_TEXT);
    }
    let parts = split::parts(&message.text).ok_or(BAD_TEXT)?;
    let total = u8::try_from(parts.len()).map_err(|_| BAD_TEXT)?;
    if total == 1 {
        return Ok(vec![with_text(whole, &[parts[0]])?]);
    }
    if config.long == Long::Payload {
        let mut pdu = whole;
        pdu.push_tlv(Tlv::MessagePayload(MessagePayload::new(AnyOctetString::from_vec(parts.concat()))));
        return Ok(vec![pdu]);
    }
    let numbered = (1..=total).zip(parts);
    numbered
        .map(|(number, part)| {
            let mut pdu = whole.clone();
            if config.long == Long::Udh {
                pdu.esm_class = EsmClass::from(0x40);
                return with_text(pdu, &[&split::udh(reference, total, number), part]);
            }
            // One octet of the two, so that the gateway can make the short header of it.
            pdu.push_tlv(Tlv::SarMsgRefNum(u16::from(reference)));
            pdu.push_tlv(Tlv::SarTotalSegments(total));
            pdu.push_tlv(Tlv::SarSegmentSeqnum(number));
            with_text(pdu, &[part])
        })
        .collect()
}

/// All but the text. rusmpp's defaults would send `esm_class` 0x08, a delivery acknowledgement.
fn whole(config: &Config, message: &Message) -> Result<SubmitSm, u32> {
    let (ton, npi, source) = source(config, message).ok_or(BAD_SOURCE)?;
    let digits = message.to.strip_prefix('+').unwrap_or(&message.to);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(BAD_DESTINATION);
    }
    let mut pdu = SubmitSm::builder()
        .service_type(ServiceType::new(c_octets(&config.service_type).unwrap_or_default()))
        .source_addr_ton(ton)
        .source_addr_npi(npi)
        .source_addr(source)
        .dest_addr_ton(Ton::from(config.dest_ton))
        .dest_addr_npi(Npi::from(config.dest_npi))
        .destination_addr(c_octets(digits).ok_or(BAD_DESTINATION)?)
        .esm_class(EsmClass::from(0))
        .validity_period(config.validity.map(relative_time).unwrap_or_default())
        .registered_delivery(RegisteredDelivery::from(u8::from(message.registered_delivery)))
        .data_coding(DataCoding::from(message.text.data_coding()))
        .build();
    let own = config.tlvs.iter().filter(|(tag, _)| !message.tlvs.iter().any(|(other, _)| other == tag));
    for (tag, value) in own.chain(&message.tlvs) {
        if value.len() > LONGEST_TLV {
            return Err(BAD_TLV);
        }
        pdu.push_tlv(Tlv::Other { tag: TlvTag::from(*tag), value: AnyOctetString::from_slice(value) });
    }
    Ok(pdu)
}

fn with_text(mut pdu: SubmitSm, octets: &[&[u8]]) -> Result<SubmitSm, u32> {
    pdu.set_short_message(OctetString::from_vec(octets.concat()).map_err(|_| BAD_TEXT)?);
    Ok(pdu)
}

fn source(config: &Config, message: &Message) -> Option<(Ton, Npi, COctetString<1, 21>)> {
    let Some(source) = message.source.as_ref().or(config.source_addr.as_ref()) else {
        return Some((Ton::Unknown, Npi::Unknown, COctetString::null()));
    };
    let number = source.strip_prefix('+').unwrap_or(source);
    let (ton, npi, sent) = if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        (5, 0, source.as_str())
    } else if number.len() < source.len() || number.len() > 8 {
        (1, 1, number)
    } else {
        (3, 0, number)
    };
    let (ton, npi) = (config.source_ton.unwrap_or(ton), config.source_npi.unwrap_or(npi));
    Some((Ton::from(ton), Npi::from(npi), c_octets(sent)?))
}

/// `None` if it is too long, not ASCII or has a NUL in it.
fn c_octets<const MIN: usize, const MAX: usize>(text: &str) -> Option<COctetString<MIN, MAX>> {
    COctetString::from_vec([text.as_bytes(), &[0]].concat()).ok()
}

/// Relative time format `YYMMDDhhmmss000R` (section 7.1.1.2). Days come up to 30, as months vary.
fn relative_time(time: Duration) -> EmptyOrFullCOctetString<17> {
    let seconds = time.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let text = format!("0000{days:02}{hours:02}{minutes:02}{:02}000R\0", seconds % 60);
    EmptyOrFullCOctetString::from_vec(text.into_bytes()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use super::*;
    use crate::{
        message::Text,
        pdu::{self, Frame},
    };

    fn config() -> Config {
        Config::new("localhost", 2775, "redress", "secret08".into())
    }

    fn message(text: Text) -> Message {
        Message { to: "+919876543210".into(), text, source: None, tlvs: Vec::new(), registered_delivery: true }
    }

    fn body(submit: SubmitSm) -> Vec<u8> {
        let mut out = BytesMut::new();
        pdu::put(&mut out, 0, 1, submit);
        Frame::take(&mut out).unwrap().unwrap().body.to_vec()
    }

    #[test]
    fn binds_as_version_3_4() {
        let mut out = BytesMut::new();
        pdu::put(&mut out, 0, 1, bind(&config()));
        let frame = Frame::take(&mut out).unwrap().unwrap();
        assert_eq!((frame.id, &frame.body[..]), (0x09, &b"redress\0secret08\0\0\x34\0\0\0"[..]));
    }

    #[test]
    fn writes_each_octet_by_the_book() {
        let mut config = config();
        config.source_addr = Some("REDRESS".into());
        config.validity = Some(Duration::from_secs(90_061));
        config.tlvs = vec![(0x1400, b"1101\0".to_vec()), (0x1401, b"old".to_vec())];
        let mut message = message(Text::Gsm7(b"Hi".to_vec()));
        message.tlvs = vec![(0x1401, b"1707\0".to_vec())];
        let expected = [
            &b"\0\x05\x00REDRESS\0\x01\x01919876543210\0\0\0\0\0"[..],
            b"000001010101000R\0",
            b"\x01\0\0\0\x02Hi\x14\x00\x00\x051101\0\x14\x01\x00\x051707\0",
        ];
        assert_eq!(body(submits(&config, &message, 7).unwrap().remove(0)), expected.concat());
        message.registered_delivery = false;
        config.validity = None;
        let bare = body(submits(&config, &message, 7).unwrap().remove(0));
        assert!(bare.starts_with(b"\0\x05\x00REDRESS\0\x01\x01919876543210\0\0\0\0\0\0\0\0\0\0\x02Hi"));
    }

    #[test]
    fn derives_kinds_of_senders() {
        let table: [(Option<&str>, u8, u8, &[u8]); 7] = [
            (None, 0, 0, b""),
            (Some("REDRESS"), 5, 0, b"REDRESS"),
            (Some("4YOU"), 5, 0, b"4YOU"),
            (Some("56161"), 3, 0, b"56161"),
            (Some("12345678"), 3, 0, b"12345678"),
            (Some("919812345678"), 1, 1, b"919812345678"),
            (Some("+4561"), 1, 1, b"4561"),
        ];
        for (source, ton, npi, sent) in table {
            let mut message = message(Text::Gsm7(Vec::new()));
            message.source = source.map(str::to_owned);
            let start = [&[0, ton, npi], sent, &[0]].concat();
            assert!(body(submits(&config(), &message, 0).unwrap().remove(0)).starts_with(&start), "{source:?}");
            let mut fixed = config();
            (fixed.source_ton, fixed.source_npi) = (Some(2), Some(8));
            if source.is_some() {
                let start = [&[0, 2, 8], sent, &[0]].concat();
                assert!(body(submits(&fixed, &message, 0).unwrap().remove(0)).starts_with(&start), "{source:?}");
            }
        }
    }

    #[test]
    fn joins_parts_as_set() {
        let long = message(Text::Ucs2([0x09, 0x2c].repeat(100)));
        let mut config = config();
        let parts = submits(&config, &long, 9).unwrap();
        assert_eq!(parts.len(), 2);
        for (pdu, number) in parts.iter().zip([1, 2]) {
            assert_eq!(u8::from(pdu.esm_class), 0x40);
            assert!(pdu.short_message().starts_with(&[5, 0, 3, 9, 2, number]));
        }
        assert_eq!((parts[0].sm_length(), parts[1].sm_length()), (140, 72));

        config.long = Long::Sar;
        let parts = submits(&config, &long, 9).unwrap();
        assert_eq!((u8::from(parts[1].esm_class), parts[1].sm_length()), (0, 66));
        assert!(body(parts[1].clone()).ends_with(b"\x02\x0c\0\x02\0\x09\x02\x0e\0\x01\x02\x02\x0f\0\x01\x02"));

        config.long = Long::Payload;
        let whole = submits(&config, &long, 9).unwrap();
        assert_eq!((whole.len(), whole[0].sm_length()), (1, 0));
        let payload = [&b"\x04\x24\x00\xc8"[..], &[0x09, 0x2c].repeat(100)].concat();
        assert!(body(whole[0].clone()).ends_with(&payload));

        let short = message(Text::Gsm7(vec![b'a'; 160]));
        let one = submits(&config, &short, 9).unwrap();
        assert_eq!((one.len(), one[0].sm_length(), one[0].tlvs().len()), (1, 160, 0));
    }

    type Spoil = fn(&mut Message);

    #[test]
    fn refuses_what_fits_nowhere() {
        let good = message(Text::Gsm7(b"Hi".to_vec()));
        let table: [(Spoil, u32); 9] = [
            (|m| m.to = String::new(), BAD_DESTINATION),
            (|m| m.to = "+".into(), BAD_DESTINATION),
            (|m| m.to = "98 76".into(), BAD_DESTINATION),
            (|m| m.to = "1".repeat(21), BAD_DESTINATION),
            (|m| m.source = Some("Entgelt-für".into()), BAD_SOURCE),
            (|m| m.source = Some("x".repeat(21)), BAD_SOURCE),
            (|m| m.text = Text::Ucs2(vec![0]), BAD_TEXT),
            (|m| m.text = Text::Gsm7(vec![0x80]), BAD_TEXT),
            (|m| m.tlvs = vec![(1, vec![0; 1025])], BAD_TLV),
        ];
        for (spoil, status) in table {
            let mut message = good.clone();
            spoil(&mut message);
            assert_eq!(submits(&config(), &message, 0), Err(status));
        }
        let endless = message(Text::Gsm7(vec![b'a'; 40_000]));
        assert_eq!(submits(&config(), &endless, 0), Err(BAD_TEXT));
    }
}

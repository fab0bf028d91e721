//! What has to hold of any octets on a connection, for the fuzz targets of Redress and the tests below. Each property panics
//! where it does not hold.

use bytes::{Bytes, BytesMut};
use rusmpp::{
    pdus::DeliverSm,
    types::{COctetString, OctetString},
    values::{DataCoding, EsmClass},
};

use crate::{
    Delivery, Text, alphabet,
    inbound::{self, Inbound},
    pdu::{self, Fields, Frame},
    receipt, split,
};

/// The octets of each part in which a text goes, without a header; `None` where it takes too many.
pub fn parts(text: &Text) -> Option<Vec<&[u8]>> {
    split::parts(text)
}

/// Octets of a message as a text, by their `data_coding`.
pub fn decoded(data_coding: u8, octets: &[u8]) -> Option<String> {
    alphabet::decode(data_coding, octets)
}

/// Whatever comes is parted into the same PDUs however it is cut on its way, each is read or refused, and one that is
/// written is read as it was meant.
pub fn smpp(data: &[u8]) {
    let (at, rest) = data.split_first().map_or((0, data), |(first, rest)| (usize::from(*first), rest));
    let whole = frames(&[rest]);
    let (first, second) = rest.split_at(at % (rest.len() + 1));
    assert_eq!(frames(&[first, second]), whole);
    assert!(whole.0.iter().map(|frame| frame.body.len() + 16).sum::<usize>() <= rest.len(), "more than has come");
    for frame in &whole.0 {
        assert!(pdu::message_id(&frame.body).len() <= 64);
        if let Some(delivery) = inbound::read(frame, "b1") {
            is_bounded(&delivery, frame.body.len());
        }
    }
    let mut fields = Fields::of(&Bytes::copy_from_slice(rest));
    let mut read = fields.c_octets().len() + fields.octets(at).len();
    while let Some((_, value)) = fields.tlv() {
        read += value.len() + 4;
    }
    assert!(read <= rest.len());
    written_and_read(at, rest);
}

/// All PDUs of what comes piece by piece, and whether the stream went out of step.
fn frames(pieces: &[&[u8]]) -> (Vec<Frame>, bool) {
    let (mut input, mut frames) = (BytesMut::new(), Vec::new());
    for piece in pieces {
        input.extend_from_slice(piece);
        loop {
            match Frame::take(&mut input) {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(_) => return (frames, true),
            }
        }
    }
    (frames, false)
}

/// No octet becomes more than one character, but that of three bytes which stands for what nobody can read.
fn is_bounded(delivery: &Delivery, octets: usize) {
    match delivery {
        Delivery::Receipt(receipt) => {
            for field in [&receipt.message_id, &receipt.receipted_message_id, &receipt.stat, &receipt.err] {
                let plain =
                    |text: &String| (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
                assert!(field.as_ref().is_none_or(plain), "{receipt:?}");
            }
        }
        Delivery::Inbound(Inbound { from, to, text, part, .. }) => {
            assert!(from.chars().count() <= 40 && to.chars().count() <= 40);
            assert!(text.chars().count() <= octets);
            assert!(part.is_none_or(|part| (1..=part.total).contains(&part.number)));
        }
    }
}

/// A message of ours to ourselves: all of it arrives.
fn written_and_read(class: usize, octets: &[u8]) {
    let text = &octets[..octets.len().min(254)];
    let mut message = DeliverSm::default();
    message.source_addr = COctetString::from_slice(b"919876543210\0").expect("it is a string of C");
    message.destination_addr = COctetString::from_slice(b"56161\0").expect("it is a string of C");
    let coding = [0, 3, 8][class % 3];
    message.data_coding = DataCoding::from(coding);
    // No header and no receipt: those have a form of their own.
    message.esm_class = EsmClass::from(u8::try_from(class & 0x83).unwrap_or_default());
    message.set_short_message(OctetString::from_slice(text).expect("it is short"));
    let mut out = BytesMut::new();
    pdu::put(&mut out, 0, 77, message);
    let frame = Frame::take(&mut out).expect("it is in step").expect("it is whole");
    assert!(out.is_empty());
    let Some(Delivery::Inbound(read)) = inbound::read(&frame, "b1") else { panic!("it is a message") };
    assert_eq!((&*read.from, &*read.to, &*read.id), ("919876543210", "56161", "b1-77"));
    assert_eq!((read.data_coding, Some(read.text), read.part), (coding, decoded(coding, text), None));
}

/// Fields of a receipt are short and plain, and come back when they are written as the standard does.
pub fn receipt(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let read = receipt::fields(&text);
    let each = [("id", &read.id), ("stat", &read.stat), ("err", &read.err)];
    for (name, value) in each {
        let Some(value) = value else { continue };
        assert!((1..=64).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_graphic()), "{name} {value}");
    }
    let written: Vec<String> =
        each.iter().filter_map(|(name, value)| value.as_ref().map(|value| format!("{name}:{value}"))).collect();
    assert_eq!(receipt::fields(&written.join(" ")), read, "{written:?}");
    // What a person has written behind it changes nothing.
    assert_eq!(receipt::fields(&format!("{} text:id:9 stat:DELIVRD", written.join(" "))), read);
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    #[test]
    fn what_is_kept_for_the_fuzzer_still_holds() {
        for (name, property) in [("smpp", super::smpp as fn(&[u8])), ("receipt", super::receipt)] {
            let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
            let files: Vec<_> = fs::read_dir(dir).expect(name).map(|entry| entry.unwrap().path()).collect();
            assert!((1..=50).contains(&files.len()), "{name} has {} files", files.len());
            for file in files {
                // Shown where the property fails, and kept from sight otherwise.
                println!("{}", file.display());
                property(&fs::read(file).unwrap());
            }
            property(b"");
        }
    }
}

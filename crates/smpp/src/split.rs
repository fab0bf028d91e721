//! Long texts in parts (GSM 03.40 section 9.2.3.24.1; SMPP 3.4 sections 3.2.3 and 5.3.2.22 to 5.3.2.24).

use crate::message::Text;

/// Octets of one part at most: 153 septets or 67 units of 16 bits, beside the header that joins parts.
const JOINED_SEPTETS: usize = 153;
const JOINED_UNITS: usize = 67;
/// What one message takes without such a header.
const SINGLE_SEPTETS: usize = 160;
const SINGLE_UNITS: usize = 70;
/// The header counts parts in one octet.
const MOST_PARTS: usize = 255;

const ESCAPE: u8 = 0x1b;

/// The octets of each part in order, without a header; one part if the text fits in one message.
/// `None` when it needs more than 255.
pub(crate) fn parts(text: &Text) -> Option<Vec<&[u8]>> {
    let (octets, single, joined) = match text {
        Text::Gsm7(octets) => (octets, SINGLE_SEPTETS, JOINED_SEPTETS),
        Text::Ucs2(octets) => (octets, SINGLE_UNITS * 2, JOINED_UNITS * 2),
    };
    if octets.len() <= single {
        return Some(vec![octets]);
    }
    let mut parts = Vec::with_capacity(octets.len().div_ceil(joined));
    let mut rest = octets.as_slice();
    while !rest.is_empty() {
        let cut = match text {
            _ if rest.len() <= joined => rest.len(),
            Text::Gsm7(_) => joined - usize::from(escapes_next(&rest[..joined])),
            Text::Ucs2(_) => joined - 2 * usize::from(is_high_surrogate(&rest[joined - 2..joined])),
        };
        let (part, after) = rest.split_at(cut);
        parts.push(part);
        rest = after;
    }
    (parts.len() <= MOST_PARTS).then_some(parts)
}

/// Whether the last septet is an escape whose partner comes next. In a run of escapes every second
/// one is itself escaped.
fn escapes_next(septets: &[u8]) -> bool {
    septets.iter().rev().take_while(|septet| **septet == ESCAPE).count() % 2 == 1
}

fn is_high_surrogate(unit: &[u8]) -> bool {
    matches!(unit, [0xd8..=0xdb, _])
}

/// User data header for one part of several: an element of 8 bit concatenation alone.
pub(crate) fn udh(reference: u8, total: u8, number: u8) -> [u8; 6] {
    [0x05, 0x00, 0x03, reference, total, number]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lengths(text: &Text) -> Vec<usize> {
        parts(text).unwrap().iter().map(|part| part.len()).collect()
    }

    fn gsm(octets: &[&[u8]]) -> Text {
        Text::Gsm7(octets.concat())
    }

    fn ucs2(text: &str) -> Text {
        Text::Ucs2(text.encode_utf16().flat_map(u16::to_be_bytes).collect())
    }

    #[test]
    fn splits_by_the_book() {
        let a = |n| vec![b'A'; n];
        let euro: &[u8] = &[0x1b, 0x65];
        let gsm_table: [(Text, &[usize]); 10] = [
            (gsm(&[]), &[0]),
            (gsm(&[&a(160)]), &[160]),
            (gsm(&[&a(161)]), &[153, 8]),
            (gsm(&[&a(158), euro]), &[160]),
            (gsm(&[&a(159), euro]), &[153, 8]),
            (gsm(&[&a(152), euro, &a(152)]), &[152, 153, 1]),
            (gsm(&[&a(151), euro, &a(153)]), &[153, 153]),
            (gsm(&[&a(306)]), &[153, 153]),
            (gsm(&[&a(307)]), &[153, 153, 1]),
            (gsm(&[&a(152), &[0x1b, 0x1b], &a(10)]), &[152, 12]),
        ];
        for (text, expected) in gsm_table {
            assert_eq!(lengths(&text), expected);
        }
        let ucs2_table: [(&str, usize, &str, usize, &[usize]); 6] = [
            ("क", 70, "", 0, &[140]),
            ("क", 71, "", 0, &[134, 8]),
            ("क", 134, "", 0, &[134, 134]),
            ("x", 66, "😀", 1, &[136]),
            ("x", 66, "😀x", 30, &[132, 132, 48]),
            ("😀", 36, "", 0, &[132, 12]),
        ];
        for (one, times, other, others, expected) in ucs2_table {
            assert_eq!(lengths(&ucs2(&(one.repeat(times) + &other.repeat(others)))), expected, "{one} {times}");
        }
    }

    #[test]
    fn takes_no_more_than_255_parts() {
        assert_eq!(lengths(&Text::Gsm7(vec![b'a'; 153 * 255])).len(), 255);
        assert!(parts(&Text::Gsm7(vec![b'a'; 153 * 255 + 1])).is_none());
    }

    fn character() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            5 => (0u8..0x80).prop_filter("escape", |c| *c != ESCAPE).prop_map(|c| vec![c]),
            2 => (0u8..0x80).prop_map(|c| vec![ESCAPE, c]),
        ]
    }

    proptest! {
        #[test]
        fn gsm_parts_join_and_hold_escapes_together(characters in prop::collection::vec(character(), 0..900)) {
            let text = Text::Gsm7(characters.concat());
            let parts = parts(&text).unwrap();
            prop_assert_eq!(parts.concat(), characters.concat());
            // Reading each part by itself must meet whole characters only.
            for part in &parts {
                let mut septets = part.iter();
                while let Some(septet) = septets.next() {
                    prop_assert!(*septet != ESCAPE || septets.next().is_some());
                }
                let most = if parts.len() == 1 { 160 } else { 153 };
                prop_assert!(part.len() <= most);
            }
        }

        #[test]
        fn ucs2_parts_join_and_hold_surrogates_together(text in "[a-zक😀🎉]{0,400}") {
            let coded = ucs2(&text);
            let parts = parts(&coded).unwrap();
            let joined: Option<String> = parts.iter().map(|part| {
                let units: Vec<u16> = part.chunks(2).map(|unit| u16::from_be_bytes([unit[0], unit[1]])).collect();
                String::from_utf16(&units).ok()
            }).collect();
            prop_assert_eq!(joined, Some(text));
            let most = if parts.len() == 1 { 140 } else { 134 };
            prop_assert!(parts.iter().all(|part| part.len() <= most));
        }

        #[test]
        fn any_octets_join(octets in prop::collection::vec(any::<u8>(), 0..2000), gsm in any::<bool>()) {
            let text = if gsm { Text::Gsm7(octets.clone()) } else { Text::Ucs2(octets.clone()) };
            prop_assert_eq!(parts(&text).unwrap().concat(), octets);
        }
    }
}

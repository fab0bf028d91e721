//! Texts that arrive, by their `data_coding` (SMPP 3.4 section 5.2.19; GSM 03.38 sections 6.2.1 and 4).

/// The default alphabet in code order. ESC is at 0x1B, and shows as a space when nothing follows it.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u{1b}ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                     ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const ESCAPE: u8 = 0x1b;

/// The text, or `None` for binary data and alphabets that this crate does not read.
pub(crate) fn decode(data_coding: u8, octets: &[u8]) -> Option<String> {
    match data_coding {
        // 0xF0 to 0xFF are GSM message classes; bit 2 says 8 bit data.
        0 | 0xf0..=0xf3 | 0xf8..=0xfb => Some(gsm7(octets)),
        1 | 3 => Some(latin1(octets)),
        8 => Some(utf16(octets)),
        _ => None,
    }
}

/// Unpacked septets. What the tables leave open becomes U+FFFD, as does an octet above 0x7F.
fn gsm7(octets: &[u8]) -> String {
    let basic: Vec<char> = BASIC.chars().collect();
    let mut text = String::with_capacity(octets.len());
    let mut octets = octets.iter();
    while let Some(&octet) = octets.next() {
        text.push(match octet {
            ESCAPE => octets.next().map_or(' ', |&next| extension(next)),
            _ => basic.get(usize::from(octet)).copied().unwrap_or(char::REPLACEMENT_CHARACTER),
        });
    }
    text
}

const fn extension(octet: u8) -> char {
    match octet {
        0x0a => '\u{c}',
        0x14 => '^',
        0x28 => '{',
        0x29 => '}',
        0x2f => '\\',
        0x3c => '[',
        0x3d => '~',
        0x3e => ']',
        0x40 => '|',
        0x65 => '€',
        _ => char::REPLACEMENT_CHARACTER,
    }
}

pub(crate) fn latin1(octets: &[u8]) -> String {
    octets.iter().map(|&octet| char::from(octet)).collect()
}

/// UTF-16BE, which is what is sent as UCS-2. Lone surrogates and an odd last octet become U+FFFD.
pub(crate) fn utf16(octets: &[u8]) -> String {
    let units = octets.chunks(2).map(|unit| match *unit {
        [high, low] => u16::from_be_bytes([high, low]),
        _ => 0xfffd,
    });
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_each_coding() {
        let table: [(u8, &[u8], Option<&str>); 12] = [
            (0, b"STOP", Some("STOP")),
            (0, &[0x00, 0x02, 0x11, 0x1b, 0x65, 0x1b, 0x14, 0x1b, 0x3c], Some("@$_€^[")),
            (0, &[0x41, 0x1b], Some("A ")),
            (0, &[0x1b, 0x00, 0xc3], Some("\u{fffd}\u{fffd}")),
            (0xf0, &[0x7f], Some("à")),
            (1, b"it's", Some("it's")),
            (3, &[0xe9, 0x40], Some("é@")),
            (8, &[0x09, 0x2c, 0xd8, 0x3d, 0xde, 0x00], Some("ब😀")),
            (8, &[0xd8, 0x3d, 0x00, 0x41, 0x00], Some("\u{fffd}A\u{fffd}")),
            (8, &[], Some("")),
            (2, b"x", None),
            (0xf4, b"x", None),
        ];
        for (coding, octets, expected) in table {
            assert_eq!(decode(coding, octets).as_deref(), expected, "{coding} {octets:x?}");
        }
        assert_eq!(BASIC.chars().count(), 128);
    }

    proptest! {
        #[test]
        fn any_octets_will_do(coding in any::<u8>(), octets in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode(coding, &octets);
        }
    }
}

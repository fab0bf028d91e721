//! From when until when a certificate is good: the one part of X.509 (RFC 5280, section 4.1) that rustls does not tell.

use jiff::{civil::DateTime, tz::TimeZone};

/// Both ends, in milliseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// `notBefore`.
    pub from: i64,
    /// `notAfter`.
    pub until: i64,
}

impl Validity {
    /// Of a certificate in DER. Nothing where it is none.
    pub fn of(der: &[u8]) -> Option<Self> {
        const VERSION: u8 = 0xa0;
        let (_, certificate, _) = element(der)?;
        let (_, mut fields, _) = element(certificate)?;
        if fields.first() == Some(&VERSION) {
            fields = element(fields)?.2;
        }
        // Serial number, algorithm, issuer.
        for _ in 0..3 {
            fields = element(fields)?.2;
        }
        let (_, validity, _) = element(fields)?;
        let (kind, from, rest) = element(validity)?;
        let from = time(kind, from)?;
        let (kind, until, _) = element(rest)?;
        Some(Self { from, until: time(kind, until)? })
    }
}

/// The first element: its tag, its contents, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    const LONG: u8 = 0x80;
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < LONG {
        (usize::from(first), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(first & !LONG))?;
        // More than three bytes of length are no certificate.
        let length =
            (1..=3).contains(&bytes.len()).then(|| bytes.iter().fold(0, |sum, &b| sum << 8 | usize::from(b)))?;
        (length, rest)
    };
    let (contents, rest) = rest.split_at_checked(length)?;
    Some((tag, contents, rest))
}

fn time(kind: u8, text: &[u8]) -> Option<i64> {
    const UTC_TIME: u8 = 0x17;
    const GENERALIZED_TIME: u8 = 0x18;
    let text = std::str::from_utf8(text).ok()?;
    let whole = match kind {
        // Years before 50 are of this century.
        UTC_TIME if text.get(..2)? < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let at = DateTime::strptime("%Y%m%d%H%M%SZ", &whole).ok()?;
    Some(at.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(from: i32, until: i32) -> Vec<u8> {
        let mut params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(from, 2, 3);
        params.not_after = rcgen::date_time_ymd(until, 4, 5);
        params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn both_ends_are_read_in_both_forms() {
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        for (from, until) in [(2026, 2027), (1999, 2049), (2049, 2050), (2050, 2199)] {
            let validity = Validity::of(&made(from, until)).unwrap();
            assert_eq!(validity.from, at(&format!("{from}-02-03T00:00:00Z")));
            assert_eq!(validity.until, at(&format!("{until}-04-05T00:00:00Z")));
        }
    }

    #[test]
    fn what_is_no_certificate_is_nothing_and_no_panic() {
        let der = made(2026, 2027);
        for end in 0..der.len().min(200) {
            assert_eq!(Validity::of(&der[..end]), None, "{end}");
        }
        for bad in [&b""[..], b"0", b"\x30\x84\xff\xff\xff\xff", b"\x30\x80", b"hello world"] {
            assert_eq!(Validity::of(bad), None, "{bad:?}");
        }
    }
}

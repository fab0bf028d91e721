//! Which trace a request from elsewhere belongs to: `traceparent` (<https://www.w3.org/TR/trace-context/>).

use data_encoding::HEXLOWER;

/// A span of somebody else's, under which ours go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parent {
    pub(super) trace: [u8; 16],
    pub(super) span: [u8; 8],
    /// Whether its caller keeps the trace.
    pub(super) sampled: bool,
}

impl Parent {
    /// Reads the header's value. Later versions may have more behind what this one has.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let [version] = bytes(version)?;
        if version == 0xff || (version == 0 && parts.next().is_some()) {
            return None;
        }
        let [flags] = bytes(flags)?;
        let (trace, span) = (bytes(trace)?, bytes(span)?);
        let named = trace != [0; 16] && span != [0; 8];
        named.then_some(Self { trace, span, sampled: flags & 1 == 1 })
    }
}

/// Lower case alone, as the standard has it.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_standard_allows_is_read_and_nothing_else() {
        const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
        const SPAN: &str = "00f067aa0ba902b7";
        let read = |text: &str| Parent::read(text).map(|parent| (parent.trace[0], parent.span[1], parent.sampled));
        assert_eq!(read(&format!("00-{TRACE}-{SPAN}-01")), Some((0x4b, 0xf0, true)));
        assert_eq!(read(&format!("00-{TRACE}-{SPAN}-02")), Some((0x4b, 0xf0, false)));
        assert_eq!(read(&format!("cc-{TRACE}-{SPAN}-01-what-the-future-holds")), Some((0x4b, 0xf0, true)));
        for bad in [
            String::new(),
            format!("00-{TRACE}-{SPAN}"),
            format!("00-{TRACE}-{SPAN}-01-more"),
            format!("ff-{TRACE}-{SPAN}-01"),
            format!("00-{}-{SPAN}-01", "0".repeat(32)),
            format!("00-{TRACE}-{}-01", "0".repeat(16)),
            format!("00-{}-{SPAN}-01", TRACE.to_uppercase()),
            format!("00-{TRACE}0-{SPAN}-01"),
            format!("00-{TRACE}-{SPAN}-0x"),
        ] {
            assert_eq!(read(&bad), None, "{bad}");
        }
    }
}

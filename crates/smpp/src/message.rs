//! What is sent, and what became of it.

use std::{fmt, time::Duration};

/// One text to one number (SMPP 3.4 section 4.4, `submit_sm`). `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// The receiver as an international number of up to 20 digits, with or without a leading `+`.
    pub to: String,
    /// The text, coded by the caller.
    pub text: Text,
    /// A sender other than [`Config::source_addr`](crate::Config::source_addr), read by the same rules.
    pub source: Option<String>,
    /// TLVs (tag, value) beside those of [`Config::tlvs`](crate::Config::tlvs), which they replace by
    /// tag. They go with each part. India's DLT wants some; most gateways expect their values with a
    /// final NUL, which is then the caller's to give.
    pub tlvs: Vec<(u16, Vec<u8>)>,
    /// Whether to ask for a receipt of the final outcome (section 5.2.17).
    pub registered_delivery: bool,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("text", &self.text).finish_non_exhaustive()
    }
}

/// A text in the octets that `short_message` takes (SMPP 3.4 section 5.2.19). `Debug` shows its length.
#[derive(Clone, PartialEq, Eq)]
pub enum Text {
    /// GSM 7 bit default alphabet, one septet to an octet, escape pairs as 0x1B and a code: `data_coding` 0.
    /// Up to 160 octets are one message, more are parts of 153.
    Gsm7(Vec<u8>),
    /// UTF-16BE: `data_coding` 8. Up to 140 octets are one message, more are parts of 134.
    Ucs2(Vec<u8>),
}

impl Text {
    pub(crate) const fn data_coding(&self) -> u8 {
        match self {
            Self::Gsm7(_) => 0,
            Self::Ucs2(_) => 8,
        }
    }

    /// Whether the octets can be of this coding at all.
    pub(crate) fn is_sound(&self) -> bool {
        match self {
            Self::Gsm7(octets) => octets.iter().all(|octet| *octet < 0x80),
            Self::Ucs2(octets) => octets.len().is_multiple_of(2),
        }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gsm7(octets) => write!(f, "Gsm7({} octets)", octets.len()),
            Self::Ucs2(octets) => write!(f, "Ucs2({} octets)", octets.len()),
        }
    }
}

/// What became of a message, told apart by what the caller may do about it. Statuses are those of
/// SMPP 3.4 section 5.1.3.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Submitted {
    /// The gateway took it.
    Accepted {
        /// Its `message_id` for each part in order. An id is empty when the gateway gave none.
        ids: Vec<String>,
    },
    /// It never will: sending it again, unchanged, is in vain. Nothing was taken.
    ///
    /// These statuses count as permanent:
    ///
    /// | Status | About |
    /// |---|---|
    /// | 0x01, 0x06, 0x07, 0x43, 0x54, 0x61, 0x62, 0x63 | a length, flag or time in the PDU |
    /// | 0x0A, 0x48, 0x49 | the source address |
    /// | 0x0B, 0x33, 0x34, 0x40, 0x50, 0x51 | the destination address |
    /// | 0x42, 0x44, 0x55 | requests about the message |
    /// | 0x65, 0x66 | refused by an application behind the gateway |
    /// | 0xC0 to 0xC4 | a TLV |
    ///
    /// A message that fits in no PDU is refused with the same statuses before it leaves: 0x01 for its
    /// text, 0x0A and 0x0B for its addresses, 0xC2 for a TLV.
    Refused {
        /// The `command_status`.
        status: u32,
    },
    /// It was surely not taken, and may be sent again.
    Later {
        /// The `command_status` if the gateway answered; `None` if the message did not leave.
        status: Option<u32>,
        /// The gateway or this connection is busy (0x14, 0x58, the window, the pace), which says
        /// nothing against the message: such an attempt should not count.
        throttled: bool,
        /// When there may be room again.
        after: Option<Duration>,
    },
    /// The gateway does not let this system in (0x0D, 0x0E, 0x0F, 0x53): until somebody corrects the
    /// settings, no message will leave. Nothing was taken.
    LoginRefused {
        /// The `command_status`.
        status: u32,
    },
    /// It left, and nobody knows whether it was taken. Sending it again may send it twice. If it was
    /// taken, a receipt may still come, under an id that the caller has never seen.
    Doubtful {
        /// What happened.
        why: Doubt,
    },
    /// Some parts of a long message were taken, then one was not or may not have been. No further part
    /// was sent. Sending all of it again repeats the first parts; phones show none of it before all are
    /// there.
    Partly {
        /// The ids of the parts that were taken.
        ids: Vec<String>,
        /// How many parts there are.
        of: usize,
        /// What became of the next part: neither `Accepted` nor `Partly`.
        rest: Box<Submitted>,
    },
}

/// Why nobody knows whether a message was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// No answer came in time.
    NoAnswer,
    /// The connection was lost before the answer.
    Cut,
}

/// Reads a `command_status` other than 0 in answer to `submit_sm`.
pub(crate) const fn not_taken(status: u32) -> Submitted {
    match status {
        THROTTLED | QUEUE_FULL => Submitted::Later { status: Some(status), throttled: true, after: None },
        status if refuses_login(status) => Submitted::LoginRefused { status },
        0x01
        | 0x06
        | 0x07
        | 0x0a
        | 0x0b
        | 0x33
        | 0x34
        | 0x40
        | 0x42..=0x44
        | 0x48..=0x51
        | 0x54
        | 0x55
        | 0x61..=0x63
        | 0x65
        | 0x66
        | 0xc0..=0xc4 => Submitted::Refused { status },
        // 0x08 is a system error; 0x45 (submit_sm failed) is what gateways say for want of a reason;
        // vendors add their own from 0x400 on. A message that will never pass ends with its validity.
        _ => Submitted::Later { status: Some(status), throttled: false, after: None },
    }
}

/// `ESME_RINVBNDSTS`.
pub(crate) const NO_BIND: u32 = 0x04;
/// `ESME_RTHROTTLED`.
pub(crate) const THROTTLED: u32 = 0x58;
/// `ESME_RMSGQFUL`.
pub(crate) const QUEUE_FULL: u32 = 0x14;

/// `ESME_RBINDFAIL`, `ESME_RINVPASWD`, `ESME_RINVSYSID`, `ESME_RINVSYSTYP`.
pub(crate) const fn refuses_login(status: u32) -> bool {
    matches!(status, 0x0d | 0x0e | 0x0f | 0x53)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_for_ever_from_later() {
        for status in [0x01, 0x0a, 0x0b, 0x33, 0x42, 0x43, 0x50, 0x51, 0x66, 0xc3] {
            assert_eq!(not_taken(status), Submitted::Refused { status }, "{status:#x}");
        }
        for status in [0x02, 0x03, 0x04, 0x05, 0x08, 0x11, 0x45, 0x64, 0xfe, 0xff, 0x400, u32::MAX] {
            let later = Submitted::Later { status: Some(status), throttled: false, after: None };
            assert_eq!(not_taken(status), later, "{status:#x}");
        }
        for status in [0x14, 0x58] {
            assert!(matches!(not_taken(status), Submitted::Later { throttled: true, .. }), "{status:#x}");
        }
        for status in [0x0d, 0x0e, 0x0f, 0x53] {
            assert_eq!(not_taken(status), Submitted::LoginRefused { status }, "{status:#x}");
        }
    }

    #[test]
    fn shows_no_number_and_no_text() {
        let message = Message {
            to: "+919876543210".into(),
            text: Text::Gsm7(b"private".to_vec()),
            source: Some("REDRESS".into()),
            tlvs: vec![(0x1400, b"1101\0".to_vec())],
            registered_delivery: true,
        };
        assert_eq!(format!("{message:?}"), "Message { text: Gsm7(7 octets), .. }");
    }
}

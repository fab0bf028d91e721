//! Why a message is where it is. A reason is stored as the words below, with a gateway's own number in brackets where there
//! is one: to the API these words are what it shows, to us they are a code, so that none of them ever changes. Pages word
//! it in their reader's language.

use crate::words::Text;

/// Why a message is suppressed.
pub const OPTED_OUT: &str = "opted out";
/// Why a message is suppressed.
pub const NO_SMS_NUMBER: &str = "no SMS number";
/// Why a message is suppressed.
pub const LOG_ONLY: &str = "not sent: no SMS gateway is set";

/// Why a message is given up, or nobody can tell what became of it.
pub const WORKER_LOST: &str = "the worker was lost while sending";
/// Why a message is given up.
pub const EXPIRED: &str = "validity of 24 hours ended";
/// Why a message is given up.
pub const UNREADABLE: &str = "its number or text cannot be opened";
/// Why nobody can tell what became of a message.
pub const UNREPORTED: &str = "no report within 72 hours";
/// Why a message failed, with the gateway's code.
pub const UNDELIVERABLE: &str = "reported undeliverable";
/// Why a message is cancelled.
pub const UNDONE: &str = "undone";

/// What came of handing a message to a gateway.
pub const UNREACHABLE: &str = "the gateway cannot be reached";
/// What came of handing a message to a gateway.
pub const NO_ANSWER: &str = "the gateway did not answer in time";
/// What came of handing a message to a gateway.
pub const CUT: &str = "the connection was cut before the answer";
/// What came of handing a message to a gateway, with its code.
pub const LOG_IN_REFUSED: &str = "the gateway refuses our log-in";
/// What came of handing a message to a gateway, with its code.
pub const UNREAD_REFUSAL: &str = "the gateway's refusal could not be read";
/// What came of handing a message to a gateway, with its code.
pub const NOT_ROUTABLE: &str = "not routable";
/// What came of handing a message to a gateway, with its code.
pub const DENIED: &str = "the gateway's lists deny the number";
/// What came of handing a message to a gateway, with its code.
pub const REFUSED: &str = "the gateway refused it";
/// What came of handing a message to a gateway, with its code.
pub const NOT_KANNEL: &str = "not an answer of Kannel's";
/// What came of handing a message to a gateway, with its code.
pub const FAULTY: &str = "the gateway has a fault";

/// Why a message is cancelled.
pub const CANCELLED: &str = "cancelled";
/// Why a message is cancelled.
pub const ERASED: &str = "its client was erased";
/// Why a message is suppressed.
pub const NO_EMAIL: &str = "no e-mail address";
/// Why a message is suppressed.
pub const COUNTRY: &str = "the country is not among those of sms.countries";
/// Why a message waits.
pub const QUIET: &str = "quiet hours";
/// Why a message waits.
pub const ENOUGH: &str = "the number has had as many as it may get in a day";
/// Why a message waits.
pub const SPENT: &str = "as many as may be sent in a day have been sent";
/// Why nobody can tell what became of a message: it may have gone out by a gateway that is not set any more.
pub const GATEWAY_GONE: &str = "the gateway that may have sent it is not set any more";
/// What came of handing a message to a gateway, with its code.
pub const THROTTLED: &str = "the gateway asks us to slow down";
/// What came of handing a message to a gateway, with its code: for a cause of the message or its receiver.
pub const NOT_NOW: &str = "the gateway cannot pass it on now";
/// What came of handing a message to a gateway, with its code.
pub const NOT_UNDERSTOOD: &str = "not an answer that the settings know";
/// What came of handing a message to a gateway, with its code.
pub const INVALID_NUMBER: &str = "the gateway knows no such number";
/// What came of handing a message to a gateway.
pub const NOT_BOUND: &str = "the gateway has no session with us";
/// What came of handing a message to a gateway, with its code.
pub const PARTLY: &str = "only some of its parts were taken";
/// What came of handing a message to a gateway, with its code.
pub const NOT_TWILIO: &str = "not an answer of Twilio's";
/// What came of handing a message to a gateway, with its code: it knows us, and something else in the settings is wrong.
pub const SETTINGS_REFUSED: &str = "the gateway does not take our settings";

/// What came of handing a message to a mail server.
pub const UNTRUSTED: &str = "the mail server's certificate is not trusted";
/// What came of handing a message to a mail server.
pub const NO_TLS: &str = "no encrypted connection to the mail server";
/// What came of handing a message to a mail server, with its code.
pub const SENDER_REFUSED: &str = "the mail server refuses our sender";
/// Why a message failed.
pub const BAD_ADDRESS: &str = "not an address that mail can go to";
/// Why a message is suppressed.
pub const WEBHOOK_OFF: &str = "the webhook is off since it failed steadily";
/// Why the webhook is off.
pub const WEBHOOK_GONE: &str = "the webhook is off since its receiver said that it is gone";
/// What came of handing a message to a gateway, with its code.
pub const TEMPLATE_REFUSED: &str = "the registered template does not fit";

/// All of them, each with its message.
const WORDED: [(&str, &str); 42] = [
    (OPTED_OUT, "notifications-reason-stop"),
    (NO_SMS_NUMBER, "notifications-reason-number"),
    (LOG_ONLY, "notifications-reason-gateway"),
    (WORKER_LOST, "notifications-reason-worker-lost"),
    (EXPIRED, "notifications-reason-expired"),
    (UNREADABLE, "notifications-reason-unreadable"),
    (UNREPORTED, "notifications-reason-unreported"),
    (UNDELIVERABLE, "notifications-reason-undeliverable"),
    (UNDONE, "notifications-reason-undone"),
    (UNREACHABLE, "notifications-reason-unreachable"),
    (NO_ANSWER, "notifications-reason-no-answer"),
    (CUT, "notifications-reason-cut"),
    (LOG_IN_REFUSED, "notifications-reason-log-in"),
    (UNREAD_REFUSAL, "notifications-reason-unread"),
    (NOT_ROUTABLE, "notifications-reason-not-routable"),
    (DENIED, "notifications-reason-denied"),
    (REFUSED, "notifications-reason-refused"),
    (NOT_KANNEL, "notifications-reason-not-kannel"),
    (FAULTY, "notifications-reason-faulty"),
    (CANCELLED, "notifications-reason-cancelled"),
    (ERASED, "notifications-reason-erased"),
    (NO_EMAIL, "notifications-reason-no-email"),
    (COUNTRY, "notifications-reason-country"),
    (QUIET, "notifications-reason-quiet"),
    (ENOUGH, "notifications-reason-enough"),
    (SPENT, "notifications-reason-spent"),
    (GATEWAY_GONE, "notifications-reason-gateway-gone"),
    (THROTTLED, "notifications-reason-throttled"),
    (NOT_NOW, "notifications-reason-not-now"),
    (NOT_UNDERSTOOD, "notifications-reason-not-understood"),
    (INVALID_NUMBER, "notifications-reason-invalid-number"),
    (NOT_BOUND, "notifications-reason-not-bound"),
    (PARTLY, "notifications-reason-partly"),
    (NOT_TWILIO, "notifications-reason-not-twilio"),
    (SETTINGS_REFUSED, "notifications-reason-settings"),
    (UNTRUSTED, "notifications-reason-untrusted"),
    (NO_TLS, "notifications-reason-no-tls"),
    (SENDER_REFUSED, "notifications-reason-sender"),
    (BAD_ADDRESS, "notifications-reason-address"),
    (WEBHOOK_OFF, "notifications-reason-webhook-off"),
    (WEBHOOK_GONE, "notifications-reason-webhook-gone"),
    (TEMPLATE_REFUSED, "notifications-reason-template"),
];

/// Codes that say nothing by themselves, each with the message that words it: Twilio's, whose five digits no other gateway
/// here gives; `command_status` of SMPP (5.1.3) as we write it; and the states of SMPP's receipts (appendix B), after which
/// comes a number of the carrier's own. The API shows the code alone.
const CODES: [(&str, &str); 46] = [
    ("21211", "notifications-code-21211"),
    ("21212", "notifications-code-21212"),
    ("21408", "notifications-code-21408"),
    ("21603", "notifications-code-21603"),
    ("21606", "notifications-code-21606"),
    ("21608", "notifications-code-21608"),
    ("21609", "notifications-code-21609"),
    ("21610", "notifications-code-21610"),
    ("21611", "notifications-code-21611"),
    ("21612", "notifications-code-21612"),
    ("21614", "notifications-code-21614"),
    ("21617", "notifications-code-21617"),
    ("21659", "notifications-code-21659"),
    ("21660", "notifications-code-21660"),
    ("21701", "notifications-code-21701"),
    ("30001", "notifications-code-30001"),
    ("30002", "notifications-code-30002"),
    ("30003", "notifications-code-30003"),
    ("30004", "notifications-code-30004"),
    ("30005", "notifications-code-30005"),
    ("30006", "notifications-code-30006"),
    ("30007", "notifications-code-30007"),
    ("30008", "notifications-code-30008"),
    ("30010", "notifications-code-30010"),
    ("30034", "notifications-code-30034"),
    ("0x01", "notifications-code-smpp-01"),
    ("0x04", "notifications-code-smpp-04"),
    ("0x05", "notifications-code-smpp-05"),
    ("0x08", "notifications-code-smpp-08"),
    ("0x0A", "notifications-code-smpp-0a"),
    ("0x0B", "notifications-code-smpp-0b"),
    ("0x0D", "notifications-code-smpp-0d"),
    ("0x0E", "notifications-code-smpp-0e"),
    ("0x0F", "notifications-code-smpp-0f"),
    ("0x14", "notifications-code-smpp-14"),
    ("0x33", "notifications-code-smpp-33"),
    ("0x45", "notifications-code-smpp-45"),
    ("0x53", "notifications-code-smpp-53"),
    ("0x58", "notifications-code-smpp-58"),
    ("0x66", "notifications-code-smpp-66"),
    ("0xC3", "notifications-code-smpp-c3"),
    ("DELETED", "notifications-code-deleted"),
    ("EXPIRED", "notifications-code-expired"),
    ("FAILED", "notifications-code-failed"),
    ("REJECTD", "notifications-code-rejectd"),
    ("UNDELIV", "notifications-code-undeliv"),
];

/// A reason with the gateway's code.
pub fn with_code(reason: &str, code: impl std::fmt::Display) -> String {
    format!("{reason} ({code})")
}

/// A stored reason for people. What is none of ours is a gateway's own, and stands as it is.
pub fn reason_text(stored: &str) -> Text {
    let worded = |reason: &str| WORDED.iter().find(|(known, _)| *known == reason).map(|&(_, key)| Text::new(key));
    if let Some(text) = worded(stored) {
        return text;
    }
    let coded = stored.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
    match coded.and_then(|(reason, code)| Some((worded(reason)?, code))) {
        Some((text, code)) => Text::new("notifications-reason-code").arg("reason", text).arg("code", code_text(code)),
        None => Text::verbatim(stored),
    }
}

fn code_text(code: &str) -> Text {
    let state = code.split(' ').next();
    match CODES.iter().find(|(known, _)| Some(*known) == state) {
        Some(&(_, key)) => Text::new("notifications-code").arg("code", code).arg("words", Text::new(key)),
        None => Text::verbatim(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    /// Pages say a little more of these than the API does.
    const ON_PAGES: [(&str, &str); 3] = [
        (OPTED_OUT, "the number has sent STOP"),
        (NO_SMS_NUMBER, "the number gets no SMS"),
        (LOG_ONLY, "no SMS gateway is set"),
    ];

    #[test]
    fn what_is_stored_is_what_english_says() {
        for (stored, _) in WORDED {
            let said = ON_PAGES.iter().find(|(reason, _)| *reason == stored).map_or(stored, |(_, said)| *said);
            assert_eq!(reason_text(stored).english(), said);
            let coded = with_code(stored, 503);
            assert_eq!(reason_text(&coded).english(), with_code(said, 503));
            assert_ne!(reason_text(stored).to(Language::Hindi).to_string(), said, "it is not translated");
        }
    }

    #[test]
    fn codes_are_put_into_words_on_pages() {
        let stored = with_code(UNDELIVERABLE, 30_003);
        assert_eq!(reason_text(&stored).english(), "reported undeliverable (30003: the phone is off or out of reach)");
        let receipt = reason_text(&with_code(UNDELIVERABLE, "EXPIRED 027")).english();
        assert_eq!(receipt, "reported undeliverable (EXPIRED 027: the phone was not reached while it was valid)");
        for (code, key) in CODES {
            let (text, words) = (reason_text(&with_code(REFUSED, code)), Text::new(key));
            assert_eq!(text.english(), with_code(REFUSED, format!("{code}: {}", words.english())));
            let hindi = text.to(Language::Hindi).to_string();
            assert!(hindi.contains(code) && !hindi.contains(&words.english()), "{hindi}");
        }
    }

    #[test]
    fn a_gateways_own_words_stand_as_they_are() {
        for own in ["", "Queue full", "Queue full (17)", "not routable (", "(5)", "undone now"] {
            assert_eq!(reason_text(own).to(Language::Hindi).to_string(), own);
        }
    }
}

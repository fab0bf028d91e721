//! Tells our own words that come back, by a machine that sends on what it gets, from what clients write.

use super::{
    inbound_text,
    segments::{clean, plain},
    wording::Voice,
};
use crate::words::Text;

/// Whether a text is one of our messages or answers. Whoever writes a word more has written it themselves.
pub fn is_ours(voice: &Voice, text: &str, statuses: &[Text]) -> bool {
    let text = plain(&clean(text)).into_owned();
    let mentioned = inbound_text::mentioned(&text);
    if voice.may_have_made(&text) {
        return true;
    }
    let mut answers = vec![
        voice.unknown_reference(),
        voice.stopped(),
        voice.started(),
        voice.help(),
        voice.trial(),
        voice.several(&mentioned),
    ];
    if let Some(reference) = mentioned.first() {
        answers.push(voice.received(reference));
        answers.extend(statuses.iter().map(|status| voice.status(reference, status)));
    }
    answers.iter().any(|answer| answer.text == text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    const REFERENCE: &str = "BILL-20261123-D4ZP";

    fn statuses() -> [Text; 2] {
        ["status-progress", "status-fixed"].map(Text::new)
    }

    /// A loop of two machines that answer each other costs money, and fills a ticket.
    #[test]
    fn all_that_we_say_is_known_when_it_comes_back() {
        let voices = Language::ALL.map(|language| ["Larkfield Fibre", ""].map(|isp| Voice::new(isp, language)));
        for voice in voices.as_flattened() {
            let ours = [
                voice.created(REFERENCE, "Line down"),
                voice.created(REFERENCE, ""),
                voice.fixed(REFERENCE),
                voice.status(REFERENCE, &Text::new("status-progress")),
                voice.status(REFERENCE, &Text::new("status-fixed")),
                voice.received(REFERENCE),
                voice.several(&[REFERENCE.to_owned(), "BILL-20261124-AAAA".to_owned()]),
                voice.unknown_reference(),
                voice.stopped(),
                voice.started(),
                voice.help(),
                voice.trial(),
            ];
            for sms in ours {
                assert!(is_ours(voice, &sms.text, &statuses()), "{}", sms.text);
                assert!(is_ours(voice, &format!(" {}\r\n", sms.text), &statuses()), "{}", sms.text);
            }
        }
    }

    #[test]
    fn who_quotes_us_has_something_to_say() {
        for voice in ["Larkfield Fibre", ""].map(|isp| Voice::new(isp, Language::English)) {
            for ours in [voice.fixed(REFERENCE), voice.created(REFERENCE, "Line down"), voice.received(REFERENCE)] {
                for theirs in [format!("{} It is NOT fixed!", ours.text), format!("You wrote: {} No.", ours.text)] {
                    assert!(!is_ours(&voice, &theirs, &statuses()), "{theirs}");
                }
            }
        }
    }

    #[test]
    fn what_clients_write_is_theirs() {
        for voice in ["Larkfield Fibre", ""].map(|isp| Voice::new(isp, Language::English)) {
            for theirs in [
                "Ticket BILL-20261123-D4ZP: it is not fixed.",
                "Ticket BILL-20261123-D4ZP: Fixed. No it is not",
                "Thank you",
                "STATUS BILL-20261123-D4ZP",
                "My ticket is logged? Please reply",
                "Larkfield Fibre: you have charged me twice",
                "",
            ] {
                assert!(!is_ours(&voice, theirs, &statuses()), "{theirs}");
            }
        }
    }
}

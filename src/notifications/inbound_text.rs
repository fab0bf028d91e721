//! What a client's SMS asks for. Only the grammar; who may be told what is decided elsewhere.

use unicode_normalization::UnicodeNormalization;

use super::segments::clean;

/// Longest message that is read as a request, in characters.
const MAX_CHARS: usize = 160;
/// Each as it is written in capitals; English, then Hindi, Spanish, French, German, Portuguese, Indonesian, Swahili, Arabic.
const STOP: [&str; 29] = [
    "STOP",
    "STOPALL",
    "STOP ALL",
    "UNSUBSCRIBE",
    "CANCEL",
    "END",
    "QUIT",
    "REVOKE",
    "OPTOUT",
    "OPT OUT",
    "OPT-OUT",
    "बंद",
    "बंद करें",
    "बंद करो",
    "रोकें",
    "रोको",
    "PARAR",
    "ALTO",
    "CANCELAR",
    "BAJA",
    "ARRET",
    "ARRÊT",
    "STOPP",
    "ABMELDEN",
    "SAIR",
    "BERHENTI",
    "SIMAMA",
    "توقف",
    "إيقاف",
];
const START: [&str; 12] = [
    "START",
    "UNSTOP",
    "शुरू",
    "शुरू करें",
    "शुरू करो",
    "INICIAR",
    "REPRENDRE",
    "ANMELDEN",
    "COMEÇAR",
    "MULAI",
    "ANZA",
    "ابدأ",
];
/// Those that mean it after STOP, and are an answer like any other else.
const YES: [&str; 2] = ["YES", "ALTA"];
const HELP: [&str; 11] =
    ["HELP", "INFO", "मदद", "सहायता", "AYUDA", "AIDE", "HILFE", "AJUDA", "BANTUAN", "MSAADA", "مساعدة"];
const STATUS: &str = "STATUS";

/// A request by SMS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inbound {
    /// Send nothing more to this number.
    Stop,
    /// Send again.
    Start,
    /// The same of a number that has said STOP; of any other, an answer to something.
    Yes,
    /// How does this work?
    Help,
    /// How are my tickets?
    AnyStatus,
    /// How is my ticket? With the reference in its stored form, `BILL-YYYYMMDD-XXXX`, or `None`
    /// when no reference could be read from what follows the word.
    Status(Option<String>),
    /// Anything else.
    Other,
}

/// All names in metrics.
pub(super) const NAMES: [&str; 5] = ["stop", "start", "help", "status", "other"];

impl Inbound {
    /// The name in metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Start | Self::Yes => "start",
            Self::Help => "help",
            Self::AnyStatus | Self::Status(_) => "status",
            Self::Other => "other",
        }
    }
}

/// Reads a message. A keyword must be all of it, but for case, blanks and punctuation around it.
pub fn parse(text: &str) -> Inbound {
    // Compatibility forms make full-width letters, digits and hyphens plain.
    let text: String = clean(text).nfkc().map(dash).collect();
    let text = text.trim();
    if text.chars().nth(MAX_CHARS).is_some() {
        return Inbound::Other;
    }
    let text = text.to_uppercase();
    let word = text.trim_matches(|c: char| !part_of_word(c));
    if STOP.contains(&word) {
        Inbound::Stop
    } else if START.contains(&word) {
        Inbound::Start
    } else if YES.contains(&word) {
        Inbound::Yes
    } else if HELP.contains(&word) {
        Inbound::Help
    } else {
        word.strip_prefix(STATUS).map_or(Inbound::Other, status)
    }
}

/// The references in what somebody wrote, each in its stored form, the first ones of many.
pub fn mentioned(text: &str) -> Vec<String> {
    let text: String = clean(text).nfkc().map(dash).collect::<String>().to_uppercase();
    let parts = text.match_indices("BILL").filter_map(|(at, found)| {
        let rest = text[at + found.len()..].trim_start_matches(gap);
        let (day, rest) = rest.split_at_checked(8)?;
        let code: String = rest.trim_start_matches(gap).chars().take_while(|&c| part_of_word(c)).take(6).collect();
        reference(&format!("BILL{day}{code}"))
    });
    parts.take(MENTIONED).collect()
}

/// Tickets that somebody may mean at once.
const MENTIONED: usize = 5;

/// Whether somebody only says thanks, or that it is well: nothing that would open a ticket again.
pub fn is_thanks(text: &str) -> bool {
    let text: String = clean(text).nfkc().collect::<String>().to_lowercase();
    let words: Vec<&str> =
        text.split(|c: char| !part_of_word(c)).filter(|word| !word.is_empty() && !COURTESY.contains(word)).collect();
    let said = words.join(" ");
    // Some call it fixed where others still complain: what is not wholly thanks is none.
    !text.chars().any(|c| c == '?')
        && (THANKS.contains(&said.as_str()) || (said.is_empty() && text.chars().any(part_of_word)))
}

/// Each as it is written in small letters, in the languages of the other words.
const THANKS: [&str; 26] = [
    "thanks",
    "thank you",
    "thank u",
    "thankyou",
    "thx",
    "ty",
    "cheers",
    "many thanks",
    "thanks a lot",
    "thank you for your help",
    "thanks for your help",
    "धन्यवाद",
    "शुक्रिया",
    "dhanyavad",
    "shukriya",
    "gracias",
    "merci",
    "danke",
    "obrigado",
    "obrigada",
    "terima kasih",
    "asante",
    "شكرا",
    "thanks all good",
    "thanks working now",
    "thank you working now",
];
/// What is said beside it.
const COURTESY: [&str; 17] = [
    "ok",
    "okay",
    "k",
    "great",
    "good",
    "perfect",
    "fine",
    "super",
    "so",
    "very",
    "much",
    "sir",
    "madam",
    "team",
    "ठीक",
    "है",
    "ji",
];

/// Letters, digits, and the signs that some scripts write vowels with.
fn part_of_word(c: char) -> bool {
    c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)
}

/// What follows the word: a reference, an attempt at one, or other talk.
fn status(rest: &str) -> Inbound {
    if rest.starts_with(char::is_alphanumeric) {
        return Inbound::Other;
    }
    let rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
    if rest.is_empty() {
        return Inbound::AnyStatus;
    }
    let compact: String = rest.chars().filter(|&c| !gap(c)).collect();
    // The last part stands together: `… D4ZP x` is not a reference of five characters.
    let whole = rest.rsplit(gap).next().is_some_and(|last| last.len() >= 4);
    match reference(&compact).filter(|_| whole) {
        Some(reference) => Inbound::Status(Some(reference)),
        // One word, or a reference with a slip: the sender meant one, and can be told to check it.
        None if !rest.contains(' ') || compact.starts_with("BILL") => Inbound::Status(None),
        None => Inbound::Other,
    }
}

fn gap(c: char) -> bool {
    matches!(c, ' ' | '-')
}

/// Reads `BILLyyyymmddXXXX` or `…XXXXX`, with the look-alikes of Crockford's base 32 put right.
fn reference(compact: &str) -> Option<String> {
    let code: Option<String> = compact.strip_prefix("BILL")?.chars().map(crockford).collect();
    let code = code.filter(|code| matches!(code.len(), 12 | 13))?;
    let (day, last) = code.split_at(8);
    day.bytes().all(|b| b.is_ascii_digit()).then(|| format!("BILL-{day}-{last}"))
}

fn crockford(c: char) -> Option<char> {
    match c {
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        'U' => None,
        c => Some(c).filter(char::is_ascii_alphanumeric),
    }
}

fn dash(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' | '\u{2e3a}' | '\u{2e3b}' => '-',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_keywords() {
        use Inbound::{Help, Other, Start, Stop, Yes};
        let table = [
            ("STOP", Stop),
            (" stop\r\n", Stop),
            ("Stop.", Stop),
            ("stop!!", Stop),
            ("\"STOP\"", Stop),
            ("ＳＴＯＰ", Stop),
            ("\u{a0}stop\u{3000}", Stop),
            ("\u{200b}stop", Stop),
            ("StopAll", Stop),
            ("unsubscribe", Stop),
            ("Cancel", Stop),
            ("बंद करें।", Stop),
            (" रोकें ", Stop),
            ("arrêt", Stop),
            ("शुरू", Start),
            ("मदद?", Help),
            ("STOP 12345", Other),
            ("stop it please", Other),
            ("end", Stop),
            ("quit", Stop),
            ("revoke", Stop),
            ("optout", Stop),
            ("opt  out.", Stop),
            ("Opt‑Out", Stop),
            ("start", Start),
            ("UNSTOP", Start),
            ("Yes.", Yes),
            ("*STOP*", Stop),
            (".stop", Stop),
            ("(stop)", Stop),
            ("«STOP»", Stop),
            ("¡ALTO!", Stop),
            ("Stop all", Stop),
            ("help", Help),
            ("Info?", Help),
            ("STOP 12345", Other),
            ("please stop", Other),
            ("stopped", Other),
            ("yes please", Other),
            ("", Other),
            ("...", Other),
            ("My line is down", Other),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text), expected, "{text:?}");
        }
        assert_eq!(parse(&format!("{}stop", " ".repeat(500))), Stop);
    }

    /// In the languages of the keywords, and as people type them.
    #[test]
    fn takes_what_people_say_every_day_for_talk() {
        for text in [
            "acha",
            "Accha ji",
            "ok",
            "haan",
            "thanks",
            "gracias",
            "merci",
            "danke",
            "obrigado",
            "terima kasih",
            "asante",
            "شكرا",
            "धन्यवाद",
            "ठीक है",
        ] {
            assert_eq!(parse(text), Inbound::Other, "{text}");
        }
    }

    #[test]
    fn reads_references() {
        let table = [
            ("STATUS BILL-20261123-D4ZP", "BILL-20261123-D4ZP"),
            ("status bill-20261123-d4zp", "BILL-20261123-D4ZP"),
            ("Status  BILL 20261123 D4ZP.", "BILL-20261123-D4ZP"),
            ("status bill20261123d4zp", "BILL-20261123-D4ZP"),
            ("STATUS BILL–20261123—D4ZP", "BILL-20261123-D4ZP"),
            ("STATUS BILL - 20261123 - D4ZP", "BILL-20261123-D4ZP"),
            ("STATUS: <BILL-20261123-D4ZP>", "BILL-20261123-D4ZP"),
            ("STATUS\u{a0}BILL\u{2011}20261123\u{2212}D4ZP", "BILL-20261123-D4ZP"),
            ("ＳＴＡＴＵＳ　ＢＩＬＬ－２０２６１１２３－Ｄ４ＺＰ", "BILL-20261123-D4ZP"),
            ("STATUS BILL-2O26ll23-OIL0", "BILL-20261123-0110"),
            ("STATUS BILL-20261123-D4ZPX", "BILL-20261123-D4ZPX"),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text), Inbound::Status(Some(expected.to_owned())), "{text:?}");
        }
    }

    #[test]
    fn tells_a_slip_from_talk() {
        for text in ["STATUS", "status?", " Status!! ", "ＳＴＡＴＵＳ", "STATUS -"] {
            assert_eq!(parse(text), Inbound::AnyStatus, "{text:?}");
        }
        let slips = [
            "STATUS 12345",
            "STATUS BILL-20261123-D4Z",
            "STATUS BILL-20261123-D4ZPXY",
            "STATUS BILL-20261123-D4ZU",
            "STATUS BILL-2026112A-D4ZP",
            "STATUS BILL-20261123-D4ZP please",
            "STATUS BILL 20261123 D4Z",
            "STATUS BILL-20261123-Ф4ZP",
        ];
        for text in slips {
            assert_eq!(parse(text), Inbound::Status(None), "{text:?}");
        }
        let talk = [
            "STATUSBILL-20261123-D4ZP",
            "statuses",
            "my STATUS BILL-20261123-D4ZP",
            "status of my bill please",
            "BILL-20261123-D4ZP",
        ];
        for text in talk {
            assert_eq!(parse(text), Inbound::Other, "{text:?}");
        }
        let long = |spaces: usize| format!("STATUS {}BILL-20261123-D4ZP {}", "-".repeat(spaces), "x");
        assert_eq!(parse(&long(10)), Inbound::Status(None));
        assert_eq!(parse(&long(150)), Inbound::Other);
    }

    #[test]
    fn tells_thanks_from_a_complaint() {
        for text in [
            "Thanks",
            "thank you!",
            "OK thanks",
            "Thanks sir 🙏",
            "Great, thank you so much",
            "ok",
            "ठीक है, धन्यवाद",
            "THX",
            "Gracias.",
            "शुक्रिया ji",
        ] {
            assert!(is_thanks(text), "{text}");
        }
        for text in [
            "Thanks, but it is still wrong",
            "not ok",
            "thanks?",
            "no",
            "",
            "🙏",
            "Thanks for nothing",
            "still wrong thanks",
            "ok but when",
            "good grief",
            "thanks working now but the bill is wrong",
        ] {
            assert!(!is_thanks(text), "{text}");
        }
    }

    #[test]
    fn finds_references_in_what_people_write() {
        let one = |text: &str| mentioned(text);
        for text in [
            "BILL-20261123-D4ZP still wrong",
            "About bill 20261123 d4zp: still wrong",
            "still wrong (bill20261123d4zp)",
            "BILL–20261123—D4ZP, please",
        ] {
            assert_eq!(one(text), ["BILL-20261123-D4ZP"], "{text}");
        }
        assert_eq!(one("BILL-20261123-D4ZP and BILL-20261124-AAAAB"), ["BILL-20261123-D4ZP", "BILL-20261124-AAAAB"]);
        for text in
            ["my bill", "BILL-20261123", "BILL-20261123-D4Z", "bill 2026112३ D4ZP", "BILL-20261123-D4ZPXY", "BILL€€€€"]
        {
            assert!(one(text).is_empty(), "{text}");
        }
        assert_eq!(one(&"BILL-20261123-D4ZP ".repeat(50)).len(), MENTIONED);
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>()) {
            parse(&text);
            parse(&format!("STATUS {text}"));
            mentioned(&format!("BILL{text}"));
        }
    }
}

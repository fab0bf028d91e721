//! Phone numbers: what people type, what gateways report, and the E.164 form that is stored.

use std::{fmt, str::FromStr};

use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL, ParseError, PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationError,
};
use unicode_normalization::UnicodeNormalization;

use crate::words::Text;

/// Longest text that is looked at, in characters; no way of writing one number needs more.
const MAX_TEXT: usize = 200;
/// Digits of an E.164 number, country code included.
const MAX_DIGITS: usize = 15;

/// Why a text is not a phone number that Redress can use. The message says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneError {
    /// Nothing but blanks.
    Empty,
    /// More than 200 characters.
    TooMuchText,
    /// Letters, as in a vanity number, a name or a `tel:` address.
    Letters,
    /// An extension behind a switchboard.
    Extension,
    /// Signs that no phone number has, or no digits.
    NotANumber,
    /// A national number where no region is set.
    NeedsCountryCode,
    /// No country has the code after the `+`.
    UnknownCountryCode,
    /// Fewer digits than any number of its country.
    TooShort,
    /// Can be dialled within one area only.
    LocalOnly,
    /// More digits than any number of its country.
    TooLong,
    /// Between the shortest and the longest numbers of its country, but no number has this length.
    WrongLength,
}

impl PhoneError {
    /// What to do, for people.
    pub const fn text(self) -> Text {
        Text::new(match self {
            Self::Empty => "phone-empty",
            Self::TooMuchText => "phone-too-much",
            Self::Letters => "phone-letters",
            Self::Extension => "phone-extension",
            Self::NotANumber => "phone-no-number",
            Self::NeedsCountryCode => "phone-needs-country-code",
            Self::UnknownCountryCode => "phone-unknown-country-code",
            Self::TooShort => "phone-too-short",
            Self::LocalOnly => "phone-local-only",
            Self::TooLong => "phone-too-long",
            Self::WrongLength => "phone-wrong-length",
        })
    }
}

impl fmt::Display for PhoneError {
    /// For the command line and the log, which are English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().english())
    }
}

impl std::error::Error for PhoneError {}

/// A country or territory whose numbering plan is known, by its ISO 3166-1 alpha-2 code.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Region(rlibphonenumber::Region);

/// A code that is not a region with a numbering plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a region: use the two letters of ISO 3166, for example GB or IN")]
pub struct UnknownRegion;

impl Region {
    /// Its calling code without `+`: 44 for `GB`.
    pub fn calling_code(self) -> i32 {
        PHONE_NUMBER_UTIL.get_country_code_for_region(self.0).unwrap_or_default()
    }
}

impl FromStr for Region {
    type Err = UnknownRegion;

    /// Takes the two letters in any case, blanks around them ignored.
    fn from_str(code: &str) -> Result<Self, UnknownRegion> {
        let code = code.trim().to_ascii_uppercase();
        // Two letters only: the library also knows "001" for numbers of no country.
        if code.len() != 2 {
            return Err(UnknownRegion);
        }
        let region = rlibphonenumber::Region::from_code(&code).map_err(|_| UnknownRegion)?;
        match PHONE_NUMBER_UTIL.get_country_code_for_region(region) {
            Some(_) => Ok(Self(region)),
            None => Err(UnknownRegion),
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Region({})", self.0)
    }
}

/// A phone number in E.164: `+` and up to 15 digits.
///
/// It has no `Display`, and `Debug` shows the last four digits only, so that no number gets into a
/// log by accident.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Phone(String);

impl Phone {
    /// Reads what a person typed: a *possible* number of its country, which is a matter of length,
    /// not of ranges handed out, since our tables age. Without a region the number needs `+`.
    /// Digits may be of any script.
    pub fn parse(text: &str, region: Option<&Region>) -> Result<Self, PhoneError> {
        let text = tidy(text)?;
        if region.is_none() && !text.starts_with('+') {
            return Err(PhoneError::NeedsCountryCode);
        }
        possible(&text, region).map(|(phone, _)| phone)
    }

    /// Reads a sender as a gateway reports it: E.164 digits with `+`, with `00` or bare; a national
    /// number too when a region is set.
    ///
    /// Bare digits can sometimes be read in both ways. Then an assigned international number wins,
    /// since that is what gateways mean to send, before an assigned national one.
    pub fn from_gateway(text: &str, region: Option<&Region>) -> Result<Self, PhoneError> {
        let text = tidy(text)?;
        if text.starts_with('+') {
            return possible(&text, region).map(|(phone, _)| phone);
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        // No country code starts with a zero, so `00` can only be the prefix.
        let bare = digits.strip_prefix("00").unwrap_or(&digits);
        let international = possible(&format!("+{bare}"), None);
        let national = region.map(|region| possible(&text, Some(region)));
        let assigned = |reading: &Result<(_, PhoneNumber), _>| matches!(reading, Ok((_, number)) if number.is_valid());
        let reading = match national {
            Some(national) if assigned(&national) && !assigned(&international) => national,
            Some(national) => international.or(national),
            None => international,
        };
        reading.map(|(phone, _)| phone)
    }

    /// Takes back what [`as_str`](Self::as_str) gave, without asking the numbering plans: a number
    /// that was stored stays readable when they change.
    pub fn from_e164(text: &str) -> Result<Self, PhoneError> {
        let digits = text.strip_prefix('+').ok_or(PhoneError::NotANumber)?;
        let fits = (1..=MAX_DIGITS).contains(&digits.len());
        if fits && digits.bytes().all(|digit| digit.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(PhoneError::NotANumber)
        }
    }

    /// What stands in place of a number that was erased. No country has it, so that nothing is ever sent there.
    pub fn erased() -> Self {
        Self("+0".to_owned())
    }

    /// E.164 with its `+`, as stored, sent and shown by the API.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digits alone, country code first.
    pub fn digits(&self) -> &str {
        &self.0[1..]
    }

    /// As its own country writes it, for example `07700 900419`.
    pub fn national(&self) -> String {
        self.written(PhoneNumberFormat::National)
    }

    /// As the world writes it, for example `+44 7700 900419`.
    pub fn international(&self) -> String {
        self.written(PhoneNumberFormat::International)
    }

    /// For a page of a desk in `region`: national for numbers with its calling code, international
    /// for others and where no region is set. Nothing for one that was erased.
    pub fn shown_in(&self, region: Option<&Region>) -> String {
        if *self == Self::erased() {
            return String::new();
        }
        let code = self.number().map(|number| number.country_code);
        if code.is_some() && code == region.map(|region| region.calling_code()) {
            self.national()
        } else {
            self.international()
        }
    }

    /// Whether it is a number of this country: by its plan where that says so, since several share `+1`, `+7` and others; by
    /// its calling code where the plan knows no such number.
    pub fn is_of(&self, region: Region) -> bool {
        let Some(number) = self.number() else { return false };
        match PHONE_NUMBER_UTIL.get_region_for_number(&number) {
            Some(own) => own == region.0,
            None => number.country_code == region.calling_code(),
        }
    }

    /// Its last four digits: by them somebody who knows the number knows it again, and nobody else learns it.
    pub fn ending(&self) -> String {
        let digits = self.digits();
        digits[digits.len().saturating_sub(4)..].to_owned()
    }

    /// Whether an SMS may reach it. False only where the numbering plan says that it cannot, as for
    /// a landline, or where the number was erased; true where the plan does not tell landlines from mobiles.
    pub fn takes_sms(&self) -> bool {
        *self != Self::erased()
            && !matches!(
                self.number().map(|number| number.get_type()),
                Some(
                    PhoneNumberType::FixedLine
                        | PhoneNumberType::TollFree
                        | PhoneNumberType::PremiumRate
                        | PhoneNumberType::SharedCost
                        | PhoneNumberType::UAN
                        | PhoneNumberType::VoiceMail
                )
            )
    }

    fn number(&self) -> Option<PhoneNumber> {
        PhoneNumber::parse(&self.0, None).ok()
    }

    fn written(&self, format: PhoneNumberFormat) -> String {
        let number = self.number();
        number.map_or_else(|| self.0.clone(), |number| number.format_as(format).into_owned())
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tail = self.0.len().saturating_sub(4).max(1);
        write!(f, "Phone(…{})", &self.0[tail..])
    }
}

/// The number with ASCII digits and plus, if it has no sign that a phone number cannot have. The
/// library would rather cut such signs off, and then take the rest for the number.
fn tidy(text: &str) -> Result<String, PhoneError> {
    if text.chars().take(MAX_TEXT + 1).count() > MAX_TEXT {
        return Err(PhoneError::TooMuchText);
    }
    // Compatibility forms first: they turn full-width digits and signs into plain ones.
    let text: String = text.nfkc().filter(|&c| !invisible(c)).collect();
    let text = text.trim();
    if text.is_empty() {
        return Err(PhoneError::Empty);
    }
    if has_extension(text) {
        return Err(PhoneError::Extension);
    }
    let mut number = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '+' if number.is_empty() => number.push('+'),
            // `(+44) 7700` is a common way to write it.
            '(' if number.is_empty() => {}
            '(' | ')' | '[' | ']' | '-' | '.' | '/' => number.push(c),
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}' => number.push('-'),
            c if c.is_whitespace() => number.push(' '),
            c if c.is_ascii_digit() => number.push(c),
            c if c.is_alphabetic() => return Err(PhoneError::Letters),
            c => match PHONE_NUMBER_UTIL.normalize_digits_only(c.encode_utf8(&mut [0; 4])) {
                digit if digit.is_empty() => return Err(PhoneError::NotANumber),
                digit => number.push_str(&digit),
            },
        }
    }
    if number.contains(|c: char| c.is_ascii_digit()) { Ok(number) } else { Err(PhoneError::NotANumber) }
}

/// Marks that come along when a number is copied from an address book, and show nothing.
fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Whether the text ends like `… ext. 12`, `… x12`, `…#12` or `…,12` after a number.
fn has_extension(text: &str) -> bool {
    let lower = text.to_lowercase();
    let head = lower.trim_end_matches(|c: char| c.is_numeric() || c.is_whitespace());
    let digits = lower[head.len()..].chars().filter(|c| c.is_numeric()).count();
    // More of them are a second number.
    if !(1..=7).contains(&digits) {
        return false;
    }
    let mark = head.trim_end_matches(['.', ':', '=', ' ']);
    let number = ["#", "extension", "extn", "ext", "x", ",", ";"].iter().find_map(|sign| mark.strip_suffix(sign));
    number.is_some_and(|number| number.contains(char::is_numeric) && !number.contains(char::is_alphabetic))
}

/// The number if it is possible for its country, and as its plan reads it.
fn possible(text: &str, region: Option<&Region>) -> Result<(Phone, PhoneNumber), PhoneError> {
    let number = PhoneNumber::parse(text, region.map(|region| region.0)).map_err(|error| match error {
        ParseError::InvalidCountryCode => PhoneError::UnknownCountryCode,
        ParseError::NotANumber(_) => PhoneError::NotANumber,
        ParseError::TooShortAfterIdd | ParseError::TooShortNsn => PhoneError::TooShort,
        ParseError::TooLongNsn => PhoneError::TooLong,
    })?;
    match number.is_possible_with_reason() {
        Ok(NumberLengthType::IsPossible) => {}
        Ok(NumberLengthType::IsPossibleLocalOnly) => return Err(PhoneError::LocalOnly),
        Err(ValidationError::InvalidCountryCode) => return Err(PhoneError::UnknownCountryCode),
        Err(ValidationError::TooShort) => return Err(PhoneError::TooShort),
        Err(ValidationError::TooLong) => return Err(PhoneError::TooLong),
        Err(ValidationError::InvalidLength) => return Err(PhoneError::WrongLength),
    }
    let written = number.format_as(PhoneNumberFormat::E164);
    // Each reading takes one trunk zero off: what then still begins with zeros is no number, and reads as another.
    // What was read as it is written has just been read that way.
    if written != text {
        let again =
            PhoneNumber::parse(&written, None).map(|number| number.format_as(PhoneNumberFormat::E164).into_owned());
        if again.ok().as_deref() != Some(&*written) {
            return Err(PhoneError::NotANumber);
        }
    }
    // A few plans allow more digits than E.164 does.
    let phone = Phone::from_e164(&written).map_err(|_| PhoneError::TooLong)?;
    Ok((phone, number))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn region(code: &str) -> Region {
        code.parse().unwrap()
    }

    fn read(text: &str, code: &str) -> Result<String, PhoneError> {
        let region = (!code.is_empty()).then(|| region(code));
        Phone::parse(text, region.as_ref()).map(|phone| phone.0)
    }

    #[test]
    fn reads_what_people_type() {
        let table = [
            ("07700 900419", "GB", "+447700900419"),
            ("(07700) 900-419", "GB", "+447700900419"),
            ("07700.900.419", "GB", "+447700900419"),
            ("+44 (0)7700 900419", "", "+447700900419"),
            ("(+44) 7700 900419", "", "+447700900419"),
            ("00447700900419", "GB", "+447700900419"),
            ("447700900419", "GB", "+447700900419"),
            ("＋４４ ７７００ ９００４１９", "", "+447700900419"),
            ("\u{202a}+44\u{a0}7700‑900419\u{202c}", "", "+447700900419"),
            ("+91 98765 43210", "GB", "+919876543210"),
            ("९८७६५ ४३२१०", "IN", "+919876543210"),
            ("098765 43210", "IN", "+919876543210"),
            ("٠١٠٠١٢٣٤٥٦٧", "EG", "+201001234567"),
            ("+١ ٢١٢ ٥٥٥ ٠١٢٣", "", "+12125550123"),
            ("(212) 555-0123", "US", "+12125550123"),
            ("1-212-555-0123", "US", "+12125550123"),
            ("011 44 7700 900419", "US", "+447700900419"),
            ("06 698 12345", "IT", "+390669812345"),
            // Possible, though in no range that was handed out.
            ("+1 555 123 4567", "", "+15551234567"),
            ("+254 700 000 001", "", "+254700000001"),
            ("+800 1234 5678", "", "+80012345678"),
        ];
        for (text, region, expected) in table {
            assert_eq!(read(text, region).as_deref(), Ok(expected), "{text} {region}");
        }
    }

    #[test]
    fn says_why_not() {
        use PhoneError::*;
        let table = [
            ("", "", Empty),
            (" \u{200b}\n", "GB", Empty),
            ("07700 900419", "", NeedsCountryCode),
            ("447700900419", "", NeedsCountryCode),
            ("0044 7700 900419", "", NeedsCountryCode),
            ("1-800-FLOWERS", "US", Letters),
            ("tel:+447700900419", "", Letters),
            ("０７７００ ９００Ａ１９", "GB", Letters),
            ("call Anna", "GB", Letters),
            ("x12", "GB", Letters),
            ("07700 900419 ext. 12", "GB", Extension),
            ("07700 900419x12", "GB", Extension),
            ("07700 900419 Extension 12", "GB", Extension),
            ("+44 7700 900419#12", "", Extension),
            ("+44 7700 900419;ext=12", "", Extension),
            ("+44 7700 900419,,12", "", Extension),
            ("07700 900419 / +44 7700 900420", "GB", NotANumber),
            ("07700 900419, 07700 900420", "GB", NotANumber),
            ("+", "", NotANumber),
            ("+-", "", NotANumber),
            ("++447700900419", "", NotANumber),
            ("#07700900419", "GB", NotANumber),
            ("07700*900419", "GB", NotANumber),
            ("+999 1234567", "", UnknownCountryCode),
            ("+0 7700 900419", "", UnknownCountryCode),
            ("+07700 900419", "GB", UnknownCountryCode),
            ("+44 12", "", TooShort),
            ("1234", "IN", TooShort),
            ("+44 7700 900 4191", "", TooLong),
            ("+44 7700 900 419 123 456", "", TooLong),
            ("+1 212 555 012", "", TooShort),
            ("+47 123 456", "", WrongLength),
            ("555-0123", "US", LocalOnly),
            ("+12345678901234567890", "", TooLong),
        ];
        for (text, region, expected) in table {
            assert_eq!(read(text, region), Err(expected), "{text} {region}");
        }
        assert_eq!(read(&"1 ".repeat(101), "GB"), Err(TooMuchText));
        assert!(NeedsCountryCode.to_string().contains("+ and the country code"));
    }

    #[test]
    fn reads_senders_of_gateways() {
        let table = [
            ("447700900419", "", "+447700900419"),
            ("+447700900419", "", "+447700900419"),
            ("00447700900419", "", "+447700900419"),
            ("00447700900419", "US", "+447700900419"),
            ("447700900419", "IN", "+447700900419"),
            ("07700900419", "GB", "+447700900419"),
            ("9876543210", "IN", "+919876543210"),
            ("919876543210", "GB", "+919876543210"),
            ("9198765432", "IN", "+919198765432"),
            ("2125550123", "US", "+12125550123"),
            ("12125550123", "US", "+12125550123"),
            ("15551234567", "", "+15551234567"),
            (" 447700900419", "GB", "+447700900419"),
            // Assigned in Singapore and in Alabama.
            ("6591234567", "US", "+6591234567"),
        ];
        for (text, code, expected) in table {
            let region = (!code.is_empty()).then(|| region(code));
            let phone = Phone::from_gateway(text, region.as_ref()).map(|phone| phone.0);
            assert_eq!(phone.as_deref(), Ok(expected), "{text} {code}");
        }
        for nobody in ["12345", "Larkfield", "", "07700900419"] {
            assert!(Phone::from_gateway(nobody, None).is_err(), "{nobody}");
        }
    }

    #[test]
    fn writes_numbers_for_people() {
        let phone = Phone::parse("+447700900419", None).unwrap();
        assert_eq!(phone.as_str(), "+447700900419");
        assert_eq!(phone.digits(), "447700900419");
        assert_eq!(phone.national(), "07700 900419");
        assert_eq!(phone.international(), "+44 7700 900419");
        assert_eq!(phone.shown_in(Some(&region("GB"))), "07700 900419");
        assert_eq!(phone.shown_in(Some(&region("IN"))), "+44 7700 900419");
        assert_eq!(phone.shown_in(None), "+44 7700 900419");
        assert_eq!(format!("{phone:?}"), "Phone(…0419)");
    }

    #[test]
    fn knows_landlines() {
        let sms = ["+447700900419", "+919876543210", "+12125550123", "+15551234567", "+33612345678"];
        let none = ["+442079460123", "+441134960000", "+911123456789", "+448001111111", "+80012345678"];
        for number in sms {
            assert!(Phone::from_e164(number).unwrap().takes_sms(), "{number}");
        }
        for number in none {
            assert!(!Phone::from_e164(number).unwrap().takes_sms(), "{number}");
        }
    }

    #[test]
    fn refuses_what_would_read_back_as_another_number() {
        assert_eq!(read("+200000000000", ""), Err(PhoneError::NotANumber));
        assert_eq!(read("+390612345678", ""), Ok("+390612345678".to_owned()), "Italy keeps its zero");
    }

    #[test]
    fn takes_back_only_e164() {
        assert_eq!(Phone::from_e164("+447700900419").unwrap().as_str(), "+447700900419");
        for text in ["", "+", "447700900419", "+44 7700", "+1234567890123456", "+٤٤"] {
            assert!(Phone::from_e164(text).is_err(), "{text}");
        }
    }

    #[test]
    fn knows_regions() {
        assert_eq!(region(" gb ").to_string(), "GB");
        assert_eq!(region("IN").calling_code(), 91);
        for code in ["", "G", "GBR", "001", "ZZ", "AQ", "英国"] {
            assert_eq!(code.parse::<Region>(), Err(UnknownRegion), "{code}");
        }
    }

    proptest! {
        #[test]
        fn reads_back_what_it_writes(text in "\\PC{0,30}|[+0-9 ()./-]{0,25}|\\+[1-9][0-9]{6,13}") {
            let gb = region("GB");
            for phone in [Phone::parse(&text, Some(&gb)), Phone::from_gateway(&text, Some(&gb))] {
                let Ok(phone) = phone else { continue };
                prop_assert_eq!(Phone::from_e164(phone.as_str()), Ok(phone.clone()));
                prop_assert_eq!(Phone::parse(phone.as_str(), None), Ok(phone.clone()));
                phone.takes_sms();
            }
        }
    }
}

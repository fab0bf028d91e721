//! The clients and what they say.

use super::{
    dice::Dice,
    tongues::{TONGUES, Tongue},
};

/// Plans that the made-up ISP sells, the commonest first.
const PLANS: &str = "Fibre 150,Fibre 500,Fibre 75,Fibre 900,Home Duo,Office 300,Mobile S,Mobile L,Fibre Family,Pensioner 50,\
    Student 100,Satellite 20,Office 1000,Lighthouse Link";

/// Signs of receipts and serial numbers: none that is misheard.
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Somebody who calls.
#[derive(Debug)]
pub struct Client {
    /// In the script of the client's language.
    pub name: String,
    /// In E.164.
    pub phone: String,
    /// Two of three have one.
    pub email: Option<String>,
    /// Three of four know it.
    pub account: Option<String>,
    /// The language in which the complaint was taken down.
    pub tongue: &'static Tongue,
}

/// Draws a client.
pub fn client(dice: &Dice<'_>) -> Client {
    let own = tongue(dice);
    let (given, family) = (dice.word(own.given), dice.word(own.family));
    let name = match (own.run_together, dice.below(12)) {
        (true, _) => format!("{family}{given}"),
        // Double names have a tail of their own.
        (false, 0) => format!("{given} {} {family}", dice.word(own.given)),
        (false, 1) => format!("{given} {family} {}", dice.word(own.family)),
        (false, _) => format!("{given} {family}"),
    };
    let email = dice.permille(667).then(|| email(dice, given, family));
    let account = dice.permille(750).then(|| dice.digits("LF-######"));
    // Most are taken down in the desk's own language, whoever calls.
    let tongue = if dice.permille(600) { own } else { TONGUES[0] };
    Client { name, phone: dice.digits(own.phone), email, account, tongue }
}

fn tongue(dice: &Dice<'_>) -> &'static Tongue {
    let mut drawn = dice.below(100);
    for tongue in TONGUES {
        match drawn.checked_sub(tongue.share) {
            None => return tongue,
            Some(rest) => drawn = rest,
        }
    }
    TONGUES[0]
}

fn email(dice: &Dice<'_>, given: &str, family: &str) -> String {
    let plain = |name: &str| -> String {
        name.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect()
    };
    let (given, family) = (plain(given), plain(family));
    // RFC 2606 keeps these domains for examples.
    let domain = dice.early(&["example.com", "example.org", "example.net", "mail.example"]);
    match (given.is_empty(), family.is_empty(), dice.below(4)) {
        (false, false, 0) => format!("{given}.{family}@{domain}"),
        (false, false, 1) => format!("{given}{family}{}@{domain}", dice.below(100)),
        (false, _, _) => format!("{given}.{}@{domain}", dice.digits("####")),
        _ => format!("client{}@{domain}", dice.digits("######")),
    }
}

/// A complaint of the issue type with this number in the built-in order.
pub fn complaint(dice: &Dice<'_>, tongue: &Tongue, issue: usize) -> String {
    let mut text = filled(dice, tongue, dice.early(tongue.complaints[issue % tongue.complaints.len()]));
    let more = [0, 1, 1, 1, 2, 3][dice.below(6)];
    for _ in 0..more {
        // A paragraph now and then.
        let gap = if tongue.run_together { "" } else { " " };
        text.push_str(if dice.below(8) == 0 { "\n\n" } else { gap });
        text.push_str(&filled(dice, tongue, dice.even(tongue.asides)));
    }
    text
}

/// A plan that somebody pays for.
pub fn plan(dice: &Dice<'_>) -> &'static str {
    dice.word(PLANS)
}

/// A note of the staff.
pub fn note(dice: &Dice<'_>, tongue: &Tongue) -> String {
    filled(dice, tongue, dice.even(tongue.notes))
}

/// A sentence with its gaps filled.
fn filled(dice: &Dice<'_>, tongue: &Tongue, sentence: &str) -> String {
    let mut text = String::with_capacity(2 * sentence.len());
    let mut rest = sentence;
    while let Some((before, (gap, after))) =
        rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        text.push_str(before);
        text.push_str(&word(dice, tongue, gap));
        rest = after;
    }
    text.push_str(rest);
    text
}

fn word(dice: &Dice<'_>, tongue: &Tongue, gap: &str) -> String {
    match gap {
        "sum" => tongue.sum.replace('#', &format!("{}.{:02}", 5 + dice.rank(900), 5 * dice.rank(20))),
        "date" if tongue.run_together => format!("{}{}日", dice.word(tongue.months), 1 + dice.below(28)),
        "date" => format!("{} {}", 1 + dice.below(28), dice.even(&months(tongue))),
        "month" => dice.even(&months(tongue)).to_owned(),
        "place" => format!("{}{}", dice.word(tongue.place_starts), dice.word(tongue.place_ends)),
        "thing" => dice.word(tongue.things).to_owned(),
        "name" => dice.word(tongue.given).to_owned(),
        "plan" => plan(dice).to_owned(),
        "receipt" => format!("{}-{}", signs(dice, 2), dice.digits("######")),
        "serial" => format!("SN{}", signs(dice, 8)),
        other => other.to_owned(),
    }
}

fn months(tongue: &Tongue) -> Vec<&'static str> {
    tongue.months.split(',').collect()
}

fn signs(dice: &Dice<'_>, count: usize) -> String {
    (0..count).map(|_| char::from(dice.even(SIGNS))).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::{clock::Clock, phone::Phone, search::word_tokens};

    #[test]
    fn shares_make_a_hundred_and_every_gap_is_known() {
        assert_eq!(TONGUES.iter().map(|tongue| tongue.share).sum::<usize>(), 100);
        let (clock, _) = Clock::fixed(0, 1);
        let dice = Dice(&clock);
        for tongue in TONGUES {
            assert_eq!(months(tongue).len(), 12);
            for sentence in tongue.complaints.iter().copied().flatten().chain(tongue.asides).chain(tongue.notes) {
                for gap in sentence.split('{').skip(1).map(|rest| rest.split_once('}').unwrap().0) {
                    assert_ne!(word(&dice, tongue, gap), gap, "{sentence}");
                }
            }
        }
    }

    /// A demo shows numbers, and its directory may be served with a real gateway one day.
    #[test]
    fn nobody_has_the_phone_numbers() {
        let (clock, _) = Clock::fixed(0, 2);
        for tongue in TONGUES {
            for _ in 0..300 {
                let number = Dice(&clock).digits(tongue.phone);
                assert_eq!(Phone::parse(&number, None).map(|phone| phone.as_str().to_owned()), Ok(number.clone()));
                let parsed = rlibphonenumber::PhoneNumber::parse(&number, None).unwrap();
                assert!(!parsed.is_valid(), "{number} has been given out");
            }
        }
    }

    #[test]
    fn common_and_rare_words_both_occur() {
        let (clock, _) = Clock::fixed(0, 3);
        let mut times = BTreeMap::new();
        let mut scripts = BTreeSet::new();
        for _ in 0..3000 {
            let dice = Dice(&clock);
            let client = client(&dice);
            scripts.insert(client.name.chars().next().map(|c| u32::from(c) / 0x300));
            for token in word_tokens(&complaint(&dice, client.tongue, dice.below(4))) {
                *times.entry(token).or_insert(0) += 1;
            }
        }
        let once = times.values().filter(|&&times| times == 1).count();
        assert!(times.values().any(|&times| times > 600), "a common word is in a fifth of all");
        assert!(once > times.len() / 3 && times.len() > 4000, "{once} of {}", times.len());
        assert!(scripts.len() >= 4, "Latin, Devanagari, Arabic, Han: {scripts:?}");
    }
}

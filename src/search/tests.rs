//! Every clause of the contract for `q`, on a ticket in memory.

use std::collections::BTreeSet;

use super::{Cond, Criterion, Fields, Token, TooManyTerms, index_tokens, parse, ref_key, word_tokens};

pub(super) const TICKET: Fields<'static> = Fields {
    name: "Siobhán O’Brien-Smith",
    phone_e164: "+447700900142",
    email: Some("S.OBrien+bills@Example.com"),
    account: Some("AC 100-22/7"),
    description: "Charged twice: the March bill shows KES 1,250.00 (receipt 30977), see e-mail.",
    notes: &["Called the bank's companies", "Boxes of résumés in Straße 5"],
    reference: "BILL-20261123-7K4M",
};

/// What the store does, without its hashes.
pub(super) fn matches(fields: &Fields<'_>, q: &str) -> bool {
    let tokens = index_tokens(fields);
    let key = ref_key(fields.reference);
    parse(q, &uk).expect("few terms").is_none_or(|cond| holds(&cond, &tokens, &key))
}

fn holds(cond: &Cond, tokens: &BTreeSet<Token>, key: &str) -> bool {
    match cond {
        Cond::Any(conds) => conds.iter().any(|cond| holds(cond, tokens, key)),
        Cond::All(conds) | Cond::Together(conds) => conds.iter().all(|cond| holds(cond, tokens, key)),
        Cond::Is(Criterion::Token(token)) => tokens.contains(token),
        Cond::Is(Criterion::RefStart(start)) => key.starts_with(start),
        Cond::Is(Criterion::RefWhole(whole)) => key == whole,
    }
}

/// A number written in the United Kingdom.
pub(super) fn uk(number: &str) -> Vec<String> {
    let digits = number.replace(|c: char| !c.is_ascii_digit(), "");
    digits.strip_prefix('0').map(|national| format!("+44{national}")).into_iter().collect()
}

/// `found` and `missed` are searches with ` | ` between them.
fn finds(fields: &Fields<'_>, found: &str, missed: &str) {
    for q in found.split(" | ").filter(|q| !q.is_empty()) {
        assert!(matches(fields, q), "{q:?} finds nothing: {:#?}", parse(q, &uk));
    }
    for q in missed.split(" | ").filter(|q| !q.is_empty()) {
        assert!(!matches(fields, q), "{q:?} finds the ticket: {:#?}", parse(q, &uk));
    }
}

pub(super) fn named(name: &str) -> Fields<'_> {
    Fields { name, description: "", notes: &[], account: None, email: None, ..TICKET }
}

pub(super) fn described(description: &str) -> Fields<'_> {
    Fields { name: "", description, notes: &[], account: None, email: None, ..TICKET }
}

#[test]
fn blank_filters_nothing_and_symbols_match_nothing() {
    for q in ["", " ", "\t\u{3000}\n"] {
        assert_eq!(parse(q, &uk), Ok(None), "{q:?}");
    }
    for q in ["\"", "*", "'", "-", "()", "+ -", "\0", "\u{301}", "\u{93E}\u{94D}", "\u{202E}", "@", "🙂", "…"] {
        finds(&TICKET, "", q);
    }
}

#[test]
fn a_name_is_found_by_the_start_of_its_words() {
    let found = "si | SIOBHAN | Siobhán | siobha\u{301}n | sio smi | smith siobhan | o'brien | obrien";
    finds(&TICKET, found, "t | iobhan | siobhann | siobhan jones | mith");
    let joined = "O’Brien | O`BRIEN | brien | bri | obrien-smith | o'brien-smith | obriensmith | brien-smith | o brien | O‑Brien | ob | brien-\u{94D}";
    finds(&TICKET, joined, "o'bryan | smith-jones | obrien-jones");
    finds(
        &named("Anne-Marie"),
        "anne | marie | annemarie | anne-marie | anne marie | ANNE–MARIE | annem | anne-ma",
        "anna-marie | nemarie",
    );
    finds(&named("AnneMarie OBrien"), "anne-marie | o'brien", "marie");
    finds(&named("José Müller"), "jose | JOSÉ | joſe | muller | MÜ", "josé maria");
    finds(&named("Jose"), "josé", "");
    finds(&named("J. R. Smith"), "j | j.r. | J R Smith", "s | jr");
}

#[test]
fn case_and_accents_fold_in_every_script() {
    finds(&named("İbrahim Işık"), "ibrahim | IBRAHIM | ıbrahim | isik | IŞIK | ışık", "");
    finds(&named("Wałęsa Strauß Ærø Þór Đặng"), "walesa | WAŁĘSA | strauss | STRAUẞ | aero | thor | dang", "");
    finds(&named("Ὀδυσσεύς Семён"), "οδυσσευς | ΟΔΥΣΣΕΥΣ | семен | СЕМЁН", "");
    finds(&named("ＳＡＴＯ"), "sato | ｓａ", "");
    finds(&named("ג׳ורג׳ שָׁלוֹם"), "שלום | ג'ורג' | ורג", "");
    finds(&named("مُحَمَّد أحمد"), "محمد | احمد | مح | محـــمد", "حمد");
    finds(&named("राम किशोर"), "राम | रा | किशोर | कि", "शोर | रामा");
    finds(&named("王小明"), "王小明 | 王小", "小明 | 王");
    finds(&named("김철수"), "김철 | 김철수", "철수");
    finds(&named("ジョン・スミス"), "ジョン | スミス | ｼﾞｮﾝ", "シヨン");
}

#[test]
fn indic_vowel_signs_are_letters() {
    finds(&described("बिल गलत है"), "बिल | गलत | बिल है", "बल | बि | गल | बिल सही");
    finds(&described("विद्युत"), "विद्युत", "विद | युत");
}

#[test]
fn words_of_texts_are_found_whole() {
    let found = "charged twice | MARCH | resume | strasse | STRASSE | banks | bank | bank's | bank’s | 5";
    finds(&TICKET, found, "charg | arch | resum | stras | march april");
    finds(&TICKET, "e-mail | email | e‑mail | mail | e mail", "ema");
    finds(&TICKET, "30977 | ٣٠٩٧٧ | ३०९७७ | receipt 30977 | (30977)", "3097 | 0977");
    finds(&TICKET, "1,250.00 | 1250.00 | 1250 | 1,250 | kes 1,250.00", "125 | 1,250.50 | 12.50");
    finds(&described("账单错误"), "账单 | 账单错误 | 单错 | 误", "账错 | 单账 | 账户");
    finds(&described("บิลผิด"), "บิล | ผิด", "บิด");
    finds(&described("الفاتورة غير صحيحة"), "الفاتورة | غَير", "فاتورة");
    finds(
        &described("foo_bar, www.example.com; 23.11.2026, 3.50"),
        "bar | example.com | 2026 | 23.11.2026 | 3.50 | foo_bar",
        "exam",
    );
    finds(&described("12,34 and 2026-11-23"), "12 | 34 | 12,34 | 2026-11-23 | 20261123 | 11", "123");
}

#[test]
fn simple_plurals_are_alike() {
    let alike = "bill/bills box/boxes company/companies house/houses charge/charges tax/taxes \
        batch/batches bus/buses class/classes day/days tie/ties resumé/résumés lens/lenses";
    for (one, many) in alike.split(' ').filter_map(|pair| pair.split_once('/')) {
        finds(&described(one), &format!("{one} | {many}"), "");
        finds(&described(many), &format!("{one} | {many}"), "");
    }
    let unlike = "rate/rat plan/plane bus/bu rates/rat plans/plane less/les gas/ga bills/billy";
    for (one, other) in unlike.split(' ').filter_map(|pair| pair.split_once('/')) {
        finds(&described(one), one, other);
        finds(&described(other), other, one);
    }
    // Of status, this and bus the s is no plural.
    finds(&described("statu thi"), "", "status | this");
    // Plurals are of texts; the start of a name is what it is.
    finds(&named("Box"), "box", "boxes");
}

#[test]
fn a_reference_is_found_whole_by_its_end_or_by_its_start() {
    let whole = "BILL-20261123-7K4M | bill-20261123-7k4m | bill202611237K4M | BILL–20261123–7K4M | BILL 20261123 7K4M | (BILL-20261123-7K4M). | \"bill-20261123-7k4m\" | BILL-2O26ll23-7K4M";
    finds(&TICKET, whole, "BILL-20261123-7K4N | BILL-20261123-7K4M5");
    finds(&TICKET, "7K4M | 7k4m | -7K4M", "K4M | 7K4N");
    let starts = "bill-2 | bill-2026 | BILL20261123 | BILL-20261123- | BILL-20261123-7K | bill-2026*";
    finds(&described("none"), starts, "bill | bil | bill- | BILL-2027 | bill-20261124 | billing | billo | 20261123");
    let five = Fields { reference: "BILL-20261123-7K10X", ..TICKET };
    finds(&five, "7k10x | 7KIOX | k10x | KLOX | BILL-20261123-7K1OX", "7K10 | 10X");
    let of = |q| parse(q, &uk).unwrap().unwrap();
    assert!(has(&of("bill-20261123-7k4m"), &Criterion::RefWhole("BILL202611237K4M".into())));
    assert!(has(&of("bill-20261123-7k"), &Criterion::RefStart("BILL202611237K".into())));
}

fn has(cond: &Cond, wanted: &Criterion) -> bool {
    match cond {
        Cond::Any(conds) | Cond::All(conds) | Cond::Together(conds) => conds.iter().any(|cond| has(cond, wanted)),
        Cond::Is(criterion) => criterion == wanted,
    }
}

#[test]
fn a_phone_number_is_found_however_written() {
    let whole = "+447700900142 | +44 7700 900142 | 07700 900 142 | 07700900142 | (07700) 900-142 | 00447700900142 | 00 44 7700 900 142 | +44 (0)7700 900142 | +44(0)7700900142 | 07700.900.142 | 07700/900142 | ٠٧٧٠٠٩٠٠١٤٢ | \"07700 900 142\" | +44 7700 – 900142 | \u{202A}+44 7700\u{A0}900142\u{202C} | 07700 900142? | '07700 900142'";
    finds(&TICKET, whole, "+447700900143 | 07700 900 143 | 17700900142 | +1 7700 900142");
    finds(&TICKET, "0142 | 00142 | 900142 | 900 142 | 7700 900142", "142 | 00 142 9 | 0143 | 9001");
    finds(
        &TICKET,
        "smith 0142 | 0142 smith | smith 07700 900 142 bill | 0142 30977 | 0142, 1250",
        "0142 jones | 0142 30978",
    );
    // A zero in front of a few digits is a digit of the number.
    finds(&TICKET, "", "00900142 smith jones | 090142");
    let norway = Fields { phone_e164: "4722334455", ..TICKET };
    finds(&norway, "+47 22 33 44 55 | 22334455 | 22 33 44 55 | 44 55", "22 33 | 04455 | 034455");
}

#[test]
fn an_email_address_is_found_whole() {
    let found = "s.obrien+bills@example.com | S.OBRIEN+BILLS@EXAMPLE.COM | <s.obrien+bills@example.com> | (s.obrien+bills@example.com). | s.obrien+bills@example.com smith | \"Siobhan\" <s.obrien+bills@example.com>";
    finds(
        &TICKET,
        found,
        "obrien@example.com | s.obrien@example.com | s.obrien+bills@example | example.com | @example.com",
    );
    let other = Fields { name: "Jane Exam", email: Some("josé@example.com"), ..described("") };
    finds(&other, "JOSÉ@example.com | jose\u{301}@example.com", "jose@example.com | jane@exam");
    finds(&described("write to jane@x.com today"), "jane@x.com", "june@x.com");
}

#[test]
fn an_account_id_is_found_whole() {
    finds(
        &TICKET,
        "AC 100-22/7 | ac 100-22/7 | AC100227 | ac-100-22-7 | AC100-22/7 |  ac  100 22 7 ",
        "AC 100 | 100-22/7 | AC100228",
    );
    let plain = Fields { account: Some("ACC:0042"), ..described("") };
    finds(&plain, "acc:0042 | ACC0042 | acc-0042 | ACC*0042", "acc | 0042 | c0042");
    let told = Fields { name: "Nadia Okonkwo", ..plain };
    finds(&told, "acc:0042 okonkwo | nadia [ACC:0042] | acc;0042 nadia", "acc:0043 okonkwo | acc 0042 okonkwo");
    let tiny = Fields { account: Some("7"), ..described("") };
    finds(&tiny, "7 | #7", "77");
}

#[test]
fn quotes_and_stray_symbols_break_nothing() {
    let found = "\"charged twice\" | “charged twice” | «march» | NEAR( | charged* | * march | march AND | march - | march *** | (march | [march] | march,bill | march;bill | march:bill | -march | march' | 'march' | march\0bill | ma\u{AD}rch | \u{202E}march\u{202C} | march\u{301} | ~march^2 | mar\u{200D}ch";
    let described = described("charged twice near and march bill 2");
    finds(&described, found, "\"charged thrice\" | NEAR(april | march OR april");
}

#[test]
fn all_terms_have_to_match_somewhere() {
    finds(&TICKET, "siobhan march 0142 7k4m | smith smith smith", "siobhan march 0142 7k4n");
    let many = (0..70).map(|n| format!("{n}x")).collect::<Vec<_>>().join(" ");
    assert!(parse(&many, &uk).is_ok());
    assert_eq!(parse(&"a'b-c.".repeat(80).replace('a', "a "), &uk).map(|_| ()), Ok(()), "repeated terms count once");
    let most = (0..250).map(|n| char::from_u32(0x4E00 + n).unwrap().to_string()).collect::<Vec<_>>().join(" ");
    assert_eq!(parse(&most, &uk), Err(TooManyTerms));
}

#[test]
fn one_note_adds_its_words() {
    let note = "Called the bank";
    let words = ["called", "the", "bank"].map(|word| Token::Word(word.to_owned()));
    assert_eq!(word_tokens(note), BTreeSet::from(words));
    let noted = |notes| index_tokens(&Fields { notes, ..TICKET });
    let both = &noted(&[]) | &word_tokens(note);
    assert_eq!(noted(&[note]), both);
    assert_eq!(ref_key("bill-20261123-7k4m"), "BILL202611237K4M");
}

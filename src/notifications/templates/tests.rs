//! What templates say, what is refused, and that nothing that is kept can fail to be sent.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::{Check, Checked, Draft, Known, Misfit, Place, Registration, Template, Templates, Variable};
use crate::{
    notifications::{
        channels::{Channel, Registered},
        echo::is_ours,
        message::{Facts, Kind},
        segments::{Encoding, clean},
        wording::{Calendar, Created, Voice},
    },
    words::{Language, Text},
};

const REF: &str = "BILL-20261126-D4ZP";
/// 2026-11-26, 20:00 in UTC: the 27th in Kolkata.
const AT: i64 = 1_795_723_200_000;

fn known() -> Known {
    let statuses =
        ["status-new", "status-open", "status-progress", "status-dispatched", "status-fixed", "status-closed"];
    let issue_types = ["Incorrect Bill", "Double Charge", "Plan/Package Mismatch"].map(ToOwned::to_owned).to_vec();
    Known { statuses: statuses.map(Text::new).to_vec(), issue_types }
}

fn calendar(resolve_days: Option<i64>) -> Calendar {
    Calendar { zone: TimeZone::get("Asia/Kolkata").unwrap(), resolve_days }
}

fn voice(isp: &str, language: Language) -> Voice {
    Voice::new(isp, language).with(Templates::default(), calendar(Some(3)))
}

fn plain(body: &str) -> Draft {
    Draft { body: body.to_owned(), registration: None }
}

fn registered(body: &str, unicode: bool, caps: &[(Variable, usize)]) -> Draft {
    let ids = Registered { entity: "1001".into(), header: "LARKFB".into(), template: "1107".into() };
    let caps: BTreeMap<_, _> = caps.iter().copied().collect();
    Draft { body: body.to_owned(), registration: Some(Registration { ids, unicode, caps }) }
}

fn misfits(draft: &Draft, kind: Kind, voice: &Voice) -> Vec<Misfit> {
    Check { voice, kind, letter: false, known: &known() }.check(draft).misfits
}

fn codes(draft: &Draft, kind: Kind) -> Vec<&'static str> {
    misfits(draft, kind, &voice("Larkfield Fibre", Language::English)).iter().map(|misfit| misfit.code).collect()
}

fn facts(issue: &str) -> Facts<'_> {
    Facts {
        reference: REF,
        issue,
        issue_type: "Incorrect Bill",
        status: Some(Text::new("status-dispatched")),
        registered_at: AT,
        note: issue,
    }
}

fn said(draft: &Draft, kind: Kind, facts: &Facts<'_>, language: Language) -> Created {
    let voice = voice("Larkfield Fibre", language);
    assert_eq!(misfits(draft, kind, &voice), []);
    voice.fill(&Template::read(draft, kind).unwrap(), facts)
}

#[test]
fn says_each_variable() {
    let body = "{{ isp }} {{ref}} {{status}} {{registered_at}} {{resolve_by}} {{issue_type}}: {{issue}}";
    let english = said(&plain(body), Kind::Created, &facts("Charged twice"), Language::English);
    assert_eq!(
        english.sms.text,
        format!("Larkfield Fibre {REF} Dispatched 27 Nov 2026 30 Nov 2026 Incorrect Bill: Charged twice.")
    );
    let hindi = said(&plain(body), Kind::Created, &facts("दो बार शुल्क"), Language::Hindi);
    let date = Text::new("words-nov").to(Language::Hindi).to_string();
    assert!(hindi.sms.text.contains(&format!("27 {date} 2026")), "{}", hindi.sms.text);
    assert!(hindi.sms.text.ends_with("दो बार शुल्क।"), "{}", hindi.sms.text);
}

#[test]
fn an_issue_is_a_sentence_only_where_it_stands_as_one() {
    for (body, text) in [
        ("{{ref}}. {{issue}}", "Charged twice."),
        ("{{ref}}: {{issue}} Reply HELP.", "Charged twice. Reply HELP."),
        ("{{ref}} for \"{{issue}}\".", "for \"Charged twice\"."),
        ("{{ref}} for {{issue}} is logged", "for Charged twice is logged"),
    ] {
        let sms = said(&plain(body), Kind::Created, &facts("Charged twice"), Language::English).sms;
        assert!(sms.text.ends_with(text), "{}", sms.text);
    }
    let nothing = said(&plain("{{ref}} {{issue}} logged"), Kind::Created, &facts(" "), Language::English);
    assert_eq!(nothing.sms.text, format!("{REF} logged"));
}

#[test]
fn says_what_is_wrong_and_where() {
    let long = "x".repeat(140);
    for (body, kind, expected) in [
        ("", Kind::Created, vec!["required"]),
        ("{{ref}} {{name}}", Kind::Created, vec!["unknown"]),
        ("{{ref}} {{}}", Kind::Created, vec!["unknown"]),
        ("{{ref}} {{isp", Kind::Created, vec!["invalid"]),
        ("{{ref {{isp}}", Kind::Created, vec!["invalid", "required"]),
        ("ref}} {{ref}}", Kind::Created, vec!["invalid"]),
        ("{{{ref}}}", Kind::Created, vec!["unknown", "required"]),
        ("{{ref}} {#var#}", Kind::Created, vec!["invalid"]),
        ("{{ref}} {{issue}} {{issue}}", Kind::Created, vec!["too_many"]),
        ("Logged: {{issue}}", Kind::Created, vec!["required"]),
        ("Fixed", Kind::Fixed, vec!["required"]),
        ("We are looking into it", Kind::Reopened, vec![]),
        ("{{ref}}: {{issue}}", Kind::Assigned, vec!["not_allowed"]),
        ("{{ref}}: {{note}}", Kind::Created, vec!["not_allowed"]),
        ("{{ref}}", Kind::Note, vec!["required"]),
        ("{{note}}", Kind::Note, vec![]),
        ("{ref} {{ref}} }", Kind::Created, vec![]),
        (&format!("{{{{ref}}}} {long}"), Kind::Created, vec![]),
        (&format!("{{{{ref}}}} {long}x"), Kind::Created, vec!["too_long"]),
        (&format!("{{{{ref}}}} {{{{isp}}}}{long}"), Kind::Created, vec!["too_long"]),
        (&"é".repeat(1_001), Kind::Created, vec!["too_long"]),
    ] {
        assert_eq!(codes(&plain(body), kind), expected, "{body}");
    }
    let misfits = misfits(&plain("é {{nme}} x {{"), Kind::Created, &voice("L", Language::English));
    let at: Vec<_> = misfits.iter().flat_map(|misfit| misfit.at.clone()).collect();
    assert_eq!((at, misfits.len()), (vec![3..10, 13..15], 3));
    assert_eq!(misfits[1].text.english(), "{{ at 13 has no }} after it. Close it or remove it.");
}

#[test]
fn a_day_to_resolve_by_needs_its_setting() {
    let without = Voice::new("Larkfield Fibre", Language::English).with(Templates::default(), calendar(None));
    let draft = plain("{{ref}} by {{resolve_by}}");
    assert_eq!(misfits(&draft, Kind::Created, &without)[0].code, "not_allowed");
    // Where it is taken away later, our own wording says less, and nothing that is wrong.
    let place = Place { kind: Kind::Created, channel: Channel::SMS, language: Language::English };
    let own = Templates::of(vec![(place, Template::read(&draft, Kind::Created).unwrap())]);
    let text = |days| without.clone().with(own.clone(), calendar(days)).sms(Kind::Created, &facts("")).text;
    assert_eq!(text(Some(2)), format!("{REF} by 29 Nov 2026"));
    assert!(text(None).starts_with("Larkfield Fibre: ticket"), "{}", text(None));
}

#[test]
fn a_registered_text_is_kept_to_the_character() {
    let conforming = "Dear customer, complaint {{ref}} is registered for {{issue_type}}. - {{isp}}";
    let sms = said(&registered(conforming, false, &[]), Kind::Created, &facts("x"), Language::English).sms;
    assert_eq!(sms.text, format!("Dear customer, complaint {REF} is registered for Incorrect Bill. - Larkfield Fibre"));
    assert_eq!(sms.registered.unwrap().store(), "1001|LARKFB|1107");
    for (body, unicode, odd) in [
        ("Complaint {{ref}} – logged", false, "– "),
        ("Your “bill” {{ref}}", false, "“ "),
        ("शिकायत {{ref}}", false, "श "),
        ("Your  bill {{ref}}", false, "blank"),
        ("Your\nbill {{ref}}", true, "line break"),
        ("Your\u{a0}bill {{ref}}", true, "U+00A0"),
        ("Your\u{200b}bill {{ref}}", true, "U+200B"),
        ("cafe\u{301} {{ref}}", true, "U+0065 U+0301"),
    ] {
        let found = misfits(&registered(body, unicode, &[]), Kind::Created, &voice("L", Language::English));
        assert!(found.iter().all(|misfit| misfit.code == "not_allowed" && !misfit.at.is_empty()), "{found:?}");
        assert!(found[0].text.english().contains(odd), "{body}: {}", found[0].text.english());
        let at = found[0].at[0].clone();
        assert!(!body[at].is_empty());
    }
    for good in ["Complaint {{ref}} – “logged”", "शिकायत {{ref}} दर्ज, र\u{94d}\u{200d}य"]
    {
        let sms = said(&registered(good, true, &[]), Kind::Created, &facts("x"), Language::English).sms;
        assert_eq!(sms.text, good.replace("{{ref}}", REF), "nothing is made plain");
    }
}

#[test]
fn a_registered_variable_has_room_for_what_it_says() {
    let cap = |variable, cap| [(variable, cap)];
    for (draft, expected) in [
        (registered("{{ref}}", false, &cap(Variable::Reference, 18)), vec!["too_long"]),
        (registered("{{ref}}", false, &cap(Variable::Reference, 19)), vec![]),
        (registered("{{ref}} {{isp}}", false, &cap(Variable::Isp, 10)), vec!["too_long"]),
        (registered("{{ref}} {{issue}}", false, &[]), vec!["not_allowed"]),
        (registered("{{ref}} {{issue}}", false, &cap(Variable::Issue, 30)), vec![]),
        (registered("{{ref}} {{issue_type}}", false, &cap(Variable::IssueType, 9)), vec![]),
    ] {
        assert_eq!(codes(&draft, Kind::Created), expected, "{draft:?}");
    }
    let draft = registered("{{ref}}: {{issue}}.", false, &cap(Variable::Issue, 20));
    let text = |issue| said(&draft, Kind::Created, &facts(issue), Language::English).sms.text;
    assert_eq!(text("Charged twice"), format!("{REF}: Charged twice."));
    assert_eq!(text("Charged for the old plan as well"), format!("{REF}: Charged for the...."));
    assert_eq!(text("Client’s bill ₹ 900"), format!("{REF}: Client's bill 900."));
    let hindi = misfits(&registered("{{ref}} {{isp}}", false, &[]), Kind::Created, &voice("गंगा", Language::English));
    assert_eq!(hindi[0].code, "not_allowed");
}

#[test]
fn what_is_read_is_what_was_written() {
    for kind in Kind::ALL {
        for language in Language::ALL {
            for isp in ["Larkfield Fibre", ""] {
                let voice = voice(isp, language);
                let draft = plain(&voice.built_in(kind).body());
                assert_eq!(misfits(&draft, kind, &voice), [], "{}", draft.body);
                let read = Template::read(&draft, kind).unwrap();
                assert_eq!(&read, voice.built_in(kind));
                assert_eq!(voice.fill(&read, &facts("Bill wrong")), voice.in_parts(kind, &facts("Bill wrong")));
            }
        }
    }
}

#[test]
fn a_text_of_a_template_is_known_when_it_comes_back() {
    let draft = plain("Dear customer, complaint {{ref}} is registered. {{issue}}");
    let place = Place { kind: Kind::Created, channel: Channel::SMS, language: Language::English };
    let own = Templates::of(vec![(place, Template::read(&draft, Kind::Created).unwrap())]);
    let voice = voice("Larkfield Fibre", Language::English).with(own, calendar(None));
    assert!(is_ours(&voice, &voice.sms(Kind::Created, &facts("Bill wrong")).text, &[]));
    assert!(
        !is_ours(&voice, &format!("STATUS {REF}"), &[])
            && !is_ours(&voice, "Dear customer care, is it registered?", &[])
    );
}

fn words() -> impl Strategy<Value = String> {
    let slot = prop::sample::select(Variable::ALL.to_vec()).prop_map(Variable::slot);
    let part = prop_oneof![3 => slot, 2 => "[ a-z’.:क-ह{}]{0,12}", 1 => "\\PC{0,12}"];
    prop::collection::vec(part, 0..9).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn whatever_is_kept_fits_and_leaves_no_slot(
        body in words(),
        isp in "\\PC{0,60}|[A-Za-z ]{0,40}|[क-ह]{0,40}",
        issue in "\\PC{0,300}|([a-z’é€]{1,12}[ ,.\\n]){0,60}|([क-ह]{1,9}[ ।]){0,40}|.{0,9}\\{\\{ref\\}\\}",
        issue_type in "\\PC{0,60}|[क-ह ]{0,40}|Incorrect Bill",
        exact in any::<bool>(),
        unicode in any::<bool>(),
        kind in prop::sample::select(Kind::ALL.to_vec()),
        language in prop::sample::select(Language::ALL.to_vec()),
    ) {
        let draft = if exact {
            registered(body.trim(), unicode, &[(Variable::Issue, 30), (Variable::Note, 25)])
        } else {
            plain(&clean(&body))
        };
        let speaks = voice(&isp, language);
        let Checked { template, misfits } = Check { voice: &speaks, kind, letter: false, known: &known() }.check(&draft);
        prop_assert_eq!(template.body(), if draft.body.chars().count() > 1_000 { String::new() } else { draft.body.clone() });
        for misfit in &misfits {
            for at in &misfit.at {
                prop_assert!(draft.body.get(at.clone()).is_some(), "{:?}", misfit);
            }
        }
        if misfits.is_empty() {
            let place = Place { kind, channel: Channel::SMS, language };
            let own = Templates::of(vec![(place, template.clone())]);
            let voice = speaks.clone().with(own, calendar(Some(3)));
            let facts = Facts { issue_type: &issue_type, ..facts(&issue) };
            let said = voice.in_parts(kind, &facts);
            prop_assert!(said.sms.fits(), "{:?}", said);
            // With values as they are known to be, it is the template that speaks.
            let known = Facts { issue_type: "Plan/Package Mismatch", ..facts.clone() };
            let own = voice.fill(&template, &known);
            prop_assert!(own.sms.fits(), "{:?}", own);
            let without = Facts { issue: "", note: "", issue_type: "", ..known.clone() };
            let bare = voice.fill(&template, &without).sms.text;
            prop_assert!(!bare.contains("{{") || isp.contains('{'), "{}", bare);
            let parts = [&own.head[..], &own.issue, &own.tail].concat();
            if exact {
                prop_assert_eq!(&parts, &own.sms.text);
                prop_assert!(own.issue.chars().count() <= 30);
                let outside = own.sms.segments.encoding == Encoding::Ucs2;
                prop_assert!(unicode || !outside, "{}", own.sms.text);
            } else {
                prop_assert_eq!(clean(&parts), clean(&own.sms.text));
            }
        }
    }

    #[test]
    fn a_cut_parts_no_grapheme(grapheme in "👨🏽|🇬🇧|क्षि|q\u{323}\u{307}|é", many in 1..90_usize) {
        let draft = plain("{{ref}}: ({{issue}})");
        let said = said(&draft, Kind::Created, &facts(&grapheme.repeat(many)), Language::English);
        let grapheme = clean(&grapheme);
        prop_assert_eq!(said.issue.trim_end_matches("...").replace(&grapheme, ""), "", "{}", said.sms.text);
        prop_assert!(said.sms.fits() && said.sms.text.ends_with(')'));
    }
}

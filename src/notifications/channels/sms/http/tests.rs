use jiff::tz::TimeZone;

use super::*;
use crate::notifications::{SettingFault, Settings};

const URL_WITH_BOTH: (&str, &str) = ("sms.http.url", "http://127.0.0.1:9/send?to={to}&text={text}");

fn faults(set: &[(&str, &str)]) -> Vec<SettingFault> {
    let lookup = |key: &str| {
        let text = set.iter().find(|(name, _)| *name == key).map(|(_, text)| (*text).to_owned());
        text.or_else(|| (key == "sms.gateway").then(|| "http".to_owned()))
    };
    Settings::read(&lookup, &TimeZone::UTC).err().unwrap_or_default()
}

fn keys(set: &[(&str, &str)]) -> Vec<&'static str> {
    faults(set).iter().map(|fault| fault.key).collect()
}

fn with_body<'a>(body: &'a str, headers: &'a str) -> [(&'a str, &'a str); 3] {
    [("sms.http.url", "https://sms.example/v1"), ("sms.http.body", body), ("sms.http.headers", headers)]
}

#[test]
fn whole_settings_have_no_fault() {
    for set in [
        vec![URL_WITH_BOTH],
        vec![URL_WITH_BOTH, ("sms.http.method", "GET"), ("sms.http.later", "status 200 contains busy")],
        with_body(r#"{"to":"{to}","text":"{text}","dlt":{"entity":"{entity_id}"},"n":{to_digits}}"#, "").to_vec(),
        with_body("to={to_digits}&text={text}", "Authorization: Bearer x; Accept: */*").to_vec(),
        with_body("<sms to=\"{to}\">{text}</sms>", "").to_vec(),
        with_body("{to} {text} { }", "Content-Type: text/plain; charset=utf-8\nX-Key: a;b:c").to_vec(),
        with_body("[{\"to\":\"{to}\",\"text\":\"{text}\"}]", "content-type: application/vnd.x+json").to_vec(),
    ] {
        assert_eq!(faults(&set), [], "{set:?}");
    }
}

#[test]
fn a_fault_names_the_setting_and_the_remedy() {
    assert_eq!(keys(&[]), ["sms.http.url"]);
    for (url, says) in [
        ("http://{to}/send?text={text}", "the name of the host"),
        ("{text}{to}", "the name of the host"),
        ("http://h.example{to}/{text}", "the name of the host"),
        ("sms.example/{to}/{text}", "the name of the host"),
        ("ftp://h.example/{to}/{text}", "http://"),
        ("http://h.example/{to}?{txt}", "{txt} is none of the variables"),
        ("http://h.example/{to}?{text", "{text is not closed"),
        ("http://h.example/{to}?{text}}", "%7B"),
        ("http://h.example/{to}?t={text}#x", "%23"),
    ] {
        let found = faults(&[("sms.http.url", url), ("sms.http.method", "GET")]);
        assert!(found.len() == 1 && found[0].key == "sms.http.url" && found[0].message.contains(says), "{found:?}");
    }
    for (body, headers, key, says) in [
        ("to={to}", "", "sms.http.body", "{text}"),
        ("text={text}", "", "sms.http.body", "{to_digits}"),
        (r#"{"to":"{to}","text":{text}}"#, "", "sms.http.body", "double quotes"),
        (r#"{"to":"{to}","text":"{text}",}"#, "", "sms.http.body", "no JSON"),
        (r#"{"to":"{to}","text":"{text}","e":{entity_id}}"#, "", "sms.http.body", "double quotes"),
        ("to={to}&text={text}&x={", "", "sms.http.body", "%7B"),
        ("{to}{text}{sender}", "", "sms.sender", "{sender}"),
        ("{to}{text}{password}", "", "sms.http.password", "{password}"),
        ("{to}{text}", "No colon but tell-nobody", "sms.http.headers", "Name: value"),
        ("{to}{text}", "Bad name: tell-nobody", "sms.http.headers", "Name: value"),
        ("{to}{text}", "Content-Length: 5", "sms.http.headers", "content-length"),
        ("{to}{text}", "X-Key: tell-nobody\u{7}", "sms.http.headers", "control character"),
        ("{to}{text}", "X-Key: a\rX-Evil: tell-nobody\n", "sms.http.headers", "control character"),
        ("{to}{text}", "X-Key: {key} tell-nobody", "sms.http.headers", "In x-key: {key} is none"),
    ] {
        let found = faults(&with_body(body, headers));
        assert!(
            found.len() == 1 && found[0].key == key && found[0].message.contains(says),
            "{body} {headers}: {found:?}"
        );
        assert!(!found[0].message.contains("tell-nobody"), "{found:?}");
    }
    assert_eq!(keys(&[URL_WITH_BOTH, ("sms.http.method", "PUT")]), ["sms.http.method"]);
    assert_eq!(keys(&[URL_WITH_BOTH, ("sms.http.method", "GET"), ("sms.http.body", "x")]), ["sms.http.body"]);
    for key in ["sms.http.success", "sms.http.later", "sms.http.message_id", "sms.per_second"] {
        assert_eq!(keys(&[URL_WITH_BOTH, (key, "nonsense")]), [key]);
    }
    let all = [("sms.http.url", "x"), ("sms.http.body", "{x}"), ("sms.http.headers", "x"), ("sms.http.success", "x")];
    assert_eq!(keys(&all), ["sms.http.url", "sms.http.headers", "sms.http.body", "sms.http.success"], "all at once");
}

#[test]
fn nothing_of_the_settings_is_in_the_debugging_form() {
    let set = [
        ("sms.gateway", "http"),
        ("sms.http.url", "http://u:tell-nobody@h.example/{to}?{text}"),
        ("sms.http.headers", "X-Key: tell-nobody"),
        ("sms.http.password", "tell-nobody"),
    ];
    let lookup = |key: &str| set.iter().find(|(name, _)| *name == key).map(|(_, text)| (*text).to_owned());
    let debug = format!("{:?}", Settings::read(&lookup, &TimeZone::UTC).unwrap());
    assert!(debug.contains("Http") && !debug.contains("tell-nobody"), "{debug}");
}

fn answers(success: &str, later: Option<&str>) -> Answers {
    Answers {
        success: Condition::read(success, 200..=299).unwrap(),
        later: later.map(|later| Condition::read(later, 100..=599).unwrap()),
        message_id: Some(IdPattern::read("/id").unwrap()),
    }
}

#[test]
fn answers_are_told_apart() {
    let plain = answers("status 200-299", None);
    let of = |status, body| plain.outcome(status, Some(5_000), body);
    assert_eq!(of(200, Some(r#"{"id":"a1"}"#)), Outcome::Accepted { ids: vec!["a1".to_owned()] });
    assert_eq!(of(202, Some("OK")), Outcome::Accepted { ids: Vec::new() });
    assert_eq!(of(204, None), Outcome::Accepted { ids: Vec::new() }, "the head says it all");
    for status in [400, 404, 422, 499] {
        assert!(matches!(of(status, None), Outcome::Refused { .. }), "{status}");
    }
    for status in [401, 403, 407] {
        assert!(matches!(of(status, None), Outcome::LoginRefused { .. }), "{status}");
    }
    for status in [408, 425, 500, 502, 503, 301, 307, 308] {
        assert!(matches!(of(status, None), Outcome::Later { after: Some(5_000), .. }), "{status}");
    }
    assert!(matches!(of(429, None), Outcome::Throttled { after: Some(5_000), .. }));
    for status in [504, 302, 303, 199] {
        assert!(matches!(of(status, None), Outcome::Doubtful { .. }), "{status}");
    }
}

#[test]
fn an_error_within_a_200_is_refused_unless_it_is_named_as_passing() {
    let strict = answers("/status = success", Some("contains busy"));
    let of = |status, body| strict.outcome(status, None, body);
    assert_eq!(
        of(200, Some(r#"{"status":"success","id":7,"note":"busy"}"#)),
        Outcome::Accepted { ids: vec!["7".to_owned()] }
    );
    for body in [r#"{"status":"error"}"#, "", "<html>", "success"] {
        let refused = Outcome::Refused { reason: "not an answer that the settings know (200)".to_owned() };
        assert_eq!(of(200, Some(body)), refused, "{body}");
    }
    assert!(matches!(of(200, Some(r#"{"status":"busy"}"#)), Outcome::Later { .. }));
    assert!(matches!(of(400, Some("busy")), Outcome::Later { .. }));
    assert!(matches!(of(200, None), Outcome::Doubtful { .. }), "it broke off and may have been a yes");
    assert!(matches!(of(400, None), Outcome::Refused { .. }));
    let only_200 = answers("status 200", None);
    assert!(matches!(only_200.outcome(202, None, Some("")), Outcome::Refused { .. }));
}

#[test]
fn a_body_that_says_nothing_is_not_waited_for() {
    let mut plain = answers("status 200", None);
    assert!(plain.read_body());
    plain.message_id = None;
    assert!(!plain.read_body());
    assert!(answers("contains OK", None).read_body());
}

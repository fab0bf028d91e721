//! What Meta's calls say: reports, and what clients write.

use serde::Deserialize;
use serde_json::Value;

use super::answers::is_name;
use crate::notifications::{
    channels::{Bundle, Incoming, Report},
    state::Verdict,
};

#[derive(Deserialize)]
struct Notice {
    entry: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    changes: Vec<Change>,
}

#[derive(Deserialize)]
struct Change {
    value: Value,
}

/// All that a call says. What of it is of another kind is left out, since Meta adds kinds without asking; a call as a
/// whole that cannot be read is refused.
///
/// All numbers of a business call the same address: what is about another number than ours (`ours`, its id) is none of
/// this desk's.
pub fn bundle(body: &[u8], ours: &str) -> Option<Bundle> {
    let notice: Notice = serde_json::from_slice(body).ok()?;
    let mut bundle = Bundle::default();
    for change in notice.entry.into_iter().flat_map(|entry| entry.changes) {
        if change.value.pointer("/metadata/phone_number_id").and_then(Value::as_str) != Some(ours) {
            continue;
        }
        let list = |name: &str| change.value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        bundle.reports.extend(list("statuses").iter().filter_map(report));
        bundle.incoming.extend(list("messages").iter().filter_map(incoming));
    }
    Some(bundle)
}

fn report(status: &Value) -> Option<(String, Report)> {
    let text = |name: &str| status.get(name).and_then(Value::as_str);
    let id = text("id").filter(|id| is_name(id))?;
    let verdict = match text("status")? {
        "sent" => Verdict::Accepted,
        "delivered" | "read" | "played" => Verdict::Delivered,
        "failed" => Verdict::Failed,
        _ => return None,
    };
    let code = status.pointer("/errors/0/code").and_then(Value::as_i64);
    let report = Report {
        verdict: Some(verdict),
        code: code.map(|code| code.to_string()).unwrap_or_default(),
        message_id: Some(id.to_owned()),
        opted_out: verdict == Verdict::Failed && code == Some(131_050),
    };
    Some((id.to_owned(), report))
}

/// What somebody wrote; a picture or a place says nothing that could be put on a ticket. Whoever hides their number has
/// none to look for.
fn incoming(message: &Value) -> Option<Incoming> {
    let text = |pointer: &str| message.pointer(pointer).and_then(Value::as_str);
    let from = text("/from").filter(|from| !from.is_empty() && from.bytes().all(|byte| byte.is_ascii_digit()))?;
    let said = text("/text/body").or_else(|| text("/button/text"))?;
    Some(Incoming { from: format!("+{from}"), text: said.to_owned(), id: text("/id").map(ToOwned::to_owned) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_call_holds_reports_and_what_clients_wrote() {
        let ours = json!({ "display_phone_number": "15005550006", "phone_number_id": "7" });
        let body = json!({ "object": "whatsapp_business_account", "entry": [
            { "id": "1", "changes": [{ "field": "messages", "value": { "metadata": ours, "statuses": [
                { "id": "wamid.A", "status": "delivered", "recipient_id": "919876543210" },
                { "id": "wamid.B", "status": "failed", "errors": [{ "code": 131_050, "title": "x" }] },
                { "id": "wamid.C", "status": "reconsidered" },
                { "status": "sent" },
            ] } }] },
            { "id": "1", "changes": [{ "field": "messages", "value": { "metadata": ours, "messages": [
                { "id": "wamid.D", "from": "919876543210", "type": "text", "text": { "body": "STATUS" } },
                { "id": "wamid.E", "from": "919876543210", "type": "image", "image": {} },
                { "id": "wamid.F", "from_user_id": "IN.1", "type": "text", "text": { "body": "hello" } },
            ] } }, { "field": "account_update", "value": { "event": "X" } },
            { "field": "messages", "value": { "metadata": { "phone_number_id": "8" }, "messages": [
                { "id": "wamid.G", "from": "919876543210", "type": "text", "text": { "body": "STOP" } },
            ], "statuses": [{ "id": "wamid.H", "status": "delivered" }] } }] },
        ] });
        let bundle = bundle(body.to_string().as_bytes(), "7").unwrap();
        let verdicts: Vec<_> = bundle.reports.iter().map(|(id, report)| (id.as_str(), report.verdict)).collect();
        assert_eq!(verdicts, [("wamid.A", Some(Verdict::Delivered)), ("wamid.B", Some(Verdict::Failed))]);
        assert_eq!((bundle.reports[1].1.code.as_str(), bundle.reports[1].1.opted_out), ("131050", true));
        let wrote =
            Incoming { from: "+919876543210".to_owned(), text: "STATUS".to_owned(), id: Some("wamid.D".to_owned()) };
        assert_eq!(bundle.incoming, [wrote]);
        for bad in ["", "[]", "{}", "{\"entry\":1}", "\u{0}"] {
            assert!(super::bundle(bad.as_bytes(), "7").is_none(), "{bad}");
        }
    }
}

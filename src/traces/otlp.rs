//! Spans as OTLP has them in JSON (<https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>): ids in hexadecimal,
//! 64-bit numbers as text.

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use uuid::Uuid;

use super::layer::Finished;

/// A part of the work here.
const INTERNAL: u8 = 1;
/// Somebody else's request.
const SERVER: u8 = 2;
/// A call of somebody else.
const CLIENT: u8 = 3;
/// The status of what went wrong on our side.
const ERROR: u8 = 2;

/// The body of a call that hands over these spans of a node.
pub(super) fn body(node: Uuid, spans: &[Finished]) -> Value {
    let node = node.to_string();
    let service =
        [("service.name", "redress"), ("service.version", env!("CARGO_PKG_VERSION")), ("service.instance.id", &node)];
    let service = service.map(|(name, value)| attribute(name, &Value::from(value)));
    json!({"resourceSpans": [{
        "resource": {"attributes": service},
        "scopeSpans": [{"scope": {"name": "redress"}, "spans": spans.iter().map(span).collect::<Vec<_>>()}],
    }]})
}

fn span(of: &Finished) -> Value {
    let said = |name: &str| of.said.iter().rev().find(|(said, _)| *said == name).map(|(_, value)| value);
    let text = |name: &str| said(name).and_then(Value::as_str).unwrap_or("-");
    let (kind, name) = match of.name {
        "request" => (SERVER, format!("{} {}", text("http.request.method"), text("http.route"))),
        "gateway" => (CLIENT, format!("send by {}", text("redress.gateway"))),
        other => (INTERNAL, format!("{other} {}", text("redress.kind"))),
    };
    let failed = said("http.response.status_code").and_then(Value::as_u64).is_some_and(|status| status >= 500);
    let attributes: Vec<_> = of.said.iter().map(|(name, value)| attribute(name, value)).collect();
    let mut span = json!({
        "traceId": HEXLOWER.encode(&of.trace),
        "spanId": HEXLOWER.encode(&of.id),
        "name": name,
        "kind": kind,
        "startTimeUnixNano": of.began.to_string(),
        "endTimeUnixNano": of.ended.to_string(),
        "attributes": attributes,
        "status": if failed { json!({"code": ERROR}) } else { json!({}) },
    });
    if let Some(parent) = of.parent {
        span["parentSpanId"] = Value::from(HEXLOWER.encode(&parent));
    }
    span
}

fn attribute(name: &str, value: &Value) -> Value {
    let value = match value {
        Value::Number(number) => json!({"intValue": number.to_string()}),
        Value::String(text) => json!({"stringValue": text}),
        other => json!({"stringValue": other.to_string()}),
    };
    json!({"key": name, "value": value})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_written_as_the_standard_has_it() {
        let said = vec![
            ("http.request.method", Value::from("GET")),
            ("http.route", Value::from("/tickets/{ref}")),
            ("http.response.status_code", Value::from(503)),
        ];
        let (began, ended) = (1_763_000_000_123_000_000, 1_763_000_000_125_500_000);
        let span =
            Finished { name: "request", trace: [0xab; 16], id: [1; 8], parent: Some([0; 8]), began, ended, said };
        let body = body(Uuid::nil(), &[span]);
        let service = &body["resourceSpans"][0]["resource"]["attributes"];
        assert_eq!(service[0], json!({"key": "service.name", "value": {"stringValue": "redress"}}));
        let want = json!({
            "traceId": "abababababababababababababababab", "spanId": "0101010101010101",
            "parentSpanId": "0000000000000000", "name": "GET /tickets/{ref}", "kind": 2,
            "startTimeUnixNano": "1763000000123000000", "endTimeUnixNano": "1763000000125500000",
            "attributes": [
                {"key": "http.request.method", "value": {"stringValue": "GET"}},
                {"key": "http.route", "value": {"stringValue": "/tickets/{ref}"}},
                {"key": "http.response.status_code", "value": {"intValue": "503"}},
            ],
            "status": {"code": 2},
        });
        assert_eq!(body["resourceSpans"][0]["scopeSpans"][0]["spans"][0], want);
    }
}

//! What Meta's answers to a message mean.

use serde::Deserialize;

use crate::notifications::{
    channels::Outcome,
    reason::{self, with_code},
};

#[derive(Deserialize)]
struct Taken {
    messages: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

#[derive(Deserialize)]
struct Failure {
    error: Coded,
}

#[derive(Deserialize)]
struct Coded {
    code: i64,
}

/// What an answer means.
pub fn outcome(status: u16, after: Option<i64>, body: Option<&str>) -> Outcome {
    let Some(body) = body else {
        // The head says that it was taken, or not; only its name is lost.
        return match status {
            200..=299 => Outcome::Doubtful { reason: reason::CUT.to_owned() },
            _ => Outcome::Later { reason: with_code(reason::UNREAD_REFUSAL, status), after },
        };
    };
    if (200..=299).contains(&status) {
        return match serde_json::from_str::<Taken>(body) {
            Ok(Taken { messages }) if !messages.is_empty() => {
                Outcome::Accepted { ids: messages.into_iter().map(|named| named.id).filter(|id| is_name(id)).collect() }
            }
            _ => Outcome::Doubtful { reason: with_code(reason::NOT_UNDERSTOOD, status) },
        };
    }
    match serde_json::from_str::<Failure>(body) {
        Ok(Failure { error }) => failed(error.code, status, after),
        Err(_) => unnamed(status, after),
    }
}

/// Whether it is a name of Meta's for a message, such as can be kept.
pub fn is_name(id: &str) -> bool {
    (1..=MAX_MESSAGE_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Longest name of a message that is kept, in bytes.
const MAX_MESSAGE_ID: usize = 250;

/// A refusal without a code of Meta's: something stands between.
fn unnamed(status: u16, after: Option<i64>) -> Outcome {
    match status {
        401 => Outcome::LoginRefused { reason: with_code(reason::LOG_IN_REFUSED, status) },
        429 => Outcome::Throttled { reason: with_code(reason::THROTTLED, status), after },
        _ => Outcome::Later { reason: with_code(reason::NOT_UNDERSTOOD, status), after },
    }
}

/// Meta asks to go by these codes and not by the HTTP status (WhatsApp Business Platform, error codes).
fn failed(code: i64, status: u16, after: Option<i64>) -> Outcome {
    let with = |reason| with_code(reason, code);
    match code {
        // The token, what it may do, and an account that is locked or does not pay: it is about us, and so about all.
        0 | 3 | 10 | 190 | 200..=299 | 368 | 131_005 | 131_031 | 131_042 | 131_045 | 133_010 => {
            Outcome::LoginRefused { reason: with(reason::LOG_IN_REFUSED) }
        }
        4 | 80_007 | 130_429 | 131_048 => Outcome::Throttled { reason: with(reason::THROTTLED), after },
        131_026 => Outcome::Refused { reason: with(reason::INVALID_NUMBER) },
        // They told WhatsApp to stop us.
        131_050 => Outcome::OptedOut { reason: with(reason::REFUSED) },
        132_000 | 132_001 | 132_005 | 132_007 | 132_012 | 132_015 | 132_016 => {
            Outcome::Refused { reason: with(reason::TEMPLATE_REFUSED) }
        }
        // Meta does not reach this person now: too much to them from us, or from all, or an experiment of theirs.
        130_472 | 131_049 | 131_056 => Outcome::Deferred { reason: with(reason::NOT_NOW) },
        1 | 2 | 131_000 | 131_016 | 131_057 | 133_004 => Outcome::Later { reason: with(reason::FAULTY), after },
        _ if status == 401 => Outcome::LoginRefused { reason: with(reason::LOG_IN_REFUSED) },
        _ if status == 429 => Outcome::Throttled { reason: with(reason::THROTTLED), after },
        _ if status >= 500 => Outcome::Later { reason: with(reason::FAULTY), after },
        // 131047 among them: outside of the 24 hours in which a client may be written to freely.
        _ => Outcome::Refused { reason: with(reason::REFUSED) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart() {
        let says = |status, body: &str| match outcome(status, Some(5_000), Some(body)) {
            Outcome::Accepted { .. } => "accepted",
            Outcome::Refused { .. } => "refused",
            Outcome::OptedOut { .. } => "opted out",
            Outcome::Later { .. } => "later",
            Outcome::Deferred { .. } => "deferred",
            Outcome::Throttled { after: Some(5_000), .. } => "throttled",
            Outcome::LoginRefused { .. } => "login",
            Outcome::Doubtful { .. } => "doubtful",
            _ => "other",
        };
        let taken = r#"{"messaging_product":"whatsapp","messages":[{"id":"wamid.A"}]}"#;
        assert_eq!(outcome(200, None, Some(taken)), Outcome::Accepted { ids: vec!["wamid.A".to_owned()] });
        assert_eq!((says(200, "{}"), says(200, r#"{"messages":[]}"#)), ("doubtful", "doubtful"));
        assert!(matches!(outcome(200, None, None), Outcome::Doubtful { .. }));
        assert!(matches!(outcome(400, None, None), Outcome::Later { .. }));
        for (status, code, want) in [
            (401, 190, "login"),
            (400, 0, "login"),
            (403, 10, "login"),
            (403, 131_031, "login"),
            (401, 999, "login"),
            (400, 130_429, "throttled"),
            (400, 80_007, "throttled"),
            (400, 131_056, "deferred"),
            (400, 131_049, "deferred"),
            (429, 999, "throttled"),
            (400, 131_026, "refused"),
            (400, 131_047, "refused"),
            (400, 131_050, "opted out"),
            (404, 132_001, "refused"),
            (400, 100, "refused"),
            (500, 1, "later"),
            (503, 2, "later"),
            (400, 131_000, "later"),
            (502, 999, "later"),
        ] {
            let body = format!(r#"{{"error":{{"message":"x +919876543210","code":{code},"fbtrace_id":"a"}}}}"#);
            assert_eq!(says(status, &body), want, "{status} {code}");
            assert!(!format!("{:?}", outcome(status, None, Some(&body))).contains("9876543210"));
        }
        assert_eq!((says(401, "<html>"), says(429, ""), says(502, "<html>")), ("login", "throttled", "later"));
    }
}

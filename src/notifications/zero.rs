//! What is counted of messages, before anything has happened.

use metrics::counter;

use super::{channels::Outcome, gates::Gates, inbound_text, state::State};

/// Has what never happened be there in the metrics as 0, by all that it may be called.
pub fn count_from_zero(gates: &Gates) {
    for state in State::ALL {
        counter!("redress_notifications_total", "state" => state.name()).increment(0);
    }
    counter!("redress_notification_doubles_total").increment(0);
    for (_, gateway) in gates.all() {
        for answer in Outcome::NAMES {
            counter!("redress_gateway_answers_total", "gateway" => gateway.name(), "answer" => answer).increment(0);
        }
    }
    for kind in inbound_text::NAMES.into_iter().chain(["echo"]) {
        counter!("redress_inbound_total", "kind" => kind).increment(0);
    }
    for limit in ["references", "written"] {
        counter!("redress_inbound_limited_total", "limit" => limit).increment(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_answer_is_left_out() {
        let reason = String::new;
        let all = [
            Outcome::Accepted { ids: Vec::new() },
            Outcome::Refused { reason: reason() },
            Outcome::OptedOut { reason: reason() },
            Outcome::Later { reason: reason(), after: None },
            Outcome::Deferred { reason: reason() },
            Outcome::Throttled { reason: reason(), after: None },
            Outcome::LoginRefused { reason: reason() },
            Outcome::Doubtful { reason: reason() },
            Outcome::NotSent { reason: reason() },
            Outcome::Gone { reason: reason() },
        ];
        assert_eq!(all.each_ref().map(Outcome::name), Outcome::NAMES);
    }
}

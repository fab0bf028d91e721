//! Mails that are no messages to clients: they go by the same mail server, and their sender keeps them.

use uuid::Uuid;

use super::{
    channels::{Channel, Outcome, Outgoing},
    gates::Gates,
    message::Kind,
    reason::LOG_ONLY,
    segments::Encoding,
};

/// Sends a mail: to whom, and its subject, an empty line, and the text. `id` stays the same when it is sent again.
pub async fn send_letter(gates: &Gates, id: Uuid, now: i64, (to, text): (&str, &str)) -> Outcome {
    let Some(gate) = gates.of(Channel::EMAIL).first() else {
        return Outcome::NotSent { reason: LOG_ONLY.to_owned() };
    };
    let message = Outgoing {
        id,
        round: 0,
        kind: Kind::Note,
        now,
        to,
        text,
        encoding: Encoding::Gsm7,
        report_url: None,
        registered: None,
    };
    gate.send(Channel::EMAIL, &message).await
}

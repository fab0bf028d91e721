//! Whether those who carry messages can be reached, and take our log-in where that can be asked. No message is sent.

use futures_util::future::join_all;
use tokio::time::timeout;

use super::{LIMIT, Patient, Verdict};
use crate::notifications::{Channel, Met, Unmet};

pub(super) async fn check(patient: &Patient) -> Vec<Verdict> {
    let gates = &patient.config.notifications.gates;
    let probes = gates.all().map(|(channel, gateway)| async move {
        let late = || Unmet { refuses_log_in: false, why: format!("no answer within {} s", LIMIT.as_secs()) };
        let met = timeout(LIMIT, gateway.probe()).await.unwrap_or_else(|_| Err(late()));
        judge(&name(channel, gateway.name()), met)
    });
    join_all(probes).await
}

/// How people know a gateway, of a channel that may have several.
fn name(channel: &Channel, gateway: &str) -> String {
    if channel.name == gateway { gateway.to_owned() } else { format!("{} by {gateway}", channel.name) }
}

fn judge(name: &str, met: Result<Met, Unmet>) -> Verdict {
    match met {
        Ok(Met::Nobody) => Verdict::note(
            format!("{name}: messages are only noted, and not sent"),
            "set sms.gateway and its settings: docs/gateways.md",
        ),
        Ok(Met::Answers) => {
            Verdict::ok(format!("{name} answers; whether it takes messages, a trial on the page shows"))
        }
        Ok(Met::TakesLogIn) => Verdict::ok(format!("{name} answers, and takes our log-in")),
        Err(Unmet { refuses_log_in: true, why }) => Verdict::fault(
            format!("{name}: {why}"),
            "correct the user name, the password or the token of its settings: docs/gateways.md, docs/channels.md",
        ),
        Err(Unmet { refuses_log_in: false, why }) => Verdict::fault(
            format!("{name} cannot be used: {why}"),
            "see that it runs, its address in the settings, the DNS, the firewall; messages wait meanwhile",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;

    #[test]
    fn who_is_away_and_who_does_not_know_us_are_told_apart() {
        let unmet = |refuses_log_in| Err(Unmet { refuses_log_in, why: "because".to_owned() });
        let table = [
            (Ok(Met::Nobody), Level::Note, "only noted"),
            (Ok(Met::Answers), Level::Ok, "answers; whether"),
            (Ok(Met::TakesLogIn), Level::Ok, "takes our log-in"),
            (unmet(true), Level::Fault, "sms by kannel: because"),
            (unmet(false), Level::Fault, "cannot be used: because"),
        ];
        for (met, level, words) in table {
            let verdict = judge("sms by kannel", met);
            assert_eq!(verdict.level, level, "{words}: {verdict:?}");
            assert!(verdict.said.contains(words), "{words}: {verdict:?}");
        }
        assert_eq!(
            (name(Channel::SMS, "kannel"), name(Channel::EMAIL, "email")),
            ("sms by kannel".into(), "email".into())
        );
    }
}

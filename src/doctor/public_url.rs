//! Whether the address that people open leads here.

use super::{
    Patient, Verdict,
    ask::{self, Answer},
    certificate,
};

pub(super) async fn check(patient: &Patient) -> Vec<Verdict> {
    let Some(url) = patient.config.public_url.as_deref() else {
        let said = "not set, so links in mails and the reports of gateways lead to the address of listen";
        return vec![Verdict::note(said, "set public_url to the address that people open")];
    };
    let answer = ask::who_is_at(url, ask::client(url), patient.keys.as_ref().ok(), &patient.clock).await;
    let mut verdicts = vec![judge(url, &answer, patient.facts.is_served())];
    verdicts.extend(in_clear(url));
    verdicts
}

fn in_clear(url: &str) -> Option<Verdict> {
    if url.starts_with("https://") || is_here(url) {
        return None;
    }
    let said = format!("{url} is in clear: passwords and clients' data can be read on the way");
    Some(Verdict::warning(said, "serve it by TLS and write https://: docs/operations/tls.md"))
}

/// Whether an address leads to this machine, by its name alone.
fn is_here(url: &str) -> bool {
    let host = certificate::host(url).unwrap_or_default();
    let host = host.trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// `served` is whether a server is at work, where that is known.
fn judge(url: &str, answer: &Answer, served: Option<bool>) -> Verdict {
    let way = "see its name in the DNS, the proxy, and the firewall";
    match answer {
        Answer::ThisDesk => Verdict::ok(format!("this desk answers at {url}")),
        Answer::SomeDesk => Verdict::note(
            format!("a Redress answers at {url}; whether it is this desk's cannot be told without the keys"),
            "see the line of the keys",
        ),
        Answer::OtherDesk => {
            Verdict::fault(format!("another desk answers at {url}"), "correct public_url, or where the proxy leads to")
        }
        Answer::Nobody(_) | Answer::Other(502..=504) if served == Some(false) => {
            let why = if let Answer::Nobody(why) = answer { why.as_str() } else { "the proxy finds no server" };
            Verdict::note(format!("nobody answers at {url}, and no server is at work: {why}"), "start redress serve")
        }
        Answer::Nobody(why) => Verdict::fault(format!("nobody answers at {url}: {why}"), way),
        Answer::Other(status) => {
            let said = format!("what answers at {url} is not this desk: status {status}");
            Verdict::fault(said, "have the proxy pass on every path, /healthz too, or correct public_url")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;

    #[test]
    fn who_answers_is_told_and_nobody_is_no_fault_while_no_server_runs() {
        let nobody = || Answer::Nobody("Connection refused".to_owned());
        let table = [
            (Answer::ThisDesk, None, Level::Ok, "this desk answers"),
            (Answer::SomeDesk, None, Level::Note, "cannot be told"),
            (Answer::OtherDesk, Some(true), Level::Fault, "another desk answers"),
            (Answer::Other(404), Some(false), Level::Fault, "status 404"),
            (Answer::Other(502), Some(true), Level::Fault, "status 502"),
            (Answer::Other(502), Some(false), Level::Note, "no server is at work: the proxy"),
            (nobody(), Some(true), Level::Fault, "nobody answers at https://d: Connection refused"),
            (nobody(), None, Level::Fault, "nobody answers"),
            (nobody(), Some(false), Level::Note, "no server is at work: Connection refused"),
        ];
        for (answer, served, level, words) in table {
            let verdict = judge("https://d", &answer, served);
            assert_eq!(verdict.level, level, "{words}: {verdict:?}");
            assert!(verdict.said.contains(words), "{words}: {verdict:?}");
        }
    }

    #[test]
    fn only_this_machine_may_be_reached_in_clear() {
        for good in ["https://desk.example", "http://127.0.0.1:8080", "http://[::1]:8080", "http://localhost"] {
            assert_eq!(in_clear(good), None, "{good}");
        }
        for bad in ["http://desk.example", "http://192.0.2.1", "http://127.0.0.1.example"] {
            assert_eq!(in_clear(bad).unwrap().level, Level::Warning, "{bad}");
        }
    }
}

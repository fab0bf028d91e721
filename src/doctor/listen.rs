//! Whether the address to serve on is free, or this desk's server has it.

use std::{iter, net::SocketAddr};

use super::{
    Patient, Verdict,
    ask::{self, Answer},
    port::{self, Port},
};

pub(super) async fn check(patient: &Patient) -> Vec<Verdict> {
    let config = &patient.config;
    let pages = of_pages(patient, config.listen).await;
    let Some(address) = config.tls.as_ref().and_then(|tls| tls.redirect_listen) else { return vec![pages] };
    let is_served = port::look(config.listen).await == Port::Taken;
    let redirect = of_redirect(address, &port::look(address).await, is_served);
    iter::once(pages).chain(redirect).collect()
}

/// While this desk is served, it is the server that has that address.
fn of_redirect(address: SocketAddr, port: &Port, is_served: bool) -> Option<Verdict> {
    match port {
        Port::Refused(why) => Some(port::refused(address, "tls.redirect_listen", why)),
        Port::Taken if !is_served => Some(Verdict::fault(
            format!("something has {address}, and no server of this desk runs"),
            "stop that, or choose another address or port with tls.redirect_listen",
        )),
        Port::Taken | Port::Free => None,
    }
}

async fn of_pages(patient: &Patient, address: SocketAddr) -> Verdict {
    let found = port::look(address).await;
    if found != Port::Taken {
        return judge(address, &found, None);
    }
    // Who it is shows by its proof.
    let (base, client) = ask::here(&patient.config).await;
    let answer = ask::who_is_at(&base, client, patient.keys.as_ref().ok(), &patient.clock).await;
    judge(address, &found, Some(&answer))
}

fn judge(address: SocketAddr, port: &Port, answer: Option<&Answer>) -> Verdict {
    let other = "stop that, or choose another address or port with listen";
    match (port, answer) {
        (Port::Free, _) if address.port() == 0 => Verdict::ok(format!("{address}: a start picks a port")),
        (Port::Free, _) => Verdict::ok(format!("{address} is free; no server runs there")),
        (Port::Refused(why), _) => port::refused(address, "listen", why),
        (Port::Taken, Some(Answer::ThisDesk)) => Verdict::ok(format!("this desk's server answers at {address}")),
        (Port::Taken, Some(Answer::SomeDesk)) => Verdict::note(
            format!("a Redress answers at {address}; whether it is this desk's cannot be told without the keys"),
            "see the line of the keys",
        ),
        (Port::Taken, Some(Answer::OtherDesk)) => {
            Verdict::fault(format!("the server of another desk has {address}"), other)
        }
        (Port::Taken, Some(Answer::Other(status))) => {
            Verdict::fault(format!("another program has {address}; it answers with status {status}"), other)
        }
        (Port::Taken, Some(Answer::Nobody(why))) => {
            Verdict::fault(format!("something has {address}, and does not answer as a server does: {why}"), other)
        }
        (Port::Taken, None) => Verdict::fault(format!("something has {address}"), other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;

    #[test]
    fn an_address_is_free_ours_or_somebody_elses() {
        let taken = |answer| (Port::Taken, Some(answer));
        let table = [
            ((Port::Free, None), Level::Ok, "is free"),
            (
                (Port::Refused("no such address".to_owned()), None),
                Level::Fault,
                "cannot be listened on: no such address",
            ),
            (taken(Answer::ThisDesk), Level::Ok, "this desk's server answers"),
            (taken(Answer::SomeDesk), Level::Note, "cannot be told"),
            (taken(Answer::OtherDesk), Level::Fault, "another desk has"),
            (taken(Answer::Other(404)), Level::Fault, "with status 404"),
            (taken(Answer::Nobody("closed".to_owned())), Level::Fault, "does not answer as a server does: closed"),
            ((Port::Taken, None), Level::Fault, "something has"),
        ];
        for ((port, answer), level, words) in table {
            let verdict = judge("127.0.0.1:8080".parse().unwrap(), &port, answer.as_ref());
            assert_eq!(verdict.level, level, "{words}: {verdict:?}");
            assert!(verdict.said.contains(words), "{words}: {verdict:?}");
        }
        let (address, refused) = ("127.0.0.1:80".parse().unwrap(), Port::Refused("no".to_owned()));
        for (port, is_served, is_fault) in [
            (&Port::Taken, false, true),
            (&Port::Taken, true, false),
            (&Port::Free, false, false),
            (&refused, true, true),
        ] {
            let verdict = of_redirect(address, port, is_served);
            assert_eq!(verdict.map(|verdict| verdict.level), is_fault.then_some(Level::Fault), "{port:?}");
        }
        let picked = judge("127.0.0.1:0".parse().unwrap(), &Port::Free, None);
        assert!(picked.level == Level::Ok && picked.said.contains("picks a port"));
    }
}

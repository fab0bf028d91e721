//! Whether the address of the metrics is free, or a server's metrics are there.

use std::net::SocketAddr;

use super::{
    Patient, Verdict, ask,
    port::{self, Port},
};

/// What every server shows there.
const OURS: &str = "redress_build_info";
/// More than a server's metrics have.
const LONGEST: usize = 4 * 1024 * 1024;

pub(super) async fn check(patient: &Patient) -> Vec<Verdict> {
    let Some(address) = patient.config.metrics_listen else { return vec![Verdict::ok("off")] };
    let found = port::look(address).await;
    let shown = if found == Port::Taken {
        let address = format!("http://{}/metrics", port::reached_at(address).await);
        Some(ask::fetch(&address, ask::client(&address), LONGEST).await.map(|(_, text)| text.contains(OURS)))
    } else {
        None
    };
    vec![judge(address, &found, shown)]
}

/// `shown` is whether a server's metrics are there, where something is.
fn judge(address: SocketAddr, port: &Port, shown: Option<Result<bool, String>>) -> Verdict {
    let other = "stop that, or choose another address or port with metrics_listen";
    match (port, shown) {
        (Port::Free, _) => Verdict::ok(format!("{address} is free; no server runs there")),
        (Port::Refused(why), _) => port::refused(address, "metrics_listen", why),
        (Port::Taken, Some(Ok(true))) => Verdict::ok(format!("a server's metrics are at {address}")),
        (Port::Taken, Some(Err(why))) => {
            Verdict::fault(format!("something has {address}, and shows no metrics: {why}"), other)
        }
        (Port::Taken, _) => Verdict::fault(format!("another program has {address}"), other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;

    #[test]
    fn metrics_are_ours_or_the_address_is_somebody_elses() {
        let table = [
            (Port::Free, None, Level::Ok, "is free"),
            (Port::Refused("denied".to_owned()), None, Level::Fault, "denied"),
            (Port::Taken, Some(Ok(true)), Level::Ok, "a server's metrics"),
            (Port::Taken, Some(Ok(false)), Level::Fault, "another program has"),
            (Port::Taken, Some(Err("closed".to_owned())), Level::Fault, "shows no metrics: closed"),
        ];
        for (port, shown, level, words) in table {
            let verdict = judge("127.0.0.1:9090".parse().unwrap(), &port, shown);
            assert_eq!(verdict.level, level, "{words}: {verdict:?}");
            assert!(verdict.said.contains(words), "{words}: {verdict:?}");
        }
    }
}

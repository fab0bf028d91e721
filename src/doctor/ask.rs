//! Asking an address whether this desk answers there.

use data_encoding::HEXLOWER;
use reqwest::{Client, ClientBuilder, redirect, retry};
use vault::Vault;

use super::{LIMIT, port};
use crate::{cause::innermost, clock::Clock, config::Config, web::proof};

/// More than any answer that counts.
const LONGEST: usize = 256;

/// Who answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// A server with our keys.
    ThisDesk,
    /// A Redress, of which we cannot tell whose, as our keys are not there.
    SomeDesk,
    /// A Redress with other keys.
    OtherDesk,
    /// Something else, with this status.
    Other(u16),
    /// Nobody: why.
    Nobody(String),
}

/// A client that follows nobody elsewhere, and asks no proxy.
pub(super) fn client(address: &str) -> ClientBuilder {
    let builder = Client::builder()
        .connect_timeout(LIMIT)
        .timeout(LIMIT)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .no_proxy();
    // Plain HTTP needs no certificates, and the machine may have none installed.
    if address.starts_with("http://") { builder.tls_certs_only([]) } else { builder }
}

/// Where this machine reaches the server of these settings, and by which client. It is not asked by the name in its certificate:
/// it is told nothing.
pub(super) async fn here(config: &Config) -> (String, ClientBuilder) {
    let is_secure = config.tls.is_some();
    let base = format!("{}://{}", if is_secure { "https" } else { "http" }, port::reached_at(config.listen).await);
    let client = client(&base).tls_danger_accept_invalid_certs(is_secure);
    (base, client)
}

/// Asks whoever is at `base`, without a slash at its end, to prove that it has our keys.
pub(super) async fn who_is_at(base: &str, client: ClientBuilder, keys: Option<&Vault>, clock: &Clock) -> Answer {
    let challenge = HEXLOWER.encode(&clock.bytes::<16>());
    let address = format!("{base}/healthz?{}={challenge}", proof::CHALLENGE);
    match fetch(&address, client, LONGEST).await {
        Ok((status, text)) => judge(status, &text, keys.and_then(|keys| proof::proof(keys, &challenge)).as_deref()),
        Err(why) => Answer::Nobody(why),
    }
}

/// Status and text of an answer, `most` bytes of it and what came along with them.
pub(super) async fn fetch(address: &str, client: ClientBuilder, most: usize) -> Result<(u16, String), String> {
    let client = client.build().map_err(|error| innermost(&error))?;
    let mut answer = client.get(address).send().await.map_err(|error| innermost(&error))?;
    let mut text = Vec::new();
    while text.len() < most
        && let Ok(Some(chunk)) = answer.chunk().await
    {
        text.extend_from_slice(&chunk);
    }
    Ok((answer.status().as_u16(), String::from_utf8_lossy(&text).into_owned()))
}

fn judge(status: u16, text: &str, proof: Option<&str>) -> Answer {
    let Some(said) = (status == 200).then_some(text).and_then(|text| text.strip_prefix("ok ")) else {
        return Answer::Other(status);
    };
    match proof {
        None => Answer::SomeDesk,
        Some(proof) if said.trim_end() == proof => Answer::ThisDesk,
        Some(_) => Answer::OtherDesk,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_proof_is_of_this_desk() {
        for (status, text, proof, answer) in [
            (200, "ok abc\n", Some("abc"), Answer::ThisDesk),
            (200, "ok abd\n", Some("abc"), Answer::OtherDesk),
            (200, "ok abc\n", None, Answer::SomeDesk),
            (200, "ok\n", Some("abc"), Answer::Other(200)),
            (200, "<html>", Some("abc"), Answer::Other(200)),
            (301, "ok abc\n", Some("abc"), Answer::Other(301)),
            (502, "", None, Answer::Other(502)),
        ] {
            assert_eq!(judge(status, text, proof), answer, "{status} {text}");
        }
    }
}

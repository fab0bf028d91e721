//! Whether a server answers on this machine: `redress health`, for containers and supervisors that can ask nobody themselves.

use anyhow::bail;
use serde_json::Value;

use super::ask;
use crate::config::Config;

/// More than the whole of an answer.
const LONGEST: usize = 1024;

/// What a server is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// That it answers at all: else it wants a new start.
    Alive,
    /// That it can serve: else requests should go to other nodes.
    Ready,
}

impl Wanted {
    fn path(self) -> &'static str {
        match self {
            Self::Alive => "/healthz",
            Self::Ready => "/readyz",
        }
    }
}

/// Asks whoever answers at `listen`, by TLS where that is set, and gives up after five seconds. Neither keys nor data are
/// opened, so it costs no more than the answer.
///
/// # Errors
/// One sentence: nobody answers, something else does, or the server is not ready, and why.
pub async fn health(config: &Config, wanted: Wanted) -> anyhow::Result<String> {
    if config.listen.port() == 0 {
        bail!("listen is {}: a port that a start picks cannot be asked at; name one", config.listen);
    }
    let (base, client) = ask::here(config).await;
    let answer = ask::fetch(&format!("{base}{}", wanted.path()), client, LONGEST).await;
    judge(&base, wanted, answer)
}

fn judge(base: &str, wanted: Wanted, answer: Result<(u16, String), String>) -> anyhow::Result<String> {
    let (status, text) = match answer {
        Ok(answer) => answer,
        Err(why) => bail!("no server answers at {base}: {why}"),
    };
    match (wanted, status) {
        (Wanted::Alive, 200) if text == "ok\n" => Ok(format!("the server at {base} answers")),
        (Wanted::Ready, 200 | 503) => match serde_json::from_str::<Value>(&text) {
            Ok(said) if status == 200 && said["ready"] == true => Ok(format!("the server at {base} is ready")),
            Ok(said) if status == 503 && said["ready"] == false => {
                bail!("the server at {base} is not ready: {}", said["reason"].as_str().unwrap_or("it does not say why"))
            }
            _ => bail!("what answers at {base} is no Redress"),
        },
        _ => bail!("what answers at {base} is no Redress, or cannot answer now: status {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_redress_that_says_so_is_well() {
        let ready = r#"{"ready":true,"node":"0a"}"#;
        let not = r#"{"ready":false,"reason":"database","node":"0a"}"#;
        for (wanted, answer, words) in [
            (Wanted::Alive, Ok((200, "ok\n")), Ok("answers")),
            (Wanted::Alive, Ok((200, "<html>")), Err("no Redress")),
            (Wanted::Alive, Ok((503, "ok\n")), Err("status 503")),
            (Wanted::Alive, Err("refused"), Err("no server answers at http://d: refused")),
            (Wanted::Ready, Ok((200, ready)), Ok("is ready")),
            (Wanted::Ready, Ok((200, not)), Err("no Redress")),
            (Wanted::Ready, Ok((503, not)), Err("not ready: database")),
            (Wanted::Ready, Ok((503, ready)), Err("no Redress")),
            (Wanted::Ready, Ok((200, "ok\n")), Err("no Redress")),
            (Wanted::Ready, Ok((404, ready)), Err("status 404")),
        ] {
            let answer = answer.map(|(status, text): (u16, &str)| (status, text.to_owned()));
            let judged =
                judge("http://d", wanted, answer.map_err(ToOwned::to_owned)).map_err(|error| error.to_string());
            let is_so = match (&judged, words) {
                (Ok(said), Ok(words)) | (Err(said), Err(words)) => said.contains(words),
                _ => false,
            };
            assert!(is_so, "{words:?}: {judged:?}");
        }
    }
}

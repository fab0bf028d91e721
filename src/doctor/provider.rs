//! Whether the provider of single sign-on can be asked.

use tokio::time::timeout;

use super::{LIMIT, Patient, Verdict};
use crate::staff::oidc::Provider;

pub(super) async fn check(patient: &Patient) -> Vec<Verdict> {
    let config = &patient.config;
    let Some(settings) = config.oidc.clone() else { return vec![Verdict::ok("not set: people sign in by passwords")] };
    let (issuer, only) = (settings.issuer.clone(), !settings.local_login);
    let base = config.public_url.as_deref().unwrap_or_default();
    let asked = match Provider::new(settings, base, patient.clock.clone()) {
        Err(error) => Err(error),
        // The provider's document and its keys, one after the other.
        Ok(provider) => match timeout(LIMIT, provider.look()).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("no answer within {} s", LIMIT.as_secs())),
        },
    };
    vec![judge(&issuer, asked, only)]
}

/// `only` is whether nobody can sign in without it.
fn judge(issuer: &str, asked: Result<(), String>, only: bool) -> Verdict {
    match asked {
        Ok(()) => Verdict::ok(format!("{issuer} answers, with its addresses and keys")),
        Err(why) => {
            let effect = if only { "nobody can sign in" } else { "only passwords let people in" };
            Verdict::fault(
                format!("{issuer} cannot be asked, so {effect}: {why}"),
                "see that it runs, and that oidc.issuer is what its discovery document says: \
                 docs/operations/single-sign-on.md",
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;

    #[test]
    fn a_provider_that_is_away_is_told_with_what_that_means() {
        assert_eq!(judge("https://id", Ok(()), false).level, Level::Ok);
        for (only, words) in [(true, "nobody can sign in: x"), (false, "only passwords let people in: x")] {
            let verdict = judge("https://id", Err("x".to_owned()), only);
            assert!(verdict.level == Level::Fault && verdict.said.contains(words), "{verdict:?}");
        }
    }
}

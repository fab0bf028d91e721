//! To the provider and back: the authorization code flow (OpenID Connect Core 1.0, section 3.1).

use std::time::{Duration, UNIX_EPOCH};

use openidconnect::{
    AccessTokenHash, AdditionalClaims, AuthType, AuthenticationContextClass, AuthenticationFlow, AuthorizationCode,
    ClaimsVerificationError, Client, ClientSecret, CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, IdToken, IdTokenClaims, IdTokenFields, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, SignatureVerificationError, StandardErrorResponse, StandardTokenResponse,
    TokenResponse, UserInfoClaims,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim,
        CoreIdTokenVerifier, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
        CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse,
        CoreTokenType,
    },
};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    Provider, Refusal, Transaction,
    claims::Claims,
    provider::{ALGORITHMS, Known, SKEW},
};

/// Whatever else a provider says, such as groups.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Others {
    #[serde(flatten)]
    all: Map<String, Value>,
}

impl AdditionalClaims for Others {}

type Proof = IdToken<Others, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
type Fields = IdTokenFields<
    Others,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type Tokens = StandardTokenResponse<Fields, CoreTokenType>;
type Party = Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What the browser brings back from the provider, as it stands in the address.
#[derive(Debug, Default)]
pub struct Callback<'a> {
    /// The transaction's.
    pub state: Option<&'a str>,
    /// What the ID token is had for.
    pub code: Option<&'a str>,
    /// Whose answer it is (RFC 9207).
    pub iss: Option<&'a str>,
    /// Why there is no code.
    pub error: Option<&'a str>,
}

/// Somebody whom the provider vouches for.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Unique at the provider, and never given to anybody else.
    pub(super) subject: String,
    /// The provider's own session.
    pub(super) sid: Option<String>,
    /// When they proved there who they are, in milliseconds; long ago, where the provider does not say.
    pub(super) proved_at: i64,
    pub(super) claims: Claims,
}

/// Begins a sign-in that leads to `next`: gives the address at the provider, and what is to lie in the browser. With `anew`
/// the provider is to have them prove who they are, however well it knows their browser.
///
/// # Errors
/// [`Refusal::Unreachable`].
pub async fn begin(provider: &Provider, next: Option<String>, anew: bool) -> Result<(String, Transaction), Refusal> {
    let known = provider.known().await?;
    let begun = Transaction::new(&provider.clock, next, anew);
    let party = party(provider, &known)?;
    let (state, nonce) = (begun.state.clone(), begun.nonce.clone());
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(begun.verifier.clone()));
    let mut request = party
        .authorize_url(
            AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
            move || CsrfToken::new(state),
            move || Nonce::new(nonce),
        )
        .set_pkce_challenge(challenge);
    let settings = &provider.settings;
    for scope in settings.scopes.iter().filter(|scope| *scope != "openid") {
        request = request.add_scope(Scope::new(scope.clone()));
    }
    for acr in &settings.acr {
        request = request.add_auth_context_value(AuthenticationContextClass::new(acr.clone()));
    }
    if anew {
        // Providers that know but one of the two are there. Neither is believed: the time that comes back has to say it.
        request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO);
    } else if let Some(seconds) = settings.max_age {
        request = request.set_max_age(Duration::from_secs(seconds.into()));
    }
    let (address, _, _) = request.url();
    Ok((address.into(), begun))
}

/// Ends it: gives who came back, as the provider has signed it.
///
/// # Errors
/// Why that is nobody.
pub async fn finish(provider: &Provider, begun: &Transaction, back: &Callback<'_>) -> Result<Identity, Refusal> {
    if !begun.is_answered_by(back.state.unwrap_or_default()) {
        return Err(Refusal::Stale);
    }
    let known = provider.known().await?;
    let says_iss = known.metadata.additional_metadata().authorization_response_iss_parameter_supported;
    if back.iss.map_or(says_iss, |iss| iss != provider.settings.issuer) {
        tracing::warn!("an answer to a sign-in is not of the provider that was asked");
        return Err(Refusal::Unproven);
    }
    if let Some(error) = back.error {
        // Anybody can write anything there: only a word of RFC 6749 or OpenID Connect goes to the log.
        let word = error.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') && error.len() < 40;
        tracing::info!(error = if word { error } else { "unknown" }, "the provider has refused a sign-in");
        return Err(Refusal::Declined);
    }
    let code = back.code.ok_or(Refusal::Unproven)?;
    let party = party(provider, &known)?;
    let request = party.exchange_code(AuthorizationCode::new(code.to_owned())).map_err(|_| Refusal::Unreachable)?;
    let request = request.set_pkce_verifier(PkceCodeVerifier::new(begun.verifier.clone()));
    let tokens = request.request_async(&provider.http).await.map_err(|error| refused(&error))?;
    let proof = tokens.id_token().ok_or(Refusal::Unproven)?;
    let (known, claims) = proven(provider, known, proof, &tokens, begun).await?;
    // Of the ID token alone: what the userinfo says beside it was not asked for at this sign-in.
    let proved_at = claims.auth_time().map_or(0, |at| at.timestamp().saturating_mul(1000)).min(provider.clock.now());
    let (subject, mut claims) = (claims.subject().to_string(), Claims::of(all(&claims)));
    // The library looks at the end alone (RFC 7519, section 4.1.5).
    if claims.number("nbf").is_some_and(|from| from.saturating_mul(1000) > provider.clock.now() + SKEW) {
        tracing::warn!("an ID token is not good yet");
        return Err(Refusal::Unproven);
    }
    if claims.email().is_none() || !provider.settings.is_settled(&claims) {
        claims = claims.or(userinfo(provider, &known, &tokens, &subject).await);
    }
    let sid = claims.text("sid").map(ToOwned::to_owned);
    Ok(Identity { subject, sid, proved_at, claims })
}

fn party(provider: &Provider, known: &Known) -> Result<Party, Refusal> {
    let back = RedirectUrl::new(provider.at("/auth/callback")).map_err(|_| Refusal::Unreachable)?;
    let secret =
        provider.settings.client_secret.as_ref().map(|secret| ClientSecret::new(secret.expose_secret().to_owned()));
    let party = Party::from_provider_metadata(known.metadata.clone(), provider.client_id(), secret);
    // Basic is what all have to take (RFC 6749, section 2.3.1), unless the provider says otherwise.
    let ways = known.metadata.token_endpoint_auth_methods_supported();
    let basic = ways.is_none_or(|ways| ways.contains(&CoreClientAuthMethod::ClientSecretBasic));
    let way = if basic { AuthType::BasicAuth } else { AuthType::RequestBody };
    Ok(party.set_redirect_uri(back).set_auth_type(way))
}

/// Why there are no tokens for a code: it was used, swapped or made up; or the provider is away.
fn refused<E: std::error::Error + 'static>(
    error: &openidconnect::RequestTokenError<E, StandardErrorResponse<CoreErrorResponseType>>,
) -> Refusal {
    use openidconnect::RequestTokenError::{Request, ServerResponse};
    match error {
        ServerResponse(answer) => {
            tracing::warn!(error = answer.error().as_ref(), "the provider gives no tokens for a code");
            Refusal::Unproven
        }
        Request(error) => {
            tracing::warn!(%error, "the provider of single sign-on does not answer");
            Refusal::Unreachable
        }
        _ => {
            tracing::warn!("the provider's answer to a code cannot be read");
            Refusal::Unreachable
        }
    }
}

type Proven = IdTokenClaims<Others, CoreGenderClaim>;

/// The claims of an ID token, with all that the standard has verified of it. A key that is not known is asked for once.
async fn proven(
    provider: &Provider,
    known: std::sync::Arc<Known>,
    proof: &Proof,
    tokens: &Tokens,
    begun: &Transaction,
) -> Result<(std::sync::Arc<Known>, Proven), Refusal> {
    use ClaimsVerificationError::SignatureVerification;
    match proof.claims(&verifier(provider, &known, begun), &Nonce::new(begun.nonce.clone())) {
        // Also of a key that came back under the same name.
        Err(SignatureVerification(
            SignatureVerificationError::NoMatchingKey | SignatureVerificationError::CryptoError(_),
        )) => {
            let known = provider.with_newer_keys(&known).await?;
            let claims = checked(provider, &known, proof, tokens, begun)?;
            Ok((known, claims))
        }
        _ => checked(provider, &known, proof, tokens, begun).map(|claims| (known, claims)),
    }
}

fn verifier<'a>(provider: &'a Provider, known: &Known, begun: &Transaction) -> CoreIdTokenVerifier<'a> {
    let (now, issuer) = (provider.clock.now(), known.metadata.issuer().clone());
    let settings = &provider.settings;
    let oldest = settings.max_age.map(|seconds| now - i64::from(seconds) * 1000).max(begun.proved_since());
    let millis = |at: i64| UNIX_EPOCH + Duration::from_millis(u64::try_from(at).unwrap_or(0));
    // Without the secret it cannot be tricked into taking that for a key.
    CoreIdTokenVerifier::new_public_client(provider.client_id(), issuer, known.keys.clone())
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || millis(now - SKEW).into())
        .set_issue_time_verifier_fn(move |at| {
            let ahead = at.timestamp().saturating_mul(1000) > now + SKEW;
            if ahead { Err("issued in the future".to_owned()) } else { Ok(()) }
        })
        .set_auth_context_verifier_fn(move |acr| {
            let enough = settings.acr.is_empty() || acr.is_some_and(|acr| settings.acr.iter().any(|one| **acr == *one));
            if enough { Ok(()) } else { Err("too weak".to_owned()) }
        })
        .set_auth_time_verifier_fn(move |at| {
            let Some(oldest) = oldest else { return Ok(()) };
            let enough = at.is_some_and(|at| at.timestamp().saturating_mul(1000) >= oldest - SKEW);
            if enough { Ok(()) } else { Err("too long ago".to_owned()) }
        })
}

/// What the library verifies (sections 3.1.3.7 and 2: issuer, audience, signature, expiry, issue, nonce, `acr`,
/// `auth_time`), and what it leaves to us: the authorized party, and that the access token belongs to it.
fn checked(
    provider: &Provider,
    known: &Known,
    proof: &Proof,
    tokens: &Tokens,
    begun: &Transaction,
) -> Result<Proven, Refusal> {
    use ClaimsVerificationError::{InvalidAuthContext, InvalidAuthTime};
    let (verifier, nonce) = (verifier(provider, known, begun), Nonce::new(begun.nonce.clone()));
    let unproven = |why: String| {
        tracing::warn!(why, "an ID token does not prove who somebody is");
        Refusal::Unproven
    };
    let claims = proof.claims(&verifier, &nonce).map_err(|error| match error {
        InvalidAuthContext(_) | InvalidAuthTime(_) => Refusal::TooWeak,
        other => unproven(other.to_string()),
    })?;
    if claims.authorized_party().is_some_and(|party| **party != provider.settings.client_id) {
        return Err(unproven("it is for another party".to_owned()));
    }
    if let Some(given) = claims.access_token_hash() {
        let (alg, key) = (proof.signing_alg(), proof.signing_key(&verifier));
        let (Ok(alg), Ok(key)) = (alg, key) else { return Err(unproven("its key is gone".to_owned())) };
        let own = AccessTokenHash::from_token(tokens.access_token(), alg, key);
        if !own.is_ok_and(|own| own == *given) {
            return Err(unproven("it belongs to another access token".to_owned()));
        }
    }
    Ok(claims.clone())
}

fn all(claims: &impl Serialize) -> Value {
    serde_json::to_value(claims).unwrap_or_default()
}

/// What the provider tells beyond the ID token, of the same subject; nothing where it does not.
async fn userinfo(provider: &Provider, known: &Known, tokens: &Tokens, subject: &str) -> Claims {
    let Ok(party) = party(provider, known) else { return Claims::default() };
    let subject = openidconnect::SubjectIdentifier::new(subject.to_owned());
    let Ok(request) = party.user_info(tokens.access_token().clone(), Some(subject)) else { return Claims::default() };
    let told: Result<UserInfoClaims<Others, CoreGenderClaim>, _> = request.request_async(&provider.http).await;
    match told {
        Ok(told) => Claims::of(all(&told)),
        Err(error) => {
            tracing::warn!(%error, "the provider's userinfo cannot be had");
            Claims::default()
        }
    }
}

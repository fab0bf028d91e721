//! One mail over one connection (RFC 5321, 3207, 4954), and what each way of its ending means for the message.
//!
//! lettre's own transport says that a mail failed, but not how far it had come: up to the last line of the content it has
//! surely not gone, and after that nobody knows. So the steps are taken here, one by one.

use std::{
    error::Error as _,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use lettre::transport::smtp::{
    Error,
    authentication::Mechanism,
    client::AsyncSmtpConnection,
    commands::{Data, Mail, Rcpt},
    extension::{Extension, MailParameter},
};

use super::{Security, Server, letter};
use crate::notifications::{
    channels::{Met, Outcome, Outgoing, Unmet},
    reason::{self, with_code},
};

/// From the first byte to the last answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// A server that took the mail is told good-bye, and is not waited for any longer.
const FAREWELL: Duration = Duration::from_secs(1);

/// Where a mail was when it came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Before anything of the message was said.
    Hello,
    LogIn,
    Sender,
    Recipient,
    /// The content is on its way.
    Content,
}

/// Hands a mail over.
pub async fn send(server: &Server, message: &Outgoing<'_>) -> Outcome {
    let Some(mail) = letter::mail(server, message) else {
        return Outcome::Refused { reason: reason::BAD_ADDRESS.to_owned() };
    };
    let left = AtomicBool::new(false);
    match tokio::time::timeout(TIMEOUT, converse(server, &mail, &left)).await {
        Ok(Ok(mut connection)) => {
            // The mail is theirs already.
            drop(tokio::time::timeout(FAREWELL, connection.quit()).await);
            Outcome::Accepted { ids: vec![format!("{}.{}", message.id.simple(), message.round)] }
        }
        Ok(Err(outcome)) => outcome,
        Err(_) if left.load(Ordering::Relaxed) => Outcome::Doubtful { reason: reason::NO_ANSWER.to_owned() },
        Err(_) => later(reason::NO_ANSWER),
    }
}

/// Connects and logs in as for a mail, and says good-bye.
pub async fn probe(server: &Server) -> Result<Met, Unmet> {
    let unmet = |outcome: Outcome| Unmet {
        refuses_log_in: matches!(outcome, Outcome::LoginRefused { .. }),
        why: outcome.why_not().unwrap_or_default(),
    };
    let mut connection = connect(server).await.map_err(unmet)?;
    log_in(server, &mut connection).await.map_err(unmet)?;
    drop(tokio::time::timeout(FAREWELL, connection.quit()).await);
    Ok(if server.login.is_some() { Met::TakesLogIn } else { Met::Answers })
}

/// `left` turns true once the content is on its way.
async fn converse(server: &Server, mail: &lettre::Message, left: &AtomicBool) -> Result<AsyncSmtpConnection, Outcome> {
    let mut connection = connect(server).await?;
    log_in(server, &mut connection).await?;
    let failed = |step| move |error: Error| outcome(step, &error);
    let envelope = mail.envelope();
    let mut parameters = Vec::new();
    // Our own domain and theirs are in ASCII by now; mailboxes may not be.
    if !envelope.to().iter().chain(envelope.from()).all(|address| address.to_string().is_ascii()) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err(Outcome::Refused { reason: reason::BAD_ADDRESS.to_owned() });
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    connection.command(Mail::new(envelope.from().cloned(), parameters)).await.map_err(failed(Step::Sender))?;
    for to in envelope.to() {
        connection.command(Rcpt::new(to.clone(), Vec::new())).await.map_err(failed(Step::Recipient))?;
    }
    connection.command(Data).await.map_err(failed(Step::Recipient))?;
    left.store(true, Ordering::Relaxed);
    connection.message(&mail.formatted()).await.map_err(failed(Step::Content))?;
    Ok(connection)
}

async fn connect(server: &Server) -> Result<AsyncSmtpConnection, Outcome> {
    let place = (server.host.as_str(), server.port);
    let at_once = server.tls.clone().filter(|_| server.security == Security::Tls);
    let connected = AsyncSmtpConnection::connect_tokio1(place, Some(TIMEOUT), &server.hello, at_once, None).await;
    let mut connection = connected.map_err(|error| outcome(Step::Hello, &error))?;
    if let Some(tls) = server.tls.clone().filter(|_| server.security == Security::StartTls) {
        // Whoever takes the offer out of the server's greeting must not get the mail and the password in clear.
        if !connection.can_starttls() {
            return Err(later(reason::NO_TLS));
        }
        connection.starttls(tls, &server.hello).await.map_err(|error| outcome(Step::Hello, &error))?;
    }
    Ok(connection)
}

async fn log_in(server: &Server, connection: &mut AsyncSmtpConnection) -> Result<(), Outcome> {
    let Some(credentials) = server.credentials() else { return Ok(()) };
    let known = [Mechanism::Plain, Mechanism::Login];
    match connection.auth(&known, &credentials).await {
        Ok(_) => Ok(()),
        Err(error) => Err(outcome(Step::LogIn, &error)),
    }
}

fn later(reason: &str) -> Outcome {
    Outcome::Later { reason: reason.to_owned(), after: None }
}

fn outcome(step: Step, error: &Error) -> Outcome {
    if let Some(code) = error.status() {
        let said = error.source().map(ToString::to_string).unwrap_or_default();
        return answered(step, u16::from(code), enhanced(&said));
    }
    match step {
        // The last line may have come through.
        Step::Content => Outcome::Doubtful { reason: reason::CUT.to_owned() },
        Step::LogIn if error.is_client() => {
            Outcome::LoginRefused { reason: with_code(reason::LOG_IN_REFUSED, "no AUTH") }
        }
        Step::Hello => later(match tls_fault(error) {
            Some(rustls::Error::InvalidCertificate(_)) => reason::UNTRUSTED,
            Some(_) => reason::NO_TLS,
            None => reason::UNREACHABLE,
        }),
        _ => later(reason::CUT),
    }
}

/// What a refusal means. The server's words stay out of it, as they may name the mailbox.
fn answered(step: Step, code: u16, enhanced: Option<&str>) -> Outcome {
    let with = |reason| match enhanced {
        Some(enhanced) => with_code(reason, format_args!("{code} {enhanced}")),
        None => with_code(reason, code),
    };
    let refused = |reason| Outcome::LoginRefused { reason: with(reason) };
    match (step, code) {
        // Too many connections or mails, as large providers put it; a grey list says 450 or 451, which is for later.
        (_, 421) if enhanced.is_some_and(|enhanced| enhanced.starts_with("4.7.")) => {
            Outcome::Throttled { reason: with(reason::THROTTLED), after: None }
        }
        // A full mailbox, a grey list; 4.3 is the server's own state.
        (Step::Recipient, 450..=452) if !enhanced.is_some_and(|enhanced| enhanced.starts_with("4.3.")) => {
            Outcome::Deferred { reason: with(reason::NOT_NOW) }
        }
        (_, 400..=499) => Outcome::Later { reason: with(reason::FAULTY), after: None },
        (_, 530 | 534 | 535 | 538) | (Step::LogIn, _) => refused(reason::LOG_IN_REFUSED),
        // It is about us and so about every mail: none is given up for it, and somebody has to look at the settings.
        (Step::Sender, _) => refused(reason::SENDER_REFUSED),
        (Step::Hello, _) => Outcome::Later { reason: with(reason::FAULTY), after: None },
        (Step::Recipient | Step::Content, _) => Outcome::Refused { reason: with(reason::REFUSED) },
    }
}

/// The enhanced status code (RFC 3463) that an answer begins with.
fn enhanced(said: &str) -> Option<&str> {
    let first = said.split_whitespace().next()?;
    let numbers: Vec<&str> = first.split('.').collect();
    let number = |text: &&str| (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let class = matches!(numbers.first(), Some(&("2" | "4" | "5")));
    (class && numbers.len() == 3 && numbers.iter().all(number)).then_some(first)
}

/// The fault of the encryption, if it was that.
fn tls_fault(error: &Error) -> Option<&rustls::Error> {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(fault) = error.downcast_ref::<rustls::Error>() {
            return Some(fault);
        }
        // What an I/O error holds is not its source.
        let held = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if let Some(fault) = held.and_then(|held| held.downcast_ref::<rustls::Error>()) {
            return Some(fault);
        }
        source = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart() {
        let table = [
            (Step::Recipient, 450, Some("4.7.1"), "deferred"),
            (Step::Recipient, 451, Some("4.3.0"), "later"),
            (Step::Recipient, 452, Some("4.2.2"), "deferred"),
            (Step::Recipient, 450, None, "deferred"),
            (Step::Recipient, 421, Some("4.7.0"), "throttled"),
            (Step::Hello, 421, Some("4.7.28"), "throttled"),
            (Step::Hello, 421, Some("4.3.2"), "later"),
            (Step::Hello, 421, None, "later"),
            (Step::Hello, 554, None, "later"),
            (Step::LogIn, 454, Some("4.7.0"), "later"),
            (Step::LogIn, 535, Some("5.7.8"), "login"),
            (Step::LogIn, 534, None, "login"),
            (Step::LogIn, 504, None, "login"),
            (Step::Sender, 530, Some("5.7.0"), "login"),
            (Step::Sender, 553, Some("5.7.1"), "login"),
            (Step::Sender, 452, None, "later"),
            (Step::Recipient, 530, None, "login"),
            (Step::Recipient, 550, Some("5.1.1"), "refused"),
            (Step::Recipient, 554, None, "refused"),
            (Step::Content, 552, Some("5.3.4"), "refused"),
            (Step::Content, 451, None, "later"),
        ];
        for (step, code, enhanced, want) in table {
            let is = match answered(step, code, enhanced) {
                Outcome::Later { .. } => "later",
                Outcome::Throttled { .. } => "throttled",
                Outcome::Deferred { .. } => "deferred",
                Outcome::LoginRefused { .. } => "login",
                Outcome::Refused { .. } => "refused",
                _ => "other",
            };
            assert_eq!(is, want, "{step:?} {code}");
        }
        let refused = answered(Step::Recipient, 550, Some("5.1.1"));
        assert_eq!(refused, Outcome::Refused { reason: "the gateway refused it (550 5.1.1)".to_owned() });
    }

    #[test]
    fn only_a_code_is_taken_from_what_a_server_says() {
        assert_eq!(enhanced("5.1.1 <client@example.org>: no such user"), Some("5.1.1"));
        for none in ["", "client@example.org unknown", "5.1", "5.1.1.1 x", "5.1.a x", "5.1.1234 x", "192.168.1"] {
            assert_eq!(enhanced(none), None, "{none}");
        }
    }
}

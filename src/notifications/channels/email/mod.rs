//! E-mail by SMTP: one connection for each message, to the ISP's own mail server.

mod letter;
mod smtp;

use std::{path::Path, sync::Arc};

use lettre::{
    message::Mailbox,
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, TlsParameters},
        extension::ClientId,
    },
};
use secrecy::{ExposeSecret, SecretString};

use super::{Channel, Contact, Content, Gateway, Letter, Outgoing, Probing, Sending, Wording};
use crate::{
    notifications::{
        message::News,
        reason::NO_EMAIL,
        settings::{Key, LANGUAGE, Reader, choose_some},
        wording::Voice,
    },
    words::Language,
};

const HOST: Key = Key::new("email.host", "The mail server that takes our mail; without it none is sent.");
const PORT: Key = Key::new("email.port", "Its port: 587 for submission, 465 for tls.").or("587");
const SECURITY: Key = Key::new(
    "email.security",
    "How the connection is encrypted: starttls (or nothing is sent), tls from the start, or none.",
)
.or("starttls");
const CA_FILE: Key = Key::new("email.ca_file", "A PEM file with a certificate to trust beside those of this machine.");
const USERNAME: Key = Key::new("email.username", "The user name at the mail server; without it nobody logs in.");
const PASSWORD: Key = Key::secret("email.password", "The password that goes with it.");
const FROM: Key = Key::new("email.from", "Whom mail comes from: an address, or Name <address>.");
const REPLY_TO: Key = Key::new("email.reply_to", "Where answers go, if not there.");

const NAME: &str = "email";

pub(super) static CHANNEL: Channel = Channel {
    name: NAME,
    label: "notifications-channel-email",
    keys,
    build,
    address,
    write,
    wording: Some(Wording::Letter(Letter { built_in: letter::built_in, fill: letter::fill })),
    to_phones: false,
    reports: false,
};

fn keys() -> Vec<&'static Key> {
    vec![&HOST, &PORT, &SECURITY, &CA_FILE, &USERNAME, &PASSWORD, &FROM, &REPLY_TO]
}

/// How a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    StartTls,
    Tls,
    None,
}

/// A mail server, and who writes by it.
struct Server {
    host: String,
    port: u16,
    security: Security,
    /// What encrypts, unless nothing does.
    tls: Option<TlsParameters>,
    login: Option<(String, SecretString)>,
    /// How we call ourselves: the domain that we write from, as the machine's own name is none of the server's business.
    hello: ClientId,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    /// Of what we write, for the HTML part.
    language: &'static str,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

fn build(settings: &mut Reader<'_>) -> Vec<Arc<dyn Gateway>> {
    server(settings).map(|server| Arc::new(server) as Arc<dyn Gateway>).into_iter().collect()
}

fn server(settings: &mut Reader<'_>) -> Option<Server> {
    let host = settings.text(&HOST)?;
    let port = settings.required(&PORT, |text| match text.parse::<u16>() {
        Ok(port @ 1..) => Ok(port),
        _ => Err("Give a port from 1 to 65535.".to_owned()),
    });
    let security = settings.required(&SECURITY, |text| {
        Ok(match *choose_some(text, &["starttls", "tls", "none"])?.as_slice() {
            ["starttls"] => Security::StartTls,
            ["tls"] => Security::Tls,
            ["none"] => Security::None,
            _ => return Err("Choose one of: starttls, tls, none.".to_owned()),
        })
    });
    let from = settings.required(&FROM, mailbox);
    let reply_to = settings.optional(&REPLY_TO, mailbox);
    let ca = settings.optional(&CA_FILE, certificate);
    let username = settings.text(&USERNAME);
    let password = if username.is_some() { settings.required(&PASSWORD, |text| Ok(text.to_owned())) } else { None };
    let language = settings.text(&LANGUAGE).and_then(|tag| Language::of(&tag)).unwrap_or(Language::English).html();
    let (port, security, from) = (port?, security?, from?);
    let tls = if security == Security::None {
        None
    } else {
        let builder = TlsParameters::builder(host.clone());
        let builder =
            ca.into_iter().fold(builder, lettre::transport::smtp::client::TlsParametersBuilder::add_root_certificate);
        let made = builder.build().map_err(|error| format!("No encrypted connection can be made: {error}."));
        Some(settings.made(&SECURITY, made)?)
    };
    let login = match (username, password) {
        (Some(username), Some(password)) => Some((username, SecretString::from(password))),
        (Some(_), None) => return None,
        (None, _) => None,
    };
    let hello = ClientId::Domain(letter::ascii_domain(from.email.domain()));
    Some(Server { host, port, security, tls, login, hello, from, reply_to, language })
}

/// An address, or a name with one.
fn mailbox(text: &str) -> Result<Mailbox, String> {
    let wrong = || "Give an address such as desk@isp.example, or Name <desk@isp.example>.".to_owned();
    if text.contains(char::is_control) {
        return Err(wrong());
    }
    text.parse::<Mailbox>().map_err(|_| wrong())
}

fn certificate(path: &str) -> Result<Certificate, String> {
    let pem = std::fs::read(Path::new(path)).map_err(|error| format!("This file cannot be read: {error}."))?;
    Certificate::from_pem(&pem).map_err(|_| "This file holds no certificate in PEM form.".to_owned())
}

fn address(contact: &Contact<'_>) -> Result<String, &'static str> {
    contact.email.map(str::trim).filter(|email| !email.is_empty()).map(ToOwned::to_owned).ok_or(NO_EMAIL)
}

fn write(voice: &Voice, news: &News<'_>) -> Content {
    Content { text: letter::write(voice, news), segments: 0, registered: None }
}

impl Gateway for Server {
    fn name(&self) -> &'static str {
        NAME
    }

    /// Mail servers take a few connections of one client, and slow down those with more.
    fn in_flight(&self) -> usize {
        4
    }

    fn send<'a>(&'a self, message: &'a Outgoing<'a>) -> Sending<'a> {
        Box::pin(smtp::send(self, message))
    }

    fn probe(&self) -> Probing<'_> {
        Box::pin(smtp::probe(self))
    }
}

impl Server {
    fn credentials(&self) -> Option<Credentials> {
        let (username, password) = self.login.as_ref()?;
        Some(Credentials::new(username.clone(), password.expose_secret().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use crate::notifications::{Settings, settings::SettingFault};

    fn read(set: &[(&str, &str)]) -> Result<Settings, Vec<SettingFault>> {
        let lookup = |key: &str| set.iter().find(|(name, _)| *name == key).map(|(_, text)| (*text).to_owned());
        Settings::read(&lookup, &TimeZone::UTC)
    }

    fn faults(set: &[(&str, &str)]) -> Vec<&'static str> {
        read(set).err().unwrap_or_default().iter().map(|fault| fault.key).collect()
    }

    #[test]
    fn without_a_host_there_is_no_mail_and_no_fault() {
        let settings = read(&[("email.from", "nobody")]).unwrap();
        assert!(settings.gates.find("email").is_none());
        assert_eq!(faults(&[("notify.created", "sms,email")]), ["notify.created"]);
    }

    #[test]
    fn a_host_wants_a_sender_and_a_user_name_a_password() {
        let host = ("email.host", "mail.isp.example");
        let from = ("email.from", "Lake Fibre <desk@isp.example>");
        assert_eq!(faults(&[host]), ["email.from"]);
        for bad in ["desk", "desk@", "a@b.example, c@d.example", "Lake\r\nBcc: x@y.example <a@b.example>"] {
            assert_eq!(faults(&[host, ("email.from", bad)]), ["email.from"], "{bad}");
        }
        for good in ["desk@isp.example", "Lake Fibre <desk@isp.example>", "\"Fibre, Lake\" <desk@isp.example>"] {
            assert!(faults(&[host, ("email.from", good)]).is_empty(), "{good}");
        }
        assert_eq!(faults(&[host, from, ("email.username", "u")]), ["email.password"]);
        assert_eq!(faults(&[host, from, ("email.port", "0")]), ["email.port"]);
        assert_eq!(faults(&[host, from, ("email.security", "ssl")]), ["email.security"]);
        assert_eq!(faults(&[host, from, ("email.reply_to", "x")]), ["email.reply_to"]);
        assert_eq!(faults(&[host, from, ("email.ca_file", "/nothing/here.pem")]), ["email.ca_file"]);
        let whole =
            read(&[host, from, ("email.username", "u"), ("email.password", "hidden"), ("notify.fixed", "sms,email")]);
        let whole = whole.unwrap();
        assert!(whole.gates.find("email").is_some() && !format!("{whole:?}").contains("hidden"));
    }
}

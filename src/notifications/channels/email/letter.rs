//! What a mail says, and how it is put together. What is stored is the subject, an empty line and the text; the HTML part
//! is made of it when it is sent.

use std::time::{Duration, UNIX_EPOCH};

use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{HeaderName, HeaderValue},
    },
};

use super::Server;
use crate::{
    notifications::{
        channels::Outgoing,
        message::{Facts, Kind, News},
        segments::clean,
        templates::{Place, Variable, letter},
        wording::Voice,
    },
    words::Text,
};

/// Subject, an empty line, and the text: in the ISP's words, or in ours.
pub fn write(voice: &Voice, news: &News<'_>) -> String {
    let place = Place { kind: news.kind, channel: &super::CHANNEL, language: voice.language() };
    let own = voice.own().find(place);
    let own = own.filter(|own| voice.has_resolve_days() || !own.has(Variable::ResolveBy));
    let body = own.map_or_else(|| built_in(voice, news.kind), |own| own.body());
    fill(voice, &body, &news.facts)
}

/// Our own wording: nothing of the client but what they have to know of their ticket.
pub fn built_in(voice: &Voice, kind: Kind) -> String {
    let say = |key| voice.words(Text::new(key));
    let (about, opening) = match kind {
        Kind::Created => ("email-created-subject", "email-created"),
        Kind::Fixed => ("email-fixed-subject", "email-fixed"),
        Kind::Assigned => ("email-assigned-subject", "email-assigned"),
        Kind::Reopened => ("email-reopened-subject", "email-reopened"),
        Kind::Note => ("email-note-subject", "email-note"),
    };
    let about = Text::new(about).arg("reference", Variable::Reference.slot());
    let subject = if voice.name().is_empty() {
        about
    } else {
        Text::new("email-subject").arg("isp", Variable::Isp.slot()).arg("about", about)
    };
    let line = |key, name, variable: Variable| voice.words(Text::new(key).arg(name, variable.slot()));
    let lines = [
        line("email-reference", "reference", Variable::Reference),
        line("email-issue", "value", Variable::IssueType),
        line("email-status", "value", Variable::Status),
        line("email-registered", "value", Variable::RegisteredAt),
    ];
    let mut parts = vec![voice.words(subject), say("email-hello"), say(opening)];
    if kind == Kind::Note {
        parts.push(Variable::Note.slot());
    }
    parts.push(lines.join("\n"));
    if kind.is_for_client() {
        parts.push(say("email-closing"));
    }
    if !voice.name().is_empty() {
        parts.push(Variable::Isp.slot());
    }
    parts.join("\n\n")
}

/// The mail of a template.
pub fn fill(voice: &Voice, body: &str, facts: &Facts<'_>) -> String {
    let value = |variable| match variable {
        Variable::Note => paragraphs(facts.note),
        Variable::Reference => clean(facts.reference),
        Variable::RegisteredAt | Variable::ResolveBy if facts.registered_at <= 0 => String::new(),
        Variable::RegisteredAt => voice.day(facts.registered_at),
        other => voice.value(other, facts),
    };
    let (subject, text) = letter::fill(body, &value);
    format!("{subject}\n\n{text}")
}

/// What somebody typed, with its lines and without anything that could pass for more than text.
fn paragraphs(note: &str) -> String {
    let lines: Vec<String> = note.lines().map(clean).collect();
    lines.join("\n").trim().to_owned()
}

/// The mail, or nothing where the address is none that mail can go to.
pub fn mail(server: &Server, message: &Outgoing<'_>) -> Option<Message> {
    let to = address(message.to)?;
    let (subject, text) = message.text.split_once("\n\n").unwrap_or(("", message.text));
    // Stored as one line, and made one again: no text becomes a header, wherever it came from.
    let subject = clean(subject);
    let id = format!("<{}.{}@{}>", message.id.simple(), message.round, ascii_domain(server.from.email.domain()));
    let mut builder = Message::builder()
        .message_id(Some(id))
        .date(UNIX_EPOCH + Duration::from_millis(u64::try_from(message.now).unwrap_or_default()))
        .from(server.from.clone())
        .to(Mailbox::new(None, to))
        .subject(&subject)
        // RFC 3834: no machine answers what a machine wrote. Exchange wants the other one.
        .raw_header(raw("Auto-Submitted", "auto-generated"))
        .raw_header(raw("X-Auto-Response-Suppress", "All"));
    if let Some(reply_to) = &server.reply_to {
        builder = builder.reply_to(reply_to.clone());
    }
    let both = MultiPart::alternative()
        .singlepart(SinglePart::plain(format!("{text}\n")))
        .singlepart(SinglePart::html(html(server.language, &subject, text)));
    builder.multipart(both).ok()
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// The address as the envelope has it. A domain in other letters goes by its name in ASCII, which every server takes; a
/// mailbox in other letters stays as it is, and goes where the server knows such.
fn address(text: &str) -> Option<Address> {
    let (user, domain) = text.rsplit_once('@')?;
    if text.contains(|c: char| c.is_control() || c.is_whitespace()) {
        return None;
    }
    Address::new(user, ascii_domain(domain)).ok()
}

/// A domain as the DNS knows it.
pub fn ascii_domain(domain: &str) -> String {
    if domain.is_ascii() {
        return domain.to_owned();
    }
    let url = reqwest::Url::parse(&format!("http://{domain}/")).ok();
    url.and_then(|url| url.host_str().map(ToOwned::to_owned)).unwrap_or_else(|| domain.to_owned())
}

/// The text as a page: paragraphs, and nothing in them that is not text.
fn html(language: &str, title: &str, text: &str) -> String {
    let paragraphs = text.split("\n\n").map(|part| format!("<p>{}</p>\n", escape(part).replace('\n', "<br>\n")));
    let body: String = paragraphs.collect();
    let title = escape(title);
    format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body>\n{body}</body>\n</html>\n"
    )
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::{
        notifications::{
            channels::{Contact, email::Security},
            message::Facts,
            segments::Encoding,
        },
        words::Language,
    };

    const REF: &str = "BILL-20261123-D4ZP";

    fn facts<'a>() -> Facts<'a> {
        Facts {
            reference: REF,
            issue: "The client's account 4711 was charged 900 twice",
            issue_type: "Incorrect Bill",
            status: Some(Text::new("status-open")),
            registered_at: 1_795_460_000_000,
            note: "We called you.\nPlease call back\u{202e}.",
        }
    }

    fn news(kind: Kind, facts: Facts<'_>) -> News<'_> {
        let to = Contact { phone: None, email: Some("a@b.example") };
        News { ticket: Uuid::nil(), revision: 1, kind, facts, to, rank: 2, hold: 0 }
    }

    fn server(from: &str) -> Server {
        Server {
            host: "127.0.0.1".to_owned(),
            port: 25,
            security: Security::None,
            tls: None,
            login: None,
            hello: lettre::transport::smtp::extension::ClientId::Domain("isp.example".to_owned()),
            from: from.parse().unwrap(),
            reply_to: Some("answers@isp.example".parse().unwrap()),
            language: "en",
        }
    }

    fn outgoing<'a>(to: &'a str, text: &'a str) -> Outgoing<'a> {
        Outgoing {
            id: Uuid::from_u128(7),
            round: 2,
            kind: Kind::Created,
            now: 1_793_707_200_000,
            to,
            text,
            encoding: Encoding::Gsm7,
            report_url: None,
            registered: None,
        }
    }

    #[test]
    fn each_kind_says_its_own_and_nothing_of_what_was_typed_about_the_client() {
        let voice = Voice::new("Larkfield Fibre", Language::English);
        let created = write(&voice, &news(Kind::Created, facts()));
        assert_eq!(
            created,
            "Larkfield Fibre: Ticket BILL-20261123-D4ZP is logged\n\nHello,\n\nYour complaint is logged. We are looking \
             into it.\n\nReference: BILL-20261123-D4ZP\nIssue: Incorrect Bill\nStatus: Open\nRegistered: 23 November \
             2026\n\nPlease give the reference whenever you write or call about it.\n\nLarkfield Fibre"
        );
        for kind in Kind::ALL {
            for language in Language::ALL {
                let voice = Voice::new("Larkfield Fibre", language);
                let text = write(&voice, &news(kind, facts()));
                assert!(text.contains(REF) && !text.contains("4711") && !text.contains("900"), "{text}");
                let (subject, body) = text.split_once("\n\n").unwrap();
                assert!(subject.contains(REF) && body.contains("Incorrect Bill"), "{text}");
                assert_eq!(text.contains("We called you.\nPlease call back."), kind == Kind::Note, "{text}");
                assert!(!text.contains("email-"), "{text}");
            }
        }
        let bare =
            write(&Voice::new("", Language::English), &news(Kind::Fixed, Facts { reference: REF, ..Facts::default() }));
        assert!(bare.starts_with("Ticket BILL-20261123-D4ZP is resolved\n\n") && !bare.contains("Issue:"), "{bare}");
    }

    #[test]
    fn a_mail_says_that_a_machine_wrote_it_and_which_one_it_is() {
        let server = server("Lake Fibre <desk@isp.example>");
        let mail = mail(&server, &outgoing("client@example.org", "Subject\n\nA <b> & 'c'\nd")).unwrap();
        let text = String::from_utf8(mail.formatted()).unwrap();
        for header in [
            "Message-ID: <00000000000000000000000000000007.2@isp.example>\r\n",
            "From: \"Lake Fibre\" <desk@isp.example>\r\n",
            "Reply-To: answers@isp.example\r\n",
            "To: client@example.org\r\n",
            "Subject: Subject\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "X-Auto-Response-Suppress: All\r\n",
            "MIME-Version: 1.0\r\n",
            "Date: Tue, 03 Nov 2026 12:00:00 +0000\r\n",
        ] {
            assert!(text.contains(header), "{header} in {text}");
        }
        assert!(text.contains("multipart/alternative") && text.contains("A &lt;b&gt; &amp; &#39;c&#39;<br>"), "{text}");
        assert_eq!(mail.envelope().to().len(), 1);
    }

    #[test]
    fn domains_of_other_letters_go_by_their_names_in_ascii() {
        assert_eq!(address("a@exämple.de").unwrap().to_string(), "a@xn--exmple-cua.de");
        for bad in ["", "a", "a@", "@b.example", "a@b.example\r\nRCPT TO:<x@y.example>", "a b@c.example", "a@b c"] {
            assert!(address(bad).is_none(), "{bad}");
        }
    }

    /// Lines of the head that begin with a letter, each a header by itself.
    fn headers(mail: &Message) -> Vec<String> {
        let text = String::from_utf8_lossy(&mail.formatted()).into_owned();
        let head = text.split("\r\n\r\n").next().unwrap_or_default().to_owned();
        let names = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
        names.map(|line| line.split(':').next().unwrap_or_default().to_owned()).collect()
    }

    const EVIL: &str =
        "(\\PC|\r\n|\n|\r|\u{85}|\u{2028}|\r\nBcc: x@y\\.example|\n\n\\.\n|\0|=\\?utf-8\\?q\\?=0D=0A\\?=){0,30}";

    proptest! {
        #[test]
        fn whatever_the_names_are_no_header_and_no_recipient_comes_of_them(
            isp in EVIL, reference in EVIL, issue in EVIL, status in EVIL, note in EVIL, to in EVIL,
        ) {
            let server = server("desk@isp.example");
            let plain = mail(&server, &outgoing("client@example.org", "Subject\n\nText")).unwrap();
            let facts = Facts {
                reference: &reference, issue_type: &issue, status: Some(Text::verbatim(status)), note: &note,
                ..Facts::default()
            };
            for kind in [Kind::Created, Kind::Note] {
                let voice = Voice::new(&isp, Language::English);
                let text = write(&voice, &news(kind, facts.clone()));
                let subject = text.split("\n\n").next().unwrap_or_default();
                prop_assert!(!subject.contains(char::is_control), "{subject:?}");
                let made = mail(&server, &outgoing("client@example.org", &text)).unwrap();
                prop_assert_eq!(headers(&made), headers(&plain));
                let bytes = made.formatted();
                prop_assert!(bytes.is_ascii());
                // A bare CR or LF would be a line to some servers and none to others.
                let text = String::from_utf8(bytes).unwrap().replace("\r\n", "");
                prop_assert!(!text.contains(['\r', '\n', '\0']), "{text:?}");
            }
            for address in [to.clone(), format!("{to}@example.org"), format!("a@{to}.example")] {
                if let Some(made) = mail(&server, &outgoing(&address, "Subject\n\nText")) {
                    prop_assert_eq!(headers(&made), headers(&plain));
                    prop_assert_eq!(made.envelope().to().len(), 1);
                    let to = made.envelope().to()[0].to_string();
                    prop_assert!(!to.contains(|c: char| c.is_control() || c.is_whitespace() || c == '>'), "{to:?}");
                }
            }
        }

        #[test]
        fn the_page_holds_the_text_and_no_markup_of_it(text in "(\\PC|<script>|&|\"|\n|\n\n){0,40}") {
            let page = html("en", "t", &text);
            let body = page.split_once("<body>\n").unwrap().1.split_once("</body>").unwrap().0;
            let bare = body.replace("<p>", "").replace("</p>\n", "").replace("<br>\n", "");
            prop_assert!(!bare.contains(['<', '>', '"']), "{body}");
        }
    }
}

//! What stands beside the form of a new ticket: the SMS as it would go, and what the client has with us already.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Redirect, Response},
};

use super::{new, path_of};
use crate::{
    db::Tx,
    fault::Fault,
    notifications::{Facts, Kind, WhyNot, segments::Encoding, wording::Created},
    phone::Phone,
    staff::SignedIn,
    tickets::{Desk, Status, Ticket, Tickets, of_client},
    web::{Form, Frame, PageFault, Visit},
    words::{Piece, Text, Times, When},
};

/// What Turbo asks for when it can take a part of a page.
const STREAM: &str = "text/vnd.turbo-stream.html";

/// What the form as it is filled in would come to.
pub struct Preview {
    /// The number, as the desk writes it, or empty.
    pub to: String,
    pub sms: Created,
    /// Why no SMS would go.
    pub why_not: Option<Text>,
    /// Whether the text is worth showing: it is where an SMS goes, or where another number would get it.
    pub shows_text: bool,
    /// The first character that costs the text the GSM alphabet.
    pub odd: Option<char>,
    pub open: Vec<Known>,
    pub done: Vec<Known>,
}

/// A ticket of the same client.
pub struct Known {
    pub path: String,
    pub reference: String,
    pub client_name: String,
    pub issue_type: String,
    pub status: Status,
    pub logged: When,
    /// Whether the form has the same issue type.
    pub same_type: bool,
}

impl Preview {
    /// Of a form with these values.
    ///
    /// # Errors
    /// Only the database's and the vault's.
    pub async fn of(state: &Tickets, times: &Times, typed: impl Fn(&str) -> String) -> Result<Self, Fault> {
        let text = typed("clientPhone");
        let phone = (!text.trim().is_empty()).then(|| Phone::parse(&text, state.desk.region.as_ref())).transpose();
        let bad = phone.as_ref().err().map(|why| why.text());
        let phone = phone.unwrap_or_default();
        let account = Some(typed("clientAccountId").trim().to_owned()).filter(|account| !account.is_empty());
        let (desk, number) = (state.desk.clone(), phone.clone());
        let read = move |tx: &mut Tx<'_>| {
            let why_not = match &number {
                Some(number) => desk.outbox.why_not(tx, Kind::Created, number)?,
                None => desk.outbox.why_not_at_all(Kind::Created),
            };
            Ok::<_, Fault>((why_not, of_client(tx, &desk, number.as_ref(), account.as_deref())?))
        };
        let (why_not, theirs) = state.db.read(read).await?;
        let desk = &state.desk;
        let (issue, issue_type) = (typed("description"), typed("issueType"));
        let reference = unassigned(desk);
        let facts = Facts {
            reference: &reference,
            issue: &issue,
            issue_type: &issue_type,
            status: Some(Status::New.label()),
            registered_at: desk.clock.now(),
            note: "",
        };
        let sms = desk.outbox.preview_created(&facts);
        let known =
            |tickets: Vec<Ticket>| tickets.into_iter().map(|ticket| Known::of(ticket, &issue_type, times)).collect();
        Ok(Self {
            to: phone.map(|phone| phone.shown_in(desk.region.as_ref())).unwrap_or_default(),
            odd: (sms.sms.segments.encoding == Encoding::Ucs2).then(|| odd_one(&sms.sms.text)).flatten(),
            sms,
            shows_text: why_not.is_none(),
            why_not: why_not.map(reason).or_else(|| bad.map(|why| Text::new("intake-no-sms-number").arg("why", why))),
            open: known(theirs.open),
            done: known(theirs.done),
        })
    }

    /// Whether an SMS would go.
    pub fn sends(&self) -> bool {
        self.why_not.is_none()
    }

    /// Whether an open ticket has the same issue type.
    pub fn has_same_type(&self) -> bool {
        self.open.iter().any(|known| known.same_type)
    }

    /// How full each segment is.
    pub fn filled(&self) -> Vec<usize> {
        let segments = self.sms.sms.segments;
        let full = segments.segments.saturating_sub(1);
        std::iter::repeat_n(segments.per_segment, full).chain([segments.per_segment - segments.left]).collect()
    }

    /// Units in all segments together.
    pub fn room(&self) -> usize {
        self.sms.sms.segments.per_segment * self.sms.sms.segments.segments
    }
}

impl Known {
    fn of(ticket: Ticket, issue_type: &str, times: &Times) -> Self {
        Self {
            path: path_of(&ticket.reference),
            reference: ticket.reference.to_string(),
            same_type: ticket.issue_type.to_lowercase() == issue_type.trim().to_lowercase(),
            logged: times.ago(ticket.created_at),
            client_name: ticket.client_name,
            issue_type: ticket.issue_type,
            status: ticket.status,
        }
    }
}

/// A reference of today before it is drawn, as long as most are.
fn unassigned(desk: &Desk) -> String {
    format!("BILL-{}-####", desk.today().strftime("%Y%m%d"))
}

fn reason(why_not: WhyNot) -> Text {
    Text::new(match why_not {
        WhyNot::Landline => "intake-no-sms-landline",
        WhyNot::OptedOut => "intake-no-sms-opted-out",
        WhyNot::Abroad => "intake-no-sms-abroad",
        WhyNot::NoGateway => "intake-no-sms-gateway",
        WhyNot::NotBySms => "intake-no-sms-by-sms",
    })
}

fn odd_one(text: &str) -> Option<char> {
    text.chars().find(|c| Encoding::of(c.encode_utf8(&mut [0; 4])) == Encoding::Ucs2)
}

#[derive(Template)]
#[template(path = "tickets/preview.html")]
struct PreviewStream {
    frame: Frame,
    preview: Preview,
}

/// `POST /tickets/new/preview` with the form's fields, which are not checked and not kept: to a script the parts of the
/// page that depend on them, to a browser without scripts the whole page.
pub async fn show(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, PageFault> {
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    if !accepts.contains(STREAM) {
        return new::looked_up(&state, &user, visit, &form).await;
    }
    let preview = Preview::of(&state, &state.desk.times(visit.language), |name| form.typed(name).to_owned()).await?;
    let page = PreviewStream { frame: state.chrome.outside(visit, ""), preview };
    let mut response = page.frame.respond(StatusCode::OK, &page);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/vnd.turbo-stream.html; charset=utf-8"));
    Ok(response)
}

/// `GET` of that address, as a reload asks for it: `303` to the form.
pub async fn back(SignedIn(_): SignedIn) -> Redirect {
    Redirect::to("/tickets/new")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_character_that_costs_the_alphabet_is_found() {
        assert_eq!(odd_one("Bill {1} wrong"), None);
        assert_eq!(odd_one("Bill ж, ш"), Some('ж'));
    }
}

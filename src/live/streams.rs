//! The elements that a page gets: Turbo Streams (<https://turbo.hotwired.dev/reference/streams>), the standard actions
//! and two of our own that `assets/js/controllers/live.js` knows.

use askama::Template;

use uuid::Uuid;

use crate::{fault::Fault, web::Frame, words::Said};

/// The bar over a list that tells of tickets which are not in it yet.
#[derive(Template)]
#[template(path = "live/fresh.html")]
struct Fresh<'a> {
    href: &'a str,
    words: Said,
}

/// Who else is editing the ticket.
#[derive(Template)]
#[template(path = "live/editing.html")]
struct Editing<'a> {
    frame: &'a Frame,
    words: Said,
}

/// The counts of the side bar.
#[derive(Template)]
#[template(source = "<turbo-stream action=\"live-counts\" counts=\"{{ counts }}\"></turbo-stream>", ext = "html")]
struct Counts<'a> {
    counts: &'a str,
}

/// Replaces a row of the list where it stands.
pub fn row(ticket: Uuid, html: &str) -> String {
    format!(
        "<turbo-stream action=\"replace\" method=\"morph\" target=\"row-{ticket}\"><template>{html}</template>\
         </turbo-stream>"
    )
}

/// Shows the bar over the list; without words it goes away.
pub fn fresh(href: &str, words: Option<Said>) -> Result<String, Fault> {
    let html = words.map_or(Ok(String::new()), |words| rendered(&Fresh { href, words }))?;
    Ok(update("fresh", &html))
}

/// Shows who else is editing; without words it goes away.
pub fn editing(frame: &Frame, words: Option<Said>) -> Result<String, Fault> {
    let html = words.map_or(Ok(String::new()), |words| rendered(&Editing { frame, words }))?;
    Ok(update("presence", &html))
}

/// Sets the counts of the side bar, JSON from address to count.
pub fn counts(counts: &str) -> Result<String, Fault> {
    rendered(&Counts { counts })
}

/// Has the page fetch itself anew unless it bears this mark.
pub fn renew(mark: &str) -> String {
    format!("<turbo-stream action=\"live-renew\" mark=\"{mark}\"></turbo-stream>")
}

fn update(target: &str, html: &str) -> String {
    format!("<turbo-stream action=\"update\" target=\"{target}\"><template>{html}</template></turbo-stream>")
}

/// A template's text.
pub fn rendered(page: &impl Template) -> Result<String, Fault> {
    page.render().map_err(|error| Fault::Unexpected(anyhow::anyhow!("template: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_cannot_break_out_of_their_attribute() {
        let text = counts(r#"{"/tickets?q=\"><script>":"1"}"#).unwrap();
        assert!(!text.contains("<script>") && !text.contains(r#"="{"/"#), "{text}");
    }
}

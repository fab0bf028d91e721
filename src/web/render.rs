//! The frame around every page.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{Html, IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use jiff::tz::TimeZone;
use uuid::Uuid;

pub use super::choices::DENSITY;
use super::{
    choices,
    flash::{FLASH, Flash},
    modules,
};
use crate::{
    db::{Db, Tx},
    fault::Fault,
    permissions::{Permission, Permissions},
    words::{Language, Said, Text, Times},
};

/// The cookie of the saved view that was opened last: its id.
pub const VIEW: &str = "redress_view";

/// The header of a request that a page makes by itself, to be put in place of what it shows.
pub const BEHIND: &str = "x-redress-live";

/// Lines of the side bar under one heading.
#[derive(Debug, Clone)]
pub struct NavGroup {
    /// The heading.
    pub label: Text,
    /// Whether people have saved the lines, and the product does not bring them along.
    pub saved: bool,
    /// The lines.
    pub items: Vec<NavItem>,
}

/// One line of the side bar.
#[derive(Debug, Clone)]
pub struct NavItem {
    /// Its words.
    pub label: Text,
    /// Where it leads.
    pub href: String,
    /// The one address of what it shows, by which a page that came by another way is recognised; see [`Frame::place`].
    pub place: String,
    /// The sprite's name of its icon.
    pub icon: &'static str,
    /// A count to show, already written out, or empty.
    pub count: String,
    /// Whether the count is bad news.
    pub alert: bool,
}

/// Who looks at a page.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// The user's id.
    pub id: Uuid,
    /// The user's name.
    pub name: String,
    /// What they may do, so that no page offers anything else. It refuses nobody: the table of permissions does.
    pub can: Permissions,
}

impl Viewer {
    /// The first letters of the first and the last word of the name.
    pub fn initials(&self) -> String {
        initials(&self.name)
    }
}

/// The first letters of the first and the last word of a name, upper case.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

/// One of the avatar's five hues, the same for the same name.
pub fn hue(name: &str) -> u32 {
    name.chars().fold(0u32, |sum, c| sum.wrapping_mul(31).wrapping_add(u32::from(c))) % 5 + 1
}

/// What every page says of the SMS to clients.
#[derive(Debug, Clone, Default)]
pub struct News {
    /// That they do not go out, since when, and how many wait.
    pub warning: Option<Text>,
    /// How many clients have to be called, as theirs did not arrive: written out, or empty.
    pub to_call: String,
}

type Tell = dyn Fn(&mut Tx<'_>) -> Result<News, Fault> + Send + Sync;

type Views = dyn Fn(&mut Tx<'_>, &Viewer) -> Result<Vec<NavGroup>, Fault> + Send + Sync;

/// What is the same on every page of this server.
#[derive(Clone)]
pub struct Chrome {
    /// The ISP's name, under ours.
    pub isp_name: Arc<str>,
    /// Whether cookies may only travel by TLS (the public address is https).
    pub secure: bool,
    /// The ISP's time zone, in which pages show times.
    pub zone: TimeZone,
    /// Whether technicians have a view of their own, which the frame then leads to.
    pub technician_view: bool,
    /// The views of the side bar, which the tickets feature knows.
    pub views: Arc<Views>,
    /// What every page says of the SMS, which the notifications feature knows.
    pub news: Arc<Tell>,
}

impl std::fmt::Debug for Chrome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Chrome({})", self.isp_name)
    }
}

impl Chrome {
    /// The frame for a signed-in viewer.
    ///
    /// # Errors
    /// Only the database's, which is asked for the counts of the side bar.
    pub async fn frame(&self, db: &Db, viewer: &Viewer, visit: Visit, title: &str) -> Result<Frame, Fault> {
        let mut frame = self.outside(visit, title);
        if viewer.can.has(Permission::TicketsRead) {
            let (views, news) = (Arc::clone(&self.views), Arc::clone(&self.news));
            let viewer = viewer.clone();
            (frame.views, frame.news) = db.read(move |tx| Ok::<_, Fault>((views(tx, &viewer)?, news(tx)?))).await?;
        }
        frame.jobs = self.technician_view && viewer.can.has(Permission::JobsRead);
        frame.viewer = Some(viewer.clone());
        Ok(frame)
    }

    /// The frame of a page for nobody in particular: log-in and set-up.
    pub fn outside(&self, visit: Visit, title: &str) -> Frame {
        Frame {
            title: title.to_owned(),
            isp_name: self.isp_name.to_string(),
            assets: super::assets::base(),
            viewer: None,
            jobs: false,
            views: Vec::new(),
            place: String::new(),
            news: News::default(),
            secure: self.secure,
            visit,
        }
    }

    /// Times as this server's pages tell them, in the ISP's zone.
    pub fn times(&self, now: i64, language: Language) -> Times {
        Times::new(now, self.zone.clone(), language)
    }

    /// `303 See Other`, with a toast for the page it leads to.
    pub fn redirect(&self, to: &str, flash: Option<Flash>) -> Response {
        let mut response = Redirect::to(to).into_response();
        if let Some(flash) = flash {
            set_cookie(response.headers_mut(), &self.cookie(FLASH, &flash.encode()));
        }
        response
    }

    /// A cookie for this server: `HttpOnly`, same site, and by TLS only where that is spoken.
    pub fn cookie(&self, name: &str, value: &str) -> Cookie<'static> {
        Cookie::build((name.to_owned(), value.to_owned()))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.secure)
            .build()
    }
}

/// Adds a cookie to an answer.
pub fn set_cookie(headers: &mut HeaderMap, cookie: &Cookie<'static>) {
    if let Ok(value) = HeaderValue::from_str(&cookie.encoded().to_string()) {
        headers.append(header::SET_COOKIE, value);
    }
}

/// The random word of one answer that lets our own scripts run under the content security policy.
#[derive(Debug, Clone)]
pub struct Nonce(pub String);

/// What a request says that the frame needs.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Path and query, as they came.
    pub path: String,
    /// Path and query of the page before, as the browser says (`Referer`), or empty. Anybody may send anything here.
    pub referer: String,
    /// The search of the list, to stay in its box.
    pub q: String,
    /// The toast of the action before.
    pub flash: Option<Flash>,
    /// `light` or `dark` where the viewer has chosen one, or empty.
    pub theme: &'static str,
    /// Whether the list's rows have one line, and not two.
    pub compact: bool,
    /// The saved view that was opened last, if the list has been narrowed otherwise since.
    pub view: Option<Uuid>,
    /// Whether single letters are shortcuts.
    pub keys: bool,
    /// The viewer's choice, or what the browser asks for.
    pub language: Language,
    /// The viewer's choice alone, if they have made one.
    pub chosen: Option<Language>,
    /// For scripts.
    pub nonce: String,
}

impl Visit {
    /// A page's title in the viewer's language, which says so when something on the page has to be put right.
    pub fn title(&self, title: Text, good: bool) -> String {
        let title = if good { title } else { Text::new("frame-error-title").arg("title", title) };
        title.to(self.language).to_string()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let jar = CookieJar::from_headers(&parts.headers);
        let query: Vec<(String, String)> =
            form_urlencoded::parse(parts.uri.query().unwrap_or("").as_bytes()).into_owned().collect();
        let behind = parts.headers.contains_key(BEHIND);
        Ok(Self {
            path: parts.uri.path_and_query().map_or_else(String::new, ToString::to_string),
            referer: referer(&parts.headers),
            q: super::Query(query).get("q").unwrap_or("").to_owned(),
            // A page that is fetched to be put in place of itself must not eat the toast of one that is on its way.
            flash: jar.get(FLASH).filter(|_| !behind).and_then(|cookie| Flash::decode(cookie.value())),
            theme: choices::theme(&jar),
            compact: choices::compact(&jar),
            view: jar.get(VIEW).and_then(|cookie| Uuid::try_parse(cookie.value()).ok()),
            keys: choices::keys(&jar),
            language: choices::spoken(&jar, &parts.headers),
            chosen: choices::language(&jar),
            nonce: parts.extensions.get::<Nonce>().map(|nonce| nonce.0.clone()).unwrap_or_default(),
        })
    }
}

/// Path and query of an absolute address in `Referer`.
fn referer(headers: &HeaderMap) -> String {
    let whole = headers.get(header::REFERER).and_then(|value| value.to_str().ok()).unwrap_or("");
    let rest = whole.split_once("://").map_or("", |(_, rest)| rest);
    rest.find('/').map_or("", |at| &rest[at..]).to_owned()
}

/// The frame of one page; templates extend `layout.html` and carry it as `frame`.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Of the browser's tab; " · Redress" is added. A page with faults starts it with "Error: ".
    pub title: String,
    /// The ISP's name.
    pub isp_name: String,
    /// The assets' address, without a slash at its end.
    pub assets: String,
    /// Who looks, if signed in.
    pub viewer: Option<Viewer>,
    /// Whether they have jobs to be led to.
    pub jobs: bool,
    /// The side bar's views, with counts.
    pub views: Vec<NavGroup>,
    /// The one address of what the page shows, where it can be reached by several, such as a list's: as a side bar's
    /// line has it. Empty for other pages.
    pub place: String,
    /// What every page says of the SMS.
    pub news: News,
    /// See [`Chrome::secure`].
    pub secure: bool,
    /// The request.
    pub visit: Visit,
}

impl Frame {
    /// The message of a key, in the viewer's language. Values go in with [`Said::arg`].
    pub fn t(&self, key: &'static str) -> Said {
        self.say(&Text::new(key))
    }

    /// A text in the viewer's language.
    pub fn say(&self, text: &Text) -> Said {
        text.clone().to(self.visit.language)
    }

    /// Whether whoever looks may do this, and so is offered it.
    pub fn may(&self, permission: Permission) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.can.has(permission))
    }

    /// Whether a link of the frame leads to the page that is shown. Parameters count: a filtered list is not the view
    /// of all tickets.
    pub fn is_here(&self, href: &str) -> bool {
        self.visit.path == href
    }

    /// Whether the page is this one or one beneath it, whatever its parameters.
    pub fn is_within(&self, path: &str) -> bool {
        let rest = self.visit.path.strip_prefix(path);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['?', '/']))
    }

    /// Whether a view of the side bar is what the page shows, whatever the order of its parameters.
    pub fn is_view(&self, view: &NavItem) -> bool {
        self.is_here(&view.href) || (!self.place.is_empty() && self.place == view.place)
    }

    /// The view of the side bar that the page shows.
    pub fn view(&self) -> Option<&NavItem> {
        self.view_at(|view| self.is_view(view))
    }

    /// Whether the page shows what has been saved as a view already.
    pub fn is_saved(&self) -> bool {
        self.views.iter().filter(|group| group.saved).flat_map(|group| &group.items).any(|view| self.is_view(view))
    }

    /// The first view of the side bar that is so.
    pub fn view_at(&self, is: impl Fn(&NavItem) -> bool) -> Option<&NavItem> {
        self.views.iter().flat_map(|group| &group.items).find(|view| is(view))
    }

    /// Answers with the page. The toast has then been shown and is forgotten.
    pub fn respond(&self, status: StatusCode, page: &impl Template) -> Response {
        let mut response = match page.render() {
            Ok(html) => (status, Html(modules::announce(&html, &self.visit.nonce))).into_response(),
            Err(error) => {
                return super::PageFault(Fault::Unexpected(anyhow::anyhow!("template: {error}"))).into_response();
            }
        };
        if self.visit.flash.is_some() {
            let mut cookie = Cookie::build((FLASH, "")).path("/").http_only(true).secure(self.secure).build();
            cookie.make_removal();
            set_cookie(response.headers_mut(), &cookie);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_last_word() {
        for (name, want) in [("Priya Raman", "PR"), ("Mei-Ling van Chow", "MC"), ("cher", "C"), ("", ""), ("  ", "")] {
            assert_eq!(initials(name), want, "{name}");
        }
    }
}

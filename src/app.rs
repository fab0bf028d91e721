//! Puts the features together: one database, one vault, one clock, one router.

mod news;
mod zero;

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{Arc, LazyLock},
};

use anyhow::Context;
use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Request, State},
    handler::Handler,
    http::{Extensions, HeaderMap, Method, StatusCode, Uri, Version, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use ipnet::IpNet;
use secrecy::ExposeSecret;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer, CompressionLevel,
        predicate::{DefaultPredicate, NotForContentType, Predicate},
    },
};
use utoipa_axum::router::OpenApiRouter;
use vault::Vault;

use crate::{
    audit::HasAccount,
    clients::{self, Clients},
    clock::Clock,
    config::Config,
    data,
    db::{Db, Tx},
    deliveries, drafts,
    fault::Fault,
    live::{self, Live},
    notifications::{
        self, Answering, Callbacks, Channel, Health, Hooks, Inbox, Kind, Outbox, Voice, Worker, templates::Templates,
        wording::Calendar,
    },
    privacy::{self, Privacy},
    reports::{self, Reports},
    staff::{self, Mails, Rules, Staff, Throttle, oidc::Provider},
    tickets::{self, Desk, FromClients, Tickets, pages::SideBar},
    web::{
        Chrome, News, assets,
        callers::{self, Callers},
        cookies, docs, headers, log, openapi, proof,
        proxies::Proxies,
        ready::{self, Node, Ready},
        refusal::{self, is_api, refused},
        server::Limits,
    },
    words::Text,
};

/// Larger bodies are refused with 413.
const LARGEST_BODY: usize = 1024 * 1024;

/// No request may take longer.
const SLOWEST_REQUEST: std::time::Duration = std::time::Duration::from_secs(30);

/// The product, opened: data directory, key, database up to date, features wired.
#[derive(Clone)]
pub struct App {
    /// The settings it was opened with.
    pub config: Arc<Config>,
    /// The database.
    pub db: Db,
    /// The keys.
    pub vault: Vault,
    /// Time and randomness.
    pub clock: Clock,
    /// The staff feature.
    pub staff: Staff,
    /// The clients feature.
    pub clients: Clients,
    /// The tickets feature.
    pub tickets: Tickets,
    /// What keeps open pages true.
    pub live: Live,
    /// How the gateway is doing, as this process sees it.
    pub health: Health,
    /// This process among others.
    pub node: Node,
    hooks: Hooks,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "App({})", self.config.database_url)
    }
}

impl App {
    /// Opens the data directory, making what a first start needs, and brings the schema up to date.
    ///
    /// # Errors
    /// One sentence that says what failed and what to do.
    pub async fn open(config: Config, clock: Clock) -> anyhow::Result<Self> {
        data::make_data_dir(&config.data_dir)?;
        let (db, vault) = data::open_data(&config, &clock).await?;
        staff::tell_unbound(&db).await?;
        let templates = Templates::default();
        templates.refresh(&db).await.context("cannot read the templates of messages")?;
        let voice = voice(&config, templates);
        let outbox = Outbox::new(vault.clone(), clock.clone(), voice, &config.notifications);
        let health = outbox.health();
        let desk = Desk {
            vault: vault.clone(),
            clock: clock.clone(),
            zone: config.zone.clone(),
            region: config.region,
            issue_types: config.issue_types.clone(),
            outbox,
            holds: Arc::new(privacy::HoldsOfClients),
        };
        let side_bar = SideBar::new(desk.clone());
        let chrome = chrome(&config, side_bar, &desk, &health);
        let provider = provider(&config, &clock)?;
        let mails = Mails::new(config.notifications.gates.hindrance(Channel::EMAIL).is_none());
        if let Some(url) = &config.public_url {
            mails.reached_at(url);
        }
        let staff = Staff::new(db.clone(), vault.clone(), clock.clone(), chrome.clone(), config.region)
            .behind(proxies(&config))
            .with_throttle(Throttle::new(config.requests_per_minute))
            .at(config.public_url.as_deref())
            .with(config.staff, mails)
            .by(provider)
            .recording_reads(config.audit_reads, has_account(&vault))
            .under(Rules { technician_view: config.technician_view });
        let clients = Clients {
            db: db.clone(),
            vault: vault.clone(),
            clock: clock.clone(),
            region: config.region,
            cases: Arc::new(desk.clone()),
            staff: staff.clone(),
            chrome: chrome.clone(),
        };
        let tickets = Tickets {
            db: db.clone(),
            desk,
            staff: staff.clone(),
            chrome,
            undo: config.notifications.undo,
            darkroom: crate::tickets::photos::Darkroom::default(),
        };
        let hooks = hooks(&config, &db, &tickets).await?;
        let live = Live::new(tickets.clone());
        let node = Node::new(&clock);
        Ok(Self { config: Arc::new(config), db, vault, clock, staff, clients, tickets, live, hooks, health, node })
    }

    /// The worker that sends what the outbox holds. `base` is this server's own address, for gateways' callbacks
    /// where no `public_url` is set.
    pub fn worker(&self, base: &str) -> Worker {
        let callbacks = self.hooks.callbacks.clone();
        callbacks.set(self.config.public_url.as_deref().unwrap_or(base));
        Worker {
            db: self.db.clone(),
            vault: self.vault.clone(),
            clock: self.clock.clone(),
            gates: self.config.notifications.gates.clone(),
            courtesy: Arc::new(self.config.notifications.courtesy.clone()),
            zone: self.config.zone.clone(),
            callbacks,
            health: self.health.clone(),
            wake: self.tickets.desk.outbox.waker(),
        }
    }

    /// Takes what gateways bring that keep a session with us.
    pub fn inbox(&self) -> Inbox {
        self.hooks.inbox.clone()
    }

    /// The whole router.
    pub fn router(&self) -> Router {
        let (api, document) = api(self).split_for_parts();
        let secure = self.tickets.chrome.secure;
        let ready = Ready { db: self.db.clone(), proxies: self.staff.proxies.clone(), node: self.node.clone() };
        let callers = Callers { proxies: self.staff.proxies.clone(), from: self.config.hooks_from.clone() };
        let callers = middleware::from_fn_with_state(callers, callers::only);
        let pages = Router::new()
            .merge(staff::routes(self.staff.clone()))
            .merge(drafts::routes(self.staff.clone()))
            .merge(clients::pages::routes(self.clients.clone()))
            .merge(tickets::pages::routes(self.tickets.clone()))
            .merge(live::routes(self.live.clone()))
            .merge(deliveries::routes(self.tickets.clone()))
            .merge(privacy::routes(self.privacy()))
            .merge(reports::routes(Reports::new(self.tickets.clone())));
        let parsed = Arc::new(document);
        // Written when it is first asked for: it is long, and a start has no time for it.
        let document = Arc::new(LazyLock::new({
            let parsed = parsed.clone();
            move || openapi::Served::new(&parsed)
        }));
        let docs = Router::new()
            .route("/api/docs", get(docs::page))
            .layer(Extension(parsed))
            .layer(middleware::from_fn_with_state(self.staff.clone(), set_up_first))
            .with_state(self.tickets.chrome.clone());
        Router::new()
            .route("/healthz", get(proof::healthz).with_state(self.vault.clone()))
            .route("/readyz", get(ready::readyz).with_state(ready))
            .route("/api/openapi.json", get(move |headers: HeaderMap| async move { document.answer(&headers) }))
            .route("/assets/{fingerprint}/{*path}", get(assets::serve))
            .route("/favicon.ico", get(|| async { Redirect::permanent(&format!("{}/favicon.svg", assets::base())) }))
            .merge(api)
            .merge(pages)
            .merge(docs)
            .merge(notifications::hooks::routes(self.hooks.clone()).layer(callers))
            .fallback_service(not_found.with_state(self.staff.clone()))
            .method_not_allowed_fallback(method_not_allowed)
            // One layer of all, the outermost first: the router boxes each that it gets, and for a request clones what
            // it has boxed.
            .layer((
                middleware::from_fn_with_state(
                    log::Requests { proxies: self.staff.proxies.clone(), clock: self.clock.clone() },
                    log::requests,
                ),
                middleware::from_fn(headers::plain_for_others),
                compression(CompressionLevel::Fastest, |_, _, _, _| true),
                compression(PAGES, is_page),
                middleware::from_fn_with_state(headers::Headers { clock: self.clock.clone(), secure }, headers::guard),
                middleware::from_fn_with_state(cookies::Cookies { vault: self.vault.clone(), secure }, cookies::guard),
                middleware::from_fn_with_state(SLOWEST_REQUEST, refusal::dress),
                CatchPanicLayer::custom(refusal::panicked),
                middleware::from_fn(refusal::bearer_only),
                refusal::cross_site(self.config.public_url.as_deref()),
                DefaultBodyLimit::max(LARGEST_BODY),
                middleware::from_fn_with_state(self.staff.clone(), staff::guard),
            ))
    }

    /// What connections may take. Behind a proxy that is trusted sit as many as it lets through, and behind this machine's
    /// own addresses stand proxies that nobody has named.
    pub fn limits(&self) -> Limits {
        let itself = [IpNet::from(IpAddr::from(Ipv4Addr::LOCALHOST)), IpNet::from(IpAddr::from(Ipv6Addr::LOCALHOST))];
        let shared = self.config.trusted_proxies.iter().copied().chain(itself).collect();
        Limits { per_address: self.config.connections_per_address, shared, ..Limits::default() }
    }

    /// What clients may ask of their data, and how long it is kept.
    pub fn privacy(&self) -> Privacy {
        Privacy { tickets: self.tickets.clone(), retention: self.config.retention }
    }

    /// The secret of the gateways' inbound address.
    pub fn hook_secret(&self) -> &str {
        self.hooks.secret.expose_secret()
    }

    /// The code that `/setup` asks for, while there is no user.
    ///
    /// # Errors
    /// Only the database's.
    pub async fn setup_code(&self) -> Result<Option<String>, Fault> {
        Ok(if self.staff.needs_setup().await? { Some(staff::setup_code(&self.vault)) } else { None })
    }
}

/// Where TLS ends at this server, no proxy need be guessed at.
fn proxies(config: &Config) -> Proxies {
    let local = config.public_url.is_some() && config.tls.is_none();
    Proxies { trusted: config.trusted_proxies.clone(), local }
}

/// Whom people sign in by. It is not asked yet.
fn provider(config: &Config, clock: &Clock) -> anyhow::Result<Option<Provider>> {
    let Some(settings) = config.oidc.clone() else { return Ok(None) };
    let listen = format!("http://{}", config.listen);
    let base = config.public_url.as_deref().unwrap_or(&listen);
    let made = Provider::new(settings, base, clock.clone());
    made.map(Some).map_err(|error| anyhow::anyhow!("oidc.issuer: {error}"))
}

fn api(app: &App) -> OpenApiRouter {
    OpenApiRouter::with_openapi(openapi::base())
        .merge(tickets::api::api(app.tickets.clone()))
        .merge(clients::api::api(app.clients.clone()))
        .merge(staff::api(app.staff.clone()))
        .merge(deliveries::api(app.tickets.clone()))
        .merge(privacy::api::api(app.privacy()))
}

/// The OpenAPI document, without opening anything.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = openapi::base();
    document.merge(tickets::api::document());
    document.merge(clients::api::document());
    document.merge(staff::document());
    document.merge(deliveries::document());
    document.merge(privacy::api::document());
    document
}

fn chrome(config: &Config, side_bar: SideBar, desk: &Desk, health: &Health) -> Chrome {
    let (desk, health) = (desk.clone(), health.clone());
    let (gates, routes) = (config.notifications.gates.clone(), &config.notifications.routes);
    let by_sms = Kind::ALL.iter().any(|kind| routes.of(*kind).contains(&Channel::SMS));
    let sends = !by_sms || gates.hindrance(Channel::SMS).is_none();
    Chrome {
        isp_name: config.isp_name.as_str().into(),
        secure: config.is_secure(),
        zone: config.zone.clone(),
        technician_view: config.technician_view,
        views: Arc::new(move |tx, viewer| side_bar.views(tx, viewer)),
        news: Arc::new(move |tx| {
            let warning =
                if sends { news::warning(tx, &desk, &health, &gates)? } else { Some(Text::new("frame-no-gateway")) };
            Ok(News { warning, to_call: deliveries::to_call(tx, &desk)? })
        }),
    }
}

/// Asks the clients for what stands below them.
fn has_account(vault: &Vault) -> HasAccount {
    let vault = vault.clone();
    Arc::new(move |tx: &mut Tx<'_>, account: &str| Ok(clients::by_account(tx, &vault, account)?.is_some()))
}

/// How this desk speaks to clients.
fn voice(config: &Config, templates: Templates) -> Voice {
    let calendar = Calendar { zone: config.zone.clone(), resolve_days: config.notifications.resolve_days };
    Voice::new(&config.isp_name, config.notifications.language).with(templates, calendar)
}

async fn hooks(config: &Config, db: &Db, tickets: &Tickets) -> anyhow::Result<Hooks> {
    let desk = tickets.desk.clone();
    let answering = Answering {
        vault: desk.vault.clone(),
        voice: desk.outbox.voice().clone(),
        region: config.region,
        courtesy: Arc::new(config.notifications.courtesy.clone()),
        sender: config.notifications.sender(config.region.as_ref()),
        cases: Arc::new(FromClients { desk, reopen_days: config.notifications.reopen_days }),
    };
    let (vault, clock, settings) =
        (tickets.desk.vault.clone(), tickets.desk.clock.clone(), config.notifications.clone());
    let secret = db.write(move |tx| notifications::hook_secret(tx, &vault, &settings, &clock)).await?;
    let callbacks = Callbacks::default();
    if let Some(url) = &config.public_url {
        callbacks.set(url);
    }
    let wake = tickets.desk.outbox.waker();
    let inbox = Inbox { db: db.clone(), clock: tickets.desk.clock.clone(), answering, wake };
    Ok(Hooks { inbox, gates: config.notifications.gates.clone(), callbacks, secret: Arc::new(secret) })
}

/// Leads to the set-up while there is no user, as pages for signed-in people do by themselves.
async fn set_up_first(State(staff): State<Staff>, request: Request, next: Next) -> Response {
    match staff.needs_setup().await {
        Ok(true) => Redirect::to("/setup").into_response(),
        _ => next.run(request).await,
    }
}

/// Nothing there. While there is no user at all, every page leads to the set-up.
async fn not_found(State(staff): State<Staff>, method: Method, uri: Uri) -> Response {
    let page = method == Method::GET && !is_api(uri.path()) && !uri.path().starts_with("/hooks/");
    if page && staff.needs_setup().await.unwrap_or(false) {
        return Redirect::to("/setup").into_response();
    }
    refused(StatusCode::NOT_FOUND, Text::new("problem-no-address"))
}

async fn method_not_allowed() -> Response {
    refused(StatusCode::METHOD_NOT_ALLOWED, Text::new("problem-no-method"))
}

/// Pages are compressed harder: a quarter fewer bytes for 3 ms of a list. Files of a million rows and answers to programs
/// go as they come.
const PAGES: CompressionLevel = CompressionLevel::Precise(5);

fn compression(level: CompressionLevel, what: Is) -> CompressionLayer<impl Predicate> {
    let worth = DefaultPredicate::new().and(NotForContentType::new("font/woff2")).and(what);
    CompressionLayer::new().quality(level).compress_when(worth)
}

type Is = fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool;

fn is_page(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

//! A server of its own for each test: own directory, own database, own port.

use redress::{
    app::App,
    clock::Clock,
    config::{Config, Sources},
    jobs,
    staff::{Gate, NewUser, Role, User},
    web::server::{self, Limits},
};
use testbase::Dir;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use super::{
    database,
    people::{Browser, Caller},
};

/// Of everybody in tests.
pub const PASSWORD: &str = "correct horse battery";

/// A running server.
pub struct TestApp {
    pub app: App,
    pub base: String,
    dir: Option<Dir>,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
    work: Option<jobs::Work>,
}

impl TestApp {
    /// A server with an empty database and no gateway.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// The same with settings. It sends messages when a gateway is set.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        Self::with_clock(settings, Clock::system()).await
    }

    /// The same with a clock of the test's own.
    pub async fn with_clock(settings: &[(&str, &str)], clock: Clock) -> Self {
        let dir = database::ready();
        Self::at(&dir, settings, clock).await.keeping(dir)
    }

    /// A server over a directory that may hold data of one before, or of another that runs. `{port}` in a setting is its
    /// own.
    pub async fn at(dir: &Dir, settings: &[(&str, &str)], clock: Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let port = address.port().to_string();
        let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.replace("{port}", &port))).collect();
        let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let place = Sources::of(&[
            ("data_dir", dir.path().to_str().unwrap()),
            ("database_url", &dir.url()),
            // Tests that move a clock by hours are about something else; sessions' own are in staff/log_in.rs.
            ("session.idle", "12h"),
            ("session.absolute", "14d"),
        ]);
        let sources = place.under(&Sources::of(&settings));
        let app = App::open(Config::check(&sources).unwrap(), clock).await.unwrap();
        let base = format!("http://{address}");
        let (stop, stopped) = watch::channel(false);
        let work = jobs::start(&app, &base, stopped.clone());
        let server = tokio::spawn(server::serve(listener, app.router(), Limits::default(), stopped));
        Self { app, base, dir: None, stop, server, work: Some(work) }
    }

    fn keeping(mut self, dir: Dir) -> Self {
        self.dir = Some(dir);
        self
    }

    /// Its directory, where it has one of its own.
    pub fn dir(&self) -> &Dir {
        self.dir.as_ref().unwrap()
    }

    /// Stops it as SIGTERM does and gives its directory back.
    pub async fn stop(mut self) -> Option<Dir> {
        self.stop.send_replace(true);
        if let Some(work) = self.work.take() {
            work.finish().await;
        }
        self.server.abort();
        self.app.db.clone().close().await.unwrap();
        self.dir.take()
    }

    /// Adds somebody to the staff, with a hash of the password that is quick to make and to check.
    pub async fn user(&self, name: &str, role: Role) -> User {
        let email = format!("{}@isp.example", name.to_lowercase().replace(' ', "."));
        let new = NewUser {
            email,
            name: name.to_owned(),
            phone: None,
            role,
            owner: true,
            password: Some(PASSWORD.to_owned()),
        };
        let staff = self.app.staff.clone().with_gate(Gate::light());
        redress::staff::add_user(&staff, None, new).await.unwrap()
    }

    /// A technician to assign.
    pub async fn technician(&self, name: &str) -> User {
        self.user(name, Role::Technician).await
    }

    /// An admin who calls the API.
    pub async fn admin(&self) -> Caller {
        self.caller("Priya Raman", Role::Admin).await
    }

    /// Somebody new who calls the API, with a token that never ends.
    pub async fn caller(&self, name: &str, role: Role) -> Caller {
        let user = self.user(name, role).await;
        let token =
            redress::staff::add_token(&self.app.staff, user.id, redress::staff::Grant::whole("tests")).await.unwrap();
        self.anonymous().with_token(&token)
    }

    /// The id of whoever calls.
    pub async fn id_of(&self, caller: &Caller) -> String {
        caller.get("/api/auth/me").await.json["id"].as_str().unwrap().to_owned()
    }

    /// Nobody in particular.
    pub fn anonymous(&self) -> Caller {
        Caller::new(&self.base)
    }

    /// An admin with a browser's manners: cookies, forms, no redirects followed.
    pub async fn browser(&self) -> Browser {
        let user = self.user("Dev Anand", Role::Admin).await;
        let browser = Browser::new(&self.base);
        let page = browser.submit("/login", &[("email", &user.email), ("password", PASSWORD)]).await;
        assert_eq!(page.status, 303, "{}", page.text);
        browser
    }
}

//! The provider of `tests/peers/idp.mjs`, and somebody's browser at it.

use std::{
    io::{BufRead, BufReader, Lines, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};

use super::{get, path, settings};
use crate::support::{Browser, Page, TestApp};

/// The provider, ended when dropped.
pub struct Idp {
    process: Child,
    orders: ChildStdin,
    words: Lines<BufReader<ChildStdout>>,
    pub issuer: String,
}

impl Idp {
    /// A provider, and a desk that signs in by it.
    pub async fn with_desk(more: &[(&str, &str)]) -> (Self, TestApp) {
        let mut idp = Self::start("id_token");
        let app = TestApp::with(&settings(&idp.issuer, more)).await;
        idp.order(&json!({ "desk": app.base }));
        (idp, app)
    }

    /// The provider alone, which says more in the ID token than it must (`id_token`), or only where it must (`userinfo`).
    pub fn start(claims: &str) -> Self {
        let place = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers");
        let mut process = Command::new("node")
            .arg("idp.mjs")
            .current_dir(place)
            .env("IDP_CLAIMS", claims)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let orders = process.stdin.take().unwrap();
        let mut words = BufReader::new(process.stdout.take().unwrap()).lines();
        let said: Value = serde_json::from_str(&words.next().expect("bin/setup installs it").unwrap()).unwrap();
        Self { process, orders, words, issuer: said["issuer"].as_str().unwrap().to_owned() }
    }

    /// Gives an order and waits until it is done.
    pub fn order(&mut self, order: &Value) {
        writeln!(self.orders, "{order}").unwrap();
        self.words.next().unwrap().unwrap();
    }

    /// A browser of somebody who is signed in nowhere.
    pub fn person<'a>(&self, app: &'a TestApp) -> Person<'a> {
        Person { app, issuer: self.issuer.clone(), desk: Browser::new(&app.base), provider: Browser::new(&self.issuer) }
    }
}

impl Drop for Idp {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Somebody's browser: cookies of the desk and of the provider.
pub struct Person<'a> {
    app: &'a TestApp,
    issuer: String,
    pub desk: Browser,
    pub provider: Browser,
}

impl Person<'_> {
    /// Goes to the provider as this account and gives the address at the desk that it leads back to.
    pub async fn prove(&self, account: &str, start: &str) -> String {
        let began = self.desk.open(start).await;
        assert_eq!(began.status, 303, "{}", began.text);
        let mut address = began.location;
        for _ in 0..12 {
            if address.starts_with(&self.app.base) {
                return address;
            }
            let page = get(&self.provider, self.at(&address)).await;
            address = if page.status == 200 { self.answer(account, &page).await } else { page.location };
        }
        panic!("the provider leads nowhere: {address}");
    }

    /// Signs in with this account and gives the desk's answer.
    pub async fn sign_in(&self, account: &str) -> Page {
        let address = self.prove(account, "/auth/start").await;
        get(&self.desk, path(self.app, &address)).await
    }

    /// The same, which must work.
    pub async fn arrive(&self, account: &str, at: &str) {
        let page = self.sign_in(account).await;
        assert_eq!((page.status, page.location.as_str()), (303, at), "{}", page.text);
    }

    /// Whether the desk knows whose browser this is.
    pub async fn is_in(&self) -> bool {
        self.desk.open("/account").await.status == 200
    }

    /// Signs out at the provider, on the page that it asks on.
    pub async fn sign_out(&self, address: &str) -> Page {
        let page = get(&self.provider, self.at(address)).await;
        let (action, token) =
            (page.attribute("form", "action").unwrap(), page.attribute("[name=xsrf]", "value").unwrap());
        let page = self.provider.submit(self.at(&action), &[("xsrf", &token), ("logout", "yes")]).await;
        assert_eq!(page.status, 303, "{}", page.text);
        page
    }

    async fn answer(&self, account: &str, page: &Page) -> String {
        let (action, prompt) =
            (page.attribute("form", "action").unwrap(), page.attribute("[name=prompt]", "value").unwrap());
        let fields = [("prompt", prompt.as_str()), ("login", account), ("password", "x")];
        self.provider.submit(self.at(&action), &fields).await.location
    }

    fn at<'b>(&self, address: &'b str) -> &'b str {
        address.strip_prefix(&self.issuer).unwrap_or(address)
    }
}

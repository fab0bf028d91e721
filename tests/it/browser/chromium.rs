//! Debian's Chromium, driven through its `WebDriver`.

use std::{
    io::{BufRead, BufReader, Lines, Read, Write},
    net::TcpStream,
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use fantoccini::{
    Client, ClientBuilder, Locator,
    elements::Element,
    error::{CmdError, ErrorStatus},
};
use serde_json::{Value, json};
use tempfile::TempDir;

const DRIVER: &str = "/usr/bin/chromedriver";
/// Far more than anything here takes.
const PATIENCE: Duration = Duration::from_mins(1);

/// A browser with a profile of its own. Dropping it ends both programs, also when a test fails.
pub struct Chromium {
    client: Client,
    /// For what the driver knows beside the standard.
    http: reqwest::Client,
    base: String,
    driver: Driver,
    _profile: TempDir,
}

struct Driver {
    process: Child,
    port: u16,
    /// Kept open: the driver may have more to say.
    _words: Lines<BufReader<ChildStdout>>,
}

impl Driver {
    /// The free port that it looked for may be taken by another before it binds; then it ends without a word.
    fn start() -> Self {
        (0..5).find_map(|_| Self::try_start()).expect("the driver says its port")
    }

    fn try_start() -> Option<Self> {
        let spawned = Command::new(DRIVER).arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut process = spawned.unwrap_or_else(|error| {
            panic!("{DRIVER}: {error}. Browser tests need: apt-get install chromium chromium-driver")
        });
        let mut words = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = words.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.strip_suffix('.')?.split_once("started successfully on port ")?;
            port.parse().ok()
        });
        if let Some(port) = port {
            return Some(Self { process, port, _words: words });
        }
        let _ = process.kill();
        let _ = process.wait();
        None
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Only the driver can end the browser that it has started.
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
            let _ = stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
            let _ = stream.read_to_end(&mut Vec::new());
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Whether the page was only about to change: what was found has been replaced, is covered or not there yet. Nothing was
/// done to it then, and it may be tried again.
fn passing(error: &CmdError) -> bool {
    let CmdError::Standard(fault) = error else { return false };
    matches!(
        fault.error,
        ErrorStatus::NoSuchElement
            | ErrorStatus::StaleElementReference
            | ErrorStatus::ElementNotInteractable
            | ErrorStatus::ElementClickIntercepted
    )
}

/// Looks at a page until it is as it should be. Each keeps the browser from getting there, so they become fewer.
struct Looks {
    pause: Duration,
    end: Instant,
}

impl Looks {
    fn new() -> Self {
        Self { pause: Duration::from_millis(15), end: Instant::now() + PATIENCE }
    }

    /// Waits a little; `false` when it has been long enough.
    async fn again(&mut self) -> bool {
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 3 / 2).min(Duration::from_millis(100));
        Instant::now() < self.end
    }
}

impl Chromium {
    /// A browser for the server at `base`, with or without scripts.
    pub async fn start(base: &str, scripts: bool) -> Self {
        let (driver, profile) = (Driver::start(), tempfile::tempdir().unwrap());
        let data = format!("--user-data-dir={}", profile.path().display());
        let args = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--window-size=1280,900",
            &data,
        ];
        let mut options = json!({"args": args});
        if !scripts {
            options["prefs"] = json!({"profile.managed_default_content_settings.javascript": 2});
        }
        let wanted = json!({
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
        });
        let client = ClientBuilder::rustls()
            .unwrap()
            .capabilities(wanted.as_object().unwrap().clone())
            .connect(&driver.url())
            .await
            .unwrap_or_else(|error| panic!("{error}. Browser tests need: apt-get install chromium chromium-driver"));
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        Self { client, http, base: base.to_owned(), driver, _profile: profile }
    }

    /// Opens a page of the server.
    pub async fn open(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.unwrap();
    }

    /// Path and query of the page that is shown.
    pub async fn path(&self) -> String {
        let url = self.client.current_url().await.unwrap();
        url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
    }

    /// Waits for an address that starts like this, and gives it.
    pub async fn arrive(&self, start: &str) -> String {
        let mut looks = Looks::new();
        loop {
            let path = self.path().await;
            if path.starts_with(start) {
                return path;
            }
            assert!(looks.again().await, "at {path}, not at {start}");
        }
    }

    /// Waits until something is on the page.
    pub async fn find(&self, css: &str) -> Element {
        let mut looks = Looks::new();
        loop {
            match self.client.find(Locator::Css(css)).await {
                Ok(element) => return element,
                Err(error) if passing(&error) && looks.again().await => {}
                Err(error) => panic!("no {css} on {}: {error}", self.path().await),
            }
        }
    }

    /// Waits until something on the page reads so.
    pub async fn reads(&self, css: &str, words: &str) {
        self.holds(
            "return [...document.querySelectorAll(arguments[0])].some((e) => e.textContent.includes(arguments[1]))",
            &[css, words],
        )
        .await;
    }

    /// Waits until a script returns true.
    pub async fn holds(&self, script: &str, args: &[&str]) {
        let mut looks = Looks::new();
        while !self.run(script, args).await.as_bool().unwrap_or(false) {
            assert!(looks.again().await, "on {}: not so: {script} {args:?}", self.path().await);
        }
    }

    /// Runs a script in the page, which may not be there for a moment while another is loaded.
    pub async fn run(&self, script: &str, args: &[&str]) -> Value {
        let args = args.iter().map(|text| Value::from(*text)).collect();
        self.client.execute(script, args).await.unwrap_or(Value::Null)
    }

    /// Waits for something that can be seen, and clicks on it.
    pub async fn click(&self, css: &str) {
        let shown = "const e = document.querySelector(arguments[0]); return !!e && e.checkVisibility()";
        let mut looks = Looks::new();
        loop {
            self.holds(shown, &[css]).await;
            match self.find(css).await.click().await {
                Ok(()) => return,
                Err(error) if passing(&error) && looks.again().await => {}
                Err(error) => panic!("no click on {css} on {}: {error}", self.path().await),
            }
        }
    }

    /// Types into a field in place of what it held.
    pub async fn fill(&self, css: &str, text: &str) {
        let mut looks = Looks::new();
        loop {
            let field = self.find(css).await;
            let filled = match field.clear().await {
                Ok(()) => field.send_keys(text).await,
                Err(error) => Err(error),
            };
            match filled {
                Ok(()) => return,
                Err(error) if passing(&error) && looks.again().await => {}
                Err(error) => panic!("nothing typed into {css} on {}: {error}", self.path().await),
            }
        }
    }

    /// Types into whatever has the focus.
    pub async fn keys(&self, text: &str) {
        let mut looks = Looks::new();
        loop {
            let typed = match self.client.active_element().await {
                Ok(element) => element.send_keys(text).await,
                Err(error) => Err(error),
            };
            match typed {
                Ok(()) => return,
                Err(error) if passing(&error) && looks.again().await => {}
                Err(error) => panic!("{text:?} not typed on {}: {error}", self.path().await),
            }
        }
    }

    /// A window as wide as a phone, or as a desk's screen.
    pub async fn width(&self, width: u32) {
        self.size(width, 844).await;
    }

    /// A window of that size.
    pub async fn size(&self, width: u32, height: u32) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", &size).await;
    }

    /// Light or dark, as the system says.
    pub async fn theme(&self, theme: &str) {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": theme}]});
        self.devtools("Emulation.setEmulatedMedia", &features).await;
    }

    /// Waits until fonts are there and nothing moves any more.
    pub async fn settled(&self) {
        let still = "return document.fonts.status === 'loaded' && document.getAnimations().every((a) => a.playState === 'finished')";
        self.holds(still, &[]).await;
    }

    /// The page as it is seen, whole, as PNG.
    pub async fn picture(&self) -> Vec<u8> {
        let data = self.devtools("Page.captureScreenshot", &json!({"captureBeyondViewport": false})).await;
        data_encoding::BASE64.decode(data["data"].as_str().unwrap().as_bytes()).unwrap()
    }

    /// The driver's client, for what is not wrapped here.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What the browser complained about since the last look, as one line each.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.extra("se/log", &json!({"type": "browser"})).await;
        let bad = |entry: &&Value| entry["level"] == "SEVERE" || entry["level"] == "WARNING";
        log.as_array().unwrap().iter().filter(bad).map(|entry| entry["message"].to_string()).collect()
    }

    /// A command of Chromium's own protocol.
    pub async fn devtools(&self, command: &str, params: &Value) -> Value {
        self.extra("goog/cdp/execute", &json!({"cmd": command, "params": params})).await
    }

    /// A command of the driver's own, beside the standard.
    async fn extra(&self, command: &str, body: &Value) -> Value {
        let session = self.client.session_id().await.unwrap().unwrap();
        let url = format!("{}/session/{session}/{command}", self.driver.url());
        let answer: Value = self.http.post(url).json(body).send().await.unwrap().json().await.unwrap();
        assert!(answer["value"]["error"].is_null(), "{answer}");
        answer["value"].clone()
    }
}

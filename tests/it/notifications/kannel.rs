//! The real Kannel of Debian: bearerbox, smsbox and the fake SMSC of its own tests.

use std::{
    fs,
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use redress::notifications::State;
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::watch};
use uuid::Uuid;

use super::post::{MOBILE, Post, REFERENCE, path};

const BEARERBOX: &str = "/usr/sbin/bearerbox";
const SMSBOX: &str = "/usr/sbin/smsbox";
const FAKE_SMSC: &str = "/usr/lib/kannel/test/fakesmsc";
const SECRET: &str = "the secret of the hooks";

#[tokio::test(flavor = "multi_thread")]
async fn kannel_delivers_reports_and_passes_on_what_clients_write() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let kannel = Kannel::start(&listener.local_addr().unwrap().to_string()).await;
    let sendsms = format!("http://127.0.0.1:{}/cgi-bin/sendsms", kannel.sendsms);
    let mut settings = [
        ("sms.gateway", "kannel"),
        ("sms.hook_secret", SECRET),
        ("sms.kannel.url", &sendsms),
        ("sms.kannel.username", "redress"),
        ("sms.kannel.password", "send&pw +%"),
        ("sms.kannel.smsc", "fake1"),
    ];
    let post = Post::live(&settings, listener).await;
    let (_stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(post.worker.clone().run(None, stopped));

    let plain = post.log_for(MOBILE, "Bill & tax, 100% wrong + late").await;
    let wide = post.log_for(MOBILE, "बिल दो बार काटा गया").await;
    for ticket in [plain, wide] {
        wait_for("the delivery report", async || post.state(ticket).await == State::Delivered).await;
    }
    assert_eq!(post.message(plain).await.attempts, 1);
    assert!(kannel.smsc_saw(&format!("{REFERENCE} logged. Bill & tax, 100% wrong + late.")), "{}", kannel.smsc_log());
    // Hindi is whole, in two parts; Kannel reports on the first of them alone.
    let parts = kannel.smsc_parts();
    let text = utf16(&parts.concat());
    assert_eq!((parts.len(), text), (2, post.message(wide).await.text));
    // The fake SMSC wrote to us when it started; our answer went back to it.
    wait_for("the answer to STATUS", async || kannel.smsc_saw(&format!("{REFERENCE}: In Progress."))).await;
    worker.abort();

    settings[4].1 = "wrong";
    let lookup = |key: &str| settings.iter().find(|(name, _)| *name == key).map(|(_, text)| (*text).to_owned());
    let mut worker = post.worker.clone();
    worker.gates = redress::notifications::Settings::read(&lookup, &jiff::tz::TimeZone::UTC).unwrap().gates;
    let refused = post.log().await;
    worker.step().await.unwrap();
    assert_eq!(last_reason(&post, refused).await, (State::Queued, "the gateway refuses our log-in (403)".to_owned()));
    assert!(worker.health.of("kannel").login_refused);

    settings[4].1 = "send&pw +%";
    settings[5].1 = "nowhere";
    let lookup = |key: &str| settings.iter().find(|(name, _)| *name == key).map(|(_, text)| (*text).to_owned());
    worker.gates = redress::notifications::Settings::read(&lookup, &jiff::tz::TimeZone::UTC).unwrap().gates;
    let unroutable = post.log().await;
    wait_for("the refusal", async || {
        worker.step().await.unwrap();
        post.state(unroutable).await == State::Failed
    })
    .await;
    // Kannel both answers and reports it, and either may come first.
    let (_, reason) = last_reason(&post, unroutable).await;
    assert!(["not routable (403)", "reported undeliverable (16)"].contains(&reason.as_str()), "{reason}");
    assert_eq!(path(&post.message(unroutable).await), ["queued", "sending", "failed"]);
}

/// Kannel would send question marks, if the answer did not say what it is in.
#[tokio::test(flavor = "multi_thread")]
async fn answers_in_hindi_arrive_as_they_are() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let kannel = Kannel::start(&listener.local_addr().unwrap().to_string()).await;
    let sendsms = format!("http://127.0.0.1:{}/cgi-bin/sendsms", kannel.sendsms);
    let settings = [
        ("sms.gateway", "kannel"),
        ("sms.language", "hi"),
        ("sms.hook_secret", SECRET),
        ("sms.kannel.url", &sendsms),
        ("sms.kannel.username", "redress"),
        ("sms.kannel.password", "send&pw +%"),
    ];
    let _post = Post::live(&settings, listener).await;
    wait_for("the answer to STATUS", async || kannel.smsc_saw("Got message")).await;
    let log = kannel.smsc_log();
    let (_, data) = log.split_once(" ucs-2 ").unwrap_or_else(|| panic!("{log}"));
    let text = utf16(&octets(data.lines().next().unwrap().trim_end_matches('>')));
    assert_eq!(text, format!("टिकट {REFERENCE}: In Progress।"));
}

async fn last_reason(post: &Post, ticket: Uuid) -> (State, String) {
    let message = post.message(ticket).await;
    (message.state, message.reason.unwrap_or_default())
}

/// Looks until it is so. Half a minute is far more than any of it takes.
async fn wait_for(what: &str, mut so: impl AsyncFnMut() -> bool) {
    for _ in 0..600 {
        if so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("waited in vain for {what}");
}

/// A Kannel of this test's own, gone with it.
struct Kannel {
    sendsms: u16,
    boxes: Vec<Child>,
    dir: TempDir,
}

impl Kannel {
    async fn start(desk: &str) -> Self {
        for program in [BEARERBOX, SMSBOX, FAKE_SMSC] {
            assert!(Path::new(program).exists(), "{program} is missing: apt-get install kannel kannel-extras");
        }
        let [admin, smsbox, sendsms, smsc] = [(); 4].map(|()| testbase::free_port());
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("kannel.conf");
        fs::write(&config, configuration(desk, dir.path(), [admin, smsbox, sendsms, smsc])).unwrap();
        let mut kannel = Self { sendsms, boxes: Vec::new(), dir };
        kannel.spawn("bearerbox", Command::new(BEARERBOX).arg(&config));
        wait_for("bearerbox", async || listens(smsbox) && listens(admin)).await;
        kannel.spawn("smsbox", Command::new(SMSBOX).arg(&config));
        wait_for("smsbox", async || listens(sendsms)).await;
        let message = format!("{} 56161 text STATUS {REFERENCE}", &MOBILE[1..]);
        let port = smsc.to_string();
        kannel.spawn("fakesmsc", Command::new(FAKE_SMSC).args(["-H", "127.0.0.1", "-r", &port, "-m", "1", &message]));
        kannel
    }

    fn spawn(&mut self, name: &str, command: &mut Command) {
        let log = fs::File::create(self.log(name)).unwrap();
        let child = command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        self.boxes.push(child);
    }

    fn log(&self, name: &str) -> PathBuf {
        self.dir.path().join(format!("{name}.log"))
    }

    fn smsc_log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.log("fakesmsc")).unwrap()).into_owned()
    }

    /// The octets of the parts of long messages, in the order in which they came.
    fn smsc_parts(&self) -> Vec<Vec<u8>> {
        let log = self.smsc_log();
        let data = log.lines().filter_map(|line| line.split_once(" udh ")?.1.split_once(" data "));
        data.map(|(_, data)| octets(data.trim_end_matches('>'))).collect()
    }

    fn smsc_saw(&self, text: &str) -> bool {
        self.smsc_log().contains(text)
    }
}

impl Drop for Kannel {
    fn drop(&mut self) {
        for child in self.boxes.iter_mut().rev() {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// Text in UCS-2 as SMS have it.
fn utf16(octets: &[u8]) -> String {
    let units: Vec<u16> = octets.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).unwrap()
}

/// The octets of what the fake SMSC prints.
fn octets(text: &str) -> Vec<u8> {
    let (mut octets, mut bytes) = (Vec::new(), text.bytes());
    while let Some(byte) = bytes.next() {
        octets.push(match byte {
            b'%' => {
                let hex: Vec<u8> = bytes.by_ref().take(2).collect();
                u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap()
            }
            b'+' => b' ',
            byte => byte,
        });
    }
    octets
}

fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

fn configuration(desk: &str, dir: &Path, [admin, smsbox, sendsms, smsc]: [u16; 4]) -> String {
    let spool = dir.join("spool");
    fs::create_dir(&spool).unwrap();
    let secret = SECRET.replace(' ', "+");
    format!(
        r#"
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = adminpw
smsbox-port = {smsbox}
smsbox-interface = 127.0.0.1
dlr-storage = internal
store-type = spool
store-location = "{spool}"

group = smsc
smsc = fake
smsc-id = fake1
allowed-smsc-id = "fake1"
port = {smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {smsbox}
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
mo-recode = true
http-request-retry = 3
http-queue-delay = 1

group = sendsms-user
username = redress
password = "send&pw +%"
default-sender = REDRESS
concatenation = true
max-messages = 4

group = sms-service
keyword = default
catch-all = true
omit-empty = true
accept-x-kannel-headers = true
get-url = "http://{desk}/hooks/sms/kannel/inbound?from=%p&to=%P&text=%a&secret={secret}"
"#,
        spool = spool.display()
    )
}

//! Servers of a test's own, for what the one that all tests share must not suffer.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::new_without_default,
    reason = "a test ends at what it does not expect, and they start servers"
)]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Runs one of the programs in `bin/` with something on its standard input, and gives what it prints.
pub fn run(program: &str, arguments: &[&str], input: &str) -> String {
    let mut child = Command::new(format!("{}/../../bin/{program}", env!("CARGO_MANIFEST_DIR")))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A directory that belongs to whom servers run as.
pub struct Home(pub String);

impl Home {
    /// An empty one.
    pub fn new() -> Self {
        Self(run("as-postgres", &["mktemp", "-d"], ""))
    }

    /// A file in it, with this text.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = format!("{}/{name}", self.0);
        run("as-postgres", &["tee", &path], text);
        path
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        run("as-postgres", &["rm", "-rf", &self.0], "");
    }
}

/// A single server that speaks TLS, with a certificate that only `authority` vouches for.
pub struct Encrypted {
    home: Home,
    /// Where it listens on this machine.
    pub port: String,
    /// A file with the certificate.
    pub authority: PathBuf,
}

impl Encrypted {
    /// Starts it.
    pub fn start() -> Self {
        let home = Home::new();
        let (key, certificate) = (format!("{}/server.key", home.0), format!("{}/server.crt", home.0));
        let subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
        let request =
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", &key, "-out"];
        let kind = ["-addext", "basicConstraints=critical,CA:FALSE"];
        let made = [&request[..], &[certificate.as_str()], &subject, &kind].concat();
        run("as-postgres", &made, "");
        let settings = format!("fsync = off\nssl = on\nssl_key_file = '{key}'\nssl_cert_file = '{certificate}'\n");
        let port = run("start-postgres", &[&format!("{}/data", home.0)], &settings);
        // Nobody gets in without encryption.
        let rules = "hostnossl all all all reject\nhostssl all all all trust\n";
        home.file("data/pg_hba.conf", rules);
        run("as-postgres", &["pg_ctl", "reload", "-s", "-D", &format!("{}/data", home.0)], "");
        // Whoever runs the test may not enter the server's directory.
        let authority = tempfile::NamedTempFile::new().unwrap().into_temp_path().keep().unwrap();
        std::fs::write(&authority, run("as-postgres", &["cat", &certificate], "")).unwrap();
        Self { home, port, authority }
    }
}

impl Drop for Encrypted {
    fn drop(&mut self) {
        run("as-postgres", &["pg_ctl", "stop", "-s", "-m", "fast", "-D", &format!("{}/data", self.home.0)], "");
        let _ = std::fs::remove_file(&self.authority);
    }
}

/// A primary and its synchronous standby.
pub struct Pair {
    dir: tempfile::TempDir,
    /// Of both, with a database to be worked with.
    pub url: String,
}

impl Pair {
    /// Starts both.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = run("pg-pair", &["start", dir.path().to_str().unwrap()], "");
        Self { dir, url }
    }

    /// Kills the primary as a power cut would.
    pub fn kill_primary(&self) {
        self.tell("kill");
    }

    /// Kills the standby, so that each commit waits for it.
    pub fn kill_standby(&self) {
        self.tell("lose");
    }

    /// Has the primary wait for nobody any more.
    pub fn go_alone(&self) {
        self.tell("alone");
    }

    /// Makes the standby take writes.
    pub fn promote_standby(&self) {
        self.tell("promote");
    }

    fn tell(&self, what: &str) {
        run("pg-pair", &[what, self.dir.path().to_str().unwrap()], "");
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.tell("stop");
    }
}

/// `PgBouncer` before a server: each transaction gets any of two connections.
pub struct Pooler {
    home: Home,
    /// The same database through it.
    pub url: String,
}

impl Pooler {
    /// Before the server of a database.
    pub fn before(url: &str) -> Self {
        let server = url.split('@').nth(1).unwrap().split('/').next().unwrap();
        let (host, server_port) = server.split_once(':').unwrap();
        let home = Home::new();
        let port = crate::free_port();
        let settings = format!(
            "[databases]\n* = host={host} port={server_port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             auth_type = any\npool_mode = transaction\ndefault_pool_size = 2\nmax_client_conn = 200\nunix_socket_dir =\n\
             pidfile = {0}/pid\nlogfile = {0}/log\n",
            home.0
        );
        let settings = settings.replace("* = host", "* = user=redress host");
        let file = home.file("pgbouncer.ini", &settings);
        run("as-postgres", &["pgbouncer", "-q", "-d", &file], "");
        let name = url.rsplit('/').next().unwrap();
        let pooler = Self { home, url: format!("postgres://redress@127.0.0.1:{port}/{name}") };
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        pooler
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let pid = run("as-postgres", &["cat", &format!("{}/pid", self.home.0)], "");
        run("as-postgres", &["kill", &pid], "");
    }
}

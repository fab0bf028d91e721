//! The program itself, as a process of its own with an environment of its own.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use testbase::Dir;

use super::{Caller, app::PASSWORD};

/// Long enough for the slowest machine; nothing waits this long unless it is broken.
const PATIENCE: Duration = Duration::from_mins(1);

/// The program, about to run in `dir`, where there is no settings file, with none of our variables set but those that
/// say where its data is.
pub fn redress(dir: &Dir, args: &[&str]) -> Command {
    prepared(Command::new(env!("CARGO_BIN_EXE_redress")), dir, args)
}

/// The same, ended after five minutes, on a machine that is busy too: what should refuse to start may serve instead.
fn bounded(dir: &Dir, args: &[&str]) -> Command {
    let mut command = Command::new("timeout");
    command.args(["300", env!("CARGO_BIN_EXE_redress")]);
    prepared(command, dir, args)
}

fn prepared(mut command: Command, dir: &Dir, args: &[&str]) -> Command {
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("REDRESS_") || name == "RUST_LOG") {
        command.env_remove(name);
    }
    let data = dir.path().join("data");
    command.args(args).current_dir(dir.path()).env("REDRESS_DATA_DIR", data).env("RUST_BACKTRACE", "0");
    command.envs(dir.database().map(|database| ("REDRESS_DATABASE_URL", database.url())));
    command
}

/// A script of the documentation, run by `sh` where `redress` is the program, until the first command that fails.
pub fn script(dir: &Dir, lines: &str, env: &[(&str, &str)]) -> Ran {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_redress")).parent().unwrap();
    let lines = format!("PATH='{}':$PATH\n{lines}", program.display());
    let mut command = prepared(Command::new("sh"), dir, &["-e", "-u", "-c", &lines]);
    Ran::of(command.envs(env.iter().copied()).stdin(Stdio::null()).output().unwrap())
}

/// Runs a command to its end.
pub fn run(dir: &Dir, args: &[&str]) -> Ran {
    Ran::of(bounded(dir, args).stdin(Stdio::null()).output().unwrap())
}

/// Runs a command to its end with something on its standard input.
pub fn run_with(dir: &Dir, args: &[&str], input: &str) -> Ran {
    let mut child =
        bounded(dir, args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    Ran::of(child.wait_with_output().unwrap())
}

/// What a command left.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The same, which must have worked; gives what it printed.
    #[track_caller]
    pub fn done(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.out
    }

    /// The same, which must have failed with one line.
    #[track_caller]
    pub fn failed(self) -> String {
        assert_eq!(self.code, Some(1), "{self:?}");
        assert_eq!(self.err.trim_end().lines().count(), 1, "one line says what and what to do: {self:?}");
        self.err
    }
}

/// What a running process has said so far.
#[derive(Default)]
struct Said {
    text: Mutex<String>,
    more: Condvar,
}

/// A running `redress serve` or `redress demo`. Killed when dropped.
pub struct Process {
    child: Child,
    said: Arc<Said>,
    readers: Vec<JoinHandle<()>>,
    pub base: String,
}

impl Process {
    /// Starts `redress serve` on a free port and waits until it listens.
    pub fn serve(dir: &Dir, env: &[(&str, &str)]) -> Self {
        let mut command = redress(dir, &["serve"]);
        command.env("REDRESS_LISTEN", "127.0.0.1:0").envs(env.iter().copied());
        Self::start(command)
    }

    /// Starts a command and waits until it says that it listens.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let said = Arc::<Said>::default();
        let readers = vec![
            listen(BufReader::new(child.stdout.take().unwrap()), &said),
            listen(BufReader::new(child.stderr.take().unwrap()), &said),
        ];
        let mut process = Self { child, said, readers, base: String::new() };
        let line = process.wait_for("listening");
        // As JSON the line goes on behind it.
        line[line.find("http").unwrap()..].trim().split('"').next().unwrap().clone_into(&mut process.base);
        process
    }

    /// Everything it has said.
    pub fn said(&self) -> String {
        self.said.text.lock().unwrap().clone()
    }

    /// The first line with these words in it, waited for.
    #[track_caller]
    pub fn wait_for(&self, words: &str) -> String {
        let until = Instant::now() + PATIENCE;
        let mut text = self.said.text.lock().unwrap();
        loop {
            if let Some(line) = text.lines().find(|line| line.contains(words)) {
                return line.to_owned();
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "no line with {words:?}: {text}");
            text = self.said.more.wait_timeout(text, left.min(Duration::from_secs(1))).unwrap().0;
        }
    }

    /// What the machine shows of it to whoever may look: how it was called and with which environment.
    pub fn seen_by_others(&self) -> Vec<(&'static str, Vec<u8>)> {
        let read = |name| (name, std::fs::read(format!("/proc/{}/{name}", self.child.id())).unwrap());
        vec![read("cmdline"), read("environ")]
    }

    /// Sends a signal by name.
    pub fn signal(&self, name: &str) {
        let id = self.child.id();
        let sent = Command::new("sh").arg("-c").arg(format!("kill -{name} {id}")).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for its end: the exit status, unless a signal ended it.
    #[track_caller]
    pub fn ended(&mut self) -> Option<i32> {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                for reader in self.readers.drain(..) {
                    reader.join().unwrap();
                }
                return status.code();
            }
            assert!(Instant::now() < until, "it does not end: {}", self.said());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends it as a service manager does, and gives what it said.
    #[track_caller]
    pub fn stop(mut self) -> String {
        self.signal("TERM");
        assert_eq!(self.ended(), Some(0), "{}", self.said());
        self.said()
    }

    /// Ends it as a power cut does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.ended();
    }

    /// A program with a token that `redress token create` prints, of a new admin.
    pub fn admin(&self, dir: &Dir) -> Caller {
        run_with(dir, &add_user("priya@isp.example", "Priya Raman", "admin"), PASSWORD).done();
        let token = run(dir, &["token", "create", "--user", "priya@isp.example", "--name", "tests"]).done();
        Caller::new(&self.base).with_token(token.trim_end())
    }

    /// The same admin with a new token.
    pub fn admin_again(&self, dir: &Dir) -> Caller {
        let token = run(dir, &["token", "create", "--user", "priya@isp.example", "--name", "again"]).done();
        Caller::new(&self.base).with_token(token.trim_end())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listen(mut from: impl BufRead + Send + 'static, said: &Arc<Said>) -> JoinHandle<()> {
    let said = said.clone();
    std::thread::spawn(move || {
        let mut line = String::new();
        while from.read_line(&mut line).is_ok_and(|read| read > 0) {
            said.text.lock().unwrap().push_str(&line);
            said.more.notify_all();
            line.clear();
        }
    })
}

/// The words of `redress user add`.
pub fn add_user<'a>(email: &'a str, name: &'a str, role: &'a str) -> [&'a str; 9] {
    ["user", "add", "--email", email, "--name", name, "--role", role, "--password-stdin"]
}

//! The program itself, as processes.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Of processor time, in a second: `USER_HZ`, which is 100 on every Linux.
const TICKS: f64 = 100.0;

/// Whose password is asked for by no benchmark but those that log in.
pub const PASSWORD: &str = "correct horse battery";

/// Where a desk's data is, and its settings beside that: all that a command of the program needs.
#[derive(Clone)]
pub struct Desk {
    data: PathBuf,
    settings: Vec<(String, String)>,
}

impl Desk {
    pub fn new(data: &Path) -> Self {
        Self { data: data.to_owned(), settings: Vec::new() }
    }

    /// The same with another setting, by the name of its environment variable.
    pub fn with(mut self, variable: &str, value: &str) -> Self {
        self.settings.push((variable.to_owned(), value.to_owned()));
        self
    }

    pub fn data(&self) -> &Path {
        &self.data
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.args(args).arg("--data-dir").arg(&self.data).envs(self.settings.iter().cloned());
        command
    }

    /// Runs a command to its end, with something on its standard input, and gives what it printed.
    pub fn run(&self, args: &[&str], input: &str) -> String {
        let mut child = self.command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let out = child.wait_with_output().unwrap();
        assert!(out.status.success(), "{args:?}");
        String::from_utf8(out.stdout).unwrap().trim().to_owned()
    }

    /// Adds an admin, and gives a token of theirs.
    pub fn admin(&self, name: &str) -> String {
        let email = format!("{name}@isp.example");
        let add = ["user", "add", "--email", &email, "--name", name, "--role", "admin", "--password-stdin"];
        self.run(&add, PASSWORD);
        self.token(&email)
    }

    /// A token of somebody who is there.
    pub fn token(&self, email: &str) -> String {
        self.run(&["token", "create", "--user", email, "--name", "bench"], "")
    }

    /// Serves.
    pub fn serve(&self) -> Server {
        Server::start(self.clone())
    }
}

/// The program, serving. Killed when dropped.
pub struct Server {
    child: Child,
    pub base: String,
    pub desk: Desk,
}

impl Server {
    fn start(desk: Desk) -> Self {
        std::fs::create_dir_all(&desk.data).unwrap();
        let mut log = File::create(desk.data.join("log")).unwrap();
        let serve = ["serve", "--listen", "127.0.0.1:0"];
        let mut child = desk.command(&serve).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.find_map(|line| line.ok().filter(|line| line.contains("listening"))).unwrap();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                writeln!(log, "{line}").unwrap();
            }
        });
        let base = line[line.find("http://").unwrap()..].trim().to_owned();
        Self { child, base, desk }
    }

    /// Ends it as a service manager does, and starts it over what it has stored.
    pub fn again(mut self) -> Self {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
        self.child.wait().unwrap();
        self.desk.serve()
    }

    /// Ends it as a power cut does.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Seconds of processor time so far, of threads that have ended as well.
    pub fn processor(&self) -> f64 {
        processor(self.child.id())
    }

    /// Resident memory in MiB.
    pub fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn processor(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let ticks = stat[stat.rfind(')').unwrap()..].split(' ').skip(12).take(2);
    ticks.map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / TICKS
}

/// The program that is measured: the one built beside the benchmark, unless `REDRESS_BENCH_PROGRAM` names another. So the one
/// that is released can be measured by a benchmark that was built in less time.
fn program() -> PathBuf {
    std::env::var_os("REDRESS_BENCH_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_redress").into()).into()
}

/// Fills `data` with so many tickets of a made-up ISP, unless that was done before.
pub fn fill(data: &Path, tickets: usize) {
    if data.join("redress.db").exists() {
        return;
    }
    std::fs::create_dir_all(data.parent().unwrap()).unwrap();
    let fill = ["demo", "--no-serve", "--tickets", &tickets.to_string(), "--keep", data.to_str().unwrap()];
    let began = Instant::now();
    assert!(Command::new(program()).args(fill).status().unwrap().success());
    println!("{tickets} tickets filled, {:.0}/s", tickets as f64 / began.elapsed().as_secs_f64());
}

/// Waits until something holds, looking every tenth of a second, and tells how long it took; `None` after so long.
pub fn wait(most: Duration, mut holds: impl FnMut() -> bool) -> Option<Duration> {
    let began = Instant::now();
    while !holds() {
        if began.elapsed() > most {
            return None;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Some(began.elapsed())
}

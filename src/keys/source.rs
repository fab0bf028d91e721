//! Where the key ring comes from.

use std::{
    fs,
    io::Read,
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use anyhow::{Context, bail};
use rustix::{
    io::retry_on_intr,
    process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid},
};
use secrecy::{ExposeSecret, SecretString};
use vault::{Vault, Zeroizing};

/// What a command may take to print the ring.
const PATIENCE: Duration = Duration::from_secs(30);
/// More is no ring.
const MAX_BYTES: u64 = 64 * 1024;

/// Where the key ring comes from.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// A file that Redress makes and changes itself.
    File(PathBuf),
    /// The text of one, as a setting: an environment variable, most likely.
    Text(SecretString),
    /// A file that the service manager hands over, with the name that it knows it by. Who may read it is the manager's care.
    Credential(PathBuf),
    /// What a command prints: of a key management service or a hardware module.
    Command(String),
}

impl KeySource {
    /// The file, if it is one that Redress may change.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Text(_) | Self::Credential(_) | Self::Command(_) => None,
        }
    }

    /// What people know it by; no secret.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) | Self::Credential(path) => path.display().to_string(),
            Self::Text(_) => "key_ring".to_owned(),
            Self::Command(_) => "key_command".to_owned(),
        }
    }

    /// Opens the ring. `recorded` is the fingerprint beside the data; a file is made where there is no data yet.
    ///
    /// # Errors
    /// One sentence that says what is wrong and what to do.
    pub fn open(&self, recorded: Option<&[u8]>) -> anyhow::Result<Vault> {
        if let Self::File(path) = self {
            return Ok(Vault::open_or_create(path, recorded)?);
        }
        let vault = self.read()?;
        if recorded.is_some_and(|recorded| recorded != vault.fingerprint()) {
            bail!("the keys of {} belong to other data: correct the setting", self.name());
        }
        Ok(vault)
    }

    /// Reads the ring that is there, and makes none.
    ///
    /// # Errors
    /// One sentence that says what is wrong and what to do.
    pub fn read(&self) -> anyhow::Result<Vault> {
        match self {
            Self::File(path) => Ok(Vault::open(path)?),
            Self::Text(_) | Self::Credential(_) | Self::Command(_) => {
                Ok(Vault::from_text(&self.text()?, &self.name())?)
            }
        }
    }

    /// Takes up what has changed there.
    ///
    /// # Errors
    /// One sentence that says what is wrong and what to do; the keys stay as they were.
    pub fn reload(&self, vault: &Vault) -> anyhow::Result<()> {
        match self {
            Self::File(path) => Ok(vault.reload(path)?),
            // It cannot have changed.
            Self::Text(_) => Ok(()),
            Self::Credential(_) | Self::Command(_) => Ok(vault.reload_text(&self.text()?, &self.name())?),
        }
    }

    /// Something that is another whenever a file has changed.
    pub(super) fn stamp(&self) -> Option<(u64, i64, i64)> {
        let (Self::File(path) | Self::Credential(path)) = self else { return None };
        fs::metadata(path).ok().map(|meta| (meta.ino(), meta.mtime(), meta.mtime_nsec()))
    }

    fn text(&self) -> anyhow::Result<Zeroizing<Vec<u8>>> {
        match self {
            Self::File(path) | Self::Credential(path) => {
                let file =
                    fs::File::open(path).with_context(|| format!("cannot read the keys in {}", path.display()))?;
                read(file).with_context(|| format!("cannot read the keys in {}", path.display()))
            }
            Self::Text(text) => Ok(Zeroizing::new(text.expose_secret().as_bytes().to_vec())),
            Self::Command(command) => printed(command, PATIENCE),
        }
    }
}

fn read(from: impl Read) -> std::io::Result<Zeroizing<Vec<u8>>> {
    // Room from the start: growing would leave keys in freed memory.
    let mut text = Zeroizing::new(Vec::with_capacity(2 * 64 * 1024));
    from.take(MAX_BYTES + 1).read_to_end(&mut text)?;
    Ok(text)
}

/// What a command prints that ends within `patience`. Its standard error goes where ours goes. One that takes longer is
/// killed, and with it what it has started.
fn printed(command: &str, patience: Duration) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let started = Command::new("/bin/sh")
        .args(["-c", command])
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn();
    let mut child = started.context("key_command cannot be run")?;
    let Some(out) = child.stdout.take() else { bail!("key_command cannot be run") };
    let group = Pid::from_child(&child);
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let text = read(out);
        // Left for `wait` below: until then nothing else can have the number that is killed by.
        let _ = retry_on_intr(|| waitid(WaitId::Pid(group), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT));
        drop(send.send(text));
    });
    let text = receive.recv_timeout(patience);
    if text.is_err()
        && let Err(error) = kill_process_group(group, Signal::KILL)
    {
        // It runs as somebody else. Whenever it ends, it must be waited for: a dead child each minute would be left otherwise.
        std::thread::spawn(move || child.wait());
        let seconds = patience.as_secs();
        return Err(error).with_context(|| format!("key_command did not end within {seconds} s and cannot be killed"));
    }
    let status = child.wait().context("key_command cannot be waited for")?;
    let Ok(text) = text else {
        bail!("key_command did not end within {} s and was killed, with all that it started", patience.as_secs());
    };
    if !status.success() {
        bail!("key_command failed ({status}): see what it says, or run it by hand");
    }
    text.context("what key_command prints cannot be read")
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn command(line: &str) -> KeySource {
        KeySource::Command(line.to_owned())
    }

    #[test]
    fn a_ring_comes_from_a_command_a_credential_or_a_setting() {
        let dir = testbase::Dir::new();
        let (path, other) = (dir.path().join("keys"), dir.path().join("other"));
        let made = KeySource::File(path.clone()).open(None).unwrap();
        KeySource::File(other.clone()).open(None).unwrap();
        let print = made.fingerprint();
        let text = fs::read_to_string(&path).unwrap();
        let line = format!("cat '{}'", path.display());
        for source in [command(&line), KeySource::Credential(path), KeySource::Text(text.into())] {
            assert_eq!(source.open(Some(&print)).unwrap().fingerprint(), print, "{source:?}");
            source.reload(&made).unwrap();
        }
        let wrong = KeySource::Credential(other).open(Some(&print)).unwrap_err().to_string();
        assert!(wrong.contains("belong to other data"), "{wrong}");
    }

    /// Something that was killed and that nobody has waited for yet has no command line any more.
    fn lives(process: &str) -> bool {
        fs::read(format!("/proc/{process}/cmdline")).is_ok_and(|line| !line.is_empty())
    }

    #[test]
    fn a_command_that_hangs_is_killed_with_all_that_it_started() {
        let dir = testbase::Dir::new();
        // One that holds its output open, and one that has closed it.
        for (name, before) in [("open", ""), ("closed", "exec >&-; ")] {
            let path = dir.path().join(name);
            let line = format!("{before}sleep 1000 & echo $$ $! >'{}'; wait", path.display());
            // On a slow machine it may not have got so far.
            let written = [1, 4, 16, 60].into_iter().find_map(|seconds| {
                let error = printed(&line, Duration::from_secs(seconds)).unwrap_err().to_string();
                let said =
                    format!("key_command did not end within {seconds} s and was killed, with all that it started");
                assert_eq!(error, said, "{name}");
                let processes = fs::read_to_string(&path).unwrap_or_default();
                (processes.split_whitespace().count() == 2).then_some(processes)
            });
            let processes = written.unwrap_or_else(|| panic!("{name}: it never wrote its processes"));
            let until = Instant::now() + Duration::from_mins(1);
            while processes.split_whitespace().any(lives) {
                assert!(Instant::now() < until, "{name}: of {processes} one lives on");
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }

    #[test]
    fn a_command_that_fails_says_so_and_gives_nothing_away() {
        for (line, words) in
            [("exit 3", "key_command failed (exit status: 3)"), ("echo hush", "key_command is not a key file")]
        {
            let error = format!("{:#}", command(line).open(None).unwrap_err());
            assert!(error.contains(words) && !error.contains("hush"), "{line}: {error}");
        }
        assert!(!format!("{:?}", KeySource::Text("hush".to_owned().into())).contains("hush"));
    }
}

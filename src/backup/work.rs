//! A directory for what is not finished yet, beside where it is to be, so that it can be moved there in one step.

use std::{
    fs::{self, File, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context;
use tempfile::TempDir;

const PREFIX: &str = ".redress-unfinished-";
/// A directory that is younger may not have been locked yet.
const YOUNG: Duration = Duration::from_mins(1);

/// For its owner only, and gone when it is dropped. One of a program that was killed goes when the next one begins.
#[derive(Debug)]
pub struct Work {
    dir: TempDir,
    /// Says for as long as it lives that somebody works there.
    _lock: Option<File>,
}

impl Work {
    /// A new one in a directory that is there.
    ///
    /// # Errors
    /// One sentence that says what failed and what to do.
    pub fn beside(place: &Path) -> anyhow::Result<Self> {
        // What a name without a directory is in.
        let place = if place.as_os_str().is_empty() { Path::new(".") } else { place };
        sweep(place);
        let made = tempfile::Builder::new().prefix(PREFIX).permissions(Permissions::from_mode(0o700)).tempdir_in(place);
        let dir =
            made.with_context(|| format!("cannot write to {}; name a directory that can be written", place.display()))?;
        // Some network file systems have no locks; then nothing is swept there either.
        let lock = File::open(dir.path()).ok().filter(|file| file.try_lock().is_ok());
        Ok(Self { dir, _lock: lock })
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

/// Removes what killed programs have left.
fn sweep(place: &Path) {
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        let old = || {
            entry.metadata().and_then(|meta| meta.modified()).is_ok_and(|at| at.elapsed().is_ok_and(|age| age > YOUNG))
        };
        if ours && old() && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            // Whoever may not remove it leaves it.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// The directory that a file is in.
pub(super) fn directory(file: &Path) -> &Path {
    file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Moves a file to its place in the same file system, and makes that last. Unless `replace`, it refuses to take the place of
/// another.
///
/// # Errors
/// One sentence that says what failed and what to do.
pub(super) fn settle(file: &Path, to: &Path, replace: bool) -> anyhow::Result<()> {
    let failed = || format!("cannot write {}", to.display());
    File::open(file).and_then(|file| file.sync_all()).with_context(failed)?;
    let path = tempfile::TempPath::try_from_path(file).with_context(failed)?;
    let moved = if replace { path.persist(to) } else { path.persist_noclobber(to) };
    moved.map_err(|error| error.error).with_context(failed)?;
    File::open(directory(to)).and_then(|dir| dir.sync_all()).with_context(failed)
}

#[cfg(test)]
mod tests {
    use std::fs::FileTimes;

    use super::*;

    fn left(place: &Path) -> usize {
        fs::read_dir(place).unwrap().count()
    }

    #[test]
    fn what_a_killed_program_left_goes_with_the_next_and_what_is_in_use_stays() {
        let dir = testbase::Dir::new();
        let old = |path: &Path| {
            let before = std::time::UNIX_EPOCH + Duration::from_hours(1);
            File::open(path).unwrap().set_times(FileTimes::new().set_modified(before)).unwrap();
        };
        let killed = dir.path().join(format!("{PREFIX}killed"));
        fs::create_dir(&killed).unwrap();
        fs::write(killed.join("desk.db"), "half").unwrap();
        let (strange, young) = (dir.path().join("strange"), dir.path().join(format!("{PREFIX}young")));
        fs::create_dir(&strange).unwrap();
        fs::create_dir(&young).unwrap();
        let used = Work::beside(dir.path()).unwrap();
        for path in [&killed, &strange, used.dir.path()] {
            old(path);
        }
        let next = Work::beside(dir.path()).unwrap();
        assert!(!killed.exists() && strange.exists() && young.exists() && used.dir.path().exists());
        assert_eq!(fs::metadata(next.dir.path()).unwrap().permissions().mode() & 0o777, 0o700);
        drop((used, next));
        assert_eq!(left(dir.path()), 2);
    }

    #[test]
    fn a_file_that_is_there_is_replaced_only_on_request() {
        let dir = testbase::Dir::new();
        let to = dir.path().join("it");
        for (text, replace, kept) in [("one", false, "one"), ("two", false, "one"), ("three", true, "three")] {
            let work = Work::beside(dir.path()).unwrap();
            fs::write(work.file("new"), text).unwrap();
            assert_eq!(settle(&work.file("new"), &to, replace).is_ok(), text == kept);
            assert_eq!(fs::read_to_string(&to).unwrap(), kept);
        }
    }
}

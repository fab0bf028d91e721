//! Manual pages and completions, as packages ship them.

use std::{
    fs,
    process::{Command, Stdio},
};

use crate::support::{
    Dir,
    process::{run, script},
};

/// groff says on standard error what of a page it does not understand.
#[test]
fn every_manual_page_can_be_set() {
    let dir = Dir::new();
    run(&dir, &["man", "pages/man1"]).done();
    let pages: Vec<_> =
        fs::read_dir(dir.path().join("pages/man1")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(pages.len() > 25, "{pages:?}");
    for page in pages {
        let mut groff = Command::new("groff");
        groff.args(["-Kutf8", "-man", "-ww", "-Tutf8", "-rLL=100n", "-P-cbu"]).arg(&page).stdin(Stdio::null());
        let set = groff.output().expect("groff is missing: run bin/setup");
        let (text, faults) = (String::from_utf8_lossy(&set.stdout), String::from_utf8_lossy(&set.stderr));
        assert!(faults.is_empty(), "{}: {faults}", page.display());
        let name = page.file_stem().unwrap().to_str().unwrap();
        assert!(text.contains("NAME") && text.contains("SYNOPSIS") && text.contains(name), "{name}: {text}");
    }
    let program = run(&dir, &["man"]).done();
    assert_eq!(program.as_bytes(), fs::read(dir.path().join("pages/man1/redress.1")).unwrap());
}

/// What bash offers behind the words of a line, the last of which is not finished.
fn offered(dir: &Dir, words: &[&str]) -> Vec<String> {
    let lines = format!(
        ". ./redress.bash\nCOMP_WORDS=({})\nCOMP_CWORD={}\n_redress redress \"${{COMP_WORDS[COMP_CWORD]}}\" \
         \"${{COMP_WORDS[COMP_CWORD-1]}}\"\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"",
        words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" "),
        words.len() - 1
    );
    let ran = Command::new("bash").args(["-c", &lines]).current_dir(dir.path()).output().unwrap();
    assert!(ran.stderr.is_empty(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn shells_complete_commands_and_flags() {
    let dir = Dir::new();
    for shell in ["bash", "zsh", "fish"] {
        let printed = run(&dir, &["completions", shell]).done();
        for words in ["doctor", "thorough", "sms-gateway", "data-dir"] {
            assert!(printed.contains(words), "{shell}: {words}");
        }
        assert!(printed.len() < 300_000, "{shell}: {} bytes are loaded at each start", printed.len());
        fs::write(dir.path().join(format!("redress.{shell}")), printed).unwrap();
    }
    assert_eq!(offered(&dir, &["redress", "doc"]), ["doctor"]);
    assert_eq!(offered(&dir, &["redress", "user", "ad"]), ["add"]);
    assert_eq!(offered(&dir, &["redress", "doctor", "--th"]), ["--thorough"]);
    assert_eq!(offered(&dir, &["redress", "--sms-gatew"]), ["--sms-gateway"]);
    assert!(offered(&dir, &["redress", "completions", ""]).contains(&"fish".to_owned()));
    assert_eq!(script(&dir, "redress completions tcsh 2>/dev/null || echo $?", &[]).done(), "2\n");
}

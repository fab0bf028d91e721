//! `redress man`: manual pages, one for each command, made from what `--help` says.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::{Arg, ArgMatches, Command, ValueHint};
use clap_mangen::{
    Man,
    roff::{Roff, bold, italic, roman},
};

use super::{Failure, command as whole};

/// The command.
pub fn command() -> Command {
    let dir = Arg::new("dir").value_name("DIR").value_parser(clap::value_parser!(PathBuf));
    Command::new("man")
        .about("Print the manual page, or write one for each command into a directory")
        .arg(dir.value_hint(ValueHint::DirPath).help("Where to; it is made where it is not there"))
}

/// Prints the page of the program, or writes all of them.
pub fn run(args: &ArgMatches) -> Result<(), Failure> {
    let pages = pages(&whole())?;
    let Some(dir) = args.get_one::<PathBuf>("dir") else {
        let (_, page) = pages.first().context("there is no page")?;
        return Ok(io::stdout().write_all(page)?);
    };
    Ok(write(&pages, dir)?)
}

fn write(pages: &[(String, Vec<u8>)], dir: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    for (name, page) in pages {
        let path = dir.join(name);
        fs::write(&path, page).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// The pages with the names of their files, that of the program first.
fn pages(command: &Command) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut command = command.clone();
    command.build();
    let mut pages = Vec::new();
    collect(&command, true, &mut pages)?;
    Ok(pages)
}

fn collect(command: &Command, is_program: bool, pages: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    let man = Man::new(command.clone()).manual("Redress").source(concat!("redress ", env!("CARGO_PKG_VERSION")));
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    if is_program {
        synopsis().to_writer(&mut page)?;
    } else {
        man.render_synopsis_section(&mut page)?;
    }
    man.render_description_section(&mut page)?;
    if is_program {
        settings().to_writer(&mut page)?;
    }
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    if is_program {
        around().to_writer(&mut page)?;
    } else {
        elsewhere().to_writer(&mut page)?;
    }
    pages.push((man.get_filename(), page));
    command.get_subcommands().try_for_each(|inner| collect(inner, false, pages))
}

/// In short: what is made from the flags would name every setting.
fn synopsis() -> Roff {
    let mut page = Roff::new();
    page.control("SH", ["SYNOPSIS"]).text([
        bold("redress"),
        roman(" [--config "),
        italic("FILE"),
        roman("] [--"),
        italic("SETTING VALUE"),
        roman("]... ["),
        italic("COMMAND"),
        roman("]"),
    ]);
    page
}

fn settings() -> Roff {
    let mut page = Roff::new();
    page.control("PP", [])
        .text([roman(
            "Without a command, or with serve, it serves pages, a JSON API and background work until SIGTERM. All other \
             commands work beside a running server.",
        )])
        .control("PP", [])
        .text([roman(
            "Settings come from flags, then from variables (REDRESS_SMS_SENDER for sms.sender), then from a file: the \
             one of --config, of REDRESS_CONFIG, or redress.toml in the working directory.",
        )]);
    page
}

fn around() -> Roff {
    let mut page = Roff::new();
    page.control("SH", ["EXIT STATUS"]).text([roman(
        "0 where it worked, 1 where it failed, 2 where usage or settings are wrong. Each fault is a line on standard error.",
    )]);
    page.control("SH", ["SIGNALS"]).text([roman(
        "SIGTERM and SIGINT stop a server within ten seconds, with what is in flight finished. SIGHUP has it look at its \
         certificate files at once.",
    )]);
    page.control("SH", ["FILES"]);
    for (file, what) in [
        ("/etc/redress/redress.toml", "The settings of the service."),
        ("/var/lib/redress/redress.db", "The database, where it is a file."),
        (
            "/var/lib/redress/redress.key",
            "The keys. Without them nobody can read what is personal, and nobody can make them anew.",
        ),
    ] {
        page.control("TP", []).text([italic(file)]).text([roman(what)]);
    }
    page.control("SH", ["EXAMPLES"]).control("nf", []);
    for example in ["doctor", "user list"] {
        page.text([roman(format!("sudo -u redress redress --config /etc/redress/redress.toml {example}"))]);
    }
    page.control("fi", []);
    page.control("SH", ["SEE ALSO"]).text([italic("/usr/share/doc/redress/")]);
    page
}

fn elsewhere() -> Roff {
    let mut page = Roff::new();
    page.control("SH", ["SETTINGS"]).text([
        roman("Every setting is a flag here too, --data-dir among them: see "),
        bold("redress"),
        roman("(1), which has them all, with the exit status."),
    ]);
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(command: &Command, each: &mut impl FnMut(&Command)) {
        each(command);
        command.get_subcommands().for_each(|inner| walk(inner, each));
    }

    #[test]
    fn every_command_and_every_flag_says_what_it_is_for() {
        let mut command = whole();
        command.build();
        let (mut commands, mut silent) = (0, Vec::new());
        walk(&command, &mut |command| {
            commands += 1;
            let name = command.get_display_name().unwrap_or_default().to_owned();
            if command.get_about().is_none_or(|about| about.to_string().trim().is_empty()) {
                silent.push(name.clone());
            }
            let wordless = command
                .get_arguments()
                .filter(|arg| arg.get_help().is_none_or(|help| help.to_string().trim().is_empty()));
            silent.extend(wordless.map(|arg| format!("{name} {}", arg.get_id())));
        });
        assert!(commands > 25, "the walk has lost its way: {commands}");
        assert_eq!(silent, Vec::<String>::new());
    }

    #[test]
    fn each_command_has_a_page_that_names_it_and_its_flags() {
        let mut command = whole();
        command.build();
        let mut wanted = Vec::new();
        walk(&command, &mut |command| {
            wanted.push(format!("{}.1", command.get_display_name().unwrap_or(command.get_name())));
        });
        let pages = pages(&whole()).unwrap();
        let names: Vec<_> = pages.iter().map(|(name, _)| name.clone()).collect();
        assert_eq!(names, wanted);
        assert!(names[0] == "redress.1" && names.contains(&"redress-user-add.1".to_owned()), "{names:?}");
        let page = |name: &str| {
            let (_, page) = pages.iter().find(|(known, _)| known == name).unwrap();
            String::from_utf8(page.clone()).unwrap().replace('\\', "")
        };
        for words in ["--sms-gateway", "redress-doctor(1)", "EXIT STATUS", "SIGHUP", "/var/lib/redress/redress.key"] {
            assert!(page("redress.1").contains(words), "{words}");
        }
        let doctor = page("redress-doctor.1");
        assert!(doctor.contains("--thorough") && !doctor.contains("--sms-gateway"), "{doctor}");
    }
}

//! The command line: one file for each command.

mod audit;
mod backup;
mod clients_import;
mod completions;
mod config_check;
mod db;
mod demo;
mod doctor;
mod health;
mod key;
mod log;
mod manual;
mod openapi;
mod panics;
mod privacy;
mod progress;
mod restore;
mod serve;
mod staff;
mod tickets_import;
pub mod token;
pub mod user;
mod webhook;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::{Arg, ArgMatches, Command, ValueHint, builder::NonEmptyStringValueParser};

use crate::{
    app::App,
    clock::Clock,
    config::{Config, Key, Sources, exposed, keys},
    data,
    fault::Fault,
};

/// What a command that did not work ends with.
enum Failure {
    /// Wrong usage or settings: exit status 2, one line each.
    Usage(Vec<String>),
    /// It failed: exit status 1.
    Failed(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// How long threads that still wait for a disk may keep a process that has done its work.
const LEFT_OVER: Duration = Duration::from_secs(1);

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    panics::tell_the_place();
    let matches = command().get_matches();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&format!("cannot start: {error}")),
    };
    let done = runtime.block_on(run(&matches));
    if matches.subcommand_name() == Some("doctor") {
        // It has given up what did not answer, such as the look-up of a name. Nobody waits for that to end.
        runtime.shutdown_background();
    } else {
        // All that matters has ended. A file system that hangs would keep this process for ever.
        runtime.shutdown_timeout(LEFT_OVER);
    }
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(lines)) => {
            for line in lines {
                say(&line);
            }
            ExitCode::from(2)
        }
        Err(Failure::Failed(error)) => failed(&format!("{error:#}")),
    }
}

#[expect(clippy::print_stderr, reason = "this is the command line's standard error")]
fn say(line: &str) {
    eprintln!("redress: {line}");
}

fn failed(line: &str) -> ExitCode {
    say(line);
    ExitCode::FAILURE
}

async fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let sources = sources(matches);
    match matches.subcommand() {
        None | Some(("serve", _)) => serve::serve(checked(&sources)?, &exposed(&sources)).await,
        Some(("demo", args)) => demo::demo(&sources, args).await,
        Some(("user", args)) => staff::run_user(&sources, args).await,
        Some(("token", args)) => staff::run_token(&sources, args).await,
        Some(("clients", args)) => match args.subcommand() {
            Some(("import", args)) => clients_import::import(&sources, args).await,
            Some(("export", args)) => privacy::export(&sources, args).await,
            Some(("erase", args)) => privacy::erase(&sources, args).await,
            _ => Ok(()),
        },
        Some(("tickets", args)) => tickets_import::run(&sources, args).await,
        Some(("config", args)) => match args.subcommand() {
            Some(("hook-address", _)) => config_check::hook_address(checked(&sources)?).await,
            _ => config_check::check(&sources),
        },
        Some(("audit", args)) => match args.subcommand() {
            Some(("verify", args)) => audit::verify(&sources, args).await,
            _ => Ok(()),
        },
        Some(("retention", args)) => match args.subcommand() {
            Some(("purge", _)) => privacy::purge(&sources).await,
            _ => privacy::plan(&sources).await,
        },
        Some(("backup", args)) => backup::backup(&sources, args).await,
        Some(("restore", args)) => restore::restore(&sources, args).await,
        Some(("key", args)) => key::run(&sources, args).await,
        Some(("webhook", _)) => webhook::on(checked(&sources)?).await,
        Some(("openapi", _)) => openapi::print(),
        Some(("doctor", args)) => doctor::doctor(&sources, args).await,
        Some(("health", args)) => health::health(&sources, args).await,
        Some(("completions", args)) => completions::print(args),
        Some(("man", args)) => manual::run(args),
        Some(("db", args)) => match args.subcommand() {
            Some(("copy", args)) => db::copy(&sources, args).await,
            _ => db::migrate(&sources).await,
        },
        Some((other, _)) => Err(Failure::Usage(vec![format!("there is no command {other}")])),
    }
}

/// Puts on record what a command does to clients, or by a file: nobody of the staff does it.
async fn on_record(app: &App, what: crate::audit::Clients) -> Result<(), Fault> {
    let (vault, clock, event) = (app.vault.clone(), app.clock.clone(), crate::audit::Event::Clients(what));
    app.db.write(move |tx| crate::audit::record(tx, &vault, &clock, None, &event).map(drop)).await
}

#[expect(clippy::print_stdout, reason = "this is the command line's standard output")]
fn out(line: &str) {
    println!("{line}");
}

fn checked(sources: &Sources) -> Result<Config, Failure> {
    Config::check(sources).map_err(Failure::Usage)
}

/// Opens the desk that is there, for a command that works beside a running server. A mistyped directory would otherwise
/// become a new empty desk that nobody asked for.
async fn open(config: Config) -> Result<App, Failure> {
    match no_desk(&config)? {
        Some(error) => Err(error.into()),
        None => Ok(App::open(config, Clock::system()).await?),
    }
}

/// That there is none, if so.
fn no_desk(config: &Config) -> anyhow::Result<Option<anyhow::Error>> {
    if !config.has_desk() {
        let place = absolute(&config.data_dir);
        let none =
            anyhow::anyhow!("there is no desk in {place}; name its directory with --data-dir or REDRESS_DATA_DIR");
        return Ok(Some(none));
    }
    let url = config.database_url.to_string();
    let none = || anyhow::anyhow!("there is no desk in {url}; correct database_url, or start redress serve once");
    Ok((!data::has_schema(config)?).then(none))
}

/// The same, making a desk where there is none, and saying so.
async fn open_or_make(config: Config) -> Result<App, Failure> {
    let url = &config.database_url;
    let place = url.file().map_or_else(|| url.to_string(), |_| absolute(&config.data_dir));
    let new = !config.has_desk() || !data::has_schema(&config)?;
    let app = App::open(config, Clock::system()).await?;
    if new {
        say(&format!("made a new desk in {place}"));
    }
    Ok(app)
}

fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}

fn sources(matches: &ArgMatches) -> Sources {
    let (mut flags, mut file) = (BTreeMap::new(), None);
    let mut innermost = matches;
    loop {
        file = innermost.get_one::<PathBuf>("config").or(file);
        for key in keys() {
            if let Ok(Some(value)) = innermost.try_get_one::<String>(key.name) {
                flags.insert(key.name.to_owned(), value.clone());
            }
        }
        match innermost.subcommand() {
            Some((_, inner)) => innermost = inner,
            None => break,
        }
    }
    Sources::read(flags, file.map(PathBuf::as_path))
}

/// Every command takes every setting. Only the program's own help lists them, so that a command's help is its own.
fn with_settings(command: Command, hide: bool) -> Command {
    let mut command = command.arg(settings_file().hide(hide)).args(keys().map(|key| setting(key).hide(hide)));
    if hide {
        command = command.after_help("Every setting is a flag here too, --data-dir among them: see `redress --help`.");
    }
    command.mut_subcommands(|inner| with_settings(inner, true))
}

fn settings_file() -> Arg {
    Arg::new("config")
        .long("config")
        .value_name("FILE")
        .value_parser(clap::value_parser!(PathBuf))
        .value_hint(ValueHint::FilePath)
        .help("Settings file; default: redress.toml in the working directory")
}

fn setting(key: Key) -> Arg {
    let default = if key.default.is_empty() { String::new() } else { format!(" [default: {}]", key.default) };
    Arg::new(key.name)
        .long(key.flag())
        .value_name("VALUE")
        .value_parser(NonEmptyStringValueParser::new())
        .help(format!("{}{default}", key.help))
        .help_heading("Settings")
        .hide_short_help(key.name.contains('.'))
}

fn command() -> Command {
    with_settings(commands(), false)
}

fn commands() -> Command {
    Command::new("redress")
        .about("The billing-complaint desk for Internet service providers")
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_subcommand(true)
        .subcommand(
            Command::new("serve").about("Serve pages, API and background work until SIGTERM (also without a command)"),
        )
        .subcommand(demo::command())
        .subcommand(clients_import::command())
        .subcommand(staff::user_command())
        .subcommand(staff::token_command())
        .subcommand(tickets_import::command())
        .subcommand(
            Command::new("config")
                .about("Look at the settings")
                .subcommand_required(true)
                .subcommand(Command::new("check").about("Print the effective settings and every fault"))
                .subcommand(
                    Command::new("hook-address")
                        .about("Print the address for your gateway's inbound SMS, with its secret"),
                ),
        )
        .subcommands([backup::command(), restore::command(), key::command(), audit::command()])
        .subcommands([privacy::retention_command(), webhook::command()])
        .subcommands([doctor::command(), health::command()])
        .subcommand(Command::new("openapi").about("Print the OpenAPI document"))
        .subcommands([completions::command(), manual::command()])
        .subcommand(db::command())
}

fn required(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).required(true).help(help)
}

fn text(args: &ArgMatches, name: &str) -> String {
    args.get_one::<String>(name).cloned().unwrap_or_default()
}

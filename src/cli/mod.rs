//! The command line: one file for each command.

mod audit;
mod clients_import;
mod config_check;
mod db;
mod demo;
mod key;
mod openapi;
mod panics;
mod privacy;
mod progress;
mod serve;
mod tickets_import;
pub mod token;
pub mod user;
mod webhook;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Arg, ArgAction, ArgMatches, Command, builder::NonEmptyStringValueParser};

use crate::{
    app::App,
    clock::Clock,
    config::{Config, Sources, exposed, keys},
    data,
    staff::{Role, Scope},
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

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    panics::tell_the_place();
    let matches = command().get_matches();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&format!("cannot start: {error}")),
    };
    match runtime.block_on(run(&matches)) {
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
        Some(("user", args)) => user_command(&sources, args).await,
        Some(("token", args)) => token_command(&sources, args).await,
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
        Some(("key", args)) => key::run(&sources, args).await,
        Some(("webhook", _)) => webhook::on(checked(&sources)?).await,
        Some(("openapi", _)) => openapi::print(),
        Some(("db", args)) => match args.subcommand() {
            Some(("copy", args)) => db::copy(&sources, args).await,
            _ => db::migrate(&sources),
        },
        Some((other, _)) => Err(Failure::Usage(vec![format!("there is no command {other}")])),
    }
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
    let mut command = command.arg(
        Arg::new("config")
            .long("config")
            .value_name("FILE")
            .value_parser(clap::value_parser!(PathBuf))
            .help("Settings file; default: redress.toml in the working directory")
            .hide(hide),
    );
    for key in keys() {
        let default = if key.default.is_empty() { String::new() } else { format!(" [default: {}]", key.default) };
        command = command.arg(
            Arg::new(key.name)
                .long(key.flag())
                .value_name("VALUE")
                .value_parser(NonEmptyStringValueParser::new())
                .help(format!("{}{default}", key.help))
                .help_heading("Settings")
                .hide_short_help(key.name.contains('.'))
                .hide(hide),
        );
    }
    if hide {
        command = command.after_help("Every setting is a flag here too, --data-dir among them: see `redress --help`.");
    }
    command.mut_subcommands(|inner| with_settings(inner, true))
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
        .subcommand(tickets_import::command())
        .subcommand(users_command())
        .subcommand(tokens_command())
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
        .subcommand(key::command())
        .subcommand(audit::command())
        .subcommand(privacy::retention_command())
        .subcommand(webhook::command())
        .subcommand(Command::new("openapi").about("Print the OpenAPI document"))
        .subcommand(db::command())
}

fn required(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).required(true).help(help)
}

fn stdin_flag() -> Arg {
    Arg::new("password-stdin")
        .long("password-stdin")
        .action(ArgAction::SetTrue)
        .help("Read the password from standard input")
}

fn users_command() -> Command {
    let email = || Arg::new("email").value_name("EMAIL").required(true).help("The address they sign in with");
    Command::new("user")
        .about("Look after the staff")
        .subcommand_required(true)
        .subcommand(
            Command::new("add")
                .about("Add a user and print the new id")
                .arg(required("email", "E", "The address they sign in with"))
                .arg(required("name", "N", "Their name"))
                .arg(role())
                .arg(no_owner())
                .arg(Arg::new("phone").long("phone").value_name("P").help("Where to reach them"))
                .arg(stdin_flag()),
        )
        .subcommand(Command::new("list").about("List the staff"))
        .subcommand(Command::new("disable").about("Let them sign in no more").arg(email()))
        .subcommand(Command::new("enable").about("Let them sign in again").arg(email()))
        .subcommand(
            Command::new("invite")
                .about("Print a link by which they choose a password, once; it works for a while and one time")
                .arg(email()),
        )
        .subcommand(Command::new("set-role").about("Set what they may do").arg(email()).arg(role()).arg(no_owner()))
        .subcommand(Command::new("set-password").about("Set a password").arg(email()).arg(stdin_flag()))
        .subcommand(
            Command::new("reset-second-factor")
                .about("Take all second factors of somebody away who has lost them; they are signed out everywhere")
                .arg(email()),
        )
}

fn role() -> Arg {
    required("role", "ROLE", "admin, technician or auditor").value_parser(Role::ALL.map(Role::name))
}

fn no_owner() -> Arg {
    Arg::new("no-owner")
        .long("no-owner")
        .action(ArgAction::SetTrue)
        .help("Of an admin: without users, settings, keys and the audit history")
}

fn tokens_command() -> Command {
    Command::new("token")
        .about("Look after API tokens")
        .subcommand_required(true)
        .subcommand(
            Command::new("create")
                .about("Make an API token and print it, once")
                .arg(required("user", "E", "The e-mail address of its user"))
                .arg(required("name", "N", "What it is for"))
                .arg(
                    Arg::new("scope")
                        .long("scope")
                        .value_name("S")
                        .action(ArgAction::Append)
                        .value_parser(Scope::ALL.map(Scope::name))
                        .help("What it may be used for; may be given more than once [default: admin]"),
                )
                .arg(
                    Arg::new("expires-days")
                        .long("expires-days")
                        .value_name("D")
                        .value_parser(clap::value_parser!(u32).range(1..=3650))
                        .help("Days until it expires; never without it"),
                ),
        )
        .subcommand(Command::new("list").about("List API tokens, never their secrets"))
        .subcommand(
            Command::new("revoke").about("Make a token worthless").arg(Arg::new("id").value_name("ID").required(true)),
        )
}

fn text(args: &ArgMatches, name: &str) -> String {
    args.get_one::<String>(name).cloned().unwrap_or_default()
}

async fn user_command(sources: &Sources, args: &ArgMatches) -> Result<(), Failure> {
    let config = checked(sources)?;
    let app = match args.subcommand_name() {
        Some("add") => open_or_make(config).await?,
        _ => open(config).await?,
    };
    let done = user_change(&app, args).await;
    // So that servers hear of it now.
    app.db.close().await.map_err(anyhow::Error::from)?;
    done
}

async fn user_change(app: &App, args: &ArgMatches) -> Result<(), Failure> {
    let out = &mut std::io::stdout();
    match args.subcommand() {
        Some(("add", args)) => {
            let new = user::Add {
                email: text(args, "email"),
                name: text(args, "name"),
                role: text(args, "role"),
                owner: !args.get_flag("no-owner"),
                phone: args.get_one::<String>("phone").cloned(),
                password_stdin: args.get_flag("password-stdin"),
            };
            let email = new.email.clone();
            if user::add(&app.staff, new, out).await? == user::Added::WithoutPassword {
                say(&format!(
                    "{email} has no password and cannot sign in yet; set one with: redress user set-password {email}, or have them choose one: redress user invite {email}"
                ));
            }
        }
        Some(("list", _)) => user::list(&app.staff, out).await?,
        Some(("disable", args)) => user::set_enabled(&app.staff, &text(args, "email"), false).await?,
        Some(("enable", args)) => user::set_enabled(&app.staff, &text(args, "email"), true).await?,
        Some(("reset-second-factor", args)) => user::reset_second_factor(&app.staff, &text(args, "email")).await?,
        Some(("invite", args)) => {
            app.staff.mails.reached_at(&format!("http://{}", app.config.listen));
            user::invite(&app.staff, &text(args, "email"), out).await?;
        }
        Some(("set-role", args)) => {
            let owner = !args.get_flag("no-owner");
            user::set_role(&app.staff, &text(args, "email"), &text(args, "role"), owner).await?;
        }
        Some(("set-password", args)) => {
            user::set_password(&app.staff, &text(args, "email"), args.get_flag("password-stdin")).await?;
        }
        _ => {}
    }
    Ok(())
}

async fn token_command(sources: &Sources, args: &ArgMatches) -> Result<(), Failure> {
    let app = open(checked(sources)?).await?;
    let out = &mut std::io::stdout();
    match args.subcommand() {
        Some(("create", args)) => {
            let days = args.get_one::<u32>("expires-days").copied();
            let scopes: Vec<_> = args.get_many::<String>("scope").into_iter().flatten().cloned().collect();
            token::create(&app.staff, &text(args, "user"), &text(args, "name"), (&scopes, days), out).await?;
        }
        Some(("list", _)) => token::list(&app.staff, out).await?,
        Some(("revoke", args)) => token::revoke(&app.staff, &text(args, "id")).await?,
        _ => {}
    }
    Ok(())
}

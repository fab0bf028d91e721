//! `redress user` and `redress token`: what they take, and what is done with it.

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::{Failure, checked, open, open_or_make, required, say, text, token, user};
use crate::{
    app::App,
    config::Sources,
    staff::{Role, Scope},
};

pub(super) fn user_command() -> Command {
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
            Command::new("vouch")
                .about("Accept a user whose record somebody changed in the database, past Redress; see user list first")
                .arg(email().required(false).required_unless_present("all").help("The address, or the id"))
                .arg(
                    Arg::new("all")
                        .long("all")
                        .action(ArgAction::SetTrue)
                        .conflicts_with("email")
                        .help("Once, after an upgrade: all that a version left which did not bind them to the keys"),
                ),
        )
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

pub(super) fn token_command() -> Command {
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
            Command::new("revoke")
                .about("Make a token worthless")
                .arg(Arg::new("id").value_name("ID").required(true).help("As `redress token list` shows it")),
        )
}

fn stdin_flag() -> Arg {
    Arg::new("password-stdin")
        .long("password-stdin")
        .action(ArgAction::SetTrue)
        .help("Read the password from standard input")
}

pub(super) async fn run_user(sources: &Sources, args: &ArgMatches) -> Result<(), Failure> {
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
        Some(("vouch", args)) if args.get_flag("all") => user::vouch_all(&app.staff, out).await?,
        Some(("vouch", args)) => user::vouch(&app.staff, &text(args, "email"), out).await?,
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

pub(super) async fn run_token(sources: &Sources, args: &ArgMatches) -> Result<(), Failure> {
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

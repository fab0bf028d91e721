//! `redress demo`: a made-up ISP to look around in, or to measure with.

mod dice;
mod fill;
mod life;
mod tongues;
mod words;

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command};
use tempfile::TempDir;

use self::life::Plan;
use super::{Failure, log, out, serve};
use crate::{
    app::App,
    clock::Clock,
    config::{Config, Sources},
    staff::{self, NewUser, Person, Role},
};

/// More than the largest desk has.
const MOST_TICKETS: i64 = 10_000_000;

/// From so many tickets on, a handful of technicians could not have done it all.
const LARGE: usize = 3_000;

/// The command with its flags.
pub fn command() -> Command {
    Command::new("demo")
        .about("Serve a made-up ISP from a throw-away directory")
        .arg(
            Arg::new("tickets")
                .long("tickets")
                .value_name("N")
                .value_parser(clap::value_parser!(u32).range(0..=MOST_TICKETS))
                .default_value("400")
                .help("How many tickets to make up"),
        )
        .arg(
            Arg::new("seed")
                .long("seed")
                .value_name("S")
                .value_parser(clap::value_parser!(u64))
                .default_value("20261123")
                .help("Another number makes up other tickets; the same one makes the same"),
        )
        .arg(
            Arg::new("keep")
                .long("keep")
                .value_name("DIR")
                .value_parser(clap::value_parser!(PathBuf))
                .help("Fill this directory, which must be new or empty, and leave it there"),
        )
        .arg(
            Arg::new("no-serve")
                .long("no-serve")
                .action(ArgAction::SetTrue)
                .requires("keep")
                .help("Only fill the directory"),
        )
}

/// Where the demo's data is.
enum Place {
    /// Gone when the demo ends.
    Thrown(TempDir),
    /// The caller's.
    Kept(PathBuf),
}

impl Place {
    /// A demo must never write into a desk that somebody works with, so nothing may be in the directory yet.
    fn of(keep: Option<&PathBuf>) -> Result<Self, Failure> {
        let Some(dir) = keep else { return Ok(Self::Thrown(TempDir::with_prefix("redress-demo-")?)) };
        let refused = |why: String| Failure::Usage(vec![format!("--keep {}: {why}", dir.display())]);
        match std::fs::read_dir(dir) {
            Ok(mut files) => match files.next() {
                None => Ok(Self::Kept(dir.clone())),
                Some(_) => Err(refused("there is something in it already; name a new or an empty one".to_owned())),
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::Kept(dir.clone())),
            Err(error) => Err(refused(error.to_string())),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Thrown(dir) => dir.path(),
            Self::Kept(dir) => dir,
        }
    }
}

/// Fills a directory and serves it, unless told otherwise.
pub async fn demo(sources: &Sources, args: &ArgMatches) -> Result<(), Failure> {
    let count = args.get_one::<u32>("tickets").map_or(0, |&count| usize::try_from(count).unwrap_or(0));
    let place = Place::of(args.get_one("keep"))?;
    let config = config(sources, place.path())?;
    let clock = Clock::system();
    let traces = log::start(&config.watched, &clock)?;
    let app = App::open(config, clock).await?;
    let password = format!("demo-{:08}", app.clock.below(100_000_000));
    let (admins, technicians) = hire(&app, &password, count >= LARGE).await?;
    let seed = args.get_one("seed").copied().unwrap_or_default();
    let plan = Plan { count, now: app.clock.now(), seed, admins, technicians };
    let filled = tokio::select! {
        filled = fill::fill(&app, plan) => filled.map_err(Failure::from),
        () = serve::signal()? => Err(Failure::Failed(anyhow::anyhow!("stopped before all tickets were made"))),
    };
    if filled.is_err() || args.get_flag("no-serve") {
        app.db.close().await?;
        filled?;
        introduce(&place, count, &password);
        return Ok(());
    }
    serve::run(app, traces, |address| {
        introduce(&place, count, &password);
        out(&format!("Open http://{address} and sign in."));
    })
    .await?;
    Ok(())
}

/// Settings of a real desk may be at hand: neither its database and key nor its gateway is the demo's.
fn config(sources: &Sources, dir: &Path) -> Result<Config, Failure> {
    let inside = |file: &str| dir.join(file).display().to_string();
    let layered = Sources::of(&[("isp_name", "Larkfield Fibre"), ("region", "GB"), ("timezone", "Europe/London")])
        .under(sources)
        .with("data_dir", &dir.display().to_string())
        .with("database_url", &format!("sqlite://{}", inside("redress.db")))
        .with("key_file", &inside("redress.key"))
        .with("sms.gateway", "log");
    Config::check(&layered).map_err(Failure::Usage)
}

fn introduce(place: &Place, count: usize, password: &str) {
    let until = match place {
        Place::Thrown(_) => "until you stop it",
        Place::Kept(_) => "to stay",
    };
    out(&format!("A made-up ISP with {count} tickets, in {} {until}.", place.path().display()));
    out(&format!("Any of these can sign in, with the password {password}"));
    for (_, email, role) in STAFF {
        out(&format!("  {:<12} {email}", role.name()));
    }
}

const STAFF: [(&str, &str, Role); 5] = [
    ("Priya Raman", "priya@demo.example", Role::Admin),
    ("Dev Anand", "dev@demo.example", Role::Admin),
    ("Tomasz Zielinski", "tomasz@demo.example", Role::Technician),
    ("Aisha Bello", "aisha@demo.example", Role::Technician),
    ("Gareth Pugh", "gareth@demo.example", Role::Technician),
];

/// Technicians of a large desk; they have no password.
const MORE: [&str; 15] = [
    "Bronwen Ellis",
    "Hamish Orr",
    "Jelena Petrović",
    "Kofi Mensah",
    "Lech Kaczor",
    "Maeve Doyle",
    "Nikhil Joshi",
    "Oluwaseun Ade",
    "Petra Novotná",
    "Quentin Marsh",
    "Rukmini Iyer",
    "Sven Aalto",
    "Tariq Mahmood",
    "Una Byrne",
    "Víctor Salas",
];

/// The admins, and the technicians.
async fn hire(app: &App, password: &str, large: bool) -> Result<(Vec<Person>, Vec<Person>), Failure> {
    let (mut admins, mut technicians) = (Vec::new(), Vec::new());
    for (name, email, role) in STAFF {
        let of_role = if role == Role::Admin { &mut admins } else { &mut technicians };
        of_role.push(add(app, name, email, role, Some(password)).await?);
    }
    for (number, name) in MORE.iter().enumerate().filter(|_| large) {
        let email = format!("technician{number}@demo.example");
        technicians.push(add(app, name, &email, Role::Technician, None).await?);
    }
    Ok((admins, technicians))
}

async fn add(app: &App, name: &str, email: &str, role: Role, password: Option<&str>) -> Result<Person, Failure> {
    let new = NewUser {
        email: email.to_owned(),
        name: name.to_owned(),
        phone: None,
        role,
        owner: true,
        password: password.map(ToOwned::to_owned),
    };
    Ok(staff::add_user(&app.staff, None, new).await?.person())
}

//! `redress backup FILE`: the desk as it is now in one file. Works beside running servers.

use anyhow::{Context, anyhow};
use clap::{Arg, ArgAction, ArgMatches, Command, builder::NonEmptyStringValueParser};

use super::{Failure, checked, no_desk, out, serve, text};
use crate::{
    backup::{self, Made, Order, Recipient},
    clock::Clock,
    config::Sources,
    db::{Db, DbOptions},
};

const HELP: &str = "\
Writes all that the desk holds at this moment into one compressed file with a checksum, while servers go on working,
whichever engine holds it. redress restore makes a desk of it again, in either engine.

THE KEYS ARE NOT IN IT. What is personal lies in it sealed, and nobody reads that without the key file: back that up too,
apart from this. See docs/operations/recovery.md.

The file appears when it is whole. It takes room for the database and the backup in its directory meanwhile.";

/// The command with its flags.
pub fn command() -> Command {
    Command::new("backup")
        .about("Write the whole desk into one file, beside running servers")
        .before_help(HELP)
        .arg(file_argument("The file to write, in a directory that is there"))
        .arg(Arg::new("force").long("force").action(ArgAction::SetTrue).help("Replace the file if it is there"))
        .arg(
            Arg::new("recipient")
                .long("recipient")
                .value_name("AGE1…")
                .action(ArgAction::Append)
                .value_parser(NonEmptyStringValueParser::new())
                .help("Encrypt it to this recipient of age; may be given more than once"),
        )
}

pub(super) fn file_argument(help: &'static str) -> Arg {
    Arg::new("file").value_name("FILE").required(true).value_parser(NonEmptyStringValueParser::new()).help(help)
}

/// Makes a backup.
pub async fn backup(sources: &Sources, args: &ArgMatches) -> Result<(), Failure> {
    let recipients = recipients(args)?;
    let config = checked(sources)?;
    if let Some(error) = no_desk(&config)? {
        return Err(error.into());
    }
    let (file, name) = (text(args, "file"), config.database_url.to_string());
    let order = Order { to: file.clone().into(), replace: args.get_flag("force"), recipients };
    if order.to.is_dir() {
        return Err(Failure::Usage(vec![format!("{file} is a directory; name a file in it")]));
    }
    if file == "-" {
        return Err(Failure::Usage(vec!["- is no file; name one, and send it on from there".to_owned()]));
    }
    if !order.replace && order.to.exists() {
        return Err(anyhow!("{file} is there already; name another file, or replace it with --force").into());
    }
    let signal = serve::signal()?;
    let options = DbOptions { create: false, replica: None, ..config.database.clone() };
    let db = Db::open(&config.database_url, options).with_context(|| format!("cannot open {name}"))?;
    let encrypted = !order.recipients.is_empty();
    let clock = Clock::system();
    let made = tokio::select! {
        made = backup::make(&db, &name, &clock, order) => made,
        () = signal => Err(anyhow!("interrupted; {file} was not written")),
    };
    db.close().await.map_err(anyhow::Error::from)?;
    let Made { header, bytes } = made?;
    let how = if encrypted { "encrypted" } else { "not encrypted but for what is personal" };
    out(&format!("{file}: {name} as of {}, schema version {}", header.made, header.schema));
    out(&format!("{bytes} bytes of a database of {}, {how}", header.bytes));
    out(&format!("THE KEYS ARE NOT IN IT: back up {} apart (keys {})", config.keys.name(), header.keys));
    Ok(())
}

fn recipients(args: &ArgMatches) -> Result<Vec<Recipient>, Failure> {
    let given = args.get_many::<String>("recipient").into_iter().flatten();
    let read = |text: &String| {
        let fault = || format!("--recipient: {text} is none; write what age-keygen prints as the public key, age1…");
        text.parse().map_err(|()| Failure::Usage(vec![fault()]))
    };
    given.map(read).collect()
}

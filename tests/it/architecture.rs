//! Who may import what, and where SQL may stand. Each rule is shown to fail on a planted violation.

use std::{
    fs,
    path::{Path, PathBuf},
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Every source file of the application but its tests: path from the root, and text.
pub fn sources() -> Vec<(String, String)> {
    let mut files = Vec::new();
    walk(&Path::new(ROOT).join("src"), &mut files);
    let mut sources: Vec<_> = files
        .into_iter()
        .map(|file| {
            let path = file.strip_prefix(ROOT).unwrap().to_str().unwrap().to_owned();
            (path, before_tests(&fs::read_to_string(file).unwrap()))
        })
        .filter(|(path, _)| {
            !path.contains("/tests/") && !path.ends_with("/tests.rs") && !path.ends_with("properties.rs")
        })
        .collect();
    sources.sort();
    assert!(sources.len() > 80, "the walk has lost its way: {}", sources.len());
    sources
}

fn walk(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// A file's tests, at its end, follow rules of their own.
fn before_tests(text: &str) -> String {
    let end = text.find("\n#[cfg(test)]\nmod tests {").map_or(text.len(), |at| at + 1);
    text[..end].to_owned()
}

/// One rule: which lines it forbids, and where it does not hold, each with the reason.
struct Rule {
    name: &'static str,
    forbids: fn(&str) -> bool,
    except: &'static [(&'static str, &'static str)],
    /// A line that the rule must refuse in `src/tickets/update.rs`, or the place named.
    planted: (&'static str, &'static str),
}

impl Rule {
    fn broken_by(&self, path: &str, text: &str) -> Option<String> {
        if self.except.iter().any(|(place, _)| path == *place || (place.ends_with('/') && path.starts_with(place))) {
            return None;
        }
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
        let mut broken = lines.filter(|(_, line)| (self.forbids)(line));
        broken.next().map(|(number, line)| format!("{path}:{}: {}: {}", number + 1, self.name, line.trim()))
    }
}

/// Whether a line names a module of the crate, in a `use`, a nested group of one, or a path.
fn names(line: &str, module: &str) -> bool {
    let line = line.split("//").next().unwrap_or("");
    let here = line.trim_start();
    let used = here.starts_with("use ") || here.starts_with("pub use ") || here.starts_with("pub(super) use ");
    let group = |opening: &str| line.contains(opening);
    // Import groups are written one module a line, or all in one line.
    group(&format!("crate::{module}::"))
        || group(&format!("crate::{module};"))
        || (used && line.contains("crate::{") && in_group(line, module))
        || (line.starts_with("    ") && !line.starts_with("     ") && starts_group_item(here, module))
}

fn in_group(line: &str, module: &str) -> bool {
    let items = line.split_once("crate::{").map_or("", |(_, rest)| rest);
    items.split([',', '{', '}', ';', ' ']).any(|item| item == module || item.starts_with(&format!("{module}::")))
}

fn starts_group_item(item: &str, module: &str) -> bool {
    let Some(rest) = item.strip_prefix(module) else { return false };
    // `staff::{Admin, Person},` or `staff::Person,` or `config,`; a call or a statement ends otherwise.
    rest == ","
        || (rest.starts_with("::")
            && !rest.contains('(')
            && (rest.ends_with(',') || rest.ends_with('{'))
            && !rest.contains("=>"))
}

fn is_sql(line: &str) -> bool {
    ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "CREATE TABLE", "PRAGMA "]
        .iter()
        .any(|verb| line.match_indices(verb).any(|(at, _)| line[..at].ends_with('"') || line[..at].trim().is_empty()))
}

const RULES: [Rule; 13] = [
    Rule {
        name: "HTTP belongs to handlers",
        forbids: |line| line.contains("axum") || line.contains("tower_http") || line.contains("tower::"),
        except: &[
            ("src/web/", "what all handlers share"),
            ("src/app.rs", "merges the routers and lays the middleware"),
            ("src/meters.rs", "serves /metrics on a listener of its own"),
            ("src/config/", "reads public_url with the type that HTTP itself uses"),
            ("src/drafts/door.rs", "handlers"),
            ("src/tickets/mod.rs", "FromRef hands the feature's parts to extractors"),
            ("src/tickets/api.rs", "handlers"),
            ("src/tickets/pages/", "handlers"),
            ("src/tickets/export/door.rs", "handlers"),
            ("src/tickets/field/api.rs", "handlers"),
            ("src/tickets/photos/door.rs", "handlers"),
            ("src/tickets/photos/upload.rs", "an extractor of handlers"),
            ("src/tickets/views/api.rs", "handlers"),
            ("src/clients/mod.rs", "FromRef hands the feature's parts to extractors"),
            ("src/clients/api.rs", "handlers"),
            ("src/clients/pages/", "handlers"),
            ("src/staff/api.rs", "handlers"),
            ("src/staff/audit_api.rs", "handlers"),
            ("src/staff/log_in_api.rs", "handlers"),
            ("src/staff/pages/", "handlers"),
            ("src/staff/session.rs", "the SignedIn extractors"),
            ("src/staff/guard.rs", "the middleware that asks the table of permissions"),
            ("src/staff/step_up.rs", "where a handler sends whoever has to prove anew who they are"),
            ("src/staff/device.rs", "a cookie"),
            ("src/notifications/hooks.rs", "handlers"),
            ("src/live/mod.rs", "the routes, and FromRef for extractors"),
            ("src/live/door.rs", "handlers"),
            ("src/deliveries/", "handlers"),
            ("src/privacy/mod.rs", "FromRef hands the feature's parts to extractors"),
            ("src/privacy/api.rs", "handlers"),
            ("src/privacy/pages/", "handlers"),
            ("src/reports/pages.rs", "handlers"),
            ("src/reports/mod.rs", "FromRef hands the feature's parts to extractors"),
        ],
        planted: ("src/tickets/update.rs", "use axum::http::StatusCode;"),
    },
    Rule {
        name: "the database crate belongs to db/",
        forbids: |line| line.contains("rusqlite") || line.contains("tokio_postgres"),
        except: &[("src/db/", "the one door")],
        planted: ("src/tickets/store.rs", "use rusqlite::Connection;"),
    },
    Rule {
        name: "no engine is named outside db/",
        forbids: |line| {
            let line = line.to_lowercase();
            // Tests that are about one engine's plans are named so.
            (line.contains("sqlite") || line.contains("postgres")) && !line.contains("mod sqlite_only")
        },
        except: &[
            ("src/db/", "chooses the engine"),
            ("src/config/", "the default database_url, and what each engine can be told"),
            ("src/cli/demo/mod.rs", "the throw-away database_url"),
        ],
        planted: ("src/staff/store.rs", "if url == DatabaseUrl::Sqlite(path) {"),
    },
    Rule {
        name: "SQL belongs to stores",
        forbids: is_sql,
        except: &[
            ("src/db/", "migrations and pragmas"),
            ("src/web/idempotency.rs", "its own table, shared by all features"),
            ("src/schedule.rs", "a store of nothing else"),
            ("src/audit/store.rs", "a store"),
            ("src/drafts/store.rs", "a store"),
            ("src/tickets/store.rs", "a store"),
            ("src/tickets/findable.rs", "which tickets the rows of a copy belong to; a store of nothing else"),
            ("src/tickets/import/store.rs", "a store"),
            ("src/tickets/list/", "the list's statements, built from the filter"),
            ("src/tickets/views/store.rs", "a store"),
            ("src/tickets/by_client.rs", "a store of nothing else"),
            ("src/tickets/erase_store.rs", "a store"),
            ("src/tickets/photos/store.rs", "a store"),
            ("src/notifications/erase_store.rs", "a store"),
            ("src/privacy/store.rs", "a store"),
            ("src/clients/store.rs", "a store"),
            ("src/staff/store.rs", "a store"),
            ("src/staff/second_factor/store.rs", "a store"),
            ("src/staff/proof_store.rs", "a store"),
            ("src/staff/token_store.rs", "a store"),
            ("src/staff/session_store.rs", "a store"),
            ("src/staff/bond_store.rs", "a store"),
            ("src/staff/attempts_store.rs", "a store"),
            ("src/staff/links/store.rs", "a store"),
            ("src/staff/mail/store.rs", "a store"),
            ("src/staff/oidc/store.rs", "a store"),
            ("src/notifications/store.rs", "a store"),
            ("src/notifications/number_store.rs", "a store"),
            ("src/notifications/due_store.rs", "a store"),
            ("src/notifications/parts_store.rs", "a store"),
            ("src/notifications/list_store.rs", "a store"),
            ("src/notifications/call_store.rs", "a store"),
            ("src/notifications/health_store.rs", "a store"),
            ("src/notifications/templates/store.rs", "a store"),
            ("src/notifications/off_store.rs", "a store"),
            ("src/tickets/fixes.rs", "what counts as Fixed, for the list's statements and the reports'"),
            ("src/reports/store.rs", "a store"),
            ("src/keys/store.rs", "a store"),
        ],
        planted: ("src/tickets/update.rs", "    tx.execute(\"DELETE FROM tickets\", &[])?;"),
    },
    Rule {
        name: "notifications know nothing of tickets and staff",
        forbids: |line| names(line, "tickets") || names(line, "staff"),
        except: &[
            ("src/tickets/", "this rule is of src/notifications/"),
            ("src/drafts/", "this rule is of src/notifications/"),
            ("src/clients/", "has a rule of its own"),
            ("src/deliveries/", "stands above both, as the page of SMS shows tickets too"),
            ("src/reports/", "stands above both"),
            ("src/privacy/", "stands above both"),
            ("src/staff/", "this rule is of src/notifications/"),
            ("src/cli/", "this rule is of src/notifications/"),
            ("src/live/", "this rule is of src/notifications/"),
            ("src/doctor/", "the top"),
            ("src/app.rs", "this rule is of src/notifications/"),
            ("src/fuzzing.rs", "this rule is of src/notifications/"),
            ("src/app/", "this rule is of src/notifications/"),
            ("src/jobs.rs", "sweeps sessions"),
            ("src/config/", "composes the features' settings"),
        ],
        planted: ("src/notifications/wording.rs", "use crate::{fault::Fault, tickets::Ticket};"),
    },
    Rule {
        name: "clients know nothing of tickets and notifications",
        forbids: |line| names(line, "tickets") || names(line, "notifications"),
        except: &[
            ("src/tickets/", "stands above clients"),
            ("src/deliveries/", "stands above clients"),
            ("src/reports/", "stands above clients"),
            ("src/privacy/", "stands above clients"),
            ("src/live/", "stands above clients"),
            ("src/notifications/", "stands beside clients"),
            ("src/staff/", "this rule is of src/clients/"),
            ("src/cli/", "the top"),
            ("src/doctor/", "looks at all that is set"),
            ("src/app.rs", "the top"),
            ("src/fuzzing.rs", "the top"),
            ("src/app/", "the top"),
            ("src/jobs.rs", "the top"),
            ("src/config/", "composes the features' settings"),
        ],
        planted: ("src/clients/pages/detail.rs", "use crate::tickets::Ticket;"),
    },
    Rule {
        name: "staff and notifications know nothing of clients",
        forbids: |line| names(line, "clients"),
        except: &[
            ("src/tickets/", "stands above clients"),
            ("src/clients/", "itself"),
            ("src/privacy/", "stands above clients"),
            ("src/cli/", "the top"),
            ("src/doctor/", "looks at all that is set"),
            ("src/app.rs", "the top"),
            ("src/fuzzing.rs", "the top"),
            ("src/app/", "the top"),
        ],
        planted: ("src/notifications/wording.rs", "use crate::clients::Client;"),
    },
    Rule {
        name: "staff know nothing of tickets and notifications",
        forbids: |line| names(line, "tickets") || names(line, "notifications"),
        except: &[
            ("src/tickets/", "stands above staff"),
            ("src/clients/", "stands above staff"),
            ("src/deliveries/", "stands above staff"),
            ("src/reports/", "stands above staff"),
            ("src/privacy/", "stands above staff"),
            ("src/notifications/", "stands beside staff"),
            ("src/live/", "stands above tickets"),
            ("src/cli/", "the top"),
            ("src/doctor/", "looks at all that is set"),
            ("src/app.rs", "the top"),
            ("src/fuzzing.rs", "the top"),
            ("src/app/", "the top"),
            ("src/jobs.rs", "the top"),
            ("src/config/", "composes the features' settings"),
        ],
        planted: ("src/staff/store.rs", "    tickets::{self, Ticket},"),
    },
    Rule {
        name: "what pages of several features show stands above them",
        forbids: |line| names(line, "deliveries") || names(line, "reports"),
        except: &[
            ("src/app.rs", "the top"),
            ("src/fuzzing.rs", "the top"),
            ("src/app/", "the top"),
            ("src/deliveries/", "itself"),
            ("src/reports/", "itself"),
        ],
        planted: ("src/tickets/pages/list.rs", "use crate::reports::Reports;"),
    },
    Rule {
        name: "features never see the top",
        forbids: |line| ["config", "app", "cli", "jobs"].iter().any(|module| names(line, module)),
        except: &[
            ("src/data.rs", "opens what the settings name"),
            ("src/cli/", "the top"),
            ("src/doctor/", "looks at all that is set"),
            ("src/app.rs", "the top"),
            ("src/fuzzing.rs", "the top"),
            ("src/app/", "the top"),
            ("src/meters.rs", "runs beside the app"),
            ("src/jobs.rs", "runs beside the app"),
            ("src/main.rs", "calls the command line"),
        ],
        planted: ("src/tickets/desk.rs", "use crate::config::Config;"),
    },
    Rule {
        name: "what all features share knows none of them",
        forbids: |line| ["tickets", "clients", "staff", "notifications"].iter().any(|module| names(line, module)),
        except: &[
            ("src/tickets/", "a feature"),
            ("src/drafts/", "a feature"),
            ("src/clients/", "a feature"),
            ("src/deliveries/", "a feature"),
            ("src/reports/", "a feature"),
            ("src/privacy/", "a feature"),
            ("src/staff/", "a feature"),
            ("src/notifications/", "a feature"),
            ("src/live/", "a feature"),
            ("src/cli/", "the top"),
            ("src/doctor/", "looks at all that is set"),
            ("src/app.rs", "the top"),
            ("src/fuzzing.rs", "the top"),
            ("src/app/", "the top"),
            ("src/jobs.rs", "the top"),
            ("src/config/", "composes the features' settings"),
        ],
        planted: ("src/web/render.rs", "use crate::staff::User;"),
    },
    Rule {
        name: "db, clock and input know nothing of the web",
        forbids: |line| names(line, "web"),
        except: &[
            ("src/tickets/", "handlers and the page's chrome"),
            ("src/drafts/door.rs", "handlers"),
            ("src/clients/", "handlers and the page's chrome"),
            ("src/deliveries/", "handlers"),
            ("src/reports/pages.rs", "handlers"),
            ("src/privacy/", "handlers, and the answers that are kept"),
            ("src/staff/", "handlers and the page's chrome"),
            ("src/notifications/hooks.rs", "handlers"),
            ("src/live/", "handlers and what they answer"),
            ("src/web/", "itself"),
            ("src/app.rs", "the top"),
            ("src/fuzzing.rs", "the top"),
            ("src/app/", "the top"),
            ("src/meters.rs", "serves /metrics on a listener of its own"),
            ("src/jobs.rs", "the top"),
            ("src/doctor/", "looks at certificates and asks servers as the web has them"),
            ("src/cli/serve.rs", "the top"),
            ("src/cli/log/", "the top"),
            ("src/cli/config_check.rs", "reads the certificate as a start does"),
            ("src/config/", "reads trusted_proxies with the type that the web uses"),
        ],
        planted: ("src/db/mod.rs", "use crate::web::Answer;"),
    },
    Rule {
        name: "the environment is config's, and time and chance the clock's",
        forbids: |line| {
            [
                "env::var",
                "SystemTime::now",
                "Timestamp::now",
                "Zoned::now",
                "getrandom::",
                "Uuid::now_v7",
                "Uuid::new_v4",
                "rand::",
            ]
            .iter()
            .any(|call| line.contains(call))
        },
        except: &[
            ("src/config/", "reads the environment"),
            ("src/db/postgres/", "pauses that differ, and by what a node knows its own notices"),
            ("src/clock.rs", "reads the machine's clock and random numbers"),
        ],
        planted: ("src/tickets/create.rs", "    let id = Uuid::now_v7();"),
    },
];

#[test]
fn imports_point_one_way() {
    let mut broken = Vec::new();
    for (path, text) in sources() {
        broken.extend(RULES.iter().filter_map(|rule| rule.broken_by(&path, &text)));
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_rule_refuses_what_it_is_for() {
    for rule in RULES {
        let (path, line) = rule.planted;
        assert!(rule.broken_by(path, line).is_some(), "{}: {line}", rule.name);
        let comment = format!("    // {line}");
        assert!(rule.broken_by(path, &comment).is_none(), "{}: {comment}", rule.name);
        for (place, reason) in rule.except {
            assert!(Path::new(ROOT).join(place).exists(), "{}: {place} is gone ({reason})", rule.name);
        }
    }
}

/// An exception that nothing needs is an exception too many.
#[test]
fn every_exception_is_needed() {
    let sources = sources();
    for rule in RULES.iter().take(4) {
        for (place, _) in rule.except {
            let alone = Rule { except: &[], ..*rule };
            let used = sources.iter().filter(|(path, _)| path.starts_with(place));
            assert!(
                used.into_iter().any(|(path, text)| alone.broken_by(path, text).is_some()),
                "{}: {place}",
                rule.name
            );
        }
    }
}

#[test]
fn the_vault_knows_no_database_and_no_http() {
    let manifest = fs::read_to_string(Path::new(ROOT).join("crates/vault/Cargo.toml")).unwrap();
    let depends = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    for name in ["axum", "hyper", "http", "reqwest", "tower", "rusqlite", "tokio", "redress", "serde_json"] {
        let line = depends.lines().find(|line| line.split(['=', '.', ' ']).next() == Some(name));
        assert_eq!(line, None);
    }
    assert!(depends.contains("secrecy"), "it reads the right section");
}

#[test]
fn files_are_short_enough_to_read() {
    let long: Vec<String> = sources()
        .into_iter()
        .filter(|(_, text)| text.lines().count() > 400)
        .map(|(path, text)| format!("{path}: {} lines before its tests", text.lines().count()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

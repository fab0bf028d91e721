//! The same desk on both engines.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::Value;
use testbase::Database;

use crate::{
    bare::{Own, Script},
    support::{
        load::{Connection, creations, get},
        server::{Desk, Server, fill},
    },
    wire::Wire,
};

/// The admin of a made-up ISP.
const EMAIL: &str = "priya@demo.example";
/// Examples of each kind of request.
pub const EXAMPLES: usize = 20;

/// Desks of so many tickets.
pub struct Desks {
    pub sqlite: Server,
    pub postgres: Server,
    pub database: Database,
    pub token: String,
    dir: PathBuf,
}

impl Desks {
    /// `kept` is the desk that `redress demo` filled, which stays as it is.
    pub fn open(dir: &Path, kept: &Path, tickets: usize) -> Self {
        fill(kept, tickets);
        let (own, database) = (dir.join(format!("sqlite-{tickets}")), Database::required());
        std::fs::create_dir_all(&own).unwrap();
        for file in std::fs::read_dir(kept).unwrap().map(Result::unwrap) {
            std::fs::copy(file.path(), own.join(file.file_name())).unwrap();
        }
        let desk = here(&own);
        // Those of the copy know it as well.
        let token = desk.token(EMAIL);
        desk.run(&["db", "copy", "--to", database.url()], "");
        database.with(async |client| client.batch_execute("VACUUM (ANALYZE)").await).unwrap();
        database.with(async |client| client.batch_execute("CHECKPOINT").await).unwrap();
        let postgres = node(dir, &own, database.url(), 1, &[]);
        Self { sqlite: desk.serve(), postgres, database, token, dir: dir.to_owned() }
    }

    pub fn servers(&self) -> [&Server; 2] {
        [&self.sqlite, &self.postgres]
    }

    /// Another node on PostgreSQL.
    pub fn node(&self, number: usize, settings: &[(&str, &str)]) -> Server {
        self.node_at(self.database.url(), number, settings)
    }

    fn node_at(&self, url: &str, number: usize, settings: &[(&str, &str)]) -> Server {
        node(&self.dir, self.sqlite.desk.data(), url, number, settings)
    }

    /// What a list, a ticket and two searches ask for: examples from all of the desk's time.
    pub fn reads(&self, tickets: usize) -> Vec<(&'static str, Arc<[Vec<u8>]>)> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let known: Vec<Value> = runtime.block_on(async {
            let mut connection = Connection::new(&self.sqlite.base);
            let mut known = Vec::new();
            for part in 1..=EXAMPLES {
                let path = format!("/api/tickets?sort=createdAt&pageSize=1&page={}", tickets * part / (EXAMPLES + 1));
                let (status, body) = connection.send(&get(&path, &self.token)).await.unwrap();
                assert_eq!(status, 200, "{}", String::from_utf8_lossy(body));
                let page: Value = serde_json::from_slice(body).unwrap();
                known.push(page["items"][0].clone());
            }
            known
        });
        let text = |ticket: &Value, field: &str| ticket[field].as_str().unwrap().to_owned();
        let search = |q: String| form_urlencoded::Serializer::new(String::new()).append_pair("q", &q).finish();
        let of = |path: &dyn Fn(&Value) -> String| {
            known.iter().map(|ticket| get(&format!("/api/tickets{}", path(ticket)), &self.token)).collect()
        };
        let start =
            |ticket: &Value| text(ticket, "clientName").split(' ').next_back().unwrap().chars().take(4).collect();
        vec![
            ("open queue, first page", of(&|_| "?status=New,Open,In+Progress,Dispatched".to_owned())),
            ("a ticket", of(&|ticket| format!("/{}", text(ticket, "id")))),
            ("search: start of a name", of(&|ticket| format!("?{}", search(start(ticket))))),
            ("search: whole phone", of(&|ticket| format!("?{}", search(text(ticket, "clientPhone"))))),
        ]
    }

    /// The statements of these requests, overheard from a node of their own.
    pub fn scripts(&self, requests: &[Vec<u8>]) -> Arc<[Script]> {
        self.overhear(requests, 200).into_iter().map(|(script, _)| script).collect()
    }

    /// The statements of creations, with what of each is its own.
    pub fn creations(&self) -> Arc<[Script]> {
        let heard = self.overhear(&creations(&self.token, EXAMPLES as u64), 201);
        let own = |(script, made): (Script, Value)| {
            let text = |field: &str| made[field].as_str().unwrap().to_owned();
            let id = uuid::Uuid::parse_str(&text("id")).unwrap().as_bytes().to_vec();
            let sql = "SELECT t.seq, n.id FROM tickets t JOIN notifications n ON n.ticket_id = t.id WHERE t.id = $1";
            let (seq, message): (i64, Vec<u8>) = self.database.with(async |client| {
                let row = client.query_one(sql, &[&id]).await.unwrap();
                (row.get(0), row.get(1))
            });
            Script { own: Some(Own { ids: vec![id.clone(), message], reference: text("ticketRef"), seq }), ..script }
        };
        heard.into_iter().map(own).collect()
    }

    fn overhear(&self, requests: &[Vec<u8>], wanted: u16) -> Vec<(Script, Value)> {
        let (_, rest) = self.database.url().split_once('@').unwrap();
        let (host, name) = rest.split_once('/').unwrap();
        let wire = Wire::to(host);
        let url = format!("postgres://redress@127.0.0.1:{}/{name}", wire.port);
        let node = self.node_at(&url, 9, &[("REDRESS_WORKER", "false")]);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut connection = Connection::new(&node.base);
        let mut heard = Vec::new();
        // What a node does as it starts is over by then, and the use of the token is noted.
        runtime.block_on(async {
            connection.send(&get("/api/tickets?pageSize=1", &self.token)).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_secs(2)).await;
            for request in requests {
                wire.take();
                let (status, body) = connection.send(request).await.unwrap();
                assert_eq!(status, wanted, "{}", String::from_utf8_lossy(body));
                let answer = serde_json::from_slice(body).unwrap();
                // The end of a transaction may be sent after the answer.
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                heard.push((Script { steps: wire.take(), own: None }, answer));
            }
        });
        heard
    }
}

/// The desk in this directory, of an ISP as `redress demo` makes it up.
fn here(data: &Path) -> Desk {
    Desk::new(data).with("REDRESS_TIMEZONE", "Europe/London").with("REDRESS_REGION", "GB")
}

fn node(dir: &Path, data: &Path, url: &str, number: usize, settings: &[(&str, &str)]) -> Server {
    let desk = here(&dir.join(format!("node-{number}")))
        .with("REDRESS_DATABASE_URL", url)
        .with("REDRESS_KEY_FILE", data.join("redress.key").to_str().unwrap());
    settings.iter().fold(desk, |desk, (name, value)| desk.with(name, value)).serve()
}

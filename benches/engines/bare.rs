//! The statements of a request without the server: sent one after the other on connections of their own, prepared where
//! the server prepares them, in the same transactions.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use bytes::{BufMut as _, BytesMut};
use tokio_postgres::{
    Client, NoTls, Statement,
    types::{IsNull, ToSql, Type},
};

use crate::wire::Step;

/// What a creation may not use twice, as the one that was overheard had it.
#[derive(Clone, Debug, Default)]
pub struct Own {
    /// The id of the ticket and that of its message.
    pub ids: Vec<Vec<u8>>,
    pub reference: String,
    /// What joins the ticket's tables.
    pub seq: i64,
}

/// A request as its statements.
#[derive(Clone, Debug)]
pub struct Script {
    pub steps: Vec<Step>,
    /// Of a creation.
    pub own: Option<Own>,
}

/// Bytes as they go over the wire.
#[derive(Debug)]
struct Raw(Option<Vec<u8>>);

impl ToSql for Raw {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        let Some(bytes) = &self.0 else { return Ok(IsNull::Yes) };
        out.put_slice(bytes);
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

/// Runs the scripts in turn, so many times in all, on so many connections, and gives the rate and each one's seconds.
pub fn run(url: &str, scripts: &Arc<[Script]>, count: usize, connections: usize) -> (f64, Vec<f64>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut ready = Vec::new();
        for _ in 0..connections {
            ready.push(Connection::open(url, scripts).await);
        }
        let next = Arc::new(AtomicUsize::new(0));
        let began = Instant::now();
        let work = |mut connection: Connection| {
            let (scripts, next) = (Arc::clone(scripts), Arc::clone(&next));
            tokio::spawn(async move {
                let mut times = Vec::new();
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= count {
                        return times;
                    }
                    let began = Instant::now();
                    connection.run(&scripts[place % scripts.len()]).await;
                    times.push(began.elapsed().as_secs_f64());
                }
            })
        };
        let tasks: Vec<_> = ready.into_iter().map(work).collect();
        let mut times = Vec::new();
        for task in tasks {
            times.append(&mut task.await.unwrap());
        }
        (count as f64 / began.elapsed().as_secs_f64(), times)
    })
}

struct Connection {
    client: Client,
    prepared: HashMap<String, Statement>,
}

impl Connection {
    async fn open(url: &str, scripts: &[Script]) -> Self {
        let mut config: tokio_postgres::Config = url.parse().unwrap();
        // As the server asks for it.
        config.options("-c jit=off -c max_parallel_workers_per_gather=0");
        let (client, connection) = config.connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        let mut prepared = HashMap::new();
        for step in scripts.iter().flat_map(|script| &script.steps) {
            let Step::Bound { sql, types, kept: true, .. } = step else { continue };
            if !prepared.contains_key(sql) {
                prepared.insert(sql.clone(), client.prepare_typed(sql, &known(types)).await.unwrap());
            }
        }
        Self { client, prepared }
    }

    async fn run(&mut self, script: &Script) {
        let fresh = script.own.as_ref().map(Fresh::for_own);
        let mut seq = 0;
        for step in &script.steps {
            match step {
                Step::Plain(sql) => self.client.batch_execute(sql).await.unwrap(),
                Step::Bound { sql, types, values, kept } => {
                    let values: Vec<Raw> = values
                        .iter()
                        .map(|value| match (&fresh, &script.own, value) {
                            (Some(fresh), Some(own), Some(value)) => Raw(Some(fresh.instead(own, seq, value))),
                            _ => Raw(value.clone()),
                        })
                        .collect();
                    let values = values.iter().map(|value| value as &(dyn ToSql + Sync));
                    let rows = if *kept {
                        self.client.query(&self.prepared[sql], &values.collect::<Vec<_>>()).await.unwrap()
                    } else {
                        self.client.query_typed(sql, &values.zip(known(types)).collect::<Vec<_>>()).await.unwrap()
                    };
                    if script.own.is_some() && sql.starts_with("SELECT seq FROM tickets") {
                        seq = rows[0].get(0);
                    }
                }
            }
        }
    }
}

fn known(types: &[u32]) -> Vec<Type> {
    types.iter().map(|oid| Type::from_oid(*oid).unwrap_or(Type::UNKNOWN)).collect()
}

/// What takes the place of [`Own`].
struct Fresh {
    ids: Vec<Vec<u8>>,
    reference: String,
}

impl Fresh {
    fn for_own(own: &Own) -> Self {
        let millis = redress::clock::Clock::system().now().cast_unsigned();
        let id = |_: &Vec<u8>| {
            let random: [u8; 10] = rand();
            // As the product makes them: in the order of time.
            [&millis.to_be_bytes()[2..], &random].concat()
        };
        let random: [u8; 6] = rand();
        let day = &own.reference[..own.reference.len() - 4];
        let reference = format!("{day}{}", data_encoding::BASE32_NOPAD.encode(&random));
        Self { ids: own.ids.iter().map(id).collect(), reference }
    }

    fn instead(&self, own: &Own, seq: i64, value: &[u8]) -> Vec<u8> {
        if let Some(place) = own.ids.iter().position(|id| id == value) {
            self.ids[place].clone()
        } else if value == own.reference.as_bytes() {
            self.reference.clone().into_bytes()
        } else if value == own.seq.to_be_bytes() {
            seq.to_be_bytes().to_vec()
        } else {
            value.to_vec()
        }
    }
}

fn rand<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

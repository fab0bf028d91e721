//! What a server asks of PostgreSQL, overheard: it is handed this address instead of the database's, and what goes by is
//! read (<https://www.postgresql.org/docs/current/protocol-message-formats.html>). So what is measured bare is what the
//! server sends, however that changes.

use std::{
    collections::HashMap,
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// A step of a transaction.
#[derive(Clone, Debug)]
pub enum Step {
    /// Sent as it is, as `BEGIN` and `COMMIT` are.
    Plain(String),
    /// A statement with the types of its values and these in binary; `kept` where it was prepared once for all.
    Bound { sql: String, types: Vec<u32>, values: Vec<Option<Vec<u8>>>, kept: bool },
}

pub struct Wire {
    pub port: u16,
    heard: Arc<Mutex<Vec<(usize, Step)>>>,
}

impl Wire {
    /// Listens, and passes on to `host`.
    pub fn to(host: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::<Mutex<Vec<(usize, Step)>>>::default();
        let (host, all) = (host.to_owned(), Arc::clone(&heard));
        thread::spawn(move || {
            for (number, near) in listener.incoming().map_while(Result::ok).enumerate() {
                let far = TcpStream::connect(&host).unwrap();
                near.set_nodelay(true).unwrap();
                far.set_nodelay(true).unwrap();
                let (mut back, mut to) = (far.try_clone().unwrap(), near.try_clone().unwrap());
                thread::spawn(move || {
                    let _ = std::io::copy(&mut back, &mut to);
                    let _ = to.shutdown(Shutdown::Both);
                });
                let heard = Arc::clone(&all);
                thread::spawn(move || {
                    // It ends with the connection.
                    let _ = pass(&near, &far, &|step| heard.lock().unwrap().push((number, step)));
                    let _ = far.shutdown(Shutdown::Both);
                });
            }
        });
        Self { port, heard }
    }

    /// What came since it was asked last, but for what other nodes are told. What came on one connection stays together:
    /// a transaction may end while the next one is under way on another.
    pub fn take(&self) -> Vec<Step> {
        let mut heard = std::mem::take(&mut *self.heard.lock().unwrap());
        heard.sort_by_key(|(connection, _)| *connection);
        let steps = heard.into_iter().map(|(_, step)| step);
        steps.filter(|step| !matches!(step, Step::Bound { sql, .. } if sql.contains("pg_notify"))).collect()
    }
}

fn pass(mut near: &TcpStream, mut far: &TcpStream, hear: &dyn Fn(Step)) -> std::io::Result<()> {
    let mut prepared = HashMap::new();
    let mut length = [0; 4];
    // The first message has no type.
    near.read_exact(&mut length)?;
    let mut body = vec![0; u32::from_be_bytes(length) as usize - 4];
    near.read_exact(&mut body)?;
    far.write_all(&[&length[..], &body].concat())?;
    let mut near = std::io::BufReader::new(near);
    loop {
        let mut start = [0; 5];
        near.read_exact(&mut start)?;
        let mut body = vec![0; u32::from_be_bytes([start[1], start[2], start[3], start[4]]) as usize - 4];
        near.read_exact(&mut body)?;
        far.write_all(&[&start[..], &body].concat())?;
        let mut message = Message(&body);
        match start[0] {
            b'Q' => hear(Step::Plain(message.text())),
            b'P' => {
                let (name, sql) = (message.text(), message.text());
                let types: Vec<u32> = (0..message.short()).map(|_| message.long() as u32).collect();
                prepared.insert(name, (sql, types));
            }
            b'B' => {
                message.text();
                let name = message.text();
                let ((sql, types), kept) = (prepared[&name].clone(), !name.is_empty());
                for _ in 0..message.short() {
                    message.short();
                }
                let values = (0..message.short()).map(|_| message.value()).collect();
                hear(Step::Bound { sql, types, values, kept });
            }
            _ => {}
        }
    }
}

/// The rest of a message.
struct Message<'a>(&'a [u8]);

impl Message<'_> {
    fn text(&mut self) -> String {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap();
        let text = String::from_utf8(self.0[..end].to_vec()).unwrap();
        self.0 = &self.0[end + 1..];
        text
    }

    fn short(&mut self) -> i16 {
        let (bytes, rest) = self.0.split_first_chunk().unwrap();
        self.0 = rest;
        i16::from_be_bytes(*bytes)
    }

    fn long(&mut self) -> i32 {
        let (bytes, rest) = self.0.split_first_chunk().unwrap();
        self.0 = rest;
        i32::from_be_bytes(*bytes)
    }

    fn value(&mut self) -> Option<Vec<u8>> {
        let length = usize::try_from(self.long()).ok()?;
        let (bytes, rest) = self.0.split_at(length);
        self.0 = rest;
        Some(bytes.to_vec())
    }
}

//! Photos that technicians bring: what is kept of them, who sees them, and how they go.

use std::collections::HashSet;

use image::{ImageFormat, Rgb, RgbImage};
use redress::{
    privacy::{self, Subject},
    staff::{Grant, Role},
};
use serde_json::{Value, json};

use crate::support::{Browser, Caller, PASSWORD, Reply, TestApp, sql};

const PLANTED: &[u8] = b"PLANTED-PLACE-51.5007";

/// A photo as a phone takes it: large, and with a place in it.
fn photo(width: u32, height: u32) -> Vec<u8> {
    let image =
        RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([230, 10, 10]) } else { Rgb([10, 10, 230]) });
    let mut file = std::io::Cursor::new(Vec::new());
    image.write_to(&mut file, ImageFormat::Jpeg).unwrap();
    let file = file.into_inner();
    let exif = [b"Exif\0\0MM\0\x2a\0\0\0\x08\0\0\0\0\0\0", PLANTED].concat();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&file[..2], b"\xff\xe1", &length, &exif, &file[2..]].concat()
}

/// A form with fields and files, as browsers send it (RFC 7578): content type and body.
fn form(fields: &[(&str, &[u8])]) -> (String, Vec<u8>) {
    let edge = "----edge";
    let mut body = Vec::new();
    for (name, value) in fields {
        let file = if *name == "photo" { "; filename=\"IMG_0001.jpg\"\r\nContent-Type: image/jpeg" } else { "" };
        body.extend(format!("--{edge}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes());
        body.extend_from_slice(value);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{edge}--\r\n").bytes());
    (format!("multipart/form-data; boundary={edge}"), body)
}

struct Field {
    app: TestApp,
    admin: Caller,
    desk: Browser,
    tomasz: Browser,
    program: Caller,
    other: Browser,
    ticket: Value,
}

impl Field {
    async fn new(settings: &[(&str, &str)]) -> Self {
        let app = TestApp::with(&[&[("technician_view", "true"), ("worker", "false")], settings].concat()).await;
        let admin = app.admin().await;
        let tomasz = app.user("Tomasz", Role::Technician).await;
        let other = app.user("Aisha", Role::Technician).await;
        let signed_in = async |email: &str| {
            let browser = Browser::new(&app.base);
            assert_eq!(browser.submit("/login", &[("email", email), ("password", PASSWORD)]).await.status, 303);
            browser
        };
        let token = redress::staff::add_token(&app.app.staff, tomasz.id, Grant::whole("phone")).await.unwrap();
        let ticket = admin.ticket(json!({})).await;
        let path = format!("/api/tickets/{}", ticket["id"].as_str().unwrap());
        let ticket = admin.put(&path, &json!({"assignedTo": tomasz.id, "status": "Dispatched"})).await.json;
        Self {
            desk: app.browser().await,
            tomasz: signed_in(&tomasz.email).await,
            program: app.anonymous().with_token(&token),
            other: signed_in(&other.email).await,
            admin,
            ticket,
            app,
        }
    }

    fn reference(&self) -> &str {
        self.ticket["ticketRef"].as_str().unwrap()
    }

    async fn post(&self, fields: &[(&str, &[u8])]) -> crate::support::Page {
        let (kind, body) = form(fields);
        let request = self.tomasz.request("POST", &format!("/jobs/{}/notes", self.reference()));
        Browser::page(request.header("sec-fetch-site", "same-origin").header("content-type", kind).body(body)).await
    }

    async fn call(&self, key: &str, fields: &[(&str, &[u8])]) -> Reply {
        let (kind, body) = form(fields);
        let request = self.program.request("POST", &format!("/api/jobs/{}/photos", self.reference()));
        let request = request.header("content-type", kind).header("idempotency-key", key);
        self.program.send(request.body(body)).await
    }
}

async fn bytes(request: reqwest::RequestBuilder) -> (u16, reqwest::header::HeaderMap, Vec<u8>) {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    (status, headers, response.bytes().await.unwrap().to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_technician_adds_a_photo_and_whoever_has_the_ticket_sees_it() {
    let field = Field::new(&[]).await;
    let sent = photo(3000, 1000);
    let done = field.post(&[("content", b""), ("photo", &sent)]).await;
    assert_eq!((done.status, done.location), (303, format!("/jobs/{}", field.reference())), "{}", done.text);
    let job = field.tomasz.open(&format!("/jobs/{}", field.reference())).await;
    assert_eq!(job.all(".timeline .ev__body"), ["Photo"], "a photo alone has a word of its own");
    let at = job.attribute(".photos img", "src").unwrap();
    assert_eq!(job.attribute(".photos img", "alt").as_deref(), Some("Photo by Tomasz"));
    assert_eq!(job.attributes(".photos img", "width"), ["2048"], "the page keeps its place while it loads");

    let (status, headers, shown) = bytes(field.tomasz.request("GET", &at)).await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "image/jpeg"));
    assert_eq!(headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'; sandbox");
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    let image = image::load_from_memory_with_format(&shown, ImageFormat::Jpeg).unwrap();
    assert_eq!((image.width(), image.height()), (2048, 683));
    assert!(!shown.windows(PLANTED.len()).any(|bytes| bytes == PLANTED), "where it was taken is nobody's business");

    let page = field.desk.open(&format!("/tickets/{}", field.reference())).await;
    let desk_at = page.attribute(".photos img", "src").unwrap();
    assert_eq!(bytes(field.desk.request("GET", &desk_at)).await.2, shown);
    let note = &field.admin.get(&format!("/api/tickets/{}", field.reference())).await.json["notes"][0];
    let id = note["photos"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(note["photos"], json!([{"id": id, "width": 2048, "height": 683}]));
    for (caller, place) in [(&field.admin, "tickets"), (&field.program, "jobs")] {
        let at = format!("/api/{place}/{}/photos/{id}", field.reference());
        assert_eq!(bytes(caller.request("GET", &at)).await.2, shown, "{place}");
    }

    // Nobody gets it by another way.
    assert_eq!(field.other.open(&at).await.status, 404);
    assert_eq!(field.tomasz.open(&desk_at).await.status, 403);
    assert_eq!(Browser::new(&field.app.base).open(&desk_at).await.status, 303);
    let elsewhere = field.admin.ticket(json!({})).await["ticketRef"].as_str().unwrap().to_owned();
    assert_eq!(field.admin.get(&format!("/api/tickets/{elsewhere}/photos/{id}")).await.status, 404);
    let path = format!("/api/tickets/{}", field.reference());
    assert_eq!(field.admin.put(&path, &json!({"status": "Fixed"})).await.status, 200);
    assert_eq!(field.admin.put(&path, &json!({"status": "Closed"})).await.status, 200);
    assert_eq!(field.tomasz.open(&at).await.status, 404, "a job that is done with is theirs no more");
    assert_eq!(bytes(field.desk.request("GET", &desk_at)).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_sent_twice_adds_one_photo_and_words_go_with_it() {
    let field = Field::new(&[]).await;
    let sent = photo(60, 40);
    let fields: [(&str, &[u8]); 3] = [("idempotencyKey", b"once"), ("content", b"The router"), ("photo", &sent)];
    for _ in 0..2 {
        assert_eq!(field.post(&fields).await.status, 303);
    }
    let job = field.tomasz.open(&format!("/jobs/{}", field.reference())).await;
    assert_eq!((job.all(".timeline .ev__body"), job.all(".photos a").len()), (vec!["The router".to_owned()], 1));
    // A form without a photo sends its field all the same.
    assert_eq!(field.post(&[("content", b"No photo"), ("photo", b"")]).await.status, 303);
    let job = field.tomasz.open(&format!("/jobs/{}", field.reference())).await;
    assert_eq!((job.all(".timeline .ev__body").len(), job.all(".photos a").len()), (2, 1));

    let first = field.call("k1", &[("photo", &sent)]).await;
    assert_eq!((first.status, &first.json["content"]), (201, &json!("Photo")), "{}", first.text);
    assert_eq!(field.call("k1", &[("photo", &sent)]).await.json, first.json, "the same key gives the same answer");
    let other = field.call("k1", &[("photo", &photo(61, 40))]).await;
    assert_eq!(other.status, 422, "and never stands for another photo: {}", other.text);
    let second = field.call("k2", &[("content", b"From the van"), ("photo", &sent)]).await;
    assert_eq!((second.status, &second.json["content"]), (201, &json!("From the van")));
    let path = format!("/api/jobs/{}", field.reference());
    assert_eq!(field.program.get(&path).await.json["notes"].as_array().unwrap().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_photo_is_refused_and_nothing_is_kept() {
    let field = Field::new(&[]).await;
    let good = photo(60, 40);
    let script: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    let refused = field.post(&[("content", b"See the photo"), ("photo", script)]).await;
    assert_eq!((refused.status, refused.all("#photo-err").len()), (422, 1), "{}", refused.text);
    assert_eq!(refused.all("textarea"), ["See the photo"], "what was typed stays");
    assert_eq!(field.post(&[("content", b""), ("photo", b"")]).await.status, 422, "neither words nor a photo");
    let twice = field.post(&[("photo", &good), ("photo", &good)]).await;
    assert_eq!(twice.status, 422, "{}", twice.text);
    let large = vec![0; 12 * 1024 * 1024 + 1];
    let long = vec![b'<'; 64 * 1024 + 1];
    assert_eq!(field.post(&[("content", &long), ("photo", &good)]).await.status, 413, "a text is no photo");
    let notes = format!("/jobs/{}/notes", field.reference());
    let plain = field.tomasz.request("POST", &notes).header("sec-fetch-site", "same-origin");
    let plain = plain.header("content-type", "application/x-www-form-urlencoded").body(vec![b'a'; 1024 * 1024 + 1]);
    assert_eq!(Browser::page(plain).await.status, 413, "nor is a form without one larger than any other");
    assert_eq!(field.post(&[("photo", &large)]).await.status, 413);

    for (fields, status, faults) in [
        (vec![("photo", script)], 422, vec!["photo"]),
        (vec![("content", b"x".as_slice())], 422, vec!["photo"]),
        (vec![("photo", &good[..]), ("photo", &good[..])], 422, vec!["photo"]),
        (vec![("photo", &good[..]), ("status", b"Fixed")], 422, vec!["status"]),
        (vec![("photo", &good[..]), ("content", b"\xff")], 400, vec![]),
        (vec![("photo", &large[..])], 413, vec![]),
    ] {
        let reply = field.call("k", &fields).await;
        assert_eq!(
            (reply.status, reply.faults()),
            (status, faults.into_iter().map(str::to_owned).collect()),
            "{}",
            reply.text
        );
    }
    let path = format!("/api/jobs/{}/photos", field.reference());
    assert_eq!(field.program.post(&path, &json!({"photo": "x"})).await.status, 415);
    let cut = field.program.request("POST", &path).header("content-type", "multipart/form-data; boundary=----edge");
    assert_eq!(
        field
            .program
            .send(cut.body("------edge\r\nContent-Disposition: form-data; name=\"photo\"\r\n\r\nx"))
            .await
            .status,
        400
    );
    let kept = field.admin.get(&format!("/api/tickets/{}", field.reference())).await.json["notes"].clone();
    assert_eq!(kept, json!([]));
    assert_eq!(rows(&field.app).await, [0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_has_so_many_photos_and_no_more() {
    let field = Field::new(&[]).await;
    let first = field.call("k", &[("photo", &photo(60, 40))]).await;
    assert_eq!(first.status, 201, "{}", first.text);
    let fill = |tx: &mut redress::db::Tx<'_>| {
        let kept = tx.query_one("SELECT ticket_id, version FROM photos", &[])?.unwrap();
        for place in 0..49u128 {
            let id = uuid::Uuid::from_u128(place);
            let sql = "INSERT INTO photos (id, ticket_id, version, width, height) VALUES ($1, $2, $3, 1, 1)";
            tx.execute(sql, &[id.into(), kept.uuid(0)?.into(), kept.int(1)?.into()])?;
        }
        Ok::<_, redress::db::DbError>(())
    };
    field.app.app.db.write(fill).await.unwrap();
    let more = field.call("k2", &[("photo", &photo(60, 40))]).await;
    assert_eq!(more.status, 409, "{}", more.text);
    assert!(more.text.contains("has 50 photos"), "{}", more.text);
    let page = field.post(&[("content", b"The router"), ("photo", &photo(60, 40))]).await;
    assert_eq!((page.status, page.all("textarea")), (422, vec!["The router".to_owned()]), "{}", page.text);
    assert_eq!(rows(&field.app).await[0], 50);
}

/// How many photos there are, and how many pieces of them.
async fn rows(app: &TestApp) -> [i64; 2] {
    let count = |tx: &mut redress::db::Tx<'_>| {
        let of = |tx: &mut redress::db::Tx<'_>, table| {
            tx.query_one(&format!("SELECT count(*) FROM {table}"), &[])?.unwrap().int(0)
        };
        Ok::<_, redress::db::DbError>([of(tx, "photos")?, of(tx, "photo_parts")?])
    };
    app.app.db.read(count).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_sealed_where_it_lies_handed_out_and_erased_with_its_ticket() {
    let field = Field::new(&[]).await;
    // Noise, so that it takes several pieces.
    let mut seed = 1u32;
    let noise = RgbImage::from_fn(400, 300, |_, _| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [a, b, c, _] = seed.to_be_bytes();
        Rgb([a, b, c])
    });
    let mut file = std::io::Cursor::new(Vec::new());
    noise.write_to(&mut file, ImageFormat::Png).unwrap();
    let reply = field.call("k", &[("photo", file.get_ref())]).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let at = format!("/api/tickets/{}/photos/{}", field.reference(), reply.json["photos"][0]["id"].as_str().unwrap());
    let (_, _, shown) = bytes(field.admin.request("GET", &at)).await;
    let [photos, parts] = rows(&field.app).await;
    assert!(photos == 1 && parts > 2, "{parts}");
    let pieces = |tx: &mut redress::db::Tx<'_>| {
        let rows = tx.query("SELECT data FROM photo_parts", &[])?;
        rows.iter().map(|row| row.bytes(0)).collect::<Result<Vec<_>, _>>()
    };
    let clear: HashSet<&[u8]> = shown.chunks_exact(24).collect();
    for piece in field.app.app.db.read(pieces).await.unwrap() {
        assert!(!piece.windows(24).any(|bytes| clear.contains(bytes)), "in clear");
    }

    let whom = json!({"ticket": field.reference(), "reason": "Request 18"});
    let data = field.admin.post("/api/privacy/export", &whom).await.json;
    let handed = data["tickets"][0]["notes"][0]["photos"][0].as_str().unwrap();
    assert_eq!(data_encoding::BASE64.decode(handed.as_bytes()).unwrap(), shown);

    let erase = json!({"ticket": field.reference(), "reason": "Request 18", "confirm": field.reference()});
    assert_eq!(field.admin.post("/api/privacy/erasures", &erase).await.status, 200);
    assert_eq!(field.admin.get(&at).await.status, 404);
    assert_eq!(rows(&field.app).await, [0, 0]);
    let late = field.call("k3", &[("photo", &photo(60, 40))]).await;
    assert_eq!(late.status, 409, "what is erased takes no photos: {}", late.text);
}

/// A client may have hundreds, and a node has no memory for all of them.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_is_handed_out_is_read_photo_by_photo_as_it_is_taken() {
    let field = Field::new(&[]).await;
    for (key, width) in [("k1", 60), ("k2", 61)] {
        let reply = field.call(key, &[("photo", &photo(width, 40))]).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
    }
    let desk = field.app.app.privacy();
    let subject = Subject::Ticket(field.ticket["id"].as_str().unwrap().parse().unwrap());
    let begin = async || privacy::export(&desk, &subject, "Request 18".to_owned(), None).await.unwrap();
    let mut document = begin().await;
    let mut pieces = Vec::new();
    while let Some(piece) = document.piece().await.unwrap() {
        pieces.push(String::from_utf8(piece).unwrap());
    }
    assert_eq!(pieces.len(), 5, "three texts, and between two of them a photo");
    let whole: Value = serde_json::from_str(&pieces.concat()).unwrap();
    for (note, piece, width) in [(0, 1, 60), (1, 3, 61)] {
        assert_eq!(whole["tickets"][0]["notes"][note]["photos"], json!([pieces[piece]]));
        let jpeg = data_encoding::BASE64.decode(pieces[piece].as_bytes()).unwrap();
        assert_eq!(image::load_from_memory_with_format(&jpeg, ImageFormat::Jpeg).unwrap().width(), width);
    }

    let whom = json!({"ticket": field.reference(), "reason": "Request 18"});
    let sent = field.admin.post("/api/privacy/export", &whom).await;
    assert_eq!((sent.status, sent.header("content-length")), (200, ""), "nobody knows its length before");
    assert_eq!(sent.json["tickets"], whole["tickets"]);

    // What goes meanwhile has not been read before its turn.
    let mut document = begin().await;
    assert!(document.piece().await.unwrap().is_some());
    let damage = "UPDATE photo_parts SET data = (SELECT detail FROM audit_events ORDER BY seq LIMIT 1)";
    assert_eq!(sql(field.app.dir(), damage), 2);
    assert!(document.piece().await.is_err());
    // Nobody takes for whole what breaks off.
    let came = match field.admin.request("POST", "/api/privacy/export").json(&whom).send().await {
        Ok(answer) => answer.bytes().await,
        Err(error) => Err(error),
    };
    assert!(came.is_err(), "{came:?}");
}

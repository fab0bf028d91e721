//! Others that the desk needs: gateways, mail servers, webhooks, the provider of single sign-on.

use super::*;

#[tokio::test]
async fn gateways_are_asked_and_sent_nothing() {
    let dir = stopped().await;
    let kannel = |at: &str| doctor(&dir, &kannel(&format!("http://{at}/cgi-bin/sendsms")));
    kannel(&answering(|first| {
        // No receiver and no text: it cannot be taken for a message.
        assert!(first.starts_with("GET /cgi-bin/sendsms?username=u&password=p HTTP"), "{first}");
        http("400 Bad Request", "Missing receiver number, rejected")
    }))
    .has("gateways", "ok", "sms by kannel answers, and takes our log-in");
    kannel(&answering(|_| http("403 Forbidden", "Authorization failed for sendsms"))).has(
        "gateways",
        "fault",
        "refuses our log-in (403)",
    );
    kannel(&answering(|_| http("200 OK", "Welcome"))).has("gateways", "fault", "not an answer of Kannel's");
    kannel(NOBODY).has("gateways", "fault", "cannot be used");
    let twilio = |at: &str| {
        let (base, sid) = (format!("http://{at}"), format!("AC{}", "0".repeat(32)));
        let account =
            ["--sms-twilio-account-sid", &sid, "--sms-twilio-auth-token", "t", "--sms-sender", "+15005550006"];
        let args = [&["--sms-gateway", "twilio", "--sms-twilio-base-url", &base][..], &account].concat();
        doctor(&dir, &args)
    };
    twilio(&answering(|first| {
        http(if first.starts_with("GET /2010-04-01/Accounts/AC0") { "200 OK" } else { "500 No" }, "{}")
    }))
    .has("gateways", "ok", "takes our log-in");
    twilio(&answering(|_| http("401 Unauthorized", "{}"))).has("gateways", "fault", "refuses our log-in (401)");
}

#[tokio::test]

async fn a_gateway_by_smpp_is_connected_to_and_not_logged_in_at() {
    let dir = stopped().await;
    let smpp = |at: &str| {
        let account = ["--sms-smpp-system-id", "u", "--sms-smpp-password", "p"];
        let place = ["--sms-gateway", "smpp", "--sms-smpp-host", "127.0.0.1", "--sms-smpp-port", port(at)];
        doctor(&dir, &[&place[..], &account].concat())
    };
    let (_held, address) = silent();
    smpp(&address).has("gateways", "ok", "sms by smpp answers");
    smpp(NOBODY).has("gateways", "fault", "sms by smpp cannot be used");
}

#[tokio::test]
async fn mail_servers_and_webhooks_are_asked() {
    let dir = stopped().await;
    let webhook = |at: &str| {
        doctor(
            &dir,
            &["--webhook-url", &format!("http://{at}/secret-path?token=x"), "--webhook-secret", "0123456789abcdef"],
        )
    };
    let heard = webhook(&answering(|first| {
        assert!(first.starts_with("HEAD / HTTP"), "{first}");
        http("404 Not Found", "")
    }));
    assert!(
        heard.of("gateways").contains(&("ok", "webhook answers; whether it takes messages, a trial on the page shows")),
        "{}",
        heard.all
    );
    let away = webhook(NOBODY);
    away.has("gateways", "fault", "webhook cannot be used");
    assert!(!away.all.contains("secret-path"), "{}", away.all);
    let mail =
        |at: &str| doctor(&dir, &[&mail(port(at))[..], &["--email-username", "u", "--email-password", "p"]].concat());
    mail(&post("235 2.7.0 welcome")).has("gateways", "note", "email answers, and takes our log-in");
    mail(&post("535 5.7.8 tell-nobody")).has("gateways", "fault", "refuses our log-in (535 5.7.8)");
    mail(NOBODY).has("gateways", "fault", "email cannot be used");
}

/// A mail server that says this to a log-in, and takes no mail.
fn post(to_login: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let _ = stream.write_all(b"220 mail ESMTP\r\n");
            let mut lines = std::io::BufRead::lines(std::io::BufReader::new(stream.try_clone().unwrap()));
            while let Some(Ok(line)) = lines.next() {
                let answer = match line.split(' ').next() {
                    Some("EHLO") => "250-mail\r\n250 AUTH PLAIN",
                    Some("AUTH") => to_login,
                    Some("QUIT") => "221 bye",
                    _ => "500 no mail is wanted",
                };
                let _ = stream.write_all(format!("{answer}\r\n").as_bytes());
            }
        }
    });
    address
}

#[tokio::test]
async fn the_provider_of_single_sign_on_is_asked() {
    let dir = stopped().await;
    let provider = |at: &str| doctor(&dir, &["--oidc-issuer", &format!("http://{at}"), "--oidc-client-id", "redress"]);
    provider(NOBODY).has("single sign-on", "fault", "only passwords let people in");
    provider(&answering(|_| http("404 Not Found", ""))).has("single sign-on", "fault", "cannot be asked");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let issuer = format!("http://{address}");
    let document = json!({
        "issuer": issuer, "authorization_endpoint": format!("{issuer}/auth"), "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"), "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    })
    .to_string();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let body = if head(&mut stream).contains("/jwks") { "{\"keys\":[]}" } else { &document };
            let _ = stream.write_all(http("200 OK\r\nContent-Type: application/json", body).as_bytes());
        }
    });
    provider(&address).has("single sign-on", "ok", "answers, with its addresses and keys");
}

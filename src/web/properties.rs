//! What holds of any cookie and any header.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderValue, header};
use vault::Vault;

use super::{Flash, cookies::Cookies, is_local, proxies::Proxies};
use crate::{
    fuzzing::{altered, choice, text},
    words::{Language, Text},
};

fn received(cookies: &Cookies, line: &str) -> Option<String> {
    let mut headers = HeaderMap::new();
    headers.insert(header::COOKIE, line.parse().ok()?);
    cookies.unpack(&mut headers);
    headers.get(header::COOKIE).and_then(|line| line.to_str().ok()).map(ToOwned::to_owned)
}

/// A toast counts as it was written here and in no other way; other cookies pass as they are, under TLS by their prefix.
pub fn cookies(data: &[u8]) {
    let (chosen, rest) = choice(data);
    let cookies = Cookies { vault: Vault::for_tests(1), secure: chosen % 2 == 1 };
    let said = text(rest);
    if let Some(kept) = received(&cookies, &said) {
        let prefix = if cookies.secure { "__Host-" } else { "" };
        for pair in kept.split("; ") {
            assert!(said.contains(&format!("{prefix}{pair}")), "{pair} of {said}");
            assert!(!pair.starts_with("redress_flash="), "nobody makes one up");
        }
    }
    if let Some(flash) = Flash::decode(&said) {
        assert!(flash.undo.is_none_or(|(path, _)| is_local(&path)));
    }
    let flash = Flash::ok(Text::verbatim(&*said).to(Language::English)).with_undo("/tickets/BILL-1/undo", 5);
    let mut headers = HeaderMap::new();
    let line = format!("redress_flash={}; HttpOnly; Path=/", flash.encode());
    headers.insert(header::SET_COOKIE, line.parse().expect("it is ASCII"));
    cookies.pack(&mut headers);
    let sent = headers[header::SET_COOKIE].to_str().expect("it is ASCII");
    let pair = sent.split(';').next().unwrap_or_default();
    let back = received(&cookies, pair).expect("it comes back");
    assert_eq!(back.strip_prefix("redress_flash=").and_then(Flash::decode).as_ref(), Some(&flash));
    let (name, value) = pair.split_once('=').expect("it has a name");
    let at = chosen % value.len();
    for forged in [altered(value, at), value[..at].to_owned(), format!("{value}A")] {
        assert_eq!(received(&cookies, &format!("{name}={forged}")), None, "{forged} for {value}");
    }
    let other = Cookies { vault: Vault::for_tests(2), ..cookies };
    assert_eq!(received(&other, pair), None, "by other keys");
}

/// The sender is told by proxies that are trusted and by nobody else, a path never leads away, and some language is found.
pub fn headers(data: &[u8]) {
    const TRUSTED: [&str; 4] = ["", "192.0.2.0/24", "192.0.2.0/24, ::1", "0.0.0.0/0"];
    let (chosen, rest) = choice(data);
    let said = text(rest);
    let language = Language::accepted(&said);
    assert!(language == Language::English || said.to_ascii_lowercase().contains(language.tag()));
    assert!(Language::of(&said).is_none_or(|named| Language::of(named.html()) == Some(named)));
    leads_nowhere_else(&said);
    for net in Proxies::parse(&said).unwrap_or_default() {
        assert_eq!(Proxies::parse(&net.to_string()), Some(vec![net]));
    }
    let Ok(line) = HeaderValue::from_bytes(rest) else { return };
    let trusted = Proxies::parse(TRUSTED[chosen % TRUSTED.len()]).unwrap_or_default();
    let proxies = Proxies { trusted, local: true };
    let sender = |peer: &str, lines: &[&HeaderValue]| {
        let lines = lines.iter().map(|line| (header::HeaderName::from_static("x-forwarded-for"), (*line).clone()));
        proxies.sender(peer.parse().ok(), &lines.collect())
    };
    let is_trusted = |ip: &IpAddr| proxies.trusted.iter().any(|net| net.contains(ip));
    for peer in ["192.0.2.1", "203.0.113.9"] {
        let found = sender(peer, &[&line]).expect("it has an address");
        let own: IpAddr = peer.parse().expect("it is one");
        assert!(found == own || is_trusted(&own), "{peer} is no proxy of ours");
        // Whoever is no proxy can write what they like before that.
        if !is_trusted(&found) {
            let forged = [b"198.51.100.66, 192.0.2.77, ", rest].concat();
            let forged = HeaderValue::from_bytes(&forged).expect("it was one before");
            assert_eq!(sender(peer, &[&forged]), Some(found));
            assert_eq!(sender(peer, &[&HeaderValue::from_static("198.51.100.66"), &line]), Some(found));
        }
    }
}

/// As browsers read it: the standard's own parser is asked.
fn leads_nowhere_else(path: &str) {
    if !is_local(path) {
        return;
    }
    let desk = reqwest::Url::parse("https://desk.example.com/login").expect("it is one");
    let there = desk.join(path).expect("it is a path");
    assert_eq!(there.origin(), desk.origin(), "{path}");
    assert!(HeaderValue::from_str(path).is_ok());
}

//! The same, encrypted.

use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{ClientConfig, RootCertStore, ServerConfig, crypto::aws_lc_rs, pki_types::PrivateKeyDer};
use smpp::{Submitted, Tls};
use tokio_rustls::TlsAcceptor;

use crate::smsc::*;

/// A server for 127.0.0.1 and a client that trusts it.
fn pair() -> (TlsAcceptor, Arc<ClientConfig>) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec!["127.0.0.1".into()]).unwrap();
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let server =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().unwrap();
    let server = server.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key).unwrap();
    let client = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let client = client.with_root_certificates(roots).with_no_client_auth();
    (TlsAcceptor::from(Arc::new(server)), Arc::new(client))
}

#[tokio::test]
async fn a_trusted_gateway_is_spoken_to() {
    let smsc = Smsc::listen().await;
    let (acceptor, trusting) = pair();
    let mut config = smsc.config();
    config.tls = Tls::Given(trusting);
    let client = start(config);
    let mut conn = Conn { stream: acceptor.accept(smsc.accept().await.stream).await.unwrap() };
    conn.bind().await;
    let sender = Arc::clone(&client);
    let sent = tokio::spawn(async move { sender.submit(text(&"a".repeat(400))).await });
    for id in ["1", "2", "3"] {
        conn.answer(0, id).await;
    }
    assert_eq!(sent.await.unwrap(), Submitted::Accepted { ids: vec!["1".into(), "2".into(), "3".into()] });
    conn.send(DELIVER_SM, 0, 1, &delivery(0, b"STOP")).await;
    assert_eq!(conn.expect(DELIVER_SM | RESP).await.status, 0);
}

#[tokio::test]
async fn a_gateway_that_nobody_vouches_for_is_told_nothing() {
    let smsc = Smsc::listen().await;
    let (acceptor, _) = pair();
    let mut config = smsc.config();
    config.tls = Tls::Platform;
    let client = start(config);
    assert!(acceptor.accept(smsc.accept().await.stream).await.is_err());
    let status = until(&client, |status| status.last_error.is_some()).await;
    assert!(status.last_error.unwrap().contains("certificate"));
}

#[tokio::test]
async fn a_gateway_without_tls_is_told_nothing() {
    let smsc = Smsc::listen().await;
    let mut config = smsc.config();
    config.tls = Tls::Given(pair().1);
    let client = start(config);
    let mut conn = smsc.accept().await;
    conn.raw(&octets(ENQUIRE_LINK, 0, 1, b"")).await;
    let status = until(&client, |status| status.last_error.is_some()).await;
    assert!(status.last_error.unwrap().starts_with("cannot connect: "));
}

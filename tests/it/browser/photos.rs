//! A technician's photo on the phone: chosen, seen before it is sent, brought to size, and seen after.

use image::{ImageFormat, Rgb, RgbImage};
use redress::staff::Role;
use serde_json::json;

use super::{QUIET, chromium::Chromium};
use crate::support::{PASSWORD, TestApp};

#[tokio::test]
async fn a_photo_is_shown_made_small_and_sent() {
    let app = TestApp::with(&[&QUIET[..], &[("technician_view", "true")]].concat()).await;
    let tomasz = app.user("Tomasz", Role::Technician).await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({})).await;
    let path = format!("/api/tickets/{}", ticket["id"].as_str().unwrap());
    let dispatched = json!({"assignedTo": tomasz.id, "status": "Dispatched"});
    assert_eq!(admin.put(&path, &dispatched).await.status, 200);
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("IMG_0001.jpg");
    RgbImage::from_pixel(3000, 1500, Rgb([180, 20, 20])).save_with_format(&file, ImageFormat::Png).unwrap();

    let browser = Chromium::start(&app.base, true).await;
    browser.size(390, 844).await;
    browser.open("/login").await;
    browser.fill("#email", &tomasz.email).await;
    browser.fill("#password", PASSWORD).await;
    browser.click("form[action='/login'] button").await;
    browser.arrive("/jobs").await;
    let job = format!("/jobs/{}", ticket["ticketRef"].as_str().unwrap());
    browser.open(&job).await;
    browser.find("[data-scripted] #photo").await.send_keys(file.to_str().unwrap()).await.unwrap();
    browser
        .holds("const shown = document.querySelector('.composer__photo img'); return shown.naturalWidth > 0", &[])
        .await;
    let made = "const [file] = document.querySelector('#photo').files; return file.name === 'photo.jpg' && file.type === 'image/jpeg'";
    browser.holds(made, &[]).await;
    assert_eq!(browser.run("return document.documentElement.scrollWidth <= 390", &[]).await, json!(true));
    browser.click(".composer button[type=submit]").await;
    browser.reads(".timeline", "Photo").await;
    browser.holds("return document.querySelector('.photos img').naturalWidth === 2048", &[]).await;
    let fault = browser.complaints().await;
    assert!(fault.is_empty(), "{fault:?}");
}

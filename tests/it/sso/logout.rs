//! Both ways of signing out, with the provider of other people.

use redress::staff::{self, By, Changes};

use super::{idp::Idp, parameter, recorded};
use crate::support::{PASSWORD, eventually};

#[tokio::test]
async fn signing_out_goes_on_to_the_provider_and_comes_back() {
    let (idp, app) = Idp::with_desk(&[]).await;
    app.admin().await;
    let asha = idp.person(&app);
    asha.arrive("asha", "/tickets").await;
    let page = asha.desk.submit("/logout", &[]).await;
    assert_eq!(page.status, 200, "{page:?}");
    let onward = page.headers["refresh"].to_str().unwrap().strip_prefix("0;url=").unwrap().to_owned();
    assert_eq!(page.attribute("main a[href^='http']", "href").as_deref(), Some(onward.as_str()));
    assert!(onward.starts_with(&idp.issuer), "{onward}");
    assert_eq!(parameter(&onward, "client_id").as_deref(), Some("redress"));
    assert!(!onward.contains("asha") && parameter(&onward, "id_token_hint").is_none(), "{onward}");
    assert!(!asha.is_in().await, "here it is done before the provider is asked");
    assert_eq!(asha.sign_out(&onward).await.location, format!("{}/", app.base));
    // The provider asks again who it is.
    let address = asha.desk.open("/auth/start").await.location;
    assert!(asha.provider.open(address.strip_prefix(&idp.issuer).unwrap()).await.location.contains("/interaction/"));
}

/// Whoever changes a password in such a session goes on in the same session, which the provider can end.
#[tokio::test]
async fn a_session_stays_the_providers_when_a_password_is_changed_in_it() {
    let (idp, app) = Idp::with_desk(&[]).await;
    app.admin().await;
    let asha = idp.person(&app);
    asha.arrive("asha", "/tickets").await;
    let users = staff::users(&app.app.staff).await.unwrap();
    let user = users.iter().find(|user| user.email.starts_with("asha")).unwrap();
    let own = Changes { password: Some(PASSWORD.to_owned()), must_change: Some(false), ..Changes::none() };
    staff::change_user(&app.app.staff, By::default(), user.id, own).await.unwrap();
    asha.arrive("asha", "/tickets").await;
    let passwords = [("currentPassword", PASSWORD), ("newPassword", "quite another password")];
    let changed = asha.desk.submit("/account/password", &passwords).await;
    assert_eq!((changed.status, changed.location.as_str()), (303, "/account"), "{}", changed.text);
    assert!(asha.is_in().await);
    asha.sign_out("/session/end?client_id=redress").await;
    eventually("the session ends", async || (!asha.is_in().await).then_some(())).await;
}

#[tokio::test]
async fn a_session_of_a_password_ends_here_alone() {
    let (_idp, app) = Idp::with_desk(&[]).await;
    let browser = app.browser().await;
    let page = browser.submit("/logout", &[]).await;
    assert_eq!((page.status, page.location.as_str()), (303, "/login"));
}

#[tokio::test]
async fn whoever_signs_out_at_the_provider_is_signed_out_here() {
    let (idp, app) = Idp::with_desk(&[]).await;
    app.admin().await;
    let (asha, elsewhere, ravi) = (idp.person(&app), idp.person(&app), idp.person(&app));
    asha.arrive("asha", "/tickets").await;
    elsewhere.arrive("asha", "/tickets").await;
    ravi.arrive("ravi", "/account").await;
    asha.sign_out("/session/end?client_id=redress").await;
    eventually("the session ends", async || (!asha.is_in().await).then_some(())).await;
    assert!(elsewhere.is_in().await, "another session of the provider's goes on");
    assert!(ravi.is_in().await);
    assert_eq!(recorded(&app).await[0], 29);
}

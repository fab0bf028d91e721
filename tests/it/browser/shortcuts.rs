//! The sheet of shortcuts says what the keyboard does: no key works that is not on it, and none on it does nothing.

use std::{collections::BTreeSet, fs, path::Path};

use fantoccini::key::Key;

use super::{QUIET, chromium::Chromium, lists::fill, set_up};
use crate::support::TestApp;

/// Presses every key, alone, with Shift and with Control, where the focus is, and says which of them something answered.
/// What they would open or send is held up, so that the page stays as it is.
const ANSWERED: &str = "
    const hold = (e) => { e.preventDefault(); e.stopImmediatePropagation(); };
    for (const kind of ['click', 'submit']) window.addEventListener(kind, hold, true);
    const letters = [...'abcdefghijklmnopqrstuvwxyz'];
    const others = [...'0123456789/?.,;:!#[]-=+*', 'Enter', 'Escape', 'Home', 'End', 'PageUp', 'PageDown', 'Delete', 'Backspace',
        'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'F1', 'F2', ' '];
    const strokes = [];
    for (const key of letters) strokes.push([key, {key}], [`Shift+${key.toUpperCase()}`, {key: key.toUpperCase(), shiftKey: true}],
        [`Control+${key.toUpperCase()}`, {key, ctrlKey: true}], [`Alt+${key.toUpperCase()}`, {key, altKey: true}]);
    for (const key of others) strokes.push([key, {key}], [`Control+${key}`, {key, ctrlKey: true}]);
    const answered = [];
    const field = document.activeElement;
    for (const [name, init] of strokes) {
        const e = new KeyboardEvent('keydown', {...init, bubbles: true, cancelable: true});
        field.dispatchEvent(e);
        if (e.defaultPrevented) answered.push(name);
        document.querySelector('#keys:popover-open')?.hidePopover();
        field.focus();
    }
    for (const kind of ['click', 'submit']) window.removeEventListener(kind, hold, true);
    return answered";

async fn answered(browser: &Chromium) -> BTreeSet<String> {
    let found = browser.run(ANSWERED, &[]).await;
    found.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_the_sheet_says_is_what_the_keyboard_does() {
    let app = TestApp::with(&QUIET).await;
    let browser = Chromium::start(&app.base, true).await;
    set_up(&app, &browser).await;
    fill(&app, 3).await;
    let mut does = BTreeSet::new();

    browser.open("/tickets?q=nadia").await;
    browser.find(".js tbody tr").await;
    let sheet = browser
        .run(
            "return [...document.querySelectorAll('#keys [data-keys]')].flatMap((e) => e.dataset.keys.split(' '))",
            &[],
        )
        .await;
    let sheet: BTreeSet<String> =
        sheet.as_array().unwrap().iter().map(|key| key.as_str().unwrap().to_owned()).collect();
    assert!(sheet.len() > 12, "{sheet:?}");
    // A row that is ticked and has the focus; Escape unticks it.
    browser.keys("jx").await;
    browser
        .holds("return document.activeElement.matches('tbody a') && !!document.querySelector('tbody :checked')", &[])
        .await;
    does.extend(answered(&browser).await);
    // Enter is the browser's own, on the link that J and K lead to.
    browser.keys(&Key::Enter.to_string()).await;
    browser.arrive("/tickets/BILL-").await;
    does.insert("Enter".to_owned());
    // The ticket in the middle has one before and one behind.
    browser.reads(".crumbs__end", "1 of 3").await;
    browser.keys("j").await;
    browser.reads(".crumbs__end", "2 of 3").await;
    does.extend(answered(&browser).await);
    // Within a form only what is no letter.
    browser.open("/tickets/new").await;
    browser.find(".js main form").await;
    browser.run("document.getElementById('description').focus(); return true", &[]).await;
    let writing = answered(&browser).await;
    assert_eq!(writing, BTreeSet::from(["Control+Enter".to_owned(), "Control+K".to_owned()]));
    does.extend(writing);

    assert_eq!(does, sheet, "left: what something answers; right: what the sheet says");
}

/// A key of a keyboard with another script, at the place that a Latin one has for a letter.
async fn press(browser: &Chromium, key: &str, code: &str, control: bool) {
    let press = "const [key, code, control] = arguments; document.activeElement.dispatchEvent(new KeyboardEvent('keydown', \
        {key, code, ctrlKey: control === 'Control', bubbles: true, cancelable: true})); return true";
    browser.run(press, &[key, code, if control { "Control" } else { "" }]).await;
}

#[tokio::test]
async fn keys_work_on_a_keyboard_with_hindi_letters() {
    let app = TestApp::with(&QUIET).await;
    let browser = Chromium::start(&app.base, true).await;
    set_up(&app, &browser).await;
    fill(&app, 3).await;
    browser.open("/tickets").await;
    browser.find(".js tbody tr").await;
    press(&browser, "क", "KeyK", true).await;
    browser.holds("return document.activeElement.id === 'q'", &[]).await;
    browser.run("document.activeElement.blur(); return true", &[]).await;
    // A vowel's sign is no letter by itself: InScript has this one where S is.
    press(&browser, "र", "KeyJ", false).await;
    browser.holds("return document.activeElement.matches('tbody tr:nth-child(1) a')", &[]).await;
    press(&browser, "े", "KeyS", false).await;
    browser.find("#b-status:popover-open").await;
    browser.keys(&Key::Escape.to_string()).await;
    browser.holds("return !document.querySelector('.pop:popover-open')", &[]).await;
    press(&browser, "य", "Slash", false).await;
    browser.holds("return document.activeElement.id === 'q'", &[]).await;
    browser.run("document.activeElement.blur(); return true", &[]).await;
    // Another Latin layout has its own letters in these places.
    press(&browser, "b", "KeyN", false).await;
    press(&browser, "ö", "KeyX", false).await;
    assert!(browser.path().await.ends_with("/tickets"));
    press(&browser, "ल", "KeyN", false).await;
    browser.arrive("/tickets/new").await;
    let faults = browser.complaints().await;
    assert!(faults.is_empty(), "{faults:?}");
}

#[test]
fn pages_take_their_keys_from_the_table() {
    fn look(folder: &Path, literal: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                look(&path, literal);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for rest in text.split("aria-keyshortcuts=\"").skip(1).filter(|rest| !rest.starts_with("{{ ")) {
                literal.push(format!("{}: {}", path.display(), rest.split('"').next().unwrap()));
            }
        }
    }
    let mut literal = Vec::new();
    look(Path::new("templates"), &mut literal);
    assert!(literal.is_empty(), "keys are in src/web/keys.rs: {literal:?}");
}

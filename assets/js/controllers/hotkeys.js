import { Controller } from "@hotwired/stimulus";
import { LETTERS, barred, letters, plain } from "../keys.js";

/* Each page says which key leads where by aria-keyshortcuts (WAI-ARIA 1.2): a field takes the focus, anything else is
   clicked. What cannot be seen has no key. */
export default class extends Controller {
  static targets = ["letters"];
  connect() {
    addEventListener("keydown", (this.onKey = (e) => this.key(e)));
  }
  disconnect() {
    removeEventListener("keydown", this.onKey);
  }
  lettersTargetConnected(box) {
    box.checked = letters();
    box.disabled = barred();
  }
  choose({ target }) {
    try {
      localStorage.setItem(LETTERS, target.checked ? "on" : "off");
    } catch {
      target.checked = true;
    }
  }
  key(e) {
    if ((e.ctrlKey || e.metaKey) && !e.altKey) return this.chord(e);
    if (e.key === "Escape" && e.target.id === "q") return e.target.blur();
    if (!plain(e)) return;
    if (e.key === "?") {
      e.preventDefault();
      document.getElementById("keys")?.showPopover();
    } else this.go(e, e.key);
  }
  chord(e) {
    if (e.key.toLowerCase() === "k") this.go(e, "Control+K");
    const form = e.target.form;
    if (e.key === "Enter" && form?.method === "post" && !e.defaultPrevented) {
      e.preventDefault();
      form.requestSubmit();
    }
  }
  go(e, key) {
    const named = [...document.querySelectorAll("[aria-keyshortcuts]")];
    const one = named.find((el) => el.getAttribute("aria-keyshortcuts").split(" ").includes(key) && el.checkVisibility());
    if (!one) return;
    e.preventDefault();
    if (one.matches("input")) one.select();
    else if (one.matches("textarea")) one.focus();
    else one.click();
  }
}

import { Controller } from "@hotwired/stimulus";
import { does, named, plain } from "../keys.js";

/* Each page says which key leads where by aria-keyshortcuts (WAI-ARIA 1.2): a field takes the focus, anything else is
   clicked. What cannot be seen has no key. */
export default class extends Controller {
  connect() {
    addEventListener("keydown", (this.onKey = (e) => this.key(e)));
  }
  disconnect() {
    removeEventListener("keydown", this.onKey);
  }
  key(e) {
    const what = does(e);
    if (!what) return;
    const chord = (e.ctrlKey || e.metaKey) && !e.altKey;
    if (what === "close") e.target.id === "q" && e.target.blur();
    else if (what === "save") this.save(e);
    else if (!chord && !plain(e)) return;
    else if (what === "help") {
      e.preventDefault();
      document.getElementById("keys").showPopover();
    } else this.go(e, named(e));
  }
  save(e) {
    const { form } = e.target;
    if (form?.method !== "post" || e.defaultPrevented) return;
    e.preventDefault();
    form.requestSubmit();
  }
  go(e, key) {
    const all = [...document.querySelectorAll("[aria-keyshortcuts]")];
    const one = all.find((el) => el.getAttribute("aria-keyshortcuts").split(" ").includes(key) && el.checkVisibility());
    if (!one) return;
    e.preventDefault();
    if (one.matches("input")) one.select();
    else if (one.matches("textarea")) one.focus();
    else one.click();
  }
}

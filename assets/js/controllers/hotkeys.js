import * as Turbo from "@hotwired/turbo";
import { Controller } from "@hotwired/stimulus";
import { LETTERS, letters, plain } from "../keys.js";

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
  }
  choose({ target }) {
    try {
      localStorage.setItem(LETTERS, target.checked ? "on" : "off");
    } catch {
      target.checked = true;
    }
  }
  key(e) {
    const find = document.getElementById("q");
    if ((e.ctrlKey || e.metaKey) && !e.altKey && e.key === "k" && find) {
      e.preventDefault();
      find.select();
    }
    if (e.key === "Escape" && e.target === find) find.blur();
    if (!plain(e) || !letters()) return;
    const menu = (id) => document.querySelector(`.status-btn[popovertarget=${id}], .btn[popovertarget=${id}], .link-btn[popovertarget=${id}]`);
    const on = {
      "/": () => find?.select(),
      "?": () => document.getElementById("keys")?.showPopover(),
      n: () => document.querySelector("[aria-keyshortcuts=n]") && Turbo.visit("/tickets/new"),
      c: () => document.querySelector("[aria-keyshortcuts=c]")?.focus(),
      y: () => document.querySelector("[aria-keyshortcuts=y]")?.click(),
      f: () => document.querySelector(".chip button")?.focus(),
      s: () => menu("m-status")?.click(),
      p: () => menu("m-prio")?.click(),
      a: () => menu("m-assign")?.click(),
    }[e.key];
    if (on) {
      e.preventDefault();
      on();
    }
  }
}

import * as Turbo from "@hotwired/turbo";
import { Controller } from "@hotwired/stimulus";

/* The server's options under the search box while one types (ARIA 1.2 combobox). None is marked at first, so that Enter
   sends the search however fast somebody types; the arrows mark one, and Enter opens it then. */
export default class extends Controller {
  static targets = ["input", "list", "said"];
  static values = { url: String };
  disconnect() {
    this.hide();
  }
  get options() {
    return [...this.listTarget.querySelectorAll("[role=option]")];
  }
  run() {
    clearTimeout(this.timer);
    this.call?.abort();
    const q = this.inputTarget.value.trim();
    if (q.length < 2) return this.hide();
    this.timer = setTimeout(() => this.ask(q), 80);
  }
  async ask(q) {
    this.call = new AbortController();
    try {
      const answer = await fetch(`${this.urlValue}?${new URLSearchParams({ q })}`, { signal: this.call.signal, redirect: "error" });
      if (answer.status !== 200 || document.activeElement !== this.inputTarget) return this.hide();
      this.listTarget.innerHTML = await answer.text();
    } catch {
      return;
    }
    this.listTarget.hidden = false;
    const list = this.listTarget.querySelector("[role=listbox]");
    this.saidTarget.textContent = list.dataset.said;
    for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "true", "aria-autocomplete": "list", "aria-controls": list.id })) this.inputTarget.setAttribute(name, value);
    this.at = -1;
  }
  hide() {
    clearTimeout(this.timer);
    this.call?.abort();
    this.listTarget.hidden = true;
    this.saidTarget.textContent = "";
    for (const name of ["role", "aria-expanded", "aria-autocomplete", "aria-controls", "aria-activedescendant"]) this.inputTarget.removeAttribute(name);
  }
  mark(at) {
    const { options } = this;
    // Before the first one and after the last one is the search itself.
    this.at = at < -1 ? options.length - 1 : at === options.length ? -1 : at;
    options.forEach((one, place) => one.setAttribute("aria-selected", place === this.at));
    if (this.at < 0) return this.inputTarget.removeAttribute("aria-activedescendant");
    this.inputTarget.setAttribute("aria-activedescendant", options[this.at].id);
    options[this.at].scrollIntoView({ block: "nearest" });
  }
  key(e) {
    if (this.listTarget.hidden) return;
    const on = {
      ArrowDown: () => this.mark(this.at + 1),
      ArrowUp: () => this.mark(this.at - 1),
      Enter: this.at >= 0 && (() => this.visit(this.options[this.at])),
      Escape: () => this.hide(),
    }[e.key];
    if (!on) return;
    e.preventDefault();
    e.stopPropagation();
    on();
  }
  choose(e) {
    const option = e.target.closest("[role=option]");
    if (!option) return;
    // The box keeps the focus.
    e.preventDefault();
    this.visit(option);
  }
  visit({ dataset }) {
    this.hide();
    Turbo.visit(dataset.href);
  }
}

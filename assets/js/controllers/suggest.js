import { Controller } from "@hotwired/stimulus";

/* A combobox (ARIA 1.2, list autocomplete) whose options the server makes. Nothing is chosen for anybody: the arrows
   choose, Enter uses. Keys that come before the options do are kept until they are there. */
export default class extends Controller {
  static targets = ["input", "panel", "list", "other", "said"];
  static values = { url: String, counts: Array, wait: { type: Number, default: 120 }, least: { type: Number, default: 2 } };

  connect() {
    this.tell = () => {
      const { id } = this.listTarget;
      const told = { role: "combobox", "aria-expanded": String(this.open), "aria-controls": id, "aria-autocomplete": "list", "aria-haspopup": "listbox" };
      for (const [name, value] of Object.entries(told)) this.inputTarget.setAttribute(name, value);
    };
    this.tell();
    // A page that is morphed takes back what its server did not say.
    addEventListener("turbo:render", this.tell);
  }
  disconnect() {
    removeEventListener("turbo:render", this.tell);
    this.stop();
  }

  get options() {
    return [...this.listTarget.querySelectorAll("[role=option]")];
  }
  get chosen() {
    return this.options.find((option) => option.ariaSelected === "true");
  }
  get open() {
    return !this.panelTarget.hidden;
  }

  ask() {
    this.stop();
    const q = this.inputTarget.value.trim();
    if (q.length < this.leastValue) return this.close();
    this.ahead = { steps: 0, use: false };
    this.timer = setTimeout(() => this.call(q), this.waitValue);
  }
  stop() {
    clearTimeout(this.timer);
    this.calling?.abort();
    this.ahead = null;
  }
  async call(q) {
    this.calling = new AbortController();
    const { signal } = this.calling;
    let html = "";
    try {
      const response = await fetch(`${this.urlValue}?${new URLSearchParams({ q })}`, { signal, headers: { accept: "text/html" } });
      // Somewhere else is where one signs in.
      if (response.ok && !response.redirected) html = await response.text();
    } catch {
      // Without suggestions the field is one like any other.
    }
    if (!signal.aborted) this.show(html, q);
  }
  show(html, q) {
    const { ahead } = this;
    this.ahead = null;
    if (document.activeElement !== this.inputTarget) return;
    this.listTarget.innerHTML = html;
    const found = this.options.length;
    const other = this.otherTarget.content.cloneNode(true);
    other.querySelector("[data-typed]").textContent = q;
    this.listTarget.append(other);
    this.panelTarget.hidden = false;
    this.inputTarget.setAttribute("aria-expanded", "true");
    this.select(null);
    this.saidTarget.textContent = this.countsValue[found] ?? "";
    if (!ahead) return;
    if (ahead.steps) this.step(ahead.steps);
    if (ahead.use) this.use();
  }
  close() {
    this.stop();
    this.panelTarget.hidden = true;
    this.inputTarget.setAttribute("aria-expanded", "false");
    this.inputTarget.removeAttribute("aria-activedescendant");
    this.saidTarget.textContent = "";
  }

  key(e) {
    if (e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) {
      e.preventDefault();
      if (this.open && !this.ahead) this.step(step);
      else if (this.ahead) this.ahead.steps += step;
      else this.ask();
    } else if (e.key === "Enter" && (this.open || this.ahead)) {
      e.preventDefault();
      if (this.ahead) this.ahead.use = true;
      else this.use();
    } else if (e.key === "Escape" && this.open) {
      e.preventDefault();
      e.stopPropagation();
      this.close();
    } else if (e.key === "Tab") {
      if (this.open && this.chosen && !e.shiftKey) {
        e.preventDefault();
        this.use();
      } else this.close();
    }
  }
  step(by) {
    const { options } = this;
    const at = options.indexOf(this.chosen);
    const from = at < 0 && by < 0 ? options.length : at;
    this.select(options[(((from + by) % options.length) + options.length) % options.length]);
  }
  select(option) {
    for (const one of this.options) one.setAttribute("aria-selected", one === option);
    if (option) {
      this.inputTarget.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else this.inputTarget.removeAttribute("aria-activedescendant");
  }
  /* The mouse chooses and uses at once; the field must not lose the focus to it before. */
  press(e) {
    const option = e.target.closest("[role=option]");
    if (!option || e.button) return;
    e.preventDefault();
    this.select(option);
    this.use();
  }
  use() {
    const { chosen } = this;
    const known = chosen && chosen.id !== "client-other";
    this.close();
    if (known) this.dispatch("chosen", { detail: { option: chosen } });
    else this.dispatch("other", { detail: { typed: this.inputTarget.value.trim() } });
  }
}

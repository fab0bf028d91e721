import { Controller } from "@hotwired/stimulus";
import { does, named, plain } from "../keys.js";
import { copy } from "./copy.js";

/* A row opens where it is clicked. Keys move, open and tick; Shift and a click ticks a range. Those for changes act on
   what is ticked, or else on the row that one is at. */
export default class extends Controller {
  static targets = ["all", "said"];
  static values = { one: String, more: String, none: String };
  connect() {
    this.ticked = new Set();
    // A row that a colleague has changed is put in anew, and keeps its tick.
    this.watch = new MutationObserver(() => this.restore());
    this.watch.observe(this.element.querySelector("tbody"), { childList: true });
    this.changed();
    this.saidTarget.textContent = "";
  }
  disconnect() {
    this.watch.disconnect();
  }
  get rows() {
    return [...this.element.querySelectorAll("tbody tr")];
  }
  get boxes() {
    return [...this.element.querySelectorAll("tbody .check")];
  }
  get here() {
    const row = document.activeElement.closest?.("tbody tr");
    return this.element.contains(row) ? row : null;
  }
  open(e) {
    const row = e.target.closest("tbody tr");
    if (!row || e.target.closest("a, button") || getSelection().toString()) return;
    const box = row.querySelector(".check");
    if (e.target === box) {
      if (e.shiftKey) this.range(row, box.checked);
      this.last = row.id;
      return;
    }
    if (e.target.closest("td:first-child")) return box.click();
    const link = row.querySelector("th a");
    if (e.ctrlKey || e.metaKey) window.open(link.href, "_blank", "noopener");
    else link.click();
  }
  key(e) {
    if (!plain(e)) return;
    const row = this.here;
    const on = {
      next: () => this.move(1),
      previous: () => this.move(-1),
      pick: row && (() => row.querySelector(".check").click()),
      range: row && (() => (this.range(row, true), (this.last = row.id))),
      copy: row && (() => copy(row.dataset.ticket)),
      status: row && (() => this.act(row, named(e))),
      priority: row && (() => this.act(row, named(e))),
      assign: row && (() => this.act(row, named(e))),
      close: this.ticked.size && (() => this.tick(this.boxes, false)),
    }[does(e)];
    if (!on) return;
    e.preventDefault();
    on();
  }
  move(step) {
    const { rows } = this;
    const at = this.here ? rows.indexOf(this.here) + step : 0;
    const to = rows[Math.max(0, Math.min(rows.length - 1, at))];
    to?.querySelector("th a").focus({ preventScroll: true });
    to?.scrollIntoView({ block: "nearest" });
  }
  act(row, key) {
    if (!this.ticked.size) this.tick([row.querySelector(".check")], true);
    this.element.querySelector(`.bulkbar [aria-keyshortcuts=${key}]`)?.click();
  }
  /* From the row that was ticked last to this one. */
  range(row, on) {
    const { rows } = this;
    const from = rows.findIndex((other) => other.id === this.last);
    const [a, b] = [from < 0 ? rows.indexOf(row) : from, rows.indexOf(row)].sort((x, y) => x - y);
    this.tick(rows.slice(a, b + 1).map((one) => one.querySelector(".check")), on);
  }
  all({ target }) {
    this.tick(this.boxes, target.checked);
  }
  tick(boxes, on) {
    for (const box of boxes) box.checked = on;
    this.changed();
  }
  cleared() {
    // The boxes are as they were only after the event.
    setTimeout(() => this.changed());
  }
  changed() {
    const { boxes } = this;
    const ticked = boxes.filter((box) => box.checked);
    const count = ticked.length;
    this.ticked = new Set(ticked.map((box) => box.value));
    this.allTarget.checked = count > 0 && count === boxes.length;
    this.allTarget.indeterminate = count > 0 && count < boxes.length;
    const every = this.element.querySelector("[name=all]");
    if (every && count === 0) every.checked = false;
    this.saidTarget.textContent = count === 0 ? this.noneValue : (count === 1 ? this.oneValue : this.moreValue.replace("2", count));
  }
  restore() {
    for (const box of this.boxes) if (this.ticked.has(box.value)) box.checked = true;
    this.changed();
  }
}

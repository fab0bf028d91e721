import { Controller } from "@hotwired/stimulus";
import { does, named, plain } from "../keys.js";
import { brief, MOST, pickedIn } from "../picked.js";
import { copy } from "./copy.js";

/* A row opens where it is clicked. Keys move, open and tick; Shift and a click ticks a range. Those for changes act on
   what is ticked, here and on the list's other pages, or else on the row that one is at. */
export default class extends Controller {
  static targets = ["all", "said", "count", "others", "othersSaid", "full", "elsewhere"];
  static values = { one: String, more: String, none: String, others: String, rest: String, full: String };
  connect() {
    // Who changes nothing has nothing to tick.
    if (!this.hasAllTarget) return;
    // A row that a colleague has changed is put in anew, and keeps its tick.
    this.watch = new MutationObserver(() => this.restore());
    this.watch.observe(this.element.querySelector("tbody"), { childList: true });
    for (const box of this.boxes) if (box.checked) this.picked.add(box.value);
    this.restore();
    if (!this.picked.size) this.saidTarget.textContent = "";
  }
  disconnect() {
    this.watch?.disconnect();
  }
  get picked() {
    return pickedIn(this.element.elements.list.value);
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
    const box = row?.querySelector(".check");
    if (row && e.target === box) {
      if (e.shiftKey) this.range(row, box.checked);
      this.last = row.id;
      return;
    }
    // A click on the box's label comes once more, as one on the box.
    if (!row || e.target.closest("a, button, label") || getSelection().toString()) return;
    if (box && e.target.closest("td:first-child")) return box.click();
    const link = row.querySelector("th a");
    if (e.ctrlKey || e.metaKey) window.open(link.href, "_blank", "noopener");
    else link.click();
  }
  key(e) {
    if (!plain(e)) return;
    const row = this.here;
    const ticks = this.hasAllTarget && row;
    const on = {
      next: () => this.move(1),
      previous: () => this.move(-1),
      pick: ticks && (() => row.querySelector(".check").click()),
      range: ticks && (() => (this.range(row, true), (this.last = row.id))),
      copy: row && (() => copy(row.dataset.ticket)),
      status: ticks && (() => this.act(row, named(e))),
      priority: ticks && (() => this.act(row, named(e))),
      assign: ticks && (() => this.act(row, named(e))),
      close: this.picked.size && (() => this.clear()),
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
    if (!this.picked.size) this.tick([row.querySelector(".check")], true);
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
  clear() {
    this.picked.clear();
    this.restore();
  }
  /* Those of other pages only. */
  drop() {
    this.picked.clear();
    this.changed();
  }
  changed() {
    const { boxes, picked } = this;
    // What is unticked makes room for what is ticked, and what finds none is not ticked.
    for (const box of boxes) if (!box.checked) picked.delete(box.value);
    for (const box of boxes) if (box.checked) box.checked = picked.add(box.value).has(box.value);
    const here = boxes.filter((box) => box.checked).length;
    this.allTarget.checked = here > 0 && here === boxes.length;
    this.allTarget.indeterminate = here > 0 && here < boxes.length;
    const every = this.element.querySelector("[name=all]");
    if (every && picked.size === 0) every.checked = false;
    this.tell(picked.size, picked.size - here);
  }
  tell(count, others) {
    const said = count === 1 ? this.oneValue : this.moreValue.replace("2", count);
    const rest = this.othersValue.replace("2", others);
    this.countTarget.dataset.count = count;
    this.othersTarget.hidden = others === 0;
    this.othersSaidTarget.textContent = rest;
    this.fullTarget.hidden = !this.picked.full;
    this.fullTarget.textContent = this.full;
    this.element.toggleAttribute("data-others", others > 0);
    this.saidTarget.textContent = count === 0 ? this.noneValue : [said, others && rest, this.picked.full && this.full].filter(Boolean).join(", ");
  }
  get full() {
    return this.fullValue.replace("2", MOST);
  }
  /* Those of other pages, as the menu that shows them opens. */
  look({ newState }) {
    if (newState !== "open") return;
    const here = new Set(this.boxes.map((box) => box.value));
    const others = [...this.picked].filter((one) => !here.has(one));
    const make = (name, all) => Object.assign(document.createElement(name), all);
    const lines = others.slice(0, 20).map((one) => make("a", { className: "menu-item ref", href: `/tickets/${one}`, textContent: one }));
    const rest = others.length - lines.length;
    if (rest) lines.push(make("p", { className: "pop__label", textContent: this.restValue.replace("2", rest) }));
    this.elsewhereTarget.replaceChildren(...lines);
  }
  restore() {
    const { picked } = this;
    for (const box of this.boxes) box.checked = picked.has(box.value);
    this.changed();
  }
  /* The form takes those of other pages along. */
  carry({ formData }) {
    formData.delete("ticket");
    if (formData.has("all")) return;
    for (const some of brief(this.picked)) formData.append("ticket", some);
  }
}

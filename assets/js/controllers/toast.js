import { Controller } from "@hotwired/stimulus";

/* A toast goes by itself after a while, but for errors; hover and focus hold it. */
export default class extends Controller {
  static values = { seconds: { type: Number, default: 6 } };
  connect() {
    // Its time runs from when it has reached its place, see below.
    if (this.element.parentElement.id !== "toasts") return;
    this.left = this.secondsValue * 1000;
    for (const e of ["pointerenter", "focusin"]) this.element.addEventListener(e, () => this.hold());
    for (const e of ["pointerleave", "focusout"]) this.element.addEventListener(e, () => this.run());
    this.run();
  }
  disconnect() {
    clearTimeout(this.timer);
  }
  run() {
    if (this.element.dataset.kind === "error") return;
    clearTimeout(this.timer);
    this.since = performance.now();
    this.timer = setTimeout(() => this.leave(), this.left);
  }
  hold() {
    clearTimeout(this.timer);
    this.left -= performance.now() - this.since;
  }
  leave() {
    this.element.dataset.leaving = "";
    setTimeout(() => this.element.remove(), 180);
  }
}

import { Controller } from "@hotwired/stimulus";

/* A form that is sent takes no second click; what takes over 150 ms shows. */
export default class extends Controller {
  connect() {
    this.element.addEventListener("turbo:submit-end", () => this.end());
  }
  start(e) {
    if (this.busy) {
      e.preventDefault();
      e.stopImmediatePropagation();
      return;
    }
    this.busy = true;
    this.timer = setTimeout(() => e.submitter?.setAttribute("aria-busy", "true"), 150);
  }
  end() {
    clearTimeout(this.timer);
    this.busy = false;
    for (const el of this.element.querySelectorAll("[aria-busy]")) el.removeAttribute("aria-busy");
  }
}

import { Controller } from "@hotwired/stimulus";

/* Asks once before a changed form is left; Ctrl and Enter send it. */
export default class extends Controller {
  connect() {
    // A form that comes back with faults is still unsaved.
    this.dirty = this.element.querySelector(".error-summary") !== null;
    this.element.addEventListener("turbo:submit-end", ({ detail }) => (this.dirty = !detail.success));
    this.guard = (e) => {
      if (!this.dirty) return;
      if (e.type === "turbo:before-visit") {
        if (confirm(document.body.dataset.sayLeave)) this.dirty = false;
        else e.preventDefault();
      } else e.preventDefault();
    };
    addEventListener("beforeunload", this.guard);
    addEventListener("turbo:before-visit", this.guard);
  }
  disconnect() {
    removeEventListener("beforeunload", this.guard);
    removeEventListener("turbo:before-visit", this.guard);
  }
  mark() {
    this.dirty = true;
  }
  sent() {
    this.dirty = false;
  }
  submit(e) {
    e.preventDefault();
    this.element.requestSubmit();
  }
}

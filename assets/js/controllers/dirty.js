import { Controller } from "@hotwired/stimulus";

/* Asks once before a changed form is left. */
export default class extends Controller {
  connect() {
    // A form that comes back with faults is still unsaved.
    this.dirty = this.element.querySelector(".error-summary") !== null;
    this.element.addEventListener("turbo:submit-end", ({ detail }) => (this.dirty = !detail.success));
    this.guard = (e) => {
      if (!this.dirty || this.kept(e)) return;
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
  /* A draft keeps what was typed. It is sent along when the page is left, but a window that closes may be too quick. */
  kept(e) {
    const state = this.element.closest("[data-draft-state]")?.dataset.draftState;
    return state === "kept" || (state === "typing" && e.type === "turbo:before-visit");
  }
  mark() {
    this.dirty = true;
  }
  sent() {
    this.dirty = false;
  }
}

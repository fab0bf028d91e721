import { Controller } from "@hotwired/stimulus";

/* What a page that is being left may still send; browsers allow 64 KiB. */
const LAST_WORDS = 60_000;

/* Keeps on the server what is typed into a form: two seconds after the last key, and when the page is left. The state
   says whether anything would be lost: typing, kept or failed. */
export default class extends Controller {
  static targets = ["form", "said", "was"];
  static values = { url: String, wait: { type: Number, default: 2000 } };

  connect() {
    this.element.dataset.draftState = "kept";
    this.leave = () => this.flush();
    addEventListener("pagehide", this.leave);
    addEventListener("turbo:before-visit", this.leave);
    document.addEventListener("visibilitychange", this.leave);
    // What was refused has not been kept as it was sent.
    if (this.element.querySelector(".error-summary, [aria-invalid=true]")) this.later();
  }
  disconnect() {
    clearTimeout(this.timer);
    removeEventListener("pagehide", this.leave);
    removeEventListener("turbo:before-visit", this.leave);
    document.removeEventListener("visibilitychange", this.leave);
  }

  get body() {
    return new URLSearchParams(new FormData(this.formTarget));
  }
  later() {
    this.pending = true;
    this.element.dataset.draftState = "typing";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), this.waitValue);
  }
  /* One after the other, so that the last one kept is the last one typed. */
  async save() {
    if (this.calling) return;
    this.calling = true;
    this.pending = false;
    const kept = await this.put(this.body);
    this.calling = false;
    if (this.pending) return this.timed();
    if (!this.over) this.element.dataset.draftState = kept ? "kept" : "failed";
  }
  timed() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), this.waitValue);
  }
  async put(body, keepalive = false) {
    try {
      const response = await fetch(this.urlValue, { method: "PUT", body, keepalive });
      const line = await response.text();
      const told = response.ok || response.status === 401;
      if (told && !this.over && this.hasSaidTarget) {
        this.saidTarget.textContent = line;
        for (const was of this.wasTargets) was.hidden = true;
      }
      return response.ok;
    } catch {
      return false;
    }
  }
  flush() {
    if (!this.pending || this.over) return;
    const { body } = this;
    if (body.toString().length > LAST_WORDS) return;
    clearTimeout(this.timer);
    this.pending = false;
    this.put(body, true).then((kept) => {
      if (!this.over && !this.pending) this.element.dataset.draftState = kept ? "kept" : "failed";
    });
  }
  /* The form is on its way, and takes its draft along. */
  sent() {
    clearTimeout(this.timer);
    this.pending = false;
    this.over = true;
    addEventListener("turbo:submit-end", ({ target, detail }) => {
      this.over = false;
      if (target === this.formTarget && !detail.success) this.later();
    }, { once: true });
  }
  /* What was typed is given up on purpose. */
  drop() {
    clearTimeout(this.timer);
    this.pending = false;
    this.over = true;
    this.element.dataset.draftState = "kept";
  }
}

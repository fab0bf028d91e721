import { Controller } from "@hotwired/stimulus";
import { apply } from "../streams.js";

/* Shows what the server makes of a form while it is filled in: a quarter of a second after the last key. */
export default class extends Controller {
  static values = { url: String, wait: { type: Number, default: 250 } };

  disconnect() {
    clearTimeout(this.timer);
    this.calling?.abort();
  }
  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), this.waitValue);
  }
  async ask() {
    const body = new URLSearchParams(new FormData(this.element));
    this.calling?.abort();
    this.calling = new AbortController();
    const { signal } = this.calling;
    try {
      const response = await fetch(this.urlValue, { method: "POST", body, signal, headers: { accept: "text/vnd.turbo-stream.html" } });
      const html = await response.text();
      if (response.ok && !response.redirected && !signal.aborted) apply(html);
    } catch {
      // It stays as it is until the server answers again.
    }
  }
}

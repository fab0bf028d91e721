import { Controller } from "@hotwired/stimulus";

/* Sends a call of the API from the page that describes it, with the viewer's session, and shows the answer. */
export default class extends Controller {
  static targets = ["status", "answer"];
  static values = { method: String, path: String, unsent: String };
  async send(e) {
    e.preventDefault();
    if (this.waiting) return;
    this.waiting = true;
    e.submitter?.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(...this.request());
      const text = await response.text();
      const told = ["location", "etag", "idempotency-replayed", "retry-after", "www-authenticate", "content-type"];
      const headers = told.filter((name) => response.headers.has(name)).map((name) => `${name}: ${response.headers.get(name)}`);
      this.show(`${response.status} ${response.statusText}`, `${headers.join("\n")}\n\n${this.pretty(text)}`.trim(), response.ok);
    } catch (fault) {
      this.show(this.unsentValue, String(fault.message ?? fault), false);
    } finally {
      this.waiting = false;
      e.submitter?.removeAttribute("aria-busy");
    }
  }
  request() {
    let path = this.pathValue;
    const query = new URLSearchParams();
    const options = { method: this.methodValue, headers: { accept: "application/json" }, redirect: "manual" };
    for (const { name, value, dataset } of this.element.querySelectorAll("[data-in]")) {
      if (dataset.in === "path") path = path.replace(`{${name}}`, encodeURIComponent(value.trim()));
      else if (value.trim() === "") continue;
      else if (dataset.in === "query") query.append(name, value);
      else if (dataset.in === "header") options.headers[name] = value.trim();
      else Object.assign(options, { body: value }).headers["content-type"] = "application/json";
    }
    return [query.size ? `${path}?${query}` : path, options];
  }
  pretty(text) {
    try {
      return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      return text;
    }
  }
  show(status, answer, good) {
    this.statusTarget.textContent = status;
    this.statusTarget.dataset.good = good;
    this.answerTarget.textContent = answer;
    this.answerTarget.hidden = answer === "";
  }
}

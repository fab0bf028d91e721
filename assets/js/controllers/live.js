import * as Turbo from "@hotwired/turbo";
import { Controller } from "@hotwired/stimulus";
import { apply } from "../streams.js";

/* Keeps the page true to what others do: rows are replaced in place, new tickets announced, a ticket's page renewed
   around whatever is being typed. A page that nobody sees holds no connection; a browser has only six for a server. */

const BEAT = 20_000;
const CALLS = "/notifications/calls";
const layer = "dialog[open], [popover]:popover-open";

/* A form that somebody is in the middle of. */
const edited = (form) =>
  [...form.elements].some((el) => {
    if (el.matches("textarea")) return el.value !== "" || el.defaultValue !== "";
    if (el.matches("[type=checkbox], [type=radio]")) return el.checked !== el.defaultChecked;
    if (el.matches("input:not([type=hidden], [type=submit], [type=button])")) return el.value !== el.defaultValue;
    return false;
  });
const writing = () => [...document.querySelectorAll("main textarea")].some((el) => el.value.trim() && el.value !== el.defaultValue);

Turbo.StreamActions["live-renew"] = function () {
  dispatchEvent(new CustomEvent("live:renew", { detail: this.getAttribute("mark") }));
};
Turbo.StreamActions["live-counts"] = function () {
  const counts = JSON.parse(this.getAttribute("counts"));
  for (const item of document.querySelectorAll("#nav a.nav-item")) {
    const href = item.getAttribute("href");
    const count = counts[href];
    if (count === undefined) continue;
    // A count of these is bad news, and none is good.
    if (href === CALLS) item.toggleAttribute("data-alert", count !== "");
    const place = item.querySelector(".count");
    if (count === "") place?.remove();
    else if (!place) item.append(Object.assign(document.createElement("span"), { className: "count", textContent: count }));
    else if (place.textContent !== count) place.textContent = count;
  }
};

export default class extends Controller {
  static targets = ["status"];

  connect() {
    this.tab = Math.floor(Math.random() * 2 ** 32);
    this.ends = new AbortController();
    const on = (where, event, run, capture = false) => where.addEventListener(event, run, { signal: this.ends.signal, capture });
    on(document, "visibilitychange", () => (document.hidden ? this.close() : this.follow(true)));
    on(window, "turbo:load", () => this.follow());
    on(window, "turbo:submit-start", () => (this.sending = true));
    on(window, "turbo:submit-end", () => (this.sending = false));
    on(window, "live:renew", (e) => this.want(e.detail));
    on(window, "pagehide", () => this.leave());
    on(window, "pageshow", (e) => e.persisted && this.follow(true));
    on(document, "input", () => this.tellEditing());
    // What was open over the page, and so kept as it was, is closed now.
    on(document, "toggle", () => this.catchUp(), true);
    on(document, "close", () => this.catchUp(), true);
    on(document, "turbo:before-stream-render", (e) => this.render(e));
    on(document, "turbo:before-morph-element", (e) => this.keep(e));
    on(document, "turbo:before-morph-attribute", (e) => this.keepAttribute(e));
    this.beat = setInterval(() => this.tellEditing(true), BEAT);
    this.follow();
  }

  disconnect() {
    this.ends.abort();
    clearInterval(this.beat);
    clearTimeout(this.soon);
    this.leave();
  }

  statusTargetConnected() {
    this.say(this.state);
  }

  /* What the page shows, as the server wants to know it. */
  page() {
    const list = document.getElementById("fresh");
    if (list) {
      const rows = [...document.querySelectorAll("tr[data-ticket][data-version]")].map((row) => `${row.id.slice(4)}:${row.dataset.version}`);
      const { liveList: query, liveSince: since } = list.dataset;
      return { key: `${query} ${since}`, see: { see: "list", query, since, rows: rows.join() } };
    }
    const ticket = this.ticket;
    if (ticket) {
      const { liveTicket, liveMark } = ticket.dataset;
      return { key: liveTicket, see: { see: "ticket", ticket: liveTicket, mark: liveMark } };
    }
    return { key: "", see: {} };
  }

  get ticket() {
    return document.getElementById("presence");
  }

  /* Opens the stream of the page that is shown, unless it is open. */
  follow(again = false) {
    this.tellEditing();
    this.say(this.state);
    if (document.hidden) return;
    const { key, see } = this.page();
    if (this.source && this.key === key && this.source.readyState !== EventSource.CLOSED) return;
    this.close();
    this.key = key;
    const query = new URLSearchParams(again ? { ...see, again: 1 } : see);
    const source = (this.source = new EventSource(`/live?${query}`));
    source.onopen = () => {
      this.tries = 0;
      this.say("on");
    };
    source.onmessage = ({ data }) => apply(data);
    source.onerror = () => {
      this.say("off");
      // The browser itself comes back after a broken connection, but not after a refusal.
      if (source.readyState === EventSource.CLOSED) this.retry();
    };
  }

  retry() {
    this.tries = (this.tries ?? 0) + 1;
    clearTimeout(this.later);
    const wait = Math.min(2 ** this.tries, 60) * 1000 * (1 + Math.random());
    this.later = setTimeout(() => this.follow(true), wait);
  }

  close() {
    clearTimeout(this.later);
    this.source?.close();
    this.source = null;
  }

  leave() {
    this.close();
    if (this.told) this.send(false);
  }

  say(state) {
    this.state = state;
    for (const el of this.statusTargets) {
      el.hidden = !state;
      el.dataset.state = state ?? "";
      const words = state ? el.dataset[state] : "";
      if (el.textContent !== words) el.textContent = words;
    }
  }

  /* ---- A ticket's page is fetched anew, and put in place around what is being edited ---- */

  want(mark) {
    this.wanted = mark;
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.renew(), 100);
  }

  catchUp() {
    if (this.missed && !document.querySelector(layer)) this.want(this.wanted);
  }

  get outdated() {
    const mark = this.ticket?.dataset.liveMark;
    return mark !== undefined && this.wanted !== undefined && mark !== this.wanted;
  }

  /* The page's address with the list that it was opened from, which it may know from the page before only. */
  get own() {
    const [own, full] = [new URL(location.href), new URL(this.ticket.dataset.liveHref, location.href)];
    for (const [name, value] of full.searchParams) if (!own.searchParams.has(name)) own.searchParams.set(name, value);
    own.hash = "";
    return own;
  }

  async renew() {
    if (!(this.outdated || this.missed)) return;
    const stale = document.getElementById("stale");
    if (stale) {
      stale.hidden = stale.dataset.version === this.wanted.split(".")[0];
      return;
    }
    // The answer to a form is newer still; what a refusal says must not go away.
    if (this.sending || document.querySelector("main .error-summary")) return;
    const at = location.href;
    const response = await fetch(this.own, { headers: { "x-redress-live": "1" }, redirect: "error", signal: this.ends.signal }).catch(() => null);
    // The page may be left while the answer is still coming in.
    const html = response?.ok && (await response.text().catch(() => null));
    if (!html) return;
    const fresh = new DOMParser().parseFromString(html, "text/html");
    if (this.sending || location.href !== at || this.ends.signal.aborted) return;
    const [main, next] = [document.getElementById("main"), fresh.getElementById("main")];
    if (!main || !next?.querySelector("#presence")) return;
    this.missed = false;
    this.renewing = true;
    try {
      Turbo.morphChildren(main, next);
    } finally {
      this.renewing = false;
    }
    this.say(this.state);
  }

  /* What is being edited, or open over the page, stays as it is. */
  keep(e) {
    if (!this.renewing) return;
    const { target: el, detail } = e;
    if (el.id === "presence") {
      if (detail.newElement) el.dataset.liveMark = detail.newElement.dataset.liveMark;
      e.preventDefault();
    } else if (el.matches(layer)) {
      this.missed = true;
      e.preventDefault();
    } else if (el.matches("form") && edited(el)) e.preventDefault();
  }

  keepAttribute(e) {
    const { attributeName: name, mutationType } = e.detail;
    const details = this.renewing && name === "open" && e.target.matches("details");
    const tick = this.placing && name === "checked";
    // What scripts have set on a row, such as where the keyboard is.
    const row = this.placing && mutationType === "remove" && name !== "data-quiet" && e.target.matches("tr");
    if (details || tick || row) e.preventDefault();
  }

  /* A row in place keeps its tick, and shows for a moment that it is another. */
  render({ detail }) {
    const { render } = detail;
    detail.render = async (stream) => {
      this.placing = stream.getAttribute("method") === "morph";
      try {
        await render(stream);
      } finally {
        this.placing = false;
      }
      const row = stream.target?.startsWith("row-") && document.getElementById(stream.target);
      if (!row) return;
      row.dataset.fresh = "";
      row.addEventListener("animationend", () => delete row.dataset.fresh, { once: true });
    };
  }

  /* ---- Who is editing ---- */

  tellEditing(beat = false) {
    const editing = Boolean(this.ticket) && (Boolean(document.querySelector("form[data-live-form]")) || writing());
    if (editing ? beat || !this.told : this.told) this.send(editing);
  }

  send(on) {
    const ticket = on ? this.ticket.dataset.liveTicket : this.told;
    this.told = on ? ticket : "";
    navigator.sendBeacon("/live/editing", new URLSearchParams({ ticket, tab: this.tab, on: on ? 1 : 0 }));
  }
}

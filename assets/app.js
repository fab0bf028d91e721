// Enhancements only. Every page works without this file.
import * as Turbo from "@hotwired/turbo";
import { Application, Controller } from "@hotwired/stimulus";

const app = Application.start();
const sprite = new URL("vendor/tabler-icons.svg", import.meta.url).pathname;
const typing = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const layer = "dialog[open], [popover]:popover-open";

/* Single letters can be switched off on a device (WCAG 2.1.4); the sheet of shortcuts has the switch. */
const LETTERS = "redress.letters";
const letters = () => {
  try {
    return localStorage.getItem(LETTERS) !== "off";
  } catch {
    return true;
  }
};
const plain = (e) => !(e.defaultPrevented || e.altKey || e.metaKey || e.ctrlKey || e.target.closest?.(typing) || document.querySelector(layer));

app.register(
  "hotkeys",
  class extends Controller {
    static targets = ["letters"];
    connect() {
      addEventListener("keydown", (this.onKey = (e) => this.key(e)));
    }
    disconnect() {
      removeEventListener("keydown", this.onKey);
    }
    lettersTargetConnected(box) {
      box.checked = letters();
    }
    choose({ target }) {
      try {
        localStorage.setItem(LETTERS, target.checked ? "on" : "off");
      } catch {
        target.checked = true;
      }
    }
    key(e) {
      const find = document.getElementById("q");
      if ((e.ctrlKey || e.metaKey) && !e.altKey && e.key === "k" && find) {
        e.preventDefault();
        find.select();
      }
      if (e.key === "Escape" && e.target === find) find.blur();
      if (!plain(e) || !letters()) return;
      const menu = (id) => document.querySelector(`.status-btn[popovertarget=${id}], .btn[popovertarget=${id}], .link-btn[popovertarget=${id}]`);
      const on = {
        "/": () => find?.select(),
        "?": () => document.getElementById("keys")?.showPopover(),
        n: () => document.querySelector("[aria-keyshortcuts=n]") && Turbo.visit("/tickets/new"),
        c: () => document.querySelector("[aria-keyshortcuts=c]")?.focus(),
        y: () => document.querySelector("[aria-keyshortcuts=y]")?.click(),
        f: () => document.querySelector(".chip button")?.focus(),
        s: () => menu("m-status")?.click(),
        p: () => menu("m-prio")?.click(),
        a: () => menu("m-assign")?.click(),
      }[e.key];
      if (on) {
        e.preventDefault();
        on();
      }
    }
  },
);

/* A row opens where it is clicked; J and K move, Enter opens. */
app.register(
  "queue",
  class extends Controller {
    get links() {
      return [...this.element.querySelectorAll("tbody th a")];
    }
    open(e) {
      const row = e.target.closest("tbody tr");
      if (!row || e.target.closest("a, button") || getSelection().toString()) return;
      const link = row.querySelector("th a");
      if (e.ctrlKey || e.metaKey) window.open(link.href, "_blank", "noopener");
      else link.click();
    }
    key(e) {
      const step = { j: 1, k: -1 }[e.key];
      if (!step || !plain(e) || !letters()) return;
      e.preventDefault();
      const { links } = this;
      const at = links.indexOf(document.activeElement);
      const to = links[Math.max(0, Math.min(links.length - 1, at + step))];
      to?.focus({ preventScroll: true });
      to?.closest("tr").scrollIntoView({ block: "nearest" });
    }
  },
);

/* Leaves empty parameters out of the address. */
app.register(
  "filters",
  class extends Controller {
    prune({ formData }) {
      for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
    }
  },
);

/* A toast goes by itself after a while, but for errors; hover and focus hold it. */
app.register(
  "toast",
  class extends Controller {
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
  },
);

/* Turbo takes the place that outlasts visits out of the page while it renders, so toasts are moved there afterwards. */
function gatherToasts() {
  const home = document.getElementById("toasts");
  home?.append(...document.querySelectorAll("#flash .toast"));
  while (home?.children.length > 3) home.firstElementChild.remove();
}
addEventListener("turbo:load", gatherToasts);
addEventListener("turbo:render", gatherToasts);

function toast(title, kind = "ok") {
  const icon = (name, cls) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", cls);
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${sprite}#${name}`);
    svg.append(use);
    return svg;
  };
  const el = Object.assign(document.createElement("div"), { className: "toast", role: kind === "error" ? "alert" : "status" });
  el.dataset.kind = kind;
  el.dataset.controller = "toast";
  const text = document.createElement("div");
  text.append(Object.assign(document.createElement("b"), { textContent: title }));
  const end = Object.assign(document.createElement("span"), { className: "toast__end" });
  const close = Object.assign(document.createElement("button"), { type: "button", className: "btn btn--quiet btn--sm btn--icon", ariaLabel: "Dismiss" });
  close.dataset.action = "toast#leave";
  close.append(icon("x", "icon icon--sm"));
  end.append(close);
  el.append(icon(kind === "error" ? "alert-circle" : "circle-check", "icon"), text, end);
  document.getElementById("flash").append(el);
  gatherToasts();
}

app.register(
  "copy",
  class extends Controller {
    static values = { text: String };
    async copy() {
      try {
        await navigator.clipboard.writeText(this.textValue);
        toast("Reference copied");
      } catch {
        toast("Copying is not allowed here", "error");
      }
    }
  },
);

/* Asks once before a changed form is left; Ctrl and Enter send it. */
app.register(
  "dirty",
  class extends Controller {
    connect() {
      // A form that comes back with faults is still unsaved.
      this.dirty = this.element.querySelector(".error-summary") !== null;
      this.element.addEventListener("turbo:submit-end", ({ detail }) => (this.dirty = !detail.success));
      this.guard = (e) => {
        if (!this.dirty) return;
        if (e.type === "turbo:before-visit") {
          if (confirm("Leave this form? What you typed is lost.")) this.dirty = false;
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
  },
);

/* A form that is sent takes no second click; what takes over 150 ms shows. */
app.register(
  "busy",
  class extends Controller {
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
  },
);

/* A link to an action's own page opens the dialog with the same form instead. */
app.register(
  "dialog",
  class extends Controller {
    static values = { id: String };
    open(e) {
      const dialog = document.getElementById(this.idValue);
      if (!dialog?.showModal || e.ctrlKey || e.metaKey || e.shiftKey) return;
      e.preventDefault();
      this.element.closest("[popover]")?.hidePopover();
      dialog.showModal();
    }
    close() {
      this.element.closest("dialog").close();
    }
  },
);

/* Sends a call of the API from the page that describes it, with the viewer's session, and shows the answer. */
app.register(
  "try",
  class extends Controller {
    static targets = ["status", "answer"];
    static values = { method: String, path: String };
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
        this.show("Not sent, or no answer came", String(fault.message ?? fault), false);
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
  },
);

/* A link within the page is the browser's own affair: as a visit it would ask whether to leave a changed form. */
addEventListener("turbo:click", (e) => {
  const { pathname, search, hash } = new URL(e.detail.url);
  if (hash && pathname === location.pathname && search === location.search) e.preventDefault();
});
/* After a visit the focus is in the first field or at the page's start. The browser's own autofocus may come later than
   this, and gives way to whatever has the focus then. */
addEventListener("turbo:load", () => {
  if (document.activeElement !== document.body) return;
  (document.querySelector("main [autofocus]") ?? document.getElementById("main"))?.focus({ preventScroll: true });
});
/* What was sent is done with: a morphed page would otherwise keep its menu or dialog open. */
addEventListener("turbo:submit-end", ({ target }) => {
  target.closest("[popover]")?.hidePopover();
  target.closest("dialog[open]")?.close();
});
/* A menu takes the focus, and the browser gives it back when the menu closes. */
addEventListener(
  "toggle",
  ({ target, newState }) => {
    if (newState !== "open" || !target.matches?.(".pop")) return;
    target.querySelector("[aria-current], a, input:not([type=hidden]), button:not([aria-disabled])")?.focus();
  },
  true,
);
/* A form that comes back with faults: the summary takes the focus, also where Turbo morphs the page in place. */
addEventListener("turbo:render", () => document.querySelector(".error-summary")?.focus());
addEventListener("turbo:before-cache", () => {
  for (const el of document.querySelectorAll("dialog[open]")) el.close();
});

document.documentElement.classList.add("js");

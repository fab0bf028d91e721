// Enhancements only. Every page works without this file.
import "@hotwired/turbo";
import "./toasts.js";
import { ready } from "./controllers.js";

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

await ready;
document.documentElement.classList.add("js");
// For those who measure: every controller of the page is at work.
performance.mark("redress:ready");

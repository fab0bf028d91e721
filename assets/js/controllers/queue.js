import { Controller } from "@hotwired/stimulus";
import { letters, plain } from "../keys.js";

/* A row opens where it is clicked; J and K move, Enter opens. */
export default class extends Controller {
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
}

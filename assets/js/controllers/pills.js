import { Controller } from "@hotwired/stimulus";

/* A row of radio buttons that a letter chooses from, as a select does. */
export default class extends Controller {
  letter(e) {
    if (e.ctrlKey || e.metaKey || e.altKey || e.key.length !== 1 || !/\p{L}/u.test(e.key)) return;
    // Also where nothing begins with it: here it must not be a shortcut of the page.
    e.preventDefault();
    const all = [...this.element.querySelectorAll("input[type=radio]:not(:disabled)")];
    const at = all.indexOf(document.activeElement);
    const begins = (radio) => radio.closest("label").textContent.trim().toLowerCase().startsWith(e.key.toLowerCase());
    const next = [...all.slice(at + 1), ...all.slice(0, at + 1)].find(begins);
    if (!next) return;
    next.focus();
    if (!next.checked) next.click();
  }
}

import { Controller } from "@hotwired/stimulus";

/* A box that leaves in a long menu what has the words typed; Enter takes the first. */
export default class extends Controller {
  static targets = ["box", "item"];
  run() {
    const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    const words = fold(this.boxTarget.value).split(/\s+/);
    for (const item of this.itemTargets) {
      const name = fold(item.textContent);
      item.hidden = !words.every((word) => name.includes(word));
    }
  }
  choose(e) {
    // In a form the first button would be pressed otherwise, which may not be one of those left.
    e.preventDefault();
    this.itemTargets.find((item) => !item.hidden)?.click();
  }
}

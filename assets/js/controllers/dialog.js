import { Controller } from "@hotwired/stimulus";

/* A link to an action's own page opens the dialog with the same form instead. */
export default class extends Controller {
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
}

import { Controller } from "@hotwired/stimulus";

const FIELDS = ["clientName", "clientPhone", "clientAccountId", "clientEmail"];

/* The client of a form: a known one fills the fields and is shown as a card, anybody else is typed in. */
export default class extends Controller {
  static targets = ["finder", "picked", "contact", "keep", ...FIELDS];
  static values = { picked: Boolean };

  pickedValueChanged(picked) {
    this.pickedTarget.hidden = !picked;
    this.finderTarget.hidden = this.contactTarget.hidden = picked;
  }

  chosen({ detail: { option } }) {
    for (const name of FIELDS) {
      const text = option.dataset[name] ?? "";
      this[`${name}Target`].value = text;
      const shown = this.pickedTarget.querySelector(`[data-shows=${name}]`);
      shown.textContent = (name === "clientPhone" && option.dataset.clientShownPhone) || text;
      shown.closest("dl > div")?.toggleAttribute("hidden", !text);
    }
    const avatar = option.querySelector(".avatar");
    if (avatar) this.pickedTarget.querySelector(".avatar").replaceWith(avatar.cloneNode(true));
    this.keepTarget.checked = false;
    this.pickedValue = true;
    this.told();
    const form = this.element.closest("form");
    (form.querySelector("[name=issueType]:checked") ?? form.querySelector("[name=issueType]"))?.focus();
  }
  other({ detail: { typed } }) {
    const number = /^[\d\s+()./-]{5,}$/.test(typed);
    if (number) {
      this.clientPhoneTarget.value = typed;
      this.clientNameTarget.value = "";
      this.clientNameTarget.focus();
    } else this.clientPhoneTarget.focus();
    this.told();
  }
  change() {
    // Told of the value at once: what is hidden cannot take the focus.
    this.pickedValueChanged((this.pickedValue = false));
    this.clientNameTarget.focus();
    this.clientNameTarget.select();
  }
  /* Fields that a script fills in say nothing by themselves. */
  told() {
    this.element.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

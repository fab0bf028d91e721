import { Controller } from "@hotwired/stimulus";
import { toast } from "../toasts.js";

/* Puts a text on the clipboard, and says so. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(document.body.dataset.sayCopied);
  } catch {
    toast(document.body.dataset.sayCopyRefused, "error");
  }
}

export default class extends Controller {
  static values = { text: String };
  copy() {
    return copy(this.textValue);
  }
}

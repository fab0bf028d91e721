import { Controller } from "@hotwired/stimulus";
import { toast } from "../toasts.js";

export default class extends Controller {
  static values = { text: String };
  async copy() {
    try {
      await navigator.clipboard.writeText(this.textValue);
      toast(document.body.dataset.sayCopied);
    } catch {
      toast(document.body.dataset.sayCopyRefused, "error");
    }
  }
}

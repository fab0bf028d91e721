import { Controller } from "@hotwired/stimulus";

/* Leaves empty parameters out of the address. */
export default class extends Controller {
  prune({ formData }) {
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
  }
}

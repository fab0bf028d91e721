import { Controller } from "@hotwired/stimulus";

/* Asks the browser for a passkey and sends its answer with the form (WebAuthn level 3, section 5.1). */
export default class extends Controller {
  static targets = ["answer", "said"];
  static values = { options: Object, failed: String };

  connect() {
    if (window.PublicKeyCredential?.parseRequestOptionsFromJSON) this.element.hidden = false;
    else if (!this.element.hidden) this.say(this.failedValue);
  }

  get() {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(this.optionsValue);
    this.ask(navigator.credentials.get({ publicKey }));
  }

  create(event) {
    if (this.answerTarget.value) return;
    event.preventDefault();
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(this.optionsValue);
    this.ask(navigator.credentials.create({ publicKey }));
  }

  async ask(credential) {
    this.saidTarget.hidden = true;
    try {
      this.answerTarget.value = JSON.stringify((await credential).toJSON());
    } catch {
      // Called off by the user, timed out, or none that would do: browsers do not say which.
      this.say(this.failedValue);
      return;
    }
    this.element.requestSubmit();
  }

  say(words) {
    this.saidTarget.textContent = words;
    this.saidTarget.hidden = false;
  }
}

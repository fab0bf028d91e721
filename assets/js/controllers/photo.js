import { Controller } from "@hotwired/stimulus";

/* As the server keeps it: more pixels would only take longer to send, out there. */
const SIDE = 2048;
const QUALITY = 0.85;

/* Brings a photo to size before it is sent, and shows it. Whatever does not work, the file goes as it is. */
export default class extends Controller {
  static targets = ["file", "shown"];

  connect() {
    this.element.dataset.scripted = "";
  }
  disconnect() {
    this.hide();
  }
  async shrink() {
    this.hide();
    const [file] = this.fileTarget.files;
    this.chosen = file;
    if (!file) return;
    this.show(file);
    const small = await reduced(file).catch(() => null);
    if (!small || small.size >= file.size || this.chosen !== file) return;
    const list = new DataTransfer();
    list.items.add(new File([small], "photo.jpg", { type: "image/jpeg" }));
    this.fileTarget.files = list.files;
  }
  show(file) {
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      if (this.chosen === file) {
        this.shownTarget.src = reader.result;
        this.shownTarget.hidden = false;
      }
    });
    reader.readAsDataURL(file);
  }
  hide() {
    this.shownTarget.hidden = true;
    this.shownTarget.removeAttribute("src");
  }
}

async function reduced(file) {
  // The browser stands it upright; what is drawn has no place and no device any more.
  const image = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  const brush = canvas.getContext("2d");
  brush.fillStyle = "white";
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
}

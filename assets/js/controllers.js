// Brings each controller where data-controller first names it. A page is shown once its controllers are there, so that
// none misses a key, a click or a form's first letter, unless they are slow. The server announces those of the first page.
import { Application } from "@hotwired/stimulus";

const app = Application.start();
const coming = new Map();
const here = new Set();

const named = (part) =>
  [part, ...part.querySelectorAll("[data-controller]")].flatMap((el) => el.dataset.controller?.match(/\S+/g) ?? []);

/* All at once: none is at work before another that hears the same event. */
async function bring(names) {
  const found = await Promise.allSettled(names.map((name) => import(`./controllers/${name}.js`)));
  for (const [at, { value, reason }] of found.entries()) {
    const name = names[at];
    if (value) {
      app.register(name, value.default);
      here.add(name);
    } else {
      // The page works without; the next one that names it asks again.
      coming.delete(name);
      console.error(`controller ${name}`, reason);
    }
  }
}

/* Waits for those that are missing in a part of a page; null where there are none. */
function missing(part) {
  const names = [...new Set(named(part))].filter((name) => !here.has(name));
  const asked = names.filter((name) => !coming.has(name));
  if (asked.length) {
    const wait = bring(asked);
    for (const name of asked) coming.set(name, wait);
  }
  return names.length ? Promise.all(names.map((name) => coming.get(name))) : null;
}

/* A module that does not come holds no page up for long: the page works without, and has it when it is there. */
const patience = () => new Promise((resolve) => setTimeout(resolve, 1000));

addEventListener("turbo:before-render", (e) => {
  const wait = missing(e.detail.newBody);
  if (!wait) return;
  e.preventDefault();
  Promise.race([wait, patience()]).then(() => e.detail.resume());
});
/* What comes into a page that is shown already, such as a toast. */
new MutationObserver((changes) => {
  for (const { addedNodes } of changes) for (const el of addedNodes) if (el.nodeType === Node.ELEMENT_NODE) missing(el);
}).observe(document.documentElement, { childList: true, subtree: true });

/* Once the first page's are there. What was typed before that is told them then. */
export const ready = Promise.resolve(missing(document.documentElement)).then(() => {
  const { activeElement: field } = document;
  if (field?.defaultValue !== undefined && field.value !== field.defaultValue) field.dispatchEvent(new Event("input", { bubbles: true }));
});

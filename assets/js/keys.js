// What the keyboard's controllers share: what a key does, and when a single letter is a command and when it is typing.
const typing = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const layer = "dialog[open], [popover]:popover-open";

/* Single letters can be switched off in the preferences (WCAG 2.1.4). */
const barred = (e) => latin(e)?.length === 1 && document.body.dataset.keys === "off";

/* Whether a key is meant for the page: it is no letter that is switched off, nobody is typing, and no menu or dialog is
   open. */
export const plain = (e) => !(e.defaultPrevented || e.altKey || e.metaKey || e.ctrlKey || barred(e) || e.target.closest?.(typing) || document.querySelector(layer));

/* Where a keyboard has letters of another script, the place counts, by what Latin ones have there: n for the Hindi ल. A
   Latin layout's own letters are what they are, wherever it has them. */
function latin({ key, code, shiftKey }) {
  if (!/^(?!\p{Script=Latin})[\p{L}\p{M}]+$/u.test(key)) return key;
  if (code === "Slash") return shiftKey ? "?" : "/";
  return /^Key[A-Z]$/.test(code) ? code.at(-1).toLowerCase() : key;
}

/* A key as aria-keyshortcuts has it. */
export function named(e) {
  const { ctrlKey, metaKey, shiftKey } = e;
  const key = latin(e);
  if (ctrlKey || metaKey) return `Control+${key.length === 1 ? key.toUpperCase() : key}`;
  if (/^[a-z]$/i.test(key)) return shiftKey ? `Shift+${key.toUpperCase()}` : key.toLowerCase();
  return key;
}
/* What it does, by the sheet, which is on every page and made of the one table: what is not on it does nothing. */
export function does(e) {
  const key = named(e);
  return [...document.querySelectorAll("#keys [data-keys]")].find((el) => el.dataset.keys.split(" ").includes(key))?.dataset.does;
}

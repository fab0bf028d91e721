// What the keyboard's controllers share: when a single letter is a command, and when it is typing.
const typing = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const layer = "dialog[open], [popover]:popover-open";

/* Single letters can be switched off on a device (WCAG 2.1.4); the sheet of shortcuts has the switch. */
export const LETTERS = "redress.letters";
export const letters = () => {
  try {
    return localStorage.getItem(LETTERS) !== "off";
  } catch {
    return true;
  }
};
/* Whether a key is meant for the page: nobody is typing, and no menu or dialog is open. */
export const plain = (e) => !(e.defaultPrevented || e.altKey || e.metaKey || e.ctrlKey || e.target.closest?.(typing) || document.querySelector(layer));

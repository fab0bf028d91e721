// What the keyboard's controllers share: when a single letter is a command, and when it is typing.
const typing = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const layer = "dialog[open], [popover]:popover-open";

/* Single letters can be switched off (WCAG 2.1.4): in the preferences, which every page then bears, and on a device by
   the switch of the sheet of shortcuts. */
export const LETTERS = "redress.letters";
export const barred = () => document.body.dataset.keys === "off";
export const letters = () => {
  try {
    return !barred() && localStorage.getItem(LETTERS) !== "off";
  } catch {
    return !barred();
  }
};
/* Whether a key is meant for the page: it is no letter that is switched off, nobody is typing, and no menu or dialog is
   open. */
export const plain = (e) => !(e.defaultPrevented || e.altKey || e.metaKey || e.ctrlKey || (e.key?.length === 1 && !letters()) || e.target.closest?.(typing) || document.querySelector(layer));

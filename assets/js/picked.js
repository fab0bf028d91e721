// What is ticked in a list. It outlasts the list's pages and orders, in this window's memory only; another filter begins
// anew, and so does a list whose tickets have been changed.
const tickets = new Set();
let filter = null;

/* The ticked tickets of a list, which is named by its query string. */
export function pickedIn(list) {
  const narrowed = new URLSearchParams(list);
  for (const name of ["sort", "order", "pageSize"]) narrowed.delete(name);
  if (filter !== String(narrowed)) tickets.clear();
  filter = String(narrowed);
  return tickets;
}

/* References as a form sends them: BILL-20261126-7K4M.2HX9 for two of a day, so that a thousand fit into an address. */
export function brief(references) {
  const days = new Map();
  for (const one of references) {
    const at = one.lastIndexOf("-");
    days.set(one.slice(0, at), [...(days.get(one.slice(0, at)) ?? []), one.slice(at + 1)]);
  }
  return [...days].map(([day, tails]) => `${day}-${tails.join(".")}`);
}

/* A filter that finds nothing has no list to name it. */
addEventListener("turbo:load", () => {
  if (document.getElementById("filters") && !document.getElementById("bulk")) tickets.clear();
});
addEventListener("turbo:submit-end", ({ target, detail }) => {
  if (detail.success && target.matches("[data-ends-picking]")) tickets.clear();
});

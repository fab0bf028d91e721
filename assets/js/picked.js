// What is ticked in a list. It outlasts the list's pages and orders, in this window's memory only; another filter begins
// anew, and so does whoever signs in next.

/* So many fit into the review's address however many days they are of: 200 times ticket=BILL-20261126-7K4M9& are 5,400
   characters, beside the list's own, where proxies take 8,192. All that match go by their filter, without a limit here. */
export const MOST = 200;

/* Takes no more than that. */
class Picked extends Set {
  get full() {
    return this.size >= MOST;
  }
  add(one) {
    return this.full ? this : super.add(one);
  }
}

const tickets = new Picked();
let filter = null;

/* The ticked tickets of a list, which is named by its query string. */
export function pickedIn(list) {
  const narrowed = new URLSearchParams(list);
  for (const name of ["sort", "order", "pageSize"]) narrowed.delete(name);
  if (filter !== String(narrowed)) tickets.clear();
  filter = String(narrowed);
  return tickets;
}

/* References as a form sends them: BILL-20261126-7K4M.2HX9 for two of a day, so that most addresses are short. */
export function brief(references) {
  const days = new Map();
  for (const one of references) {
    const at = one.lastIndexOf("-");
    days.set(one.slice(0, at), [...(days.get(one.slice(0, at)) ?? []), one.slice(at + 1)]);
  }
  return [...days].map(([day, tails]) => `${day}-${tails.join(".")}`);
}

/* A filter that finds nothing has no list to name it. The next to sign in may be somebody else; nobody does without this
   page, whether the session was ended or ran out. */
addEventListener("turbo:load", () => {
  const nothing = document.getElementById("filters") && !document.getElementById("bulk");
  if (nothing || location.pathname === "/login") tickets.clear();
});
/* What a form has acted on is done with. What it left out is still to do. */
addEventListener("turbo:submit-end", ({ target, detail }) => {
  if (!detail.success || !target.matches("[data-ends-picking]")) return;
  for (const { value } of target.querySelectorAll("[name=ticket]")) tickets.delete(value.split("@")[0]);
});

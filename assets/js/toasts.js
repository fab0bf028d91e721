// Toasts that scripts raise, and the place where all of them gather.
const sprite = new URL("../vendor/tabler-icons.svg", import.meta.url).pathname;

/* Turbo takes the place that outlasts visits out of the page while it renders, so toasts are moved there afterwards. */
function gatherToasts() {
  const home = document.getElementById("toasts");
  home?.append(...document.querySelectorAll("#flash .toast"));
  while (home?.children.length > 3) home.firstElementChild.remove();
}
addEventListener("turbo:load", gatherToasts);
addEventListener("turbo:render", gatherToasts);

/* Raises a toast; `kind` is ok or error. */
export function toast(title, kind = "ok") {
  const icon = (name, cls) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", cls);
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${sprite}#${name}`);
    svg.append(use);
    return svg;
  };
  const el = Object.assign(document.createElement("div"), { className: "toast", role: kind === "error" ? "alert" : "status" });
  el.dataset.kind = kind;
  el.dataset.controller = "toast";
  const text = document.createElement("div");
  text.append(Object.assign(document.createElement("b"), { textContent: title }));
  const end = Object.assign(document.createElement("span"), { className: "toast__end" });
  const close = Object.assign(document.createElement("button"), { type: "button", className: "btn btn--quiet btn--sm btn--icon", ariaLabel: document.body.dataset.sayDismiss });
  close.dataset.action = "toast#leave";
  close.append(icon("x", "icon icon--sm"));
  end.append(close);
  el.append(icon(kind === "error" ? "alert-circle" : "circle-check", "icon"), text, end);
  document.getElementById("flash").append(el);
  gatherToasts();
}

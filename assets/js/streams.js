/* Does what Turbo's streams say. Turbo's own way looks a frame later where the focus is, and takes it back to where it was:
   from whoever has gone on to the next field meanwhile, too. Here it is given back only where what had it was replaced. */
export function apply(html) {
  const held = document.activeElement?.id;
  document.documentElement.append(document.createRange().createContextualFragment(html));
  if (!held) return;
  // A stream acts before the next frame is painted.
  requestAnimationFrame(() => requestAnimationFrame(() => {
    if ((document.activeElement ?? document.body) === document.body) document.getElementById(held)?.focus();
  }));
}

// Speaks to screen readers. A live region is only heard when it was there before its text changed, so #live and
// #alert stay in the layout, outside every swap, and this module is the only one that writes into them.

const REPEAT_AFTER_MS = 100;

/** Say `text` politely, or at once where `urgent`. Emptied first, so that the same sentence is heard twice. */
export function say(text, urgent = false) {
  const region = document.getElementById(urgent ? "alert" : "live");
  if (!region) return;
  region.textContent = "";
  setTimeout(() => {
    region.textContent = text;
  }, REPEAT_AFTER_MS);
}

/** After a swap, say what its answer marks with `data-announce`: the number of results, a job's progress. */
export function start() {
  document.addEventListener("htmx:after:swap", ({ detail }) => {
    const target = detail.ctx.target;
    const marked = target?.isConnected && target.querySelector("[data-announce]");
    if (marked) say(marked.dataset.announce || marked.textContent.trim());
  });
}

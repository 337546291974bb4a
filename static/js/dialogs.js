// The dialog whose content is fetched: a link that fills it opens it, and without script leads to a page of the same.
// Its forms fill it anew. What they changed shows in the page behind as soon as it is closed.

const DIALOG = "dialog#dialog";

/** Fetch the page behind anew, and go back to what opened the dialog: the menu that the link stands in. */
async function refresh() {
  await window.htmx.ajax("GET", location.pathname + location.search, { target: "#main", swap: "outerHTML" });
  document.querySelector("[popovertarget='more']")?.focus();
}

export function start() {
  // Before the focus goes inside (focus.js): what is not shown can't have it.
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    const { target } = ctx;
    if (!target?.matches?.(DIALOG)) return;
    if (target.open) target.dataset.changed = "";
    else target.showModal();
  }, true);
  document.addEventListener("close", ({ target }) => {
    if (!target.matches?.(DIALOG)) return;
    target.replaceChildren();
    if ("changed" in target.dataset) refresh();
  }, true);
}

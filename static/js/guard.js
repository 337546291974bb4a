// Asks before a page is left with something typed and not sent, on forms that say data-guard. What was typed can't
// be had back once the page is gone. The same before another request takes the form's place, in the words of its
// data-guard; what is sent by the form itself, and its own way out ([data-cancel]), is meant so.

const changed = new Set();

function guarded(element) {
  return element?.closest?.("form[data-guard]") ?? element?.form?.closest("form[data-guard]") ?? null;
}

/** `form` is being sent by a script: leaving the page loses nothing. */
export function release(form) {
  changed.delete(form);
}

export function start() {
  document.addEventListener("input", (event) => {
    const form = guarded(event.target);
    if (form) changed.add(form);
  });
  document.addEventListener("submit", (event) => changed.delete(event.target));
  document.addEventListener("htmx:before:request", (event) => {
    const { target, sourceElement } = event.detail.ctx;
    const inTheWay = [...changed].find(
      (form) => form.isConnected && form.dataset.guard && target?.contains?.(form) && !form.contains(sourceElement),
    );
    if (!inTheWay) return;
    if (window.confirm(inTheWay.dataset.guard)) changed.delete(inTheWay);
    else event.preventDefault();
  });
  window.addEventListener("beforeunload", (event) => {
    if ([...changed].some((form) => form.isConnected)) event.preventDefault();
  });
}

// Takes up what was typed before the scripts were there: on a slow line a box can be filled before anybody listens to
// it, and a list would then show something other than its box says. The field is told once more as soon as htmx
// listens to it.

// A listener whose attributes are changed by a swap is made ready again: what stands there was heard meanwhile.
const done = new WeakSet();
const LISTENS = /^input\b(?: from:(#[\w-]+))?/;
const TYPED_IN = "textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=file])";

function takeUp(listener) {
  const listens = LISTENS.exec(listener.getAttribute?.("hx-trigger"));
  if (!listens || done.has(listener)) return;
  done.add(listener);
  const heard = listens[1] ? document.querySelector(listens[1]) : listener;
  if (!heard) return;
  const fields = heard.matches(TYPED_IN) ? [heard] : [...heard.querySelectorAll(TYPED_IN)];
  const early = fields.find((field) => field.value !== field.defaultValue);
  early?.dispatchEvent(new Event("input", { bubbles: true }));
}

export function start() {
  document.addEventListener("htmx:after:init", ({ target }) => takeUp(target));
  // Should htmx have begun by itself first.
  for (const listener of document.querySelectorAll("[data-htmx-powered]")) takeUp(listener);
}

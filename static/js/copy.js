// Copies a field's value: <button data-copy="its id" data-copied="words to say" hidden>. Without script, or where the
// browser gives no clipboard (a plain http address), the button stays away and the field is there to be selected.

import { show } from "./toasts.js";

function reveal() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  if (!source) return;
  try {
    await navigator.clipboard.writeText(source.value);
    show({ message: button.dataset.copied, level: "ok" });
  } catch {
    // Refused by the browser: what is selected can be copied by keys.
    source.focus();
    source.select();
  }
}

export function start() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (button) copy(button);
  });
  document.addEventListener("htmx:after:swap", reveal);
  reveal();
}

// Copies a field's value, or the text of what is none: <button data-copy="its id" data-copied="words to say" hidden>, or what the button itself
// holds: data-copy-text="the text" instead of data-copy. Without script, or where the
// browser gives no clipboard (a plain http address), the button stays away and the field is there to be selected.

import { show } from "./toasts.js";

function reveal() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll(":is([data-copy], [data-copy-text])[hidden]")) button.hidden = false;
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  const text = button.dataset.copyText ?? source?.value ?? source?.textContent;
  if (text === undefined) return;
  try {
    await navigator.clipboard.writeText(text);
    show({ message: button.dataset.copied, level: "ok" });
  } catch {
    // Refused by the browser: what is selected can be copied by keys.
    source?.focus();
    source?.select?.();
  }
}

export function start() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-copy], [data-copy-text]");
    if (button) copy(button);
  });
  document.addEventListener("htmx:after:swap", reveal);
  reveal();
}

// Forms in the place of what they edit: Escape leaves, as their [data-cancel] does. And contact functions that exclude
// each other: with one box of a slot ticked, those beside it are disabled, since the rule would refuse both.

function leave(event) {
  if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
  const cancel = event.target.closest?.("form")?.querySelector("[data-cancel]");
  if (!cancel) return;
  event.preventDefault();
  cancel.click();
}

function settle() {
  const boxes = [...document.querySelectorAll("input[type='checkbox'][data-slot]")];
  for (const box of boxes) {
    box.disabled = boxes.some((other) => other !== box && other.checked && other.dataset.slot === box.dataset.slot);
  }
}

export function start() {
  document.addEventListener("keydown", leave);
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-slot]")) settle();
  });
  window.addEventListener("pageshow", settle);
  settle();
}

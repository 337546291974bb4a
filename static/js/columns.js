// Orders what a form lists, [data-sortlist]: its buttons up and down act at once, and a row can be dragged by hand. The
// order is that of the rows' hidden fields, so the form sends what is seen; without script the buttons are submits.

import { say } from "./live.js";

const ROW = "[data-sortlist] > [data-sortable]";

let dragged = null;

const rows = (list) => [...list.querySelectorAll(":scope > [data-sortable]")];

/** The first one can't go up, nor the last one down; their buttons stay, since one of them has the focus. */
function settle(list) {
  const all = rows(list);
  all.forEach((row, place) => {
    for (const [name, end] of [["up", 0], ["down", all.length - 1]]) {
      const button = row.querySelector(`button[name='${name}']`);
      if (place === end) button?.setAttribute("aria-disabled", "true");
      else button?.removeAttribute("aria-disabled");
    }
  });
}

function tell(row) {
  const list = row.parentElement;
  const all = rows(list);
  const name = row.querySelector("label")?.textContent.trim() ?? "";
  const words = (list.dataset.moved ?? "").replace("{name}", name);
  say(words.replace("{place}", all.indexOf(row) + 1).replace("{all}", all.length));
}

function onClick(event) {
  const button = event.target.closest?.("button[name='up'], button[name='down']");
  const row = button?.closest(ROW);
  if (!row) return;
  event.preventDefault();
  const other = button.name === "up" ? row.previousElementSibling : row.nextElementSibling;
  if (!other?.matches("[data-sortable]")) return;
  // The neighbour goes, not the row: what has the focus must not leave the page for a moment.
  if (button.name === "up") row.after(other);
  else row.before(other);
  settle(row.parentElement);
  row.scrollIntoView({ block: "nearest" });
  tell(row);
}

/** Let the dragged row stand where the pointer is. */
function onMove(event) {
  if (!dragged) return;
  const list = dragged.parentElement;
  const over = document.elementFromPoint(event.clientX, event.clientY)?.closest(ROW);
  if (!over || over === dragged || over.parentElement !== list) return;
  const { top, height } = over.getBoundingClientRect();
  if (event.clientY < top + height / 2) over.before(dragged);
  else over.after(dragged);
}

function onDown(event) {
  const grip = event.target.closest?.(".c-grip");
  const row = grip?.closest(ROW);
  if (!row || event.button !== 0) return;
  event.preventDefault();
  dragged = row;
  row.dataset.dragged = "";
  // Moves are heard wherever the pointer goes, and a finger does not scroll meanwhile (touch-action of .c-grip).
  row.parentElement.setPointerCapture?.(event.pointerId);
}

function onUp() {
  if (!dragged) return;
  delete dragged.dataset.dragged;
  settle(dragged.parentElement);
  tell(dragged);
  dragged = null;
}

export function start() {
  document.addEventListener("click", onClick);
  document.addEventListener("pointerdown", onDown);
  document.addEventListener("pointermove", onMove);
  document.addEventListener("pointerup", onUp);
  document.addEventListener("pointercancel", onUp);
}

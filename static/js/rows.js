// Moves through the rows of a list by keys: j and k, x and X to select, e to edit in place, Enter to open. The place is the
// focus itself, on the name's link of a row, so that nothing else has to be remembered, shown or announced.
//
// Beside tables there are lists of [data-row] that show the row at hand in full: there the arrows move as well, and a
// link with [data-row-link] is opened as soon as it is reached.

const ROWS = "#list tbody tr[id], [data-row]";
const LINK = "th[scope='row'] a[href], [data-row-link]";
const ARROWS = { ArrowDown: 1, ArrowUp: -1 };

function current() {
  return document.activeElement?.closest?.(ROWS) ?? null;
}

/** The row that is shown in full, where one is: keys go on from there though the focus is elsewhere. */
function shown() {
  return document.querySelector("[data-row] [data-row-link][aria-current]")?.closest(ROWS) ?? null;
}

/** Focus the row `step` further; the first one where the focus is in none. */
export function move(step) {
  const rows = [...document.querySelectorAll(ROWS)].filter((row) => row.querySelector(LINK));
  if (!rows.length) return false;
  const here = rows.indexOf(current() ?? shown());
  const next = rows[here < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, here + step))];
  const link = next.querySelector(LINK);
  link.focus();
  next.scrollIntoView({ block: "nearest" });
  // While an answer is under way, what it brings may be another one.
  if (link.matches("[data-row-link]:not([aria-current]), [aria-busy='true'] [data-row-link]")) link.click();
  return true;
}

/** Tick or untick the row that has the focus, by a click so that counts follow; with Shift, the rows up to it. */
export function select(shiftKey = false) {
  const box = current()?.querySelector("input[type='checkbox'][name='ids']");
  box?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey }));
  return Boolean(box);
}

/** Edit the row that has the focus in its place, where this user may. */
export function edit() {
  const link = current()?.querySelector("[data-row-edit]");
  link?.click();
  return Boolean(link);
}

export function start() {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) {
      // Leaves the row as it was, as its cross does.
      const cancel = event.target.closest?.("tr[data-state='edit']")?.querySelector("[data-row-cancel]");
      cancel?.click();
    }
    const step = ARROWS[event.key];
    if (step && !event.defaultPrevented && event.target.matches?.("[data-row-link]")) {
      event.preventDefault();
      move(step);
    }
    // Enter in a row's box would submit the form of mass actions; it opens the row as on its name.
    if (event.key !== "Enter" || !event.target.matches?.(`${ROWS} input[type='checkbox']`)) return;
    event.preventDefault();
    current()?.querySelector(LINK)?.click();
  });
}

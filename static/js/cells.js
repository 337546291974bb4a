// A double click on a cell opens its row for editing, with the focus in that cell's field. The row's own link does the
// work, so it is the same as by its pencil or by the key e; a cell without a field begins at the name.

const CELL = "#list tbody tr:not([data-state]) > :is(td, th)";

function onDoubleClick(event) {
  const cell = event.target.closest?.(CELL);
  if (!cell || event.target.closest("a, button, input, label")) return;
  const row = cell.parentElement;
  const link = row.querySelector("[data-row-edit]");
  if (!link) return;
  window.getSelection()?.removeAllRanges();
  if (cell.dataset.cell) link.dataset.focus = `#${row.id} [data-cell="${cell.dataset.cell}"] .c-input`;
  link.click();
}

export function start() {
  document.addEventListener("dblclick", onDoubleClick);
}

// Opens a dialog when htmx has filled it, and closes it from inside. The link that asked is also the address of a
// page; the browser itself traps the focus, closes on Escape and gives the focus back to the opener.

export function start() {
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    const dialog = ctx.target instanceof Element ? ctx.target.closest("dialog") : null;
    if (!dialog?.isConnected || dialog.open || !dialog.hasChildNodes()) return;
    dialog.showModal();
    dialog.querySelector("h1[tabindex='-1'], h2[tabindex='-1']")?.focus();
  });
  document.addEventListener("click", (event) => {
    const closer = event.target.closest?.("dialog [data-dialog-close]");
    if (!closer) return;
    event.preventDefault();
    closer.closest("dialog").close();
  });
}

// A menu whose form fills another part of the page has done its work with the answer: it closes by itself. The
// browser opens it, and gives the focus back to its opener.

export function start() {
  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    const menu = ctx.sourceElement?.closest?.("[popover]");
    if (menu && !menu.contains(ctx.target)) menu.hidePopover();
  });
}

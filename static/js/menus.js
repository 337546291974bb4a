// Menus whose content is fetched: a link that fills one opens it at itself, and a form in it that fills another part of
// the page closes it. All other menus the browser opens by itself; without script the link leads to a page.

export function start() {
  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    const menu = ctx.sourceElement?.closest?.("[popover]");
    if (menu && !menu.contains(ctx.target)) menu.hidePopover();
  });
  // Before the focus goes inside (focus.js): what is not shown can't have it.
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    const { target, sourceElement: source } = ctx;
    if (!target?.matches?.("[popover]") || target.contains(source) || target.matches(":popover-open")) return;
    target.showPopover({ source });
  }, true);
}

// Marks what is being fetched with aria-busy: assistive technology waits for it, the style sheet dims it after
// 300 ms. Counted, because two requests may fill one target and the first answer must not end the second's mark.

const pending = new WeakMap();

function count(target, step) {
  if (!(target instanceof Element)) return;
  const left = Math.max(0, (pending.get(target) ?? 0) + step);
  pending.set(target, left);
  if (left) target.setAttribute("aria-busy", "true");
  else target.removeAttribute("aria-busy");
}

export function start() {
  const marked = new WeakMap();
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    // What asks for itself every second keeps nobody waiting.
    if (ctx.sourceElement?.getAttribute("hx-trigger")?.startsWith("every")) return;
    marked.set(ctx, ctx.target);
    count(ctx.target, 1);
  });
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    if (marked.has(ctx)) count(marked.get(ctx), -1);
  });
}

// Puts the focus where the work goes on after a swap. The browser would drop it on <body> as soon as the focused
// element is replaced, and a keyboard or screen reader user would start again at the top of the page.
//
// The sender names the place: data-focus="#list-title" (a selector), or data-focus="next-row" where its row goes
// away. An answer that refuses (409, 422) takes the focus to what it says.

const REFUSALS = [409, 422];
const REFUSAL = "[data-error-summary] [tabindex='-1'], [role='alert'] [tabindex='-1'], h1[tabindex='-1'], h2[tabindex='-1']";
const ROW_LINK = "th[scope='row'] a[href]";

function neighbour(target) {
  const row = target.closest("tr, li");
  return row?.nextElementSibling ?? row?.previousElementSibling ?? null;
}

function place(wanted, next) {
  if (wanted !== "next-row") return document.querySelector(wanted);
  const link = next?.isConnected && (next.querySelector(ROW_LINK) ?? next.querySelector("a[href]"));
  return link || document.getElementById("list-title");
}

export function start() {
  const wishes = new WeakMap();
  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    // Read now: the sender and the row may be gone once the answer is in.
    const wanted = ctx.sourceElement?.dataset?.focus;
    if (wanted) wishes.set(ctx, { wanted, next: ctx.target instanceof Element ? neighbour(ctx.target) : null });
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    const target = ctx.target?.isConnected ? ctx.target : document.getElementById("main");
    if (REFUSALS.includes(ctx.response?.status)) target?.querySelector(REFUSAL)?.focus();
    else if (wishes.has(ctx)) {
      const { wanted, next } = wishes.get(ctx);
      place(wanted, next)?.focus();
    }
  });
}

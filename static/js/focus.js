// Puts the focus where the work goes on. The browser would drop it on <body> as soon as the focused element is
// replaced, and a keyboard or screen reader user would start again at the top of the page.
//
// The sender names the place by a selector: data-focus="#list-title". Without one the focus stays. An answer that
// refuses (409, 422) takes the focus to what it says, as a page or as a part of one.

const REFUSALS = [409, 422];
const SUMMARY = "#errors[tabindex='-1']";
const HEADING = "h1[tabindex='-1'], h2[tabindex='-1']";

export function start() {
  const wishes = new WeakMap();
  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    // Read now: the sender may be gone once the answer is in.
    wishes.set(ctx, ctx.sourceElement?.dataset?.focus);
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    const wanted = wishes.get(ctx);
    if (REFUSALS.includes(ctx.response?.status)) {
      // A target that was replaced whole has left its id to what stands there now.
      const target = ctx.target?.isConnected ? ctx.target : (document.getElementById(ctx.target?.id) ?? document);
      (target.querySelector(SUMMARY) ?? target.querySelector(HEADING))?.focus();
    } else if (wanted) document.querySelector(wanted)?.focus();
  });
  document.querySelector(SUMMARY)?.focus();
}

// Shows the present tab where a row of tabs is wider than the screen. The row alone scrolls, never the page.

function show() {
  for (const present of document.querySelectorAll(".c-tabs > [aria-current]")) {
    const row = present.parentElement;
    const beyond = present.getBoundingClientRect().right - row.getBoundingClientRect().right;
    if (beyond > 0) row.scrollLeft += Math.ceil(beyond);
  }
}

export function start() {
  document.addEventListener("htmx:after:swap", show);
  show();
}

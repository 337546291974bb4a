// Prints the page: <button data-print hidden>. Without script the button stays away: the browser's own menu prints.

function reveal() {
  for (const button of document.querySelectorAll("[data-print][hidden]")) button.hidden = false;
}

export function start() {
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-print]")) window.print();
  });
  document.addEventListener("htmx:after:swap", reveal);
  reveal();
}

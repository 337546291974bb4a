// Opens both contacts of a pair: a link that has [data-open-each] opens the links of its section that are marked with
// [data-each], each in a tab of its own. Browsers may allow one alone; the other then takes the place of the page,
// which Back leads back to. Without script each contact has its own link.

function openEach(event) {
  const opener = event.target.closest?.("[data-open-each]");
  if (!opener) return;
  event.preventDefault();
  const links = [...opener.closest("section").querySelectorAll("[data-each]")];
  for (const link of links) {
    if (!window.open(link.href, "_blank")) location.assign(link.href);
  }
}

export function start() {
  document.addEventListener("click", openEach);
}

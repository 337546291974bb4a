// Starts everything at one moment, before the page counts as loaded. htmx alone would fill menus that nobody opens,
// and the modules alone would ask an htmx that does not listen yet; until then links and forms act without script.
// Module and deferred scripts have run by DOMContentLoaded, so this stays right in whatever order they arrive.

export function begin(modules) {
  document.addEventListener("DOMContentLoaded", () => {
    for (const module of modules) module.start();
    // By itself it would begin a moment later, when keys can be pressed already.
    window.htmx?.initialize();
  });
}

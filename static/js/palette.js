// The command palette: contacts and commands by a few letters. Its list comes from the server (templates/palette); here
// it is opened, walked through by keys, and what is chosen is opened as the link or the button that it is. The focus
// stays in the field, which names the line at hand (aria-activedescendant). Without script [data-palette] is a link.

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

let shown = null; // The text whose finds are shown.
let asked = null; // The text that is being asked about.
let wish = null; // Enter came before the answer: the event's way of opening.

const palette = () => document.getElementById("palette");
const field = () => palette()?.querySelector("input[role='combobox']");
// "Nothing found" is a line that can't be chosen.
const options = () => [...(palette()?.querySelectorAll("[role='option']:not([aria-disabled])") ?? [])];
const active = () => palette()?.querySelector("[role='option'][data-active]") ?? null;

function activate(option) {
  const before = active();
  before?.removeAttribute("data-active");
  before?.setAttribute("aria-selected", "false");
  option?.setAttribute("data-active", "");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) field().setAttribute("aria-activedescendant", option.id);
  else field().removeAttribute("aria-activedescendant");
}

function move(step) {
  const all = options();
  if (!all.length) return;
  const here = all.indexOf(active());
  activate(all[(here + step + all.length) % all.length]);
}

function open() {
  const dialog = palette();
  if (dialog.matches(":modal")) {
    dialog.close();
    return;
  }
  for (const menu of document.querySelectorAll(":popover-open")) menu.hidePopover();
  dialog.showModal();
  field().value = "";
  field().focus();
  shown = wish = null;
  field().dispatchEvent(new CustomEvent("carnet-find", { bubbles: true }));
}

/** Open what is chosen as a click does, or in a tab of its own. */
function choose(option, inNewTab) {
  if (inNewTab && option.href) window.open(option.href, "_blank", "noopener");
  else option.click();
}

function enter(inNewTab) {
  if (shown !== field().value.trim()) wish = { inNewTab };
  else if (active()) choose(active(), inNewTab);
}

function onKeydown(event) {
  if (!palette()?.open || event.target !== field() || event.isComposing) return;
  const all = options();
  if (event.key in STEPS) move(STEPS[event.key]);
  else if (event.key === "Home" && all.length) activate(all[0]);
  else if (event.key === "End" && all.length) activate(all.at(-1));
  else if (event.key === "Enter") enter(event.ctrlKey || event.metaKey);
  // Else the browser empties the field first.
  else if (event.key === "Escape") palette().close();
  else return;
  event.preventDefault();
}

function onClick(event) {
  const opener = event.target.closest?.("[data-palette]");
  const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
  if (opener && palette() && isPlain) {
    event.preventDefault();
    open();
  } else if (event.target === palette() || (isPlain && event.target.closest?.("#palette [role='option']:not([aria-disabled])"))) {
    // Beside it, or on its way: Back must not find it open.
    palette().close();
  }
}

function onAsked({ detail: { ctx } }) {
  if (ctx.target?.id === "palette-list") asked = field().value.trim();
}

function onAnswered({ detail: { ctx } }) {
  if (ctx.target?.id !== "palette-list" || !palette()?.open) return;
  shown = asked;
  const all = options();
  field().setAttribute("aria-expanded", String(all.length > 0));
  activate(all[0]);
  // The page's own live regions are silent behind a modal dialog.
  document.getElementById("palette-said").textContent = palette().querySelector("[data-said]")?.dataset.said ?? "";
  if (shown !== field().value.trim()) return;
  if (wish && all.length) choose(all[0], wish.inNewTab);
  wish = null;
}

/** Signed out meanwhile: the palette's own page leads to the sign-in. */
function onFinished({ detail: { ctx } }) {
  if (ctx.target?.id !== "palette-list") return;
  const status = ctx.response?.status;
  if (status === 401) location.assign(palette().querySelector("form").action);
  else if (status >= 400) palette().close();
}

/** What went wrong is told by the page (toasts.js), which the palette would hide. */
function onNoAnswer({ detail: { ctx } }) {
  if (ctx?.target?.id === "palette-list") palette().close();
}

export function start() {
  document.addEventListener("keydown", onKeydown);
  document.addEventListener("click", onClick);
  document.addEventListener("htmx:before:request", onAsked);
  document.addEventListener("htmx:after:swap", onAnswered);
  document.addEventListener("htmx:finally:request", onFinished);
  document.addEventListener("htmx:error", onNoAnswer);
}

// Keeps the place in a list that scrolls by itself, so that Back from a file finds it again: browsers do this for the
// page alone. It lies in the history's entry, not in a store: it is this tab's, and gone with it.

const BOX = ".c-listbody > .c-tablebox";
const KEY = "carnetTop";

function note(top) {
  if ((history.state?.[KEY] ?? 0) !== top) history.replaceState({ ...history.state, [KEY]: top }, "");
}

function noteNow() {
  const box = document.querySelector(BOX);
  if (box) note(box.scrollTop);
}

function restore() {
  const box = document.querySelector(BOX);
  const top = history.state?.[KEY];
  if (box && top) box.scrollTop = top;
}

export function start() {
  // On the window and in the capture phase: a scroll does not bubble, and htmx replaces the body.
  window.addEventListener("scrollend", ({ target }) => target.matches?.(BOX) && note(target.scrollTop), true);
  // htmx writes an entry's state anew before it adds the next one.
  document.addEventListener("htmx:before:history:update", noteNow);
  window.addEventListener("click", noteNow, true);
  let returns = false;
  document.addEventListener("htmx:before:history:restore", () => {
    returns = true;
  });
  document.addEventListener("htmx:after:swap", () => {
    if (returns) restore();
    returns = false;
  });
  restore();
}

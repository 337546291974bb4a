// Entry point of pages in a frame of a portal: comfort for its links and forms, and what the portal is told.
import { begin } from "./begin.js";
import * as busy from "./busy.js";
import * as copy from "./copy.js";
import * as focus from "./focus.js";
import * as live from "./live.js";
import * as menus from "./menus.js";
import * as toasts from "./toasts.js";
import * as typed from "./typed.js";

begin([busy, copy, focus, live, menus, toasts, typed]);

// To the origin that this frame was made for, and to nobody else; never what a page says, only where and how high it is.
const { portal, saved } = document.body.dataset;

function tell(type, more = {}) {
  if (portal && parent !== window) parent.postMessage({ type: `carnet:${type}`, ...more }, portal);
}

let height = 0;

function measure() {
  const now = Math.ceil(document.body.getBoundingClientRect().height);
  if (now === height) return;
  height = now;
  tell("height", { height });
}

new ResizeObserver(measure).observe(document.body);
measure();
tell("navigated", { address: location.pathname + location.search });
if (saved !== undefined) tell("saved");
document.addEventListener("htmx:after:history:update", () => tell("navigated", { address: location.pathname + location.search }));

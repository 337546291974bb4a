// Short messages in the corner: what was done, with "Undo" where there is a way back, and what went wrong.
// They come with an answer (header HX-Trigger: {"carnet-toast": {message, level, undo_url?}}), or lie in the page
// already (flashed by the server). Markup and words are cloned from #toast-template, so that they are translated
// and script makes no HTML; what the server says goes in as text.
//
// Those that report success leave by themselves, but not while pointed at or focused; errors stay (WCAG 2.2.1).

import { say } from "./live.js";

const MOST = 3;
const STAYS_MS = 8000;
const STAYS_WITH_UNDO_MS = 20000;
const LEVELS = ["ok", "info", "warn", "danger"];

const isError = (toast) => toast.dataset.level === "danger";
const template = () => document.getElementById("toast-template");

function dismiss(toast) {
  const hadFocus = toast.contains(document.activeElement);
  toast.remove();
  if (hadFocus) document.getElementById("main")?.focus();
}

function leaveLater(toast) {
  if (isError(toast)) return;
  const after = toast.querySelector("form") ? STAYS_WITH_UNDO_MS : STAYS_MS;
  let timer = 0;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => dismiss(toast), after);
  };
  const hold = () => clearTimeout(timer);
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", wait);
  toast.addEventListener("focusout", wait);
  wait();
}

/** At most three: the oldest that is no error goes first. */
function makeRoom(region) {
  while (region.children.length > MOST) {
    const shown = [...region.children];
    dismiss(shown.find((toast) => !isError(toast)) ?? shown[0]);
  }
}

function place(toast, region) {
  region.append(toast);
  makeRoom(region);
  leaveLater(toast);
  say(toast.querySelector("[data-toast-text]").textContent, isError(toast));
}

/** The address where a change is undone, if it is one of ours. */
function ownAddress(url) {
  const address = URL.canParse(url, location.href) ? new URL(url, location.href) : null;
  return address?.origin === location.origin ? address.href : "";
}

function make({ message, level, undo_url: undo }) {
  const toast = template().content.firstElementChild.cloneNode(true);
  toast.dataset.level = LEVELS.includes(level) ? level : "info";
  toast.querySelector("[data-toast-text]").textContent = String(message);
  for (const icon of toast.querySelectorAll("[data-for-level]")) {
    if (icon.dataset.forLevel !== toast.dataset.level) icon.remove();
  }
  const form = toast.querySelector("form");
  const address = undo ? ownAddress(undo) : "";
  if (address) form.action = address;
  else form.remove();
  return toast;
}

/** Show a message and say it aloud. `level` is ok, info, warn or danger. */
export function show(toast) {
  const region = document.getElementById("toasts");
  if (region && template() && toast?.message) place(make(toast), region);
}

/** An answer that was not swapped in must not go by unseen, even where the server could not name the reason. */
function onAnswered({ detail: { ctx } }) {
  // 401 leads to the sign-in page (again.js).
  const isSilent = ctx.response?.status >= 400 && ctx.response.status !== 401 && ctx.swap === "none";
  const leaves = ctx.hx?.redirect || ctx.hx?.refresh;
  if (isSilent && !leaves && !ctx.hx?.trigger?.includes("carnet-toast")) {
    show({ message: template()?.dataset.failed, level: "danger" });
  }
}

function onNoAnswer({ detail: { ctx } }) {
  if (ctx && !ctx.response) show({ message: template()?.dataset.offline, level: "danger" });
}

export function start() {
  document.addEventListener("carnet-toast", ({ detail }) => show(detail));
  document.addEventListener("htmx:finally:request", onAnswered);
  document.addEventListener("htmx:error", onNoAnswer);
  document.addEventListener("click", (event) => {
    const closer = event.target.closest?.("[data-toast-close]");
    if (closer) dismiss(closer.closest("[data-level]"));
  });
  const region = document.getElementById("toasts");
  for (const toast of [...(region?.children ?? [])]) {
    // Made by the server, whose copy can't be closed without script.
    for (const closer of toast.querySelectorAll("[data-toast-close]")) closer.hidden = false;
    place(toast, region);
  }
}

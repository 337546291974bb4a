// Keyboard shortcuts. An element says which key is its own, in data-key or aria-keyshortcuts ("/", "n", "e", "[",
// "?", "Control+K"): a field gets the focus, everything else is clicked. So a plug-in adds a key without script,
// and a key of a button that this user does not see does nothing. Rows have j, k, x, X and e.
//
// Keys without Control or Alt are off while typing, and off altogether where the user chose so (WCAG 2.1.4):
// <body data-shortcuts="off">. Those with Control, the command key on a Mac, work from anywhere.

import { edit, move, select } from "./rows.js";

const TYPING = "input:not([type='checkbox'], [type='radio'], [type='button'], [type='submit']), textarea, select";
const ROW_KEYS = { j: () => move(1), k: () => move(-1), x: () => select(), X: () => select(true), e: edit };

/** Whether a sign such as [ was typed that some keyboards have behind AltGr, those of a Mac behind Option. */
function isSign(event) {
  const isOption = event.altKey && !event.ctrlKey && !event.metaKey;
  return (event.getModifierState("AltGraph") || isOption) && !/[\p{L}\p{N}]/u.test(event.key);
}

/** The key as aria-keyshortcuts writes it. Shift counts only where it does not change the character itself. */
function pressed(event) {
  if (isSign(event)) return { combination: event.key, single: true };
  const modifiers = [];
  if (event.ctrlKey || event.metaKey) modifiers.push("Control");
  if (event.altKey) modifiers.push("Alt");
  if (modifiers.length && event.shiftKey) modifiers.push("Shift");
  const key = modifiers.length ? event.key.toUpperCase() : event.key;
  return { combination: [...modifiers, key].join("+"), single: !modifiers.length };
}

function isTyping(element) {
  return Boolean(element?.matches?.(TYPING) || element?.isContentEditable);
}

function owner(combination, single) {
  // A modal dialog covers the page: of single keys only its own count.
  const scope = (single && document.querySelector("dialog:modal")) || document;
  return [...scope.querySelectorAll("[data-key], [aria-keyshortcuts]")].find((element) => {
    const own = element.dataset.key ?? element.getAttribute("aria-keyshortcuts");
    return own.split(" ").includes(combination) && !element.matches(":disabled, [aria-disabled='true']");
  });
}

function use(element) {
  if (!element.matches(TYPING)) {
    element.click();
    return;
  }
  element.focus();
  element.select?.();
}

let waiting = null;

/** What an answer under way replaces is not meant any more: the key then acts on what stands there afterwards. */
function useOnceThere(region, combination, single) {
  waiting = new MutationObserver(() => {
    if (region.hasAttribute("aria-busy")) return;
    waiting.disconnect();
    const element = owner(combination, single);
    if (element) use(element);
  });
  waiting.observe(region, { attributeFilter: ["aria-busy"] });
}

function onKeydown(event) {
  if (event.defaultPrevented || event.isComposing || event.key?.length !== 1) return;
  const { combination, single } = pressed(event);
  if (single && (isTyping(event.target) || document.body.dataset.shortcuts === "off")) return;
  waiting?.disconnect();
  const element = owner(combination, single);
  const region = element?.closest("[aria-busy='true']");
  // A key that is held down moves through rows, and does nothing else again and again.
  if (element && event.repeat && single) return;
  if (region) useOnceThere(region, combination, single);
  else if (element) use(element);
  else if (!single || document.querySelector("dialog:modal") || !ROW_KEYS[combination]?.()) return;
  event.preventDefault();
}

export function start() {
  document.addEventListener("keydown", onKeydown);
}

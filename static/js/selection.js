// The rows chosen in a list. Without script each row has its box and the bar is always there; with it, Shift
// chooses a range, the box in the head (above the cards on phones) the page, the bar shows only while something is chosen, and says how many.
//
// #bulk is the form of mass actions, input[name=ids][form=bulk] a row's box, [data-page-box] the page's, #bulk-count
// the number: its data-one, data-other … hold the sentence with {n}, by plural category. [data-select-all] names where
// the list is counted; then all that match are chosen (all=1 and expected, the number that was told), until a box or
// the list changes. What is not to be seen is never chosen one by one: each new list begins with nothing.

import { say } from "./live.js";

const BOX = "input[type='checkbox'][name='ids'][form='bulk']";
const PAGE = "input[type='checkbox'][data-page-box]";
const ACTION = "button[form='bulk'][name='action']";
const SETTLED_MS = 500;

let anchor = null;
let announcement = 0;
let turn = 0; // Goes on with each change, so that a count that comes too late chooses nothing.
let wish = null; // The action that was pressed before the count came: it is meant for all.

/** How this page was come to: navigate, reload or back_forward. */
const came = () => performance.getEntriesByType("navigation")[0]?.type;
const boxes = () => [...document.querySelectorAll(BOX)];
const pageBoxes = () => [...document.querySelectorAll(PAGE)];
const form = () => document.getElementById("bulk");

/** How many all that match are, where they are chosen; null where not. */
function allChosen() {
  const all = form()?.querySelector("input[name='all']");
  return all ? Number(form().querySelector("input[name='expected']")?.value ?? 0) : null;
}

function hide(name, value) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = name;
  field.value = value;
  form().append(field);
}

function endAll() {
  for (const field of form()?.querySelectorAll("input[name='all'], input[name='expected']") ?? []) field.remove();
}

function sentence(counter, n, all) {
  const language = document.documentElement.lang;
  const category = new Intl.PluralRules(language).select(n);
  const { one, other, allOne, allOther } = counter.dataset;
  const [single, several] = all ? [allOne, allOther] : [one, other];
  return {
    words: (category === "one" && single) || several || "{n}",
    number: new Intl.NumberFormat(language).format(n),
  };
}

function show(counter, n, all) {
  const { words, number } = sentence(counter, n, all);
  const [before, after = ""] = words.split("{n}");
  const bold = document.createElement("b");
  bold.className = "c-num";
  bold.textContent = number;
  counter.replaceChildren(before, bold, after);
  return words.replace("{n}", number);
}

/** Bring bar, count and page box in line with the boxes. */
function refresh(announce = false) {
  // What was to be said of a list that is gone, or has changed meanwhile, is said no more.
  clearTimeout(announcement);
  const bar = form();
  if (!bar) return;
  turn += 1;
  const all = boxes();
  const total = allChosen();
  const n = all.filter((box) => box.checked).length;
  bar.hidden = n === 0 && total === null;
  const isWhole = Number(document.querySelector("#count [data-exact]")?.dataset.exact) === all.length;
  for (const one of bar.querySelectorAll("[data-select-all]")) one.hidden = total !== null || isWhole;
  for (const one of bar.querySelectorAll("[data-select-page]")) one.hidden = total === null;
  for (const page of pageBoxes()) {
    page.checked = n > 0 && n === all.length;
    page.indeterminate = n > 0 && n < all.length;
  }
  const counter = document.getElementById("bulk-count");
  const words = counter && show(counter, total ?? n, total !== null);
  if (announce && words) announcement = setTimeout(() => say(words), SETTLED_MS);
}

function setBoxes(checked) {
  for (const box of boxes()) box.checked = checked;
  anchor = null;
}

/** Nothing is chosen, as a list begins. */
function clear() {
  endAll();
  setBoxes(false);
  refresh();
}

/** The exact number from where it is told, and put beside the list; null where there is no answer. */
async function count(url) {
  const counter = document.getElementById("count");
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true", "HX-Target": "p#count" } });
    if (!answer.ok) return null;
    const { body } = new DOMParser().parseFromString(await answer.text(), "text/html");
    const told = body.querySelector("[data-exact]");
    if (!told) return null;
    counter?.replaceChildren(told);
    return Number(told.dataset.exact);
  } catch {
    return null;
  }
}

async function chooseAll(button) {
  const asked = turn;
  button.setAttribute("aria-busy", "true");
  const total = await count(button.dataset.selectAll);
  button.removeAttribute("aria-busy");
  const next = wish;
  wish = null;
  if (!button.isConnected || asked !== turn) return;
  if (total === null) {
    // The page that says it without script says what is wrong as well.
    button.dataset.plain = "";
    button.click();
    return;
  }
  endAll();
  hide("all", "1");
  hide("expected", String(total));
  setBoxes(true);
  refresh(true);
  if (next?.isConnected) next.click();
  else form().querySelector("[popovertarget]")?.focus();
}

function onBox(box, withShift) {
  const all = boxes();
  endAll();
  if (withShift && anchor && all.includes(anchor)) {
    const [from, to] = [all.indexOf(anchor), all.indexOf(box)].sort((a, b) => a - b);
    for (const one of all.slice(from, to + 1)) one.checked = box.checked;
  }
  anchor = box;
  refresh(true);
}

function onClick(event) {
  const element = event.target;
  if (!(element instanceof Element)) return;
  const wantsAll = element.closest("[data-select-all]");
  if (element.closest("[data-selection-clear], [data-select-page]")) {
    event.preventDefault();
    clear();
    (pageBoxes().find((box) => box.checkVisibility()) ?? document.getElementById("list-title"))?.focus();
  } else if (wantsAll && wantsAll.dataset.plain === undefined) {
    event.preventDefault();
    chooseAll(wantsAll);
  } else if (element.closest(ACTION) && form()?.querySelector("[data-select-all][aria-busy]")) {
    event.preventDefault();
    wish = element.closest(ACTION);
  } else if (element.matches(PAGE)) {
    endAll();
    setBoxes(element.checked);
    refresh(true);
  } else if (element.matches(BOX)) {
    onBox(element, event.shiftKey);
  }
}

/** A row that is swapped alone, to be edited or saved, stays chosen; a list that is swapped begins anew. */
function followSwaps() {
  const chosen = new WeakMap();
  const row = (ctx) => ctx.target?.closest?.("tr[id]");
  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    const box = row(ctx)?.querySelector(BOX);
    if (box?.checked) chosen.set(ctx, box.value);
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (ctx.target?.contains?.(form())) {
      clear();
      return;
    }
    const box = chosen.has(ctx) && boxes().find((one) => one.value === chosen.get(ctx));
    if (box) box.checked = true;
    refresh();
  });
}

export function start() {
  followSwaps();
  document.addEventListener("click", onClick);
  window.addEventListener("pageshow", ({ persisted }) => {
    // Boxes that were ticked before the page was left: what was done with them is done.
    if (persisted || came() === "back_forward") clear();
  });
  if (allChosen() !== null) setBoxes(true);
  // Ticked again by the browser. What a user ticked before the scripts were there is chosen.
  else if (came() === "reload") setBoxes(false);
  refresh();
}

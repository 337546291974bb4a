// The rows chosen in a list. Without script each row has its box and the bar is always there; with it, Shift
// chooses a range, the head's box the page, the bar shows only while something is chosen, and says how many.
//
// #bulk is the form of mass actions, input[name=ids][form=bulk] a row's box, [data-page-box] the page's, #bulk-count the number: its data-one, data-other … hold the sentence with {n}, by plural category.

import { say } from "./live.js";

const BOX = "input[type='checkbox'][name='ids'][form='bulk']";
const PAGE = "input[type='checkbox'][data-page-box]";
const SETTLED_MS = 500;

let anchor = null;
let announcement = 0;

const boxes = () => [...document.querySelectorAll(BOX)];

function sentence(counter, n) {
  const language = document.documentElement.lang;
  const words = counter.dataset[new Intl.PluralRules(language).select(n)] ?? counter.dataset.other ?? "{n}";
  return { words, number: new Intl.NumberFormat(language).format(n) };
}

function show(counter, n) {
  const { words, number } = sentence(counter, n);
  const [before, after = ""] = words.split("{n}");
  const bold = document.createElement("b");
  bold.className = "c-num";
  bold.textContent = number;
  counter.replaceChildren(before, bold, after);
  return words.replace("{n}", number);
}

/** Bring bar, count and page box in line with the boxes. */
function refresh(announce = false) {
  const bar = document.getElementById("bulk");
  if (!bar) return;
  const all = boxes();
  const n = all.filter((box) => box.checked).length;
  bar.hidden = n === 0;
  const page = document.querySelector(PAGE);
  if (page) {
    page.checked = n > 0 && n === all.length;
    page.indeterminate = n > 0 && n < all.length;
  }
  const counter = document.getElementById("bulk-count");
  const words = counter && show(counter, n);
  clearTimeout(announcement);
  if (announce && words) announcement = setTimeout(() => say(words), SETTLED_MS);
}

function setAll(checked) {
  for (const box of boxes()) box.checked = checked;
  anchor = null;
  refresh(true);
}

function onClick(event) {
  const element = event.target;
  if (!(element instanceof Element)) return;
  if (element.closest("[data-selection-clear]")) {
    event.preventDefault();
    setAll(false);
    (document.querySelector(PAGE) ?? document.getElementById("list-title"))?.focus();
  } else if (element.matches(PAGE)) {
    setAll(element.checked);
  } else if (element.matches(BOX)) {
    const all = boxes();
    if (event.shiftKey && anchor && all.includes(anchor)) {
      const [from, to] = [all.indexOf(anchor), all.indexOf(element)].sort((a, b) => a - b);
      for (const box of all.slice(from, to + 1)) box.checked = element.checked;
    }
    anchor = element;
    refresh(true);
  }
}

/** A row that is swapped alone, to be edited or saved, stays chosen. */
function keepChosen() {
  const chosen = new WeakMap();
  const row = (ctx) => ctx.target?.closest?.("tr[id]");
  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    const box = row(ctx)?.querySelector(BOX);
    if (box?.checked) chosen.set(ctx, box.value);
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    const box = chosen.has(ctx) && boxes().find((one) => one.value === chosen.get(ctx));
    if (box) box.checked = true;
  });
}

export function start() {
  keepChosen();
  document.addEventListener("click", onClick);
  document.addEventListener("htmx:after:swap", () => refresh());
  // Boxes ticked before a reload or on Back are still ticked.
  window.addEventListener("pageshow", () => refresh());
  refresh();
}

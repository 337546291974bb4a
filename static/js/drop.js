// Files that are dropped on form[data-drop], or chosen in it, go one by one, each with its progress and a way to stop it.
// The server answers each with the line that stands in the list from then on. Without script the form sends them itself.
//
// form[data-sends] takes a single file, and is sent as a whole once that is dropped on it.
//
// data-drop: the list's id; data-largest: bytes that a file may have; data-done: what the page hears in the end. The
// templates #upload-template and #upload-refused are a line under way, and one that failed.

import { say } from "./live.js";

const FORM = "form[data-drop]";
const ONE = "form[data-sends]";
const waiting = [];
let active = null;

const megabytes = (bytes) =>
  new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "megabyte", maximumFractionDigits: 1 }).format(
    bytes / 1024 / 1024,
  );

function line(template, file) {
  const row = document.getElementById(template).content.firstElementChild.cloneNode(true);
  row.querySelector("[data-name]").textContent = file.name;
  return row;
}

function refuse(row, file, reason) {
  const refused = line("upload-refused", file);
  refused.querySelector("[data-reason]").textContent = reason;
  row.replaceWith(refused);
  say(`${file.name}: ${reason}`, true);
}

/** Put the server's own line in the place of the one under way. */
function settle(row, html) {
  const answer = document.createElement("template");
  answer.innerHTML = html;
  const made = answer.content.querySelector("li");
  row.replaceWith(...answer.content.children);
  say(made?.querySelector(".c-people__who")?.textContent.replace(/\s+/g, " ").trim() ?? "");
}

function next() {
  active = waiting.shift() ?? null;
  if (active) send(active);
}

function finish({ form }) {
  if (!waiting.some((one) => one.form === form)) document.body.dispatchEvent(new CustomEvent(form.dataset.done));
  next();
}

function send(one) {
  const { form, file, row } = one;
  const request = new XMLHttpRequest();
  const bar = row.querySelector("progress");
  const told = row.querySelector("[data-size]");
  const body = new FormData(form);
  const field = form.querySelector("input[type='file']").name;
  body.delete(field);
  body.append(field, file);
  one.request = request;
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.value = total ? Math.round((loaded / total) * 100) : 0;
    told.textContent = form.dataset.of.replace("{done}", megabytes(loaded)).replace("{all}", megabytes(total));
  });
  request.addEventListener("loadend", () => {
    if (request.status === 200 || request.status === 422) settle(row, request.responseText);
    else if (request.status === 401) location.reload();
    else if (!one.stopped) refuse(row, file, request.status === 413 ? form.dataset.tooLarge : form.dataset.failed);
    finish(one);
  });
  request.open("POST", form.action);
  request.setRequestHeader("HX-Request", "true");
  request.setRequestHeader("HX-Target", `ul#${form.dataset.drop}`);
  request.send(body);
}

function stop(one) {
  one.stopped = true;
  refuse(one.row, one.file, one.form.dataset.stopped);
  if (one === active) one.request.abort();
  else waiting.splice(waiting.indexOf(one), 1);
}

function take(form, files) {
  const list = document.getElementById(form.dataset.drop);
  list.closest("[hidden]")?.removeAttribute("hidden");
  for (const file of files) {
    const row = line("upload-template", file);
    list.append(row);
    if (file.size > Number(form.dataset.largest)) {
      refuse(row, file, form.dataset.tooLarge);
      continue;
    }
    row.querySelector("progress").setAttribute("aria-label", file.name);
    row.querySelector("[data-size]").textContent = megabytes(file.size);
    const one = { form, file, row };
    row.querySelector("[data-stop]").addEventListener("click", () => stop(one));
    waiting.push(one);
  }
  if (!active) next();
}

/** Put what was dropped where it would have been chosen, and send the form. */
function sendWhole(form, files) {
  form.querySelector("input[type='file']").files = files;
  form.requestSubmit();
}

export function start() {
  document.addEventListener("change", ({ target }) => {
    const form = target.matches?.("input[type='file']") ? target.closest(FORM) : null;
    if (!form) return;
    // A copy: emptying the field, so that the same file can be chosen again, empties its list.
    const chosen = [...target.files];
    target.value = "";
    take(form, chosen);
  });
  document.addEventListener("dragover", (event) => {
    const form = event.target.closest?.(`${FORM}, ${ONE}`);
    if (form && [...event.dataTransfer.types].includes("Files")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const form = event.target.closest?.(`${FORM}, ${ONE}`);
    if (!form || !event.dataTransfer.files.length) return;
    event.preventDefault();
    if (form.matches(FORM)) take(form, [...event.dataTransfer.files]);
    else sendWhole(form, event.dataTransfer.files);
  });
  window.addEventListener("beforeunload", (event) => {
    if (active) event.preventDefault();
  });
}

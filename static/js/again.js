// A form whose session has ended. The server answers 401 to what htmx sent; sent as a browser sends it, the same form
// leads to the sign-in page, which brings it back filled (webapp/keptforms.py). And the page that brings it back goes
// on to the form by itself: without script that is one press of its button.

import { release } from "./guard.js";

const SAFE = ["GET", "HEAD"];

function add(form, name, value) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = name;
  field.value = value;
  form.append(field);
}

/** Send `form` without htmx. Methods are taken from the prototype: a field called "submit" would hide the form's own. */
function sendPlainly(form, submitter) {
  if (submitter?.name) add(form, submitter.name, submitter.value);
  const action = submitter?.getAttribute("formaction");
  if (action) form.setAttribute("action", action);
  release(form);
  HTMLFormElement.prototype.submit.call(form);
}

function onAnswered({ detail: { ctx } }) {
  if (ctx.response?.status !== 401 || ctx.hx?.redirect || SAFE.includes(ctx.request.method)) return;
  // What is asked in the background while someone types is not sent again: the form itself will be.
  if (!["submit", "click"].includes(ctx.sourceEvent?.type)) return;
  const form = ctx.request.form;
  if (form?.getAttribute("method")?.toLowerCase() !== "post") {
    location.reload();
    return;
  }
  sendPlainly(form, ctx.request.submitter);
}

export function start() {
  document.addEventListener("htmx:finally:request", onAnswered);
  const form = document.querySelector("form[data-again]");
  form?.requestSubmit(form.querySelector("button[name='resume']"));
}

// Tells what reaches this browser of our own headers, whatever a proxy made of them:
// <ul data-received="address" data-origins="https://a https://b"> with lines <li data-line="ancestors|options|cookie">,
// each with the words for yes and no, hidden, in [data-yes] and [data-no], and what was received in [data-told].

function settle(list, name, isSo, told) {
  const line = list.querySelector(`[data-line="${name}"]`);
  line.querySelector("[data-yes]").hidden = !isSo;
  line.querySelector("[data-no]").hidden = isSo;
  const place = line.querySelector("[data-told]");
  if (place) place.textContent = told;
}

async function look(list) {
  const answer = await fetch(list.dataset.received, { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return;
  // Several policies come as one text, parted by commas: all of them hold.
  const policies = (answer.headers.get("Content-Security-Policy") ?? "").split(",");
  const named = policies.map((policy) => /frame-ancestors ([^;]*)/.exec(policy)?.[1].trim()).filter((one) => one !== undefined);
  const origins = list.dataset.origins.split(" ");
  const isFramed = named.length > 0 && named.every((one) => origins.every((origin) => one.split(/\s+/).includes(origin)));
  const options = answer.headers.get("X-Frame-Options");
  settle(list, "ancestors", isFramed, named.join(" · ") || "–");
  settle(list, "options", options === null, options ?? "");
  settle(list, "cookie", answer.headers.get("Carnet-Check") === "cookie", "");
  list.hidden = false;
}

function lookAtAll() {
  for (const list of document.querySelectorAll("[data-received][hidden]")) look(list);
}

export function start() {
  document.addEventListener("htmx:after:swap", lookAtAll);
  lookAtAll();
}

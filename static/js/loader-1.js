// <carnet-embed src="https://crm.example.com/embed/start?code=…" locale="fr" theme="auto">: a frame as high as what it shows.
// Pages name this file's hash: what changes gets another number in its name. Until there is a `src`, its content is shown.
class CarnetEmbed extends HTMLElement {
  static observedAttributes = ["src"];

  connectedCallback() {
    this.hear = (event) => this.take(event);
    addEventListener("message", this.hear);
    this.show();
  }

  disconnectedCallback() {
    removeEventListener("message", this.hear);
  }

  attributeChangedCallback() {
    if (this.hear) this.show();
  }

  show() {
    const given = (name) => this.getAttribute(name) ?? "";
    if (!given("src")) return;
    const address = new URL(given("src"), location.href);
    if (!/^https?:$/.test(address.protocol)) return;
    for (const name of ["locale", "theme"]) if (given(name)) address.searchParams.set(name, given(name));
    this.origin = address.origin;
    const frame = (this.frame = document.createElement("iframe"));
    const sandbox = "allow-scripts allow-forms allow-same-origin allow-popups allow-popups-to-escape-sandbox";
    Object.assign(frame, { title: given("title") || "Carnet", width: "100%", height: given("height") || "320", frameBorder: "0" });
    frame.setAttribute("sandbox", sandbox);
    frame.src = address.href;
    this.replaceChildren(frame);
  }

  take({ origin, source, data }) {
    if (origin !== this.origin || source !== this.frame?.contentWindow) return;
    const { type, height, address } = Object(data);
    if (type === "carnet:height" && height > 0 && height < 20000) this.frame.height = Math.ceil(height);
    if (type === "carnet:saved" || (type === "carnet:navigated" && typeof address === "string"))
      this.dispatchEvent(new CustomEvent(type, { bubbles: true, detail: { address } }));
  }
}

customElements.get("carnet-embed") ?? customElements.define("carnet-embed", CarnetEmbed);

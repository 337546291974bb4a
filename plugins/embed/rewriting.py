"""A page of ours as it is shown inside somebody else's: what leads out opens a window, what is not for there is gone.

One template gives page, fragment and embed. What differs is not asked in each of them but done here, to all of them:

- *frame*: links to pages beyond what was granted open the application in a new window, and its forms are left out;
- *fragment*: besides, ids get a prefix, addresses a host, and nothing of it runs or styles anything by itself;
- *static*: besides, nothing can be sent or opened in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from html.parser import HTMLParser
from typing import Literal

from webapp.api import EMBED_PREFIX, FRAGMENT

Tier = Literal["frame", "fragment", "static"]
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
ADDRESSES = frozenset({"href", "src", "action", "formaction", "hx-get", "hx-post"})
NAMES = frozenset(
    {"id", "for", "form", "list", "headers", "popovertarget", "commandfor", "aria-labelledby", "aria-describedby",
     "aria-controls", "aria-owns", "aria-activedescendant"}
)  # fmt: skip
"""Attributes that hold ids, parted by blanks."""
SELECTORS = frozenset({"hx-target", "hx-include", "hx-select", "data-focus", "hx-trigger"})
"""Attributes in which `#id` means an element."""
NEVER = frozenset({"script", "style", "template", "iframe", "object", "title", "base", "meta"})
"""Elements that a fragment has not: they act on the page that it stands in."""
SENDING = frozenset({"form", "button", "input", "select", "textarea", "dialog", "datalist"})
ROOT, FETCHED = "root", FRAGMENT.rpartition("/")[2]
"""The id of the element around a fragment; and what stands after `/embed/` in its address."""
OUT = {"target": "_blank", "rel": "noopener"}
Attributes = dict[str, str | None]


class Rewriter(HTMLParser):
    """Rewrites one document. `base` is our own address without a path, `prefix` stands before ids in fragments."""

    def __init__(self, tier: Tier, base: str, prefix: str = "", inside: str = EMBED_PREFIX) -> None:
        super().__init__(convert_charrefs=False)
        self.tier, self.base, self.prefix, self.inside = tier, base, prefix, f"{inside}/"
        self.made: list[str] = []
        self._left_out = ""
        self._depth = 0
        self._gone: set[str] = set()

    def of(self, html: str) -> str:
        """The document, rewritten."""
        self.feed(html)
        self.close()
        return "".join(self.made)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element, change it, or leave it out with all that it holds."""
        if self._left_out:
            self._depth += tag == self._left_out
            return
        given: Attributes = dict(attrs)
        if self._is_left_out(tag, given):
            self._gone.add(given.get("id") or "")
            if tag not in VOID:
                self._left_out, self._depth = tag, 1
            return
        changed = self._changed(tag, given)
        self.made.append(self.get_starttag_text() or "" if changed == given else _tag(tag, changed))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that ends where it begins, as those of pictures do."""
        if self._left_out or self._is_left_out(tag, dict(attrs)):
            return
        self.made.append(_tag(tag, self._changed(tag, dict(attrs)), "/"))

    def handle_endtag(self, tag: str) -> None:
        """The end of an element, or of one that is left out."""
        if not self._left_out:
            self.made.append(f"</{tag}>")
        elif tag == self._left_out:
            self._depth -= 1
            if not self._depth:
                self._left_out = ""

    def _keep(self, text: str) -> None:
        if not self._left_out:
            self.made.append(text)

    def handle_data(self, data: str) -> None:
        """Text stays as it is."""
        self._keep(data)

    def handle_entityref(self, name: str) -> None:
        """So do signs that are written by name,"""
        self._keep(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """or by number."""
        self._keep(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        """`<!DOCTYPE html>`."""
        self._keep(f"<!{decl}>")

    def _is_left_out(self, tag: str, given: Attributes) -> bool:
        if (given.get("form") or "") in self._gone - {""}:
            return True
        if self.tier == "frame":
            return tag == "form" and not self._is_inside(given.get("action"))
        # Of a picture in another document browsers show nothing here: icons go.
        if tag in NEVER or tag == "svg":
            return True
        if self.tier == "static":
            return tag in SENDING or "popover" in given or "hidden" in given
        return tag == "form" and not self._is_inside(given.get("action"))

    def _is_inside(self, address: str | None) -> bool:
        return address is not None and address.startswith(self.inside)

    def _changed(self, tag: str, given: Attributes) -> Attributes:
        made = dict(given)
        requests = [given.get(name) for name in ("hx-get", "hx-post") if name in given]
        if self.tier == "static" or not all(map(self._is_inside, requests)):
            made = {name: value for name, value in made.items() if not name.startswith("hx-")}
        if self.tier == "fragment":
            made = self._fetching(tag, made)
        if tag == "a" and _leads_out(given.get("href"), self.inside):
            made |= OUT
        for name in ADDRESSES & made.keys():
            made[name] = self._placed(name, made[name] or "", tag)
        if self.tier == "frame":
            return made
        for name in [one for one in made if one.startswith(("on", "style", "hx-push-url", "hx-headers", "data-key"))]:
            del made[name]
        for name in NAMES & made.keys():
            made[name] = " ".join(f"{self.prefix}{one}" for one in (made[name] or "").split())
        for name in SELECTORS & made.keys():
            made[name] = (made[name] or "").replace("#", f"#{self.prefix}")
        return made

    def _fetching(self, tag: str, given: Attributes) -> Attributes:
        """A link or form that leads on inside, so that a script fetches it with its token, into the whole fragment.

        Without one the link opens the application: a browser by itself sends no token.
        """
        name = {"a": "href", "form": "action"}.get(tag, "")
        address = given.get(name) or ""
        if not self._is_inside(address):
            return given
        way = "hx-post" if str(given.get("method")).lower() == "post" else "hx-get"
        made = dict(given)
        if "hx-get" not in given and "hx-post" not in given:
            made |= {way: address, "hx-target": f"#{ROOT}", "hx-swap": "innerHTML"}
        if way == "hx-get":
            made |= {name: f"/{address.removeprefix(self.inside).removeprefix(f'{FETCHED}/')}", **OUT}
        return made

    def _placed(self, name: str, address: str, tag: str) -> str:
        """An address with our host where the page that it stands in, or what it leads to, is another's."""
        if address.startswith("#"):
            return f"#{self.prefix}{address[1:]}" if self.tier != "frame" else address
        if not address.startswith("/") or address.startswith("//"):
            return address
        if self.tier == "frame" and (name != "href" or tag != "a" or self._is_inside(address)):
            return address
        return f"{self.base}{address}"


def _leads_out(address: str | None, inside: str) -> bool:
    return bool(address) and not str(address).startswith(("#", "mailto:", "tel:", inside))


def _tag(name: str, attributes: Attributes, end: str = "") -> str:
    given: Iterable[str] = (
        f" {one}" if value is None else f' {one}="{escape(value, quote=True)}"' for one, value in attributes.items()
    )
    return f"<{name}{''.join(given)}{end}>"

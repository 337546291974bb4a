"""The only reader of htmx's headers: one URL, two shapes (design rule 4).

A page template extends `shell()`; the shell is the whole page, or the content alone where htmx asked. A view
may name a smaller fragment per target element, for swaps inside the page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, current_app, flash, g, has_request_context, make_response, render_template, request, url_for

from webapp.embedding import embedded
from webapp.i18n import get_locale

DIALOG = "dialog"
"""The id of the dialog whose content is fetched (static/js/dialogs.js)."""
VARY = "HX-Request, HX-Request-Type, HX-Target, HX-History-Restore-Request, Cookie"


def wants_fragment() -> bool:
    """Whether htmx asked for a part of a page; never on Back, Forward or a whole-page request."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-History-Restore-Request") != "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-Request-Type") != "full"
        and _is_ours(_target())
    )


def _target() -> str:
    """The id of the element that htmx will swap, as htmx 4 sends it: `div#list`."""
    return request.headers.get("HX-Target", "").rpartition("#")[2]


def _is_ours(element: str) -> bool:
    """Whether the element that asks may be one of this page: in somebody else's, its id says so."""
    here = embedded()
    return here is None or element.startswith(here.prefix)


def target() -> str:
    """The id of the element that will be swapped; empty on a page request."""
    if not wants_fragment():
        return ""
    here = embedded()
    return _target().removeprefix(here.prefix) if here is not None else _target()


def shell(page: str = "shells/page.html") -> str:
    """What a page template extends: the whole page, or the content alone; with its frame where that is swapped.

    One page in the place of another, under the same address, needs its own frame: lists fill it otherwise.
    """
    if not wants_fragment():
        here = embedded()
        return page if here is None else here.extends
    return "shells/main.html" if target() == "main" else "shells/fragment.html"


def render(template: str, status: int = 200, *, fragments: Mapping[str, str] | None = None, **context: Any) -> Response:
    """The page, or the fragment that `fragments` names for the target at hand."""
    chosen = (fragments or {}).get(target(), template)
    return make_response(render_template(chosen, **context), status)


def toast(message: str, level: str = "ok", undo: str = "") -> None:
    """Say something at the foot of the page: beside this answer if htmx asked, on the next page otherwise.

    `undo` is an address that takes back what was done, by a POST with nothing but its CSRF field.
    """
    if wants_fragment():
        g.toasts = [*g.get("toasts", []), {"message": str(message), "level": level, "undo_url": undo}]
    else:
        _flash(str(message), level, undo)


def _flash(message: str, level: str, undo: str) -> None:
    """Keep it for the next page; its category carries the address as well (templates/shells/_regions.html)."""
    flash(message, f"{level} {undo}" if undo else level)


def announce(event: str) -> None:
    """Tell the page that something it may show elsewhere has changed: who shows it fetches it (design rule 5)."""
    if wants_fragment():
        g.announced = [*g.get("announced", []), event]


def in_dialog() -> bool:
    """Whether the dialog asked whose content is fetched, and that has an address to be filled from anew."""
    return target() == DIALOG and bool(request.form.get("next"))


def redirect_to(url: str) -> Response:
    """Go to another page: 303 for a form, `HX-Redirect` for htmx, which would follow a 303 into its target.

    So it does where a form in the dialog leads back there: the browser fetches it anew, as the same part of a page.
    """
    if in_dialog() and url == request.form["next"]:
        for one in g.pop("toasts", []):
            _flash(one["message"], one["level"], "")
        answer = make_response("", 303)
        answer.headers["Location"] = url
        return answer
    if request.headers.get("HX-Request") == "true":
        for one in g.pop("toasts", []):
            _flash(one["message"], one["level"], one["undo_url"])
        answer = make_response("", 200)
        answer.headers["HX-Redirect"] = url
        return answer
    answer = make_response("", 303)
    answer.headers["Location"] = url
    return answer


def finish(response: Response) -> Response:
    """Announce toasts and changes to htmx, in ASCII, and tell caches that one address has several shapes."""
    events: dict[str, Any] = dict.fromkeys(g.pop("announced", []), True)
    if toasts := g.pop("toasts", []):
        events["carnet-toast"] = toasts[-1]
    if events:
        response.headers["HX-Trigger"] = json.dumps(events, ensure_ascii=True)
    if response.mimetype == "text/html":
        response.vary.update(VARY.split(", "))
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Language"] = str(get_locale() or "en")
    return response


def place(endpoint: str, **values: Any) -> str:
    """The address of an endpoint, for services that must not know Flask."""
    return url_for(endpoint, **values)


def public_base() -> str:
    """Our own address without a path: `CARNET_BASE_URL`, else as this request was sent."""
    base = str(current_app.config["CARNET"].base_url)
    return base or (request.url_root.rstrip("/") if has_request_context() else "")


def public_place(endpoint: str, **values: Any) -> str:
    """The same with scheme and host, for letters: of `CARNET_BASE_URL`, else as this request was sent."""
    return f"{public_base()}{url_for(endpoint, **values)}"

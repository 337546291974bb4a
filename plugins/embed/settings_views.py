"""Settings › Embedding: the portals, what each may show, its secret, and taking it away (spec I3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request, url_for

from plugins.embed import asking, services
from plugins.embed.models import Portal
from webapp.api import (
    Field,
    Invalid,
    Stale,
    _,
    _l,
    discard,
    embed_origins,
    redirect_to,
    render,
    right,
    setting_changes,
    toast,
    told_changes,
    user_names,
)

blueprint = Blueprint("portals", __name__, url_prefix="/settings/embedding")
KEY = services.PAGE
FIELDS = (
    Field(name="name", label=_l("Name"), required=True, max_length=120, hint=_l("Which portal is it?")),
    Field(name="origins", label=_l("Origins")),
    Field(name="views", label=_l("What it may show")),
    Field(name="scopes", label=_l("What it may do")),
    Field(
        name="reader_id",
        label=_l("Reads as"),
        kind="user",
        hint=_l("Where the portal does not say who is signed in to it, this user's rights count. None: it has to say."),
    ),
    Field(
        name="fragments",
        label=_l("It may also fetch fragments into its own pages: their text is then in the portal's hands."),
        kind="boolean",
    ),
    Field(name="active", label=_l("Switched on"), kind="boolean"),
)
BY_NAME = {one.name: one for one in FIELDS}
SCOPES = {"create": _l("Create contacts"), "edit": _l("Edit contacts")}
ACTIONS = {
    "added": _l("Portal added"),
    "rotated": _l("New secret, the one before lets in for a day"),
    "rotated_at_once": _l("New secret at once"),
    "removed": _l("Portal deleted"),
}


@blueprint.route("")
@right("settings")
def index() -> Response:
    """All portals, and what was changed last."""
    portals = services.clients()
    return render(
        "embed/portals.html",
        portals=portals,
        granted={one.id: list(asking.granted(one).values()) for one in portals},
        scopes=SCOPES,
        is_allowed=bool(embed_origins()),
        changes=_changes(portals),
    )


def _changes(portals: Any) -> Any:
    entries = setting_changes.last(KEY)
    names = {one.key: one.name for one in portals}
    return told_changes(entries, user_names({one.user_id for one in entries}), FIELDS, names, ACTIONS)


@blueprint.route("/new", methods=["GET", "POST"])
@right("settings")
def new() -> Response:
    """A new portal; its secret is on the answer and never again."""
    if request.method == "GET":
        return _form(None, {"origins": embed_origins(), "views": ["card"], "active": True})
    sent = _sent()
    try:
        made, secret = services.create(sent)
    except Invalid as error:
        discard()
        return _form(None, sent, 422, errors=error.errors)
    return _secret(made, secret, _("“%(name)s” is added.", name=made.name))


@blueprint.route("/<int:id>/edit", methods=["GET", "POST"])
@right("settings")
def edit(id: int) -> Response:  # noqa: A002 - the address's own word
    """Change what a portal may show, and where."""
    portal = services.load(id)
    if request.method == "GET":
        return _form(portal, _values(portal))
    sent = _sent()
    try:
        services.change(id, sent, _number(request.form.get("version", "")) or 0)
    except Invalid as error:
        discard()
        return _form(services.load(id), sent, 422, errors=error.errors)
    except Stale as error:
        discard()
        present = services.load(id)
        differing = [one.label for one in FIELDS if _values(present)[one.name] != sent[one.name]]
        return _form(present, sent, 409, message=error.message, differing=differing)
    toast(_("“%(name)s” is saved.", name=portal.name))
    return redirect_to(url_for("fragments.show", id=id))


def _values(portal: Portal) -> dict[str, Any]:
    return {name: getattr(portal, name) for name in services.FIELDS}


def _sent() -> dict[str, Any]:
    """What a form says, as the services take it."""
    return {
        "name": request.form.get("name", ""),
        # What is no number is nobody's either.
        "reader_id": _number(chosen) or 0 if (chosen := request.form.get("reader_id", "")) else None,
        **{name: request.form.getlist(name) for name in ("origins", "views", "scopes")},
        **{name: request.form.get(name) == "1" for name in ("fragments", "active")},
    }


def _number(text: str) -> int | None:
    """What is written in digits; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _form(
    portal: Portal | None,
    values: Mapping[str, Any],
    status: int = 200,
    *,
    errors: Mapping[str, str] | None = None,
    message: str = "",
    differing: Any = (),
) -> Response:
    offered = asking.offered()
    views: list[tuple[str, Any, str]] = [(key, one.label, one.scope) for key, one in offered.items()]
    # What a switched-off plug-in offers stays chosen.
    views += [(key, key, "off") for key in values["views"] if key not in offered]
    return render(
        "embed/portal_form.html",
        status,
        portal=portal,
        values=values,
        errors=errors or {},
        message=message,
        differing=differing,
        fields=BY_NAME,
        origins=list(dict.fromkeys((*embed_origins(), *values["origins"]))),
        allowed=embed_origins(),
        views=views,
        scopes=SCOPES,
    )


def _secret(portal: Portal, secret: str, text: str) -> Response:
    answer = render("embed/secret.html", portal=portal, secret=secret, text=text)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.route("/<int:id>/rotate", methods=["GET", "POST"])
@right("settings")
def rotate(id: int) -> Response:  # noqa: A002
    """Give a portal another secret: with a day to change over, or at once."""
    portal = services.load(id)
    if request.method == "GET":
        return render("embed/rotate.html", portal=portal)
    at_once = request.form.get("when") == "at_once"
    secret = services.rotate(id, at_once=at_once)
    if at_once:
        return _secret(portal, secret, _("The secret before lets nobody in any more, and open frames have ended."))
    return _secret(portal, secret, _("The secret before lets in for one more day: change the portal over until then."))


@blueprint.route("/<int:id>/switch", methods=["POST"])
@right("settings")
def switch(id: int) -> Response:  # noqa: A002
    """Switch a portal on, or off: its open frames show nothing any more."""
    on = request.form.get("on") == "1"
    portal = services.change(id, {"active": on})
    if on:
        toast(_("“%(name)s” is switched on.", name=portal.name))
    else:
        toast(_("“%(name)s” is switched off: nothing is shown there any more.", name=portal.name))
    return redirect_to(url_for("fragments.show", id=id))


@blueprint.route("/<int:id>/delete", methods=["GET", "POST"])
@right("settings")
def delete(id: int) -> Response:  # noqa: A002
    """Take a portal away for good, after asking."""
    if request.method == "GET":
        return render("embed/portal_delete.html", portal=services.load(id))
    toast(_("“%(name)s” is deleted.", name=services.delete(id)))
    return redirect_to(url_for("portals.index"))

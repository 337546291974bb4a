"""The page of one's own API tokens: make one, see which there are, end one."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from webapp.api import Invalid, _, _l, act, discard, redirect_to, render, right, toast, tokens

blueprint = Blueprint("api_tokens", __name__, url_prefix="/account/tokens")
SCOPES = {
    "read": (_l("Read"), _l("see and search contacts")),
    "write": (_l("Write"), _l("also create, change, link, convert and delete")),
    "admin": (_l("Administer"), _l("all that you may do yourself")),
}


def _page(status: int = 200, *, secret: str = "", errors: dict[str, str] | None = None) -> Response:
    return render(
        "rest/tokens.html",
        status,
        tokens=tokens.of_user(act().user_id),
        scopes=SCOPES,
        secret=secret,
        errors=errors or {},
        typed={name: request.form.get(name, "") for name in ("name", "scope")} if errors else {},
    )


@blueprint.route("")
@right("contacts.read")
def index() -> Response:
    """One's own tokens, and a form for a new one."""
    return _page()


@blueprint.route("", methods=["POST"])
@right("contacts.read")
def add() -> Response:
    """Make a token; its secret is on this answer and never again."""
    try:
        _made, secret = tokens.create_own(
            request.form.get("name", ""), request.form.get("scope", ""), request.form.get("password", "")
        )
    except Invalid as error:
        discard()
        return _page(422, errors=error.errors)
    return _page(secret=secret)


@blueprint.route("/<int:id>/end", methods=["POST"])
@right("contacts.read")
def end(id: int) -> Response:  # noqa: A002 - the address's own word
    """End a token."""
    name = tokens.end(id).name
    toast(_("The token “%(name)s” has ended: nobody gets in by it any more.", name=name))
    return redirect_to(url_for("api_tokens.index"))

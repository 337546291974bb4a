"""Settings › Embedding › one portal: choose what it shows, see it, copy what its people need (spec I3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request, url_for

from plugins.embed import appearance, asking, checking, launching, services, settings_views, snippets
from plugins.embed.models import Portal
from webapp.api import (
    LOCALES,
    Embed,
    Invalid,
    _,
    act,
    csp_framing_ours,
    find_user,
    public_base,
    public_place,
    redirect_to,
    render,
    right,
    user_names,
)

blueprint = Blueprint("fragments", __name__, url_prefix="/settings/embedding")
VALUE = "p-"
"""What stands before the names of what a page takes, among those of the form."""
LOOK = ("locale", "theme", "accent", "font", "origin")


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What was chosen of a portal's pages, as a portal's server would send it; `errors` by the form's names.

    `is_whole` tells whether it can be shown so.
    """

    embed: Embed | None
    sent: Mapping[str, Any]
    errors: Mapping[str, str]
    is_whole: bool


def choose(portal: Portal, arguments: Mapping[str, str]) -> Chosen:
    """Read what the form says; of a view that was just chosen nothing is complained about yet."""
    granted = asking.granted(portal)
    embed = granted.get(arguments.get("view", ""), next(iter(granted.values()), None))
    if embed is None:
        return Chosen(embed=None, sent={}, errors={}, is_whole=False)
    values = {one.name: text for one in embed.takes if (text := arguments.get(VALUE + one.name, "").strip())}
    look = {name: text for name in LOOK if (text := arguments.get(name, "").strip()) and text != "auto"}
    sent: dict[str, Any] = {"view": embed.key, **({"parameters": values} if values else {}), **look}
    try:
        wanted = asking.checked(portal, sent)
    except Invalid as error:
        told = {name.replace("parameters.", VALUE): text for name, text in error.errors.items()}
        if not values:
            told = {name: text for name, text in told.items() if not name.startswith(VALUE)}
        return Chosen(embed=embed, sent=sent, errors=told, is_whole=False)
    if values:
        sent["parameters"] = dict(wanted.values)
    return Chosen(embed=embed, sent=sent, errors={}, is_whole=True)


@blueprint.route("/<int:id>")
@right("settings")
def show(id: int) -> Response:  # noqa: A002 - the address's own word
    """One portal, and a page for it."""
    portal = services.load(id)
    chosen = choose(portal, request.args)
    form = request.args.get("for", "")
    form = form if form in snippets.FORMS else "html"
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name != "for"}
    answer = render(
        "embed/portal.html",
        portal=portal,
        granted=asking.granted(portal),
        missing=services.unknown_views(portal),
        scopes=settings_views.SCOPES,
        reader=user_names({portal.reader_id}).get(portal.reader_id, "") if portal.reader_id else "",
        chosen=chosen,
        typed=request.args,
        origins=asking.origins_of(portal),
        themes=appearance.THEMES,
        fonts=appearance.FONTS,
        locales=LOCALES,
        forms=[(key, one[0], url_for("fragments.show", id=id, **{**kept, "for": key}, _anchor="snippet"))
               for key, one in snippets.FORMS.items()],
        form=form,
        hint=snippets.FORMS[form][1],
        texts=_texts(portal, chosen, form),
        facts=checking.facts(portal),
        value=VALUE,
        check_address=public_place("embed.check", key=portal.key),
        preflight=_preflight(portal),
    )  # fmt: skip
    answer.headers["Content-Security-Policy"] = csp_framing_ours()
    return answer


def _preflight(portal: Portal) -> str:
    """What a browser asks before it fetches a fragment from the portal's page, for a shell."""
    origins = asking.origins_of(portal)
    if not portal.fragments or not origins:
        return ""
    return snippets.preflight(public_base(), origins[0])


def _texts(portal: Portal, chosen: Chosen, form: str) -> list[tuple[str, str]]:
    """What is to be copied, each with what it is."""
    if not chosen.is_whole or chosen.embed is None:
        return []
    fragment = snippets.Fragment(
        base=public_base(),
        key=portal.key,
        sent=chosen.sent,
        title=str(chosen.embed.label),
        height=chosen.embed.height,
        names_user=portal.reader_id is None,
    )
    if snippets.FORMS[form][2]:
        found = [(_("A page of your own server, behind the portal's sign-in"), snippets.own_page(fragment))]
    else:
        found = [(_("The call of the portal's server, for each time the page is shown"), snippets.call(fragment))]
    return [*found, (_("In the portal"), snippets.text(fragment, form))]


@blueprint.route("/<int:id>/preview", methods=["POST"])
@right("settings")
def preview(id: int) -> Response:  # noqa: A002
    """Begin the chosen page in the frame on this portal's page, in one's own name."""
    portal = services.load(id)
    chosen = choose(portal, request.form)
    me = find_user(id=act().user_id or 0)
    if not chosen.is_whole or me is None:
        raise Invalid(_("Choose what to show first."), dict(chosen.errors))
    return redirect_to(url_for("embed.start", code=launching.preview(portal, chosen.sent, me.id)))

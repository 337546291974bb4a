"""The page that a recipient sees by a link, without signing in: read, accept or decline (spec C1, J4).

A realm of its own: no cookie counts here, no session is begun, and a GET changes nothing, since mail programs open
links before people do. A right link is never held up by anybody's tries at others.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from plugins.proposals import deciding, letter, sending, showing
from plugins.proposals.contents import fingerprint
from plugins.proposals.deciding import Answer
from plugins.proposals.sending import Visit
from plugins.proposals.services import answer_of
from webapp.api import (
    LOCALES,
    Act,
    CarnetError,
    Forbidden,
    Invalid,
    Missing,
    Realm,
    Refused,
    _,
    acting,
    acting_as_system,
    client_address,
    count_wrong_link,
    db,
    discard,
    firm_logo,
    picture,
    public,
    redirect_to,
    render,
    sign,
    speak,
    user_reach,
)
from webapp.api import Contact as Recipient

blueprint = Blueprint("public_proposals", __name__)
PREFIX = "/p"
PURPOSE = "proposal answer"
ENDED = 410
"""The status of a link that led to something once."""
PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
"""The address is a key: it goes to nobody by a link, and into no index."""


@blueprint.after_request
def keep_private(answer: Response) -> Response:
    """On each answer, a refusal too."""
    answer.headers.update(PRIVATE)
    return answer


def visited(token: str) -> Visit:
    """What a link leads to, from here on in its reader's language; raises as `sending.by_token` does.

    One that leads nowhere is counted, whoever asks; from some on there is a wait.
    """
    if (wanted := request.args.get("lang", "")) in LOCALES:
        speak(wanted)
    try:
        visit = sending.by_token(token)
    except Missing:
        count_wrong_link()
        raise
    if wanted not in LOCALES:
        speak(letter.language_of(_contact(visit)))
    return visit


def _contact(visit: Visit) -> Recipient:
    return db.session.get_one(Recipient, visit.proposal.contact_id)


@blueprint.route(f"{PREFIX}/<token>", methods=["GET"])
@public
def show(token: str) -> Response:
    """The proposal, its state, and what its reader may do."""
    return _page(token, visited(token))


@blueprint.route(f"{PREFIX}/<token>/logo.img")
@public
def logo(token: str) -> Response:
    """The firm's logo, for who has a link."""
    visited(token)
    with acting(acting_as_system("proposal")):
        found = firm_logo()
    if found is None:
        raise Missing(_("There is nothing at this address: check that it was copied whole."))
    return picture(found.content, found.media_type)


@blueprint.route(f"{PREFIX}/<token>", methods=["POST"])
@public
def answer(token: str) -> Response:
    """Accept or decline, once; whoever sends it again sees what was answered."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise Forbidden(_("This form was not sent from the proposal's own page. Nothing was changed: open your link."))
    visit = visited(token)
    if visit.state == "sent" and request.form.get("csrf_token") != _key(visit):
        return _page(token, visit, 409, message=_("The proposal was not read on this page: read it, then answer."))
    if request.form.get("answer") not in ("accept", "decline"):
        return _page(token, visit, 422, message=_("Say whether you accept or decline this proposal: use the buttons."))
    declines = request.form["answer"] == "decline"
    given = Answer(
        name=request.form.get("name", ""),
        reason=request.form.get("reason", "") if declines else "",
        statement="" if declines else statement(visit),
        address=client_address(),
        agent=request.headers.get("User-Agent", ""),
    )
    try:
        if declines:
            deciding.decline_by_token(token, given)
        else:
            deciding.accept_by_token(token, given, agreed=request.form.get("agreed") == "1")
    except Invalid as error:
        discard()
        return _page(token, visited(token), error.status, errors=error.errors)
    except Refused as error:
        discard()
        return _page(token, visited(token), error.status, message=error.message)
    return redirect_to(_address(token))


def statement(visit: Visit) -> str:
    """The sentence that is ticked: kept as evidence, as it was read."""
    contact = _contact(visit)
    return _("I accept this proposal for %(name)s.", name=contact.name or contact.sort_name)


def _key(visit: Visit) -> str:
    """What the form shows to have been made by this page, of just this content."""
    return sign(f"{visit.link.id}.{visit.content.revision}.{fingerprint(visit.content)[:24]}", PURPOSE)


def _address(token: str, **values: Any) -> str:
    lang = request.args.get("lang", "")
    return url_for("public_proposals.show", token=token, **({"lang": lang} if lang in LOCALES else {}) | values)


def _page(
    token: str, visit: Visit, status: int = 200, message: str = "", errors: dict[str, str] | None = None
) -> Response:
    proposal, contact = visit.proposal, _contact(visit)
    with acting(acting_as_system("proposal")):
        has_logo = firm_logo() is not None
        person = user_reach(proposal.responsible_id)
    return render(
        "proposals/public.html",
        status,
        visit=visit,
        content=visit.content,
        proposal=proposal,
        to=showing.recipient(contact),
        firm=showing.firm(),
        terms=showing.firm_terms(),
        person=person,
        logo=url_for("public_proposals.logo", token=token) if has_logo else "",
        given=answer_of(proposal) if visit.state in ("accepted", "declined") else None,
        statement=statement(visit),
        key=_key(visit),
        address=_address(token),
        languages={code: _address(token, lang=code) for code in LOCALES},
        message=message,
        errors=errors or {},
        typed=request.form if request.method == "POST" else {},
        **showing.tools(),
    )


def refused(error: Exception) -> Response:
    """What goes wrong here, as a page that knows nothing of who is signed in."""
    status = getattr(error, "status", None) or getattr(error, "code", None) or 500
    titles = {
        403: _("This can't be done from here"),
        404: _("There is nothing here"),
        409: _("This link has ended"),
        413: _("That is too large"),
        429: _("Too many tries"),
    }
    said = error.message if isinstance(error, CarnetError) else _("Nothing was changed: open your link once more.")
    title = titles.get(status, _("That did not work"))
    shown = render("proposals/public_refused.html", ENDED if status == 409 else status, title=title, text=said,
                   firm=showing.firm())  # fmt: skip
    if wait := getattr(error, "wait", 0):
        shown.headers["Retry-After"] = str(wait)
    shown.headers.update(PRIVATE)
    return shown


def nobody() -> Act:
    """Who asks here without a link: nobody, with no right."""
    return Act(user_id=None, role=None, way="proposal")


realm = Realm(key="proposals", prefix=PREFIX, caller=nobody, answer=refused)

"""Cases, their decision with what goes and what stays, certificates, and anonymising without a request (spec D5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from flask import Blueprint, Response, make_response, request, url_for

from plugins.privacy import certificates, deciding, services
from plugins.privacy.models import PrivacyCase
from webapp.api import (
    Contact,
    Invalid,
    ListQuery,
    Refused,
    _,
    act,
    delete_blockers,
    discard,
    erasing,
    load,
    need,
    numbers_of,
    place,
    redirect_to,
    render,
    right,
    shown_number,
    toast,
    today,
    user_names,
)

blueprint = Blueprint("privacy", __name__)
PAGE = 50
FOUND = 20
"""Contacts that are offered to choose from."""


def hints(contact: Contact) -> list[tuple[str, str]]:
    """That an erasure is asked for, for whoever may do it."""
    if not act().may("privacy"):
        return []
    return [
        (_("Erasure requested: case %(number)s", number=one.number), place("privacy.show", case_id=one.id))
        for one in services.open_of(contact.id)
    ]


@blueprint.route("/privacy")
@right("privacy")
def index() -> Response:
    """Open cases, the most urgent first; on the other tab those that are done, with their certificates."""
    state = "done" if request.args.get("state") == "done" else "open"
    after = _place(request.args.get("after", ""))
    found = services.cases(state, after, PAGE + 1)
    page = found[:PAGE]
    following = f"{page[-1].due_on.isoformat()}.{page[-1].id}" if len(found) > PAGE else ""
    return render(
        "privacy/index.html",
        state=state,
        cases=page,
        contacts=services.contacts_of(page),
        users=user_names({one for each in page for one in (each.responsible_id, each.decided_by_id)}),
        days_left=services.days_left,
        words=certificates.DECISIONS,
        next_url=url_for("privacy.index", state=state, after=following) if following else "",
        first_url=url_for("privacy.index", state=state) if after else "",
    )


def _place(text: str) -> tuple[dt.date, int] | None:
    day, _dot, number = text.partition(".")
    try:
        found = dt.date.fromisoformat(day), int(number[:18])
    except ValueError:
        return None
    return found if found[1] > 0 else None


@blueprint.route("/privacy/new", methods=["GET", "POST"])
@right("privacy")
def new() -> Response:
    """Begin a case: choose the contact, then say who asked, when and how."""
    chosen = request.values.get("contact", "")
    if not (chosen.isascii() and chosen.isdecimal() and int(chosen[:18]) > 0):
        return _choose()
    contact = load(int(chosen[:18]))
    if contact.merged_into_id is not None:
        return redirect_to(url_for("privacy.new", contact=contact.merged_into_id))
    values = {one.name: request.form.get(one.name, "") for one in services.FIELDS}
    if request.method == "GET":
        values |= {"received_on": today().isoformat(), "requester": contact.name, "channel": "email"}
        return _new(contact, values)
    try:
        case = services.receive(contact.id, values)
    except Invalid as error:
        discard()
        return _new(load(int(chosen[:18])), values, error.errors, 422)
    toast(_("Case %(number)s is open.", number=case.number))
    return redirect_to(url_for("privacy.show", case_id=case.id))


def _choose() -> Response:
    q = request.args.get("q", "")[:200]
    found = ListQuery(q=q, size=FOUND).contacts() if q.strip() else []
    numbers = numbers_of([one.id for one in found])
    return render(
        "privacy/choose.html",
        fragments={"found": "contacts/_choices.html"},
        q=q,
        found=found,
        numbers={key: shown_number(of_one) for key, of_one in numbers.items()},
        addresses={one.id: url_for("privacy.new", contact=one.id) for one in found},
    )


def _new(
    contact: Contact, values: Mapping[str, str], errors: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    return render(
        "privacy/new.html",
        status,
        contact=contact,
        name=contact.name or contact.sort_name,
        fields=services.FIELDS,
        values=values,
        errors=errors or {},
    )


@blueprint.route("/privacy/<int:case_id>")
@right("privacy")
def show(case_id: int) -> Response:
    """A case: what it is about and until when; open, its decision with what goes and stays; done, its certificate."""
    case = services.load_case(case_id)
    if case.state == "done":
        return render("privacy/done.html", **certificates.context(case))
    return _case(case)


def _case(
    case: PrivacyCase, status: int = 200, errors: Mapping[str, str] | None = None, refusal: Refused | None = None
) -> Response:
    contact = load(case.contact_id) if case.contact_id is not None else None
    erased, hindrance, blockers = None, "", []
    if contact is not None:
        try:
            erased = erasing.preview(contact.id)
            blockers = list(delete_blockers([contact.id]).get(contact.id, []))
        except Refused as error:
            hindrance = error.message
    return render(
        "privacy/case.html",
        status,
        case=case,
        contact=contact,
        name=(contact.name or contact.sort_name) if contact else "",
        number=services.known_by(contact.id) if contact else case.contact_number,
        days_left=services.days_left(case),
        channel=services.CHANNELS.get(case.channel, case.channel),
        users=user_names({case.responsible_id}),
        erased=erased,
        hindrance=hindrance,
        blockers=blockers,
        held=refusal,
        values=request.form,
        errors=errors or {},
        today=today(),
    )


@blueprint.route("/privacy/<int:case_id>/decide", methods=["POST"])
@right("privacy")
def decide(case_id: int) -> Response:
    """Do what is decided; what is wrong, or in the way, brings the form back filled."""
    sent = request.form
    try:
        case = deciding.decide(case_id, sent.get("decision", ""), sent.get("reason", ""), sent.get("confirm", ""))
    except Invalid as error:
        discard()
        return _case(services.load_case(case_id), 422, error.errors)
    except Refused as error:
        discard()
        case = services.load_case(case_id)
        if case.state == "done":
            raise
        return _case(case, 409, refusal=error)
    toast(_("Case %(number)s is done.", number=case.number))
    return redirect_to(url_for("privacy.show", case_id=case.id))


@blueprint.route("/privacy/<int:case_id>/verify", methods=["POST"])
@right("privacy")
def verify(case_id: int) -> Response:
    """Note that whoever asks is who they say."""
    services.verify(case_id)
    return redirect_to(url_for("privacy.show", case_id=case_id))


@blueprint.route("/privacy/<int:case_id>/extend", methods=["POST"])
@right("privacy")
def extend(case_id: int) -> Response:
    """Take two months more."""
    try:
        services.extend(case_id, request.form.get("extension_reason", ""))
    except Invalid as error:
        discard()
        return _case(services.load_case(case_id), 422, error.errors)
    return redirect_to(url_for("privacy.show", case_id=case_id))


@blueprint.route("/privacy/<int:case_id>/certificate")
@right("privacy")
def certificate(case_id: int) -> Response:
    """The certificate, to print."""
    return render("privacy/certificate.html", **certificates.context(certificates.done(case_id)))


@blueprint.route("/privacy/<int:case_id>/certificate.txt")
@right("privacy")
def certificate_text(case_id: int) -> Response:
    """The certificate as plain text."""
    case = certificates.done(case_id)
    answer = make_response(certificates.text(case))
    answer.mimetype = "text/plain"
    answer.headers["Content-Disposition"] = f'attachment; filename="certificate-{case.number}.txt"'
    return answer


@blueprint.route("/contacts/<int:id>/anonymise", methods=["GET", "POST"])
@right("privacy")
def anonymise(id: int) -> Response:  # noqa: A002
    """What would go and what stays, then doing it, without a case that asks for it."""
    if request.method == "GET":
        need("privacy")
        return _anonymise(id)
    sent = request.form
    try:
        case = deciding.anonymise(id, sent.get("reason", ""), sent.get("confirm", ""))
    except Invalid as error:
        discard()
        return _anonymise(id, 422, error.errors)
    toast(_("The contact is anonymised."))
    return redirect_to(url_for("privacy.show", case_id=case.id))


def _anonymise(contact_id: int, status: int = 200, errors: Mapping[str, str] | None = None) -> Response:
    contact = load(contact_id)
    erased = erasing.preview(contact_id)
    waiting = services.open_of(contact_id)
    return render(
        "privacy/anonymise.html",
        status,
        contact=contact,
        name=contact.name or contact.sort_name,
        number=services.known_by(contact_id),
        erased=erased,
        waiting=waiting,
        values=request.form,
        errors=errors or {},
    )

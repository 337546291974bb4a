"""Deciding a case, or anonymising unasked: each ends in a certificate that names nobody (spec D5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plugins.privacy import services
from plugins.privacy.models import PrivacyCase
from webapp.api import Contact, Invalid, Refused, _, act, db, erasing, fold, load, need, now, today

Erased = erasing.Erased
DECISIONS = ("delete", "anonymise", "refuse")


def decide(case_id: int, decision: str, reason: str, confirm: str = "") -> PrivacyCase:
    """Do what is decided and end the case. `confirm` is the contact's number, typed, where something is erased.

    Raises `Invalid` with a sentence per field, `Refused` where it can't be done, with what is in the way.
    """
    need("privacy")
    case = services.open_case(case_id)
    if decision not in DECISIONS:
        raise Invalid(_("Please correct what is marked."), {"decision": _("Choose what is done.")})
    if case.contact_id is None and decision == "anonymise":
        raise Refused(_("The contact was deleted meanwhile: decide “Delete”, and nothing else is left to do."))
    gone = case.contact_id is None or decision == "refuse"
    checked = _checked(case.contact_id, reason, None if gone else confirm)
    if case.contact_id is None or decision == "refuse":
        number = services.known_by(case.contact_id) if case.contact_id is not None else case.contact_number
        return _end(case, decision, checked, number, Erased())
    return _erase(case.contact_id, decision, checked)


def anonymise(contact_id: int, reason: str, confirm: str) -> PrivacyCase:
    """Anonymise without a request; its open cases end with it. The case that tells of it is its certificate."""
    need("privacy")
    return _erase(contact_id, "anonymise", _checked(contact_id, reason, confirm))


def rehearse(contact_id: int, reason: str, confirm: str) -> Erased:
    """What that would do; raises what it would raise."""
    need("privacy")
    _checked(contact_id, reason, confirm)
    return erasing.preview(contact_id)


def anonymise_one(contact_id: int, values: Mapping[str, Any]) -> bool:
    """One of many, as a mass action does it."""
    contact = load(contact_id)
    if contact.anonymised_at is not None:
        return False
    _erase(contact_id, "anonymise", _checked(contact_id, values["reason"], None))
    return True


def _checked(contact_id: int | None, reason: str, confirm: str | None) -> str:
    """The reason, checked with the number that was typed; None where none is asked for."""
    if contact_id is not None:
        load(contact_id, lock=True)
    checked, errors = services.read((services.REASON,), {"reason": reason})
    if "reason" not in errors and contact_id is not None and erasing.names_it(contact_id, checked["reason"]):
        errors["reason"] = _("This names the contact, and the certificate is kept: write it without personal data.")
    if confirm is not None and contact_id is not None:
        number = services.known_by(contact_id)
        if not confirm.strip():
            errors["confirm"] = _("Write the contact's number, %(number)s, to confirm.", number=number)
        elif fold(confirm) != fold(number):
            errors["confirm"] = _("This is not the contact's number: it is %(number)s.", number=number)
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    return str(checked["reason"])


def _erase(contact_id: int, decision: str, reason: str) -> PrivacyCase:
    number = services.known_by(contact_id)
    waiting = [one.id for one in services.open_of(contact_id)]
    done = erasing.delete(contact_id) if decision == "delete" else erasing.anonymise(contact_id)
    cases = [services.load_case(one, lock=True) for one in waiting]
    if not cases:
        here = contact_id if db.session.get(Contact, contact_id) is not None else None
        day = today()
        cases = [PrivacyCase(contact_id=here, received_on=day, due_on=day)]
        db.session.add(cases[0])
    ended = [_end(one, decision, reason, number, done) for one in cases]
    return ended[0]


def _end(case: PrivacyCase, decision: str, reason: str, number: str, done: Erased) -> PrivacyCase:
    """Write the certificate; who asked is forgotten."""
    case.state, case.decision, case.reason = "done", decision, reason
    case.contact_number = number
    case.goes = {one.key: one.count for one in done.goes}
    case.stays = kept_of(done) if decision == "anonymise" else {}
    case.decided_by_id, case.done_at = act().user_id, now()
    case.requester = case.email = case.note = case.extension_reason = ""
    case.version = (case.version or 1) + 1
    db.session.flush()
    return case


def kept_of(done: Erased) -> dict[str, Any]:
    """By kind how many stay, and until when the longest of them is kept by law."""
    kept: dict[str, Any] = {}
    for one in done.stays:
        number, until = kept.get(one.key, (0, None))
        day = max(filter(None, (until, one.until.isoformat() if one.until else None)), default=None)
        kept[one.key] = (number + one.count, day)
    return {key: list(pair) for key, pair in kept.items()}

"""Anonymising many contacts chosen in a list (spec G2): each has a certificate of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from plugins.privacy import deciding, services
from webapp.api import Field, Invalid, Outcome, _, _l, each, fold, ngettext

Values = Mapping[str, Any]
run = each(deciding.anonymise_one)


def word() -> str:
    """What is typed to confirm."""
    return _("anonymise")


def fields(values: Values) -> Sequence[Field]:
    """The reason, which each certificate repeats, and a word that nobody types by mistake."""
    confirm = Field(
        name="confirm",
        label=_l("To confirm, write: anonymise"),
        max_length=40,
        required=True,
        hint=_l("Nothing brings back what goes."),
    )
    return (services.REASON, confirm)


def check(ids: Sequence[int], values: Values) -> Mapping[int, Outcome]:
    """The word must be there."""
    if not ids and fold(str(values.get("confirm", ""))) not in (fold(word()), "anonymise"):
        raise Invalid(_("Please correct what is marked."), {"confirm": _("Write “%(word)s” to confirm.", word=word())})
    return {}


def title(number: int, values: Values) -> str:
    """Verb and number."""
    return ngettext("Anonymise %(num)s contact", "Anonymise %(num)s contacts", number)


def final(values: Values) -> str:
    """Why there is no way back."""
    return _("What was anonymised is gone for good.")

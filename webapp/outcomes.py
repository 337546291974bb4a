"""What became of one record of many: done, skipped or failed, with the reason (spec G3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from webapp.db import db
from webapp.errors import CarnetError, Invalid
from webapp.i18n import _
from webapp.plugin import Outcome


def each(one: Callable[[int, Mapping[str, Any]], bool | Outcome]) -> Callable[..., dict[int, Outcome]]:
    """A mass action's `run` out of what does one contact, each in a savepoint: a refusal takes no neighbour along.

    `one(contact_id, values)` tells whether it changed anything, or the whole outcome; what it raises is the reason.
    """

    def run(ids: Sequence[int], values: Mapping[str, Any]) -> dict[int, Outcome]:
        found: dict[int, Outcome] = {}
        for contact_id in ids:
            try:
                with db.session.begin_nested():
                    result = one(contact_id, values)
            except CarnetError as error:
                found[contact_id] = Outcome("failed", _reason(error))
            else:
                found[contact_id] = result if isinstance(result, Outcome) else outcome(result)
        return found

    return run


def _reason(error: CarnetError) -> str:
    """What is wrong with the values, where that is told: a list of results has no form in which it is marked."""
    told = error.errors.values() if isinstance(error, Invalid) else ()
    return " ".join(dict.fromkeys(told)) or error.message


def outcome(changed: bool) -> Outcome:
    """Done, or skipped since there was nothing to change."""
    return Outcome("done") if changed else Outcome("skipped", _("Nothing to change"))

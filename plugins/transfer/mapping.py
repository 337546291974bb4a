"""The form that says what the columns of a file hold (spec H1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from plugins.transfer.imports import Wanted
from plugins.transfer.matching import KEYS
from plugins.transfer.models import Import
from plugins.transfer.reading.opening import Reading
from plugins.transfer.reading.targets import Offered, offered_targets
from webapp.api import CONTACT_COLLECTIONS, CONTACT_FIELDS, LINK_FIELDS, _, _l, added_fields, registry

CONSTANTS = 3
"""Lines for values that each row is given."""
MATCHES = {
    "number": _l("number"),
    "external_id": _l("external id"),
    "email": _l("e-mail"),
    "vat_id": _l("VAT id"),
    "name": _l("name"),
}
"""By what a row finds its contact, in this order."""
assert tuple(MATCHES) == KEYS


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the file: its samples, what it holds, and whether that was known, guessed, or is nothing."""

    at: int
    header: str
    samples: Sequence[str]
    code: str
    state: str


def columns(reading: Reading, guesses: Sequence[str], chosen: Mapping[str, str]) -> list[Column]:
    """The columns of a file with what they hold now, or were `chosen` to hold; guesses are to be looked at."""
    guessed = set(guesses) - set(chosen)
    found = []
    for at, header in enumerate(reading.headers):
        target = reading.layout.targets.get(at)
        code = chosen.get(header, target.code if target is not None else "")
        state = ("guessed" if header in guessed else "known") if code else "unused"
        found.append(Column(at=at, header=header, samples=reading.samples[at], code=code, state=state))
    return found


def codes() -> frozenset[str]:
    """All that is offered: what else a column holds was found out, as a pair of columns of Google's is."""
    return frozenset(one.code for one in offered_targets())


def sections() -> list[tuple[str, list[Offered]]]:
    """What a column may hold, by section."""
    found: dict[str, list[Offered]] = {}
    for one in offered_targets():
        found.setdefault(str(one.section), []).append(one)
    return list(found.items())


def read(form: MultiDict[str, str], one: Import) -> Wanted:
    """What a form says."""
    columns = {header: form.get(f"column.{at}", "") for at, header in enumerate(one.headers) if f"column.{at}" in form}
    constants: dict[str, str] = {}
    for at in range(CONSTANTS):
        if (code := form.get(f"constant.{at}.field", "")) and (text := form.get(f"constant.{at}.value", "")):
            constants[code] = text
    return Wanted(
        columns=columns,
        constants=constants,
        country=form.get("country", "")[:2].upper(),
        kind=form.get("kind", ""),
        match=form.getlist("match"),
        doubles=form.get("doubles", ""),
    )


def kept(one: Import) -> Wanted:
    """What is noted of an import; its columns hold what its reading tells."""
    return Wanted(
        columns={},
        constants=one.mapping.get("constants", {}),
        country=one.mapping.get("country", ""),
        kind=one.form.get("kind") or "",
        match=one.match,
        doubles=one.doubles,
    )


def constants(wanted: Wanted) -> list[tuple[str, str]]:
    """The lines for values of each row, empty ones behind."""
    told = list(wanted.constants.items())[:CONSTANTS]
    return [*told, *[("", "")] * (CONSTANTS - len(told))]


SHOWN = 5
FIRST = ("company_name", "full_name", "last_name", "first_name", "emails", "phones", "addresses", "number")


def shown_columns(reading: Reading) -> list[int]:
    """The columns that the table of rows shows: who it is and how to reach them, in the file's order."""

    def rank(at: int) -> tuple[int, int]:
        target: Any = reading.layout.targets[at]
        place = FIRST.index(target.field) if target.field in FIRST else len(FIRST)
        if target.field == "addresses" and target.part != "city":
            place = len(FIRST)
        return place, at

    return sorted(sorted(reading.layout.targets, key=rank)[:SHOWN])


def field_label(name: str) -> str:
    """What a field is called whose change is told: a contact's own, a function's, or where a person works."""
    if name == "employer":
        return _("Company")
    if name == "tags":
        return _("Tags")
    if name == "picture":
        return _("Picture")
    owner, _dot, part = name.partition(".")
    if part:
        function = registry().function(part if owner == "function" else owner)
        return str(function.label) if function is not None else name
    known: tuple[Any, ...] = (*CONTACT_FIELDS, *CONTACT_COLLECTIONS, *added_fields(""), *LINK_FIELDS)
    return next((str(one.label) for one in known if one.name == name), name)

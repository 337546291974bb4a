"""Why two contacts may be one: stable codes for the database and the API, words for people (spec E8)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from plugins.duplicates import compare as levels
from plugins.duplicates.compare import Pattern
from plugins.duplicates.profiles import COMPANY
from webapp.api import _l

WORDS: dict[str, Any] = {
    "email": _l("same e-mail"),
    "email_near": _l("similar e-mail"),
    "phone": _l("same phone"),
    "phone_near": _l("similar phone"),
    "ident": _l("same VAT id, tax number or IBAN"),
    "ident_near": _l("similar VAT id, tax number or IBAN"),
    "name": _l("same name"),
    "name_near": _l("similar name"),
    "name_turned": _l("same name in another order"),
    "name_turned_near": _l("similar name in another order"),
    "name_within": _l("name that contains the other"),
    "first_name": _l("same first name"),
    "last_name": _l("same last name"),
    "birth": _l("same birth date"),
    "birth_near": _l("similar birth date"),
    "domain": _l("same website or e-mail domain"),
    "address": _l("same address"),
    "address_near": _l("similar address"),
    "street": _l("same street"),
    "place": _l("same place"),
    "place_near": _l("similar place"),
}
"""Each code in words, in the order in which they are told."""
_NAMES = {
    levels.COMPANY_SAME: "name",
    levels.COMPANY_ORDER: "name_turned",
    levels.COMPANY_CLOSE: "name_near",
    levels.COMPANY_WITHIN: "name_within",
    levels.COMPANY_LIKE: "name_near",
}
_ORDER = {code: at for at, code in enumerate(WORDS)}


def reasons_of(kind: str, pattern: Pattern) -> list[str]:
    """The codes of a pattern: what the two have in common."""
    found = _company(pattern) if kind == COMPANY else _person(pattern)
    for at, code in ((levels.PHONE, "phone"), (levels.EMAIL, "email"), (levels.IDENT, "ident")):
        if pattern[at] == levels.SAME:
            found.append(code)
        elif pattern[at] == levels.VALUE_NEAR:
            found.append(f"{code}_near")
    found += _where(pattern[levels.STREET], pattern[levels.PLACE])
    return sorted(found, key=_ORDER.__getitem__)


def _company(pattern: Pattern) -> list[str]:
    found = [_NAMES[pattern[levels.NAME]]] if pattern[levels.NAME] in _NAMES else []
    return [*found, "domain"] if pattern[levels.DOMAIN] == levels.SAME else found


def _person(pattern: Pattern) -> list[str]:
    first, last, turned = pattern[levels.FIRST], pattern[levels.LAST], pattern[levels.TURNED]
    found = []
    if turned == 2:
        found.append("name_turned" if {first, last} <= {levels.SAME, 0} else "name_turned_near")
    elif first == levels.SAME and last == levels.SAME:
        found.append("name")
    elif first in (levels.SAME, levels.CLOSE, levels.SIMILAR) and last in (levels.SAME, levels.CLOSE, levels.SIMILAR):
        found.append("name_near")
    else:
        found += ["first_name"] if first == levels.SAME else []
        found += ["last_name"] if last == levels.SAME else []
    if pattern[levels.BIRTH] == levels.SAME:
        found.append("birth")
    elif pattern[levels.BIRTH] == levels.BIRTH_NEAR:
        found.append("birth_near")
    return found


def _where(street: int, place: int) -> list[str]:
    near = place in (levels.PLACE_SAME, levels.PLACE_ONE, levels.PLACE_CLOSE, levels.PLACE_CITY)
    if near and street == levels.STREET_SAME:
        return ["address"]
    if near and street == levels.STREET_CLOSE:
        return ["address_near"]
    found = ["street"] if street in (levels.STREET_SAME, levels.STREET_NAME) else []
    if place in (levels.PLACE_SAME, levels.PLACE_ONE):
        found.append("place")
    elif near:
        found.append("place_near")
    return found


def words(codes: Iterable[str]) -> list[str]:
    """The codes in words; one that this version does not know is left out."""
    return [str(WORDS[one]) for one in codes if one in WORDS]

"""Targets for columns whose names are not known: by names that are nearly the same, and by what the cells look like."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz, process
from stdnum import iban

from plugins.transfer.reading import cells
from plugins.transfer.reading.headers import Layout, meant_otherwise, names_known
from plugins.transfer.reading.targets import SINGLE, Target, key

ALIKE = 88
"""From 0 to 100: from here on two names are taken for the same with a slip in it."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"(?:\+|00?)[\d\s()./-]{7,20}")
_WEB = re.compile(r"(?:https?://|www\.)\S+")


def suggestions(headers: Sequence[str], samples: Sequence[Sequence[str]], layout: Layout) -> dict[int, str]:
    """Codes of targets by column, for the columns that are not used; a field that holds one value is given once."""
    taken = {target for target in layout.targets.values() if target.field in SINGLE}
    otherwise = meant_otherwise([key(header) for header in headers], layout.form)
    found: dict[int, str] = {}
    for at, header in enumerate(headers):
        if at in layout.targets:
            continue
        target = (None if key(header) in otherwise else _by_name(header)) or _by_cells(samples[at])
        if target is not None and target not in taken:
            found[at] = target.code
            taken |= {target} if target.field in SINGLE else set()
    return found


def _by_name(header: str) -> Target | None:
    name = key(header)
    if len(name) < 4:
        return None
    known = names_known()
    best = process.extractOne(name, known.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE)
    return known[best[0]] if best else None


def _by_cells(samples: Sequence[str]) -> Target | None:
    if not samples:
        return None
    for looks, target in (
        (_EMAIL.fullmatch, Target("emails", "work")),
        (iban.is_valid, Target("bank_accounts", "1", "iban")),
        (_WEB.fullmatch, Target("website")),
        (cells.read_date, Target("birth_date")),
        (_PHONE.fullmatch, Target("phones", "work")),
    ):
        if all(looks(one) for one in samples):
            return target
    return None

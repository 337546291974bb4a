"""What was noted of contacts, now and formerly: the words by which the rest is found that has to go."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from webapp.contacts.fields import COLLECTION
from webapp.contacts.models import Contact
from webapp.db import among, fetch
from webapp.erasing.rows import declared, texts
from webapp.erasing.subject import SHORTEST, Subject, strings
from webapp.history.models import HistoryEntry
from webapp.search.match import calling

ALONE = ("company_name", "company_name2", "last_name", "vat_id", "vat_id_normalised", "tax_number", "website")
"""Columns of a contact that name it by themselves; first and middle names do so only beside the last one."""
REACH = {
    "contact_email": ("value", "normalised"),
    "contact_phone": ("value", "normalised"),
    "contact_bank_account": ("holder", "iban", "normalised"),
    "contact_social_account": ("value",),
    "contact_external_id": ("value",),
}
OF_OTHERS = frozenset({"person", "party", "main"})
"""What the history's lines call other contacts by."""
MOST = 200
"""Full names that are put together of former and present first and last names."""


def subject_of(ids: Sequence[int]) -> Subject:
    """These contacts with all that was noted of them. Reads every table that hangs on contacts; changes nothing."""
    noted: set[str] = set()
    names: set[str] = set()
    for one in declared():
        if one.table is HistoryEntry.__table__:
            continue
        naming = ALONE if one.table is Contact.__table__ else REACH.get(one.table.name, ())
        for column, text in texts(one, ids):
            noted.add(text)
            if column in naming:
                names.add(text)
    people = [dict(row._mapping) for row in fetch(_people(ids))]
    changes = [(name, text) for name, value in _changes(ids) for text in strings(value)]
    noted |= {text for _name, text in changes}
    for name, text in changes:
        if name in ALONE:
            names.add(text)
        elif name in COLLECTION and f"contact_{name.removesuffix('s')}" != "contact_address":
            names |= {part for part in text.removesuffix(" *").split(" · ") if _is_telling(part)}
    names |= set(itertools.islice(_full_names(people, changes), MOST))
    return Subject(
        ids=tuple(ids),
        texts=frozenset(one for one in noted if len(one) >= SHORTEST),
        names=frozenset(one for one in names if len(one) >= SHORTEST and not _is_of_others(one, ids)),
    )


def _people(ids: Sequence[int]) -> sa.Select[str, str, str]:
    return sa.select(Contact.first_name, Contact.middle_name, Contact.last_name).where(among(Contact.id, ids))


def _changes(ids: Sequence[int]) -> Iterator[tuple[str, Any]]:
    """Fields with their former and present values, as the history of these contacts tells them."""
    rows = fetch(sa.select(HistoryEntry.changes).where(among(HistoryEntry.contact_id, ids)))
    for row in rows:
        yield from ((name, value) for name, value in (row.changes or {}).items() if name not in OF_OTHERS)


def _full_names(people: Sequence[dict[str, str]], changes: Sequence[tuple[str, str]]) -> Iterator[str]:
    def ever(name: str) -> Iterable[str]:
        return dict.fromkeys([*(one[name] for one in people), *(text for field, text in changes if field == name)])

    for last, first, middle in itertools.product(ever("last_name"), ever("first_name"), (*ever("middle_name"), "")):
        if last and first:
            yield f"{first} {last}"
            yield f"{last} {first}"
            if middle:
                yield f"{first} {middle} {last}"


def _is_telling(part: str) -> bool:
    """Of a line of the history: an address, a number, an account, not the word for what kind it is."""
    return any(sign in part for sign in "@./") or sum(sign.isdigit() for sign in part) > SHORTEST


def _is_of_others(name: str, ids: Sequence[int]) -> bool:
    """Whether one word is what other contacts are called as well: it names nobody then."""
    if not name.isalpha():
        return False
    others = sa.select(Contact.id).where(*calling(name), sa.not_(among(Contact.id, ids))).limit(1)
    return fetch(others).first() is not None

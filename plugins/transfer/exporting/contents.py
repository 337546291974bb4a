"""What of contacts goes into a file: the columns that a list shows, or all there is of them; many at a time.

Each content gives the names of its columns, where it has any, and the rows for some contacts: by a fixed number of
statements, in the order given. Whatever the user who acts may not see is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import sqlalchemy as sa

from webapp.api import (
    CONTACT_NAME,
    LINK_FIELDS,
    Contact,
    ContactLink,
    _,
    among,
    contact_name,
    contact_pictures,
    contacts_listed,
    contacts_told,
    db,
    moment_told,
    offered_list_columns,
    tuples,
    user_emails,
    value_told,
)

Object = dict[str, Any]


class Content(Protocol):
    """Rows of a file, for some contacts; `keys` are those of its columns, for a job to go on with the same ones."""

    keys: list[str]

    @property
    def head(self) -> list[str]:
        """The names of the columns; none where the rows are objects."""

    def rows(self, ids: Sequence[int]) -> list[Any]:
        """Those of these contacts that are there, in the order given."""


class Shown:
    """The table that a list shows: its columns by their keys, behind what says who each contact is (contract)."""

    def __init__(self, function: str, keys: Sequence[str]) -> None:
        self.function, self.keys = function, list(keys)
        known = offered_list_columns(function)
        # What was switched off meanwhile leaves its cells empty: all rows have the same columns.
        self.columns = [known.get(key) for key in keys]
        self.present = [one for one in self.columns if one is not None]

    @property
    def head(self) -> list[str]:
        """In the language of whoever asks."""
        return [_("Id"), _("External id"), _("Name"), *("" if one is None else str(one.label) for one in self.columns)]

    def rows(self, ids: Sequence[int]) -> list[tuple[str, ...]]:
        """Cells as plain text."""
        told = contacts_listed(ids, self.function, self.present)
        texts = iter(told.columns)
        nothing = [""] * len(told.ids)
        cells = [nothing if one is None else next(texts) for one in self.columns]
        return list(zip(map(str, told.ids), told.external_ids, told.names, *cells, strict=True))


class Whole:
    """Contacts as the API tells them, with their links and with what names beyond this base whom they refer to.

    With `pictures` each that has one has it as `picture`: what it is, and its bytes.
    """

    head: list[str] = []
    keys: list[str] = []

    def __init__(self, *, pictures: bool = False) -> None:
        self.pictures = pictures

    def rows(self, ids: Sequence[int]) -> list[Object]:
        """One object each."""
        found = contacts_told(ids)
        links = _links(ids)
        users = user_emails({one["responsible"] for one in found})
        pictures = contact_pictures.contents(ids) if self.pictures else {}
        parents = names_of({one["parent_id"] for one in found if one["parent_id"]})
        return [
            {
                **one,
                "responsible_email": users.get(one["responsible"]),
                "parent": parents.get(one["parent_id"]),
                "links": links.get(one["id"], []),
                **({"picture": pictures[one["id"]]} if one["id"] in pictures else {}),
            }
            for one in found
        ]


def portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Contacts in as many parts as it takes to hold few pictures at once."""
    sizes = contact_pictures.sizes(ids)
    begin = held = 0
    for at, each in enumerate(ids):
        held += sizes.get(each, 0)
        if held > contact_pictures.HELD:
            yield ids[begin : at + 1]
            begin, held = at + 1, 0
    yield ids[begin:]


def names_of(ids: set[int]) -> dict[int, str]:
    """The names to show of contacts, whatever their state."""
    query: Any = sa.select(Contact.id, *CONTACT_NAME).where(among(Contact.id, ids))
    return {one: contact_name(*name) for one, *name in tuples(query)} if ids else {}


def kinds_of(ids: set[int]) -> dict[int, str]:
    """Which contacts are persons, and which companies."""
    query: Any = sa.select(Contact.id, Contact.kind).where(among(Contact.id, ids))
    return dict(tuples(query)) if ids else {}


def _links(ids: Sequence[int]) -> dict[int, list[Object]]:
    """Where persons are contact persons, and the contact persons of parties, as the API tells links (spec B4)."""
    table: Any = ContactLink.__table__
    wanted = set(ids)
    mine = sa.or_(among(table.c.person_id, ids), among(table.c.party_id, ids))
    rows = db.session.execute(sa.select(table).where(mine).order_by(table.c.id)).all()
    names = names_of({each for row in rows for each in (row.person_id, row.party_id)})
    kinds = kinds_of({row.party_id for row in rows})
    found: dict[int, list[Object]] = defaultdict(list)
    for row in rows:
        told = {
            "id": row.id,
            "person_id": row.person_id,
            "party_id": row.party_id,
            "person": names.get(row.person_id, ""),
            "party": names.get(row.party_id, ""),
            "party_kind": kinds.get(row.party_id, ""),
            **{one.name: value_told(one, getattr(row, one.name), "") for one in LINK_FIELDS},
            "created_at": moment_told(row.created_at),
            "version": row.version,
        }
        for each in wanted & {row.person_id, row.party_id}:
            found[each].append(told)
    return found

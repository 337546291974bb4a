"""What imports keep of people goes: of one who is anonymised at once, of all once their term is over (spec D5)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import sqlalchemy as sa

from plugins.transfer import storing
from plugins.transfer.models import Import, SavedMapping, StagedRow
from webapp.api import Subject, _, among, fetch, now

KEPT = dt.timedelta(days=90)
"""How long a file and its rows are kept after they were sent: as long as the results of its job."""
AT_ONCE = 2000
"""Rows that go in one transaction: others write meanwhile."""
IMPORT: Any = Import.__table__
ROW: Any = StagedRow.__table__
MAPPING: Any = SavedMapping.__table__
PLAIN = re.compile("[ -!#-[\\]-~]+")
"""What JSON has as it is: signs beyond ASCII, quotation marks and backslashes are escaped there."""


def find(subject: Subject) -> int:
    """How many rows of imports, files, their names and mappings tell of them."""
    rows = _rows(subject)
    words = (_called_so(subject), _laid_out_so(subject), _mappings(subject))
    return len(rows) + len(_files({import_id for import_id, _number in rows})) + sum(map(len, words))


def erase(subject: Subject) -> int:
    """Empty the rows that tell of them, and delete the files in which these stand: nobody can look into part of one.

    Of a file whose columns name them nothing stays but that it was; a mapping that does so goes.
    """
    number, found = find(subject), _rows(subject)
    files = _files({import_id for import_id, _number in found})
    for import_id, row_number in found:
        row = sa.update(ROW).where(ROW.c.import_id == import_id, ROW.c.number == row_number)
        fetch(row.values(cells=[], details={}, told="", reason="", broken=""))
    for import_id, name in files:
        fetch(sa.update(IMPORT).where(IMPORT.c.id == import_id).values(file=""))
        storing.let_go(name)
    for import_id in _called_so(subject):
        name = _("File %(number)s", number=import_id)
        fetch(sa.update(IMPORT).where(IMPORT.c.id == import_id).values(file_name=name))
    for import_id in _laid_out_so(subject):
        fetch(sa.delete(ROW).where(ROW.c.import_id == import_id))
        _empty(import_id)
    fetch(sa.delete(MAPPING).where(MAPPING.c.id.in_(_mappings(subject))))
    return number


def _called_so(subject: Subject) -> list[int]:
    """Imports of files that have their name: a card is called after whom it is of."""
    return [row.id for row in fetch(sa.select(IMPORT.c.id, IMPORT.c.file_name)) if subject.is_named_in(row.file_name)]


def _laid_out_so(subject: Subject) -> list[int]:
    """Imports with columns that are called so, or that all rows are given something of."""
    query = sa.select(IMPORT.c.id, IMPORT.c.headers, IMPORT.c.mapping).where(IMPORT.c.erased_at.is_(None))
    return [row.id for row in fetch(query) if subject.named_among([row.headers, row.mapping])]


def _mappings(subject: Subject) -> list[int]:
    query = sa.select(MAPPING.c.id, MAPPING.c.name, MAPPING.c.headers, MAPPING.c.mapping)
    return [row.id for row in fetch(query) if subject.named_among([row.name, row.headers, row.mapping])]


def _rows(subject: Subject) -> list[tuple[int, int]]:
    """Rows that went into one of these contacts, or that name one."""
    by_contact = sa.select(ROW.c.import_id, ROW.c.number).where(
        sa.or_(among(ROW.c.contact_id, subject.ids), among(ROW.c.other_id, subject.ids))
    )
    found = {(row.import_id, row.number) for row in fetch(by_contact)}
    texts = sa.cast(ROW.c.cells, sa.Text)
    for word in sorted(subject.names):
        # A first look by the database for the part that is written as it is, whatever the case; then word by word.
        alike = sa.select(ROW.c.import_id, ROW.c.number, ROW.c.cells, ROW.c.details).where(
            sa.func.lower(texts).contains(max(PLAIN.findall(word.lower()), key=len, default=""), autoescape=True)
        )
        found |= {(row.import_id, row.number) for row in fetch(alike) if subject.named_among([row.cells, row.details])}
    return sorted(found)


def _files(import_ids: set[int]) -> list[tuple[int, str]]:
    query = sa.select(IMPORT.c.id, IMPORT.c.file).where(IMPORT.c.id.in_(import_ids or [0]), IMPORT.c.file != "")
    return [(row.id, row.file) for row in fetch(query)]


# --- What is due ----------------------------------------------------------------------------------------------


def _old() -> sa.Select[Any]:
    return sa.select(IMPORT.c.id).where(IMPORT.c.erased_at.is_(None), IMPORT.c.created_at < now() - KEPT)


def is_due() -> bool:
    """Whether the term of an import is over."""
    return fetch(_old().limit(1)).first() is not None


def tidy() -> None:
    """Erase some of the oldest import whose term is over: its rows, in the end its file. That it was stays known."""
    import_id = fetch(_old().order_by(IMPORT.c.id).limit(1)).scalar()
    if import_id is None:
        return
    some = sa.select(ROW.c.number).where(ROW.c.import_id == import_id).limit(AT_ONCE)
    numbers = list(fetch(some).scalars())
    fetch(sa.delete(ROW).where(ROW.c.import_id == import_id, ROW.c.number.in_(numbers)))
    if len(numbers) == AT_ONCE:
        return
    _empty(import_id)


def _empty(import_id: int) -> None:
    """Leave of an import whose rows are gone only that it was."""
    name = fetch(sa.select(IMPORT.c.file).where(IMPORT.c.id == import_id)).scalar_one()
    gone: dict[str, Any] = {"file": "", "mapping": {}, "headers": [], "guessed": [], "erased_at": now()}
    fetch(sa.update(IMPORT).where(IMPORT.c.id == import_id).values(gone))
    storing.let_go(name)

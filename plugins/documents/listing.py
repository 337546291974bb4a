"""The documents of a contact, page by page, and how many there are of each type (spec D7)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from plugins.documents import retention
from plugins.documents.models import Document, StoredFile
from plugins.documents.services import is_kept
from webapp.api import among, db, fetch, need

PAGE = 50
CURSOR = re.compile(r"(\d{4}-\d{2}-\d{2})\.(\d{1,18})")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What narrows the list; nothing where empty."""

    type: str = ""
    year: int | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """As conditions on `document`."""
        found: list[sa.ColumnElement[bool]] = []
        if self.type:
            found.append(Document.type == self.type)
        if self.year is not None:
            found.append(Document.dated_on.between(dt.date(self.year, 1, 1), dt.date(self.year, 12, 31)))
        return found


@dataclass(frozen=True, kw_only=True)
class Page:
    """Documents, the newest first, with their files by id; `next` is the cursor of the following page."""

    documents: Sequence[Document]
    files: dict[int, StoredFile]
    next: str = ""


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Of all documents of a contact: how many, how many must be kept, of which types, from which years."""

    number: int
    kept: int
    types: dict[str, int]
    years: Sequence[int]


def page_of(contact_id: int, wanted: Wanted, after: str = "", size: int = PAGE) -> Page:
    """A page of the list; a cursor that is none begins again. Two statements."""
    need("contacts.read")
    query = sa.select(Document).where(Document.contact_id == contact_id, *wanted.conditions())
    if (place := read_cursor(after)) is not None:
        query = query.where(sa.tuple_(Document.dated_on, Document.id) < sa.tuple_(*map(sa.literal, place)))
    found = db.session.scalars(query.order_by(Document.dated_on.desc(), Document.id.desc()).limit(size + 1)).all()
    shown = found[:size]
    return Page(
        documents=shown,
        files=files_of(shown),
        next=f"{shown[-1].dated_on.isoformat()}.{shown[-1].id}" if len(found) > size else "",
    )


def read_cursor(text: str) -> tuple[dt.date, int] | None:
    """The place that a cursor names; None for what is none."""
    if not (found := CURSOR.fullmatch(text)):
        return None
    try:
        return dt.date.fromisoformat(found[1]), int(found[2])
    except ValueError:
        return None


def files_of(documents: Sequence[Document]) -> dict[int, StoredFile]:
    """The files of documents by their ids."""
    ids = {one.file_id for one in documents if one.file_id is not None}
    return {one.id: one for one in db.session.scalars(sa.select(StoredFile).where(among(StoredFile.id, ids)))}


def summary_of(contact_id: int) -> Summary:
    """One statement for all that is said of the whole list."""
    first, last = sa.func.min(Document.dated_on), sa.func.max(Document.dated_on)
    count = sa.func.count()
    rows = fetch(
        sa.select(
            Document.type,
            count.label("number"),
            count.filter(is_kept()).label("kept"),
            first.label("first"),
            last.label("last"),
        )
        .where(Document.contact_id == contact_id)
        .group_by(Document.type)
    ).all()
    numbers = {row.type: row.number for row in rows}
    begins, ends = min((row.first.year for row in rows), default=1), max((row.last.year for row in rows), default=0)
    return Summary(
        number=sum(numbers.values()),
        kept=sum(row.kept for row in rows),
        types={key: numbers[key] for key in retention.LABELS if key in numbers},
        years=range(ends, begins - 1, -1),
    )


def count_of(contact_id: int) -> int:
    """How many documents a contact has."""
    return int(fetch(sa.select(sa.func.count()).where(Document.contact_id == contact_id)).scalar_one())


def twin_of(document: Document) -> int | None:
    """Another document of the same contact that has the same file, the oldest; None where there is none."""
    query = sa.select(Document.id).where(
        Document.file_id == document.file_id, Document.contact_id == document.contact_id, Document.id != document.id
    )
    return db.session.scalar(query.order_by(Document.id).limit(1)) if document.file_id is not None else None

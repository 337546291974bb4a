"""The notes of a contact, page by page, and what is said of them at the head of its file (spec A7)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from plugins.notes.models import ContactNote
from webapp.api import Contact, _, db, fetch, need, ngettext, place, today

PAGE = 25
CURSOR = re.compile(r"([01])\.(\d{1,18})")


@dataclass(frozen=True, kw_only=True)
class Page:
    """Notes, those kept on top first, then the newest; `next` is the cursor of the following page."""

    notes: Sequence[ContactNote]
    next: str = ""


def page_of(contact_id: int, after: str = "", size: int = PAGE) -> Page:
    """A page of a contact's notes; a cursor that is none begins again. One statement."""
    need("contacts.read")
    query = sa.select(ContactNote).where(ContactNote.contact_id == contact_id)
    if (begins := read_cursor(after)) is not None:
        query = query.where(
            sa.tuple_(ContactNote.is_pinned, ContactNote.id) < sa.tuple_(*(sa.literal(one) for one in begins))
        )
    ordered = query.order_by(ContactNote.is_pinned.desc(), ContactNote.id.desc())
    found = db.session.scalars(ordered.limit(size + 1)).all()
    shown = found[:size]
    return Page(notes=shown, next=f"{int(shown[-1].is_pinned)}.{shown[-1].id}" if len(found) > size else "")


def read_cursor(text: str) -> tuple[bool, int] | None:
    """The place that a cursor names; None for what is none."""
    found = CURSOR.fullmatch(text)
    return (found[1] == "1", int(found[2])) if found else None


def count_of(contact_id: int) -> int:
    """How many notes a contact has, for the tab."""
    return int(fetch(sa.select(sa.func.count()).where(ContactNote.contact_id == contact_id)).scalar_one())


def hints(contact: Contact) -> list[tuple[str, str]]:
    """That somebody is to follow up a contact, and how many of these days are over."""
    row = fetch(
        sa.select(
            sa.func.count().label("open"),
            sa.func.count().filter(ContactNote.follow_up_on < today()).label("overdue"),
        ).where(
            ContactNote.contact_id == contact.id,
            ContactNote.follow_up_on.is_not(None),
            ContactNote.done_at.is_(None),
        )
    ).one()
    if not row.open:
        return []
    label = ngettext("%(num)s follow-up", "%(num)s follow-ups", row.open)
    if row.overdue:
        label = _("%(open)s, %(num)s overdue", open=label, num=row.overdue)
    return [(label, place("notes.index", id=contact.id))]

"""What the lists of contacts show of follow-ups, how they are narrowed by them, and notes on many contacts at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from plugins.notes import days, services
from plugins.notes.models import ContactNote
from webapp.api import (
    Contact,
    Field,
    Outcome,
    _,
    act,
    among,
    db,
    fetch,
    field_words,
    many_contacts,
    need,
    ngettext,
    now,
    record_all,
    refresh_searched,
    today,
    user_names,
)
from webapp.api import Note as HistoryNote

ANY, NONE = "any", "none"
NEVER = dt.date(9999, 12, 31)
Values = Mapping[str, Any]
Told = dict[int, Outcome]


def next_of(ids: Sequence[int]) -> Mapping[int, str]:
    """The next follow-up of each contact of a page, with who does it: two statements."""
    mine = ContactNote.contact_id.in_(ids)
    rank = sa.func.row_number().over(
        partition_by=ContactNote.contact_id, order_by=(ContactNote.follow_up_on, ContactNote.id)
    )
    ranked = sa.select(
        ContactNote.contact_id, ContactNote.follow_up_on, ContactNote.follow_up_user_id, rank.label("at")
    ).where(*days.OPEN, mine)
    each = ranked.subquery()
    rows = fetch(
        sa.select(each.c.contact_id, each.c.follow_up_on, each.c.follow_up_user_id).where(each.c.at == 1)
    ).all()
    names = user_names({row.follow_up_user_id for row in rows})
    return {row.contact_id: _said(row.follow_up_on, names.get(row.follow_up_user_id, "")) for row in rows}


def _said(day: dt.date, who: str) -> str:
    words = str(field_words(services.BY_NAME["follow_up_on"], day))
    if day < today():
        words = _("%(day)s, overdue", day=words)
    return f"{words} · {who}" if who else words


def next_day() -> sa.ColumnElement[Any]:
    """By which day the lists are sorted; those that nobody follows up stand last."""
    first = (
        sa.select(sa.func.min(ContactNote.follow_up_on))
        .where(*days.OPEN, ContactNote.contact_id == Contact.id)
        .correlate(Contact)
        .scalar_subquery()
    )
    return sa.func.coalesce(first, sa.literal(NEVER, sa.Date), type_=sa.Date)


def choices() -> list[tuple[str, Any]]:
    """What the filter offers."""
    return [(ANY, _("Any follow-up")), *days.WHEN.items(), (NONE, _("No follow-up"))]


def where(value: str) -> sa.ColumnElement[bool]:
    """The contacts with such a follow-up, or with none; raises ValueError for another value."""
    query = sa.select(ContactNote.id).where(*_within(value), ContactNote.contact_id == Contact.id)
    return sa.not_(query.exists()) if value == NONE else query.exists()


def ids(values: Sequence[str]) -> sa.Select[Any] | None:
    """The same from the index of the open ones; it knows nothing of the contacts that have none."""
    if NONE in values:
        return None
    wanted = sa.or_(*(sa.and_(*_within(value)) for value in values))
    return sa.select(ContactNote.contact_id).where(*days.OPEN, wanted).distinct()


def _within(value: str) -> list[sa.ColumnElement[bool]]:
    if value not in (ANY, NONE, *days.WHEN):
        raise ValueError(value)
    return days.within("" if value in (ANY, NONE) else value)


# --- A note on many ---------------------------------------------------------------------------------------


def fields(values: Values) -> Sequence[Field]:
    """What is noted, and who follows up when."""
    return tuple(one for one in services.FIELDS if one.name != "is_pinned")


def check(ids: Sequence[int], values: Values) -> Told:
    """Which of them can't be changed; raises `Invalid` for a day that lies too far away."""
    if not ids:
        services.check_day(_day(values))
    return many_contacts.hold(ids, lock=False)[1]


def add(ids: Sequence[int], values: Values) -> Told:
    """The same note on each of them, by bulk statements."""
    need("contacts.edit")
    day = _day(values)
    services.check_day(day)
    rows, told = many_contacts.hold(ids)
    user_id = values.get("follow_up_user_id") or act().user_id
    moment = now()
    made = [
        ContactNote(
            contact_id=one,
            text=values["text"],
            is_pinned=False,
            author_id=act().user_id,
            created_at=moment,
            updated_at=moment,
            follow_up_on=day,
            follow_up_user_id=int(user_id) if day and user_id else None,
        )
        for one in rows
    ]
    db.session.add_all(made)
    db.session.flush()
    record_all(HistoryNote(one.contact_id, "note_added", services.changes_of(None, one)) for one in made)
    refresh_searched(rows)
    return told | {one.contact_id: Outcome("done", before=one.id) for one in made}


def take_back(befores: Mapping[int, Any], values: Values) -> Told:
    """Remove these notes again; what was changed or ticked off since stays."""
    need("contacts.edit")
    rows, told = many_contacts.hold(list(befores))
    query = sa.select(ContactNote).where(among(ContactNote.id, [befores[one] for one in rows])).with_for_update()
    found = {one.id: one for one in db.session.scalars(query)}
    lines = []
    for contact_id in rows:
        note = found.get(befores[contact_id])
        if note is None:
            told[contact_id] = Outcome("skipped", _("The note is gone already."))
        elif note.version != 1 or note.contact_id != contact_id:
            told[contact_id] = Outcome("skipped", _("It was changed since: what stands there now stays."))
        else:
            lines.append(HistoryNote(contact_id, "note_removed", services.changes_of(note, None)))
            db.session.delete(note)
            told[contact_id] = Outcome("done")
    db.session.flush()
    record_all(lines)
    refresh_searched(rows)
    return told


def _day(values: Values) -> dt.date | None:
    day = values.get("follow_up_on")
    return dt.date.fromisoformat(day) if isinstance(day, str) and day else day or None


def title(number: int, values: Values) -> str:
    """Verb and number."""
    if _day(values):
        return ngettext(
            "Add the note with its follow-up to %(num)s contact",
            "Add the note with its follow-up to %(num)s contacts",
            number,
        )
    return ngettext("Add the note to %(num)s contact", "Add the note to %(num)s contacts", number)

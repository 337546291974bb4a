"""Writing, changing, pinning and removing notes, and ticking off their follow-ups (spec A7); no Flask here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from plugins.notes.models import ContactNote
from webapp.api import (
    ContactsHandedOver,
    Field,
    Forbidden,
    Invalid,
    Missing,
    Stale,
    _,
    _l,
    act,
    coerce,
    db,
    load,
    need,
    now,
    record,
    refresh_searched,
    refuse_binned,
    writable,
)

SOURCE = "note"
LONGEST = 10_000
YEARS = (2000, 2200)
FIELDS = (
    Field(name="text", label=_l("Note"), kind="multiline", max_length=LONGEST, required=True),
    Field(name="is_pinned", label=_l("Keep on top"), kind="boolean"),
    Field(
        name="follow_up_on",
        label=_l("Follow up on"),
        kind="date",
        hint=_l("Stands under “To follow up” until it is ticked off."),
    ),
    Field(name="follow_up_user_id", label=_l("Who follows up"), kind="user"),
)
BY_NAME = {one.name: one for one in FIELDS}
WORDS = (*FIELDS, Field(name="done", label=_l("Followed up"), kind="boolean"))
"""What the history tells of a note."""
OF_AUTHOR = ("text",)
"""What only the author of a note, or a manager, changes; the rest is everybody's who may edit."""


def find(note_id: int) -> ContactNote:
    """A note, for a reader; raises `Missing`, and `Gone` where its contact is in the bin."""
    need("contacts.read")
    found = db.session.get(ContactNote, note_id) if 0 < note_id < 2**63 else None
    if found is None:
        raise Missing(_("There is no such note any more."))
    refuse_binned(load(found.contact_id))
    return found


def may_rewrite(note: ContactNote) -> bool:
    """Whether the present user may change a note's text and remove it: its author, and managers (spec A7)."""
    who = act()
    is_author = who.user_id is not None and who.user_id == note.author_id
    return who.may("contacts.manage") or (is_author and who.may("contacts.edit"))


def add(contact_id: int, values: Mapping[str, Any]) -> ContactNote:
    """Write a note of a contact, signed by who acts; raises `Invalid` with one sentence per field.

    A follow-up without a user is the writer's own.
    """
    need("contacts.edit")
    contact = writable(contact_id)
    moment = now()
    made = ContactNote(
        contact_id=contact.id,
        text="",
        is_pinned=False,
        author_id=act().user_id,
        created_at=moment,
        updated_at=moment,
    )
    _apply(made, values)
    db.session.add(made)
    db.session.flush()
    record(contact.id, "note_added", changes_of(None, made), source=f"{SOURCE}:{made.id}")
    refresh_searched([contact.id])
    return made


def change(note_id: int, values: Mapping[str, Any], version: int | None = None) -> ContactNote:
    """Change what `values` names; raises `Stale` where `version` is given and no longer the note's (spec A5).

    The text is its author's and managers' (`Forbidden`). A follow-up that is asked for anew is open again.
    """
    need("contacts.edit")
    writable(find(note_id).contact_id)
    found = _locked(note_id)
    if version is not None and version != found.version:
        raise Stale(
            _("Someone else saved this note while you were writing. Look at it again, and change what is left."),
            current=found.version,
        )
    before = _told(found)
    _apply(found, values)
    if any(before[name] != _told(found)[name] for name in OF_AUTHOR) and not may_rewrite(found):
        raise _not_yours()
    _saved(found, before, "note_changed")
    return found


def pin(note_id: int, *, is_pinned: bool = True) -> ContactNote:
    """Keep a note on top of the others, or no longer."""
    return change(note_id, {"is_pinned": is_pinned})


def tick_off(note_id: int) -> bool:
    """The follow-up is done; tells whether it was open."""
    return _settle(note_id, is_done=True)


def reopen(note_id: int) -> bool:
    """The follow-up is to be done after all; tells whether it was ticked off."""
    return _settle(note_id, is_done=False)


def _settle(note_id: int, *, is_done: bool) -> bool:
    need("contacts.edit")
    writable(find(note_id).contact_id)
    found = _locked(note_id)
    if found.follow_up_on is None:
        raise Invalid(_("Nobody is to follow up this note: give it a day first."))
    if (found.done_at is not None) == is_done:
        return False
    before = _told(found)
    found.done_at, found.done_by_id = (now(), act().user_id) if is_done else (None, None)
    _saved(found, before, "note_followed_up" if is_done else "note_reopened")
    return True


def remove(note_id: int) -> int:
    """Remove a note; what it said stays in the history. Returns the contact's id.

    Raises `Forbidden` for whoever neither wrote it nor is a manager.
    """
    need("contacts.edit")
    contact = writable(find(note_id).contact_id)
    found = _locked(note_id)
    if not may_rewrite(found):
        raise _not_yours()
    record(contact.id, "note_removed", changes_of(found, None))
    db.session.delete(found)
    db.session.flush()
    refresh_searched([contact.id])
    return contact.id


def hand_over(event: ContactsHandedOver) -> None:
    """Open follow-ups of a user who leaves are another's now (spec J1)."""
    db.session.execute(
        sa.update(ContactNote)
        .where(
            ContactNote.follow_up_user_id == event.from_user_id,
            ContactNote.follow_up_on.is_not(None),
            ContactNote.done_at.is_(None),
        )
        .values(follow_up_user_id=event.to_user_id)
    )


def texts_of(ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """What is noted of contacts, for the search, in one statement."""
    rows = db.session.execute(
        sa.select(ContactNote.contact_id, ContactNote.text)
        .where(ContactNote.contact_id.in_(ids))
        .order_by(ContactNote.id)
    )
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row.contact_id, []).append(row.text)
    return found


def _not_yours() -> Forbidden:
    return Forbidden(_("Only who wrote this note, or a manager, changes its text or removes it."))


def _locked(note_id: int) -> ContactNote:
    query = sa.select(ContactNote).where(ContactNote.id == note_id).with_for_update()
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise Missing(_("There is no such note any more."))
    return found


def _saved(note: ContactNote, before: Mapping[str, Any], action: str) -> None:
    if changes := _changes(before, _told(note)):
        note.version += 1
        note.updated_at = now()
        db.session.flush()
        record(note.contact_id, action, changes, source=f"{SOURCE}:{note.id}")
        if f"{SOURCE}.text" in changes:
            refresh_searched([note.contact_id])


def _apply(note: ContactNote, values: Mapping[str, Any]) -> None:
    """Set what is named, checked; raises `Invalid` with all errors at once."""
    errors: dict[str, str] = {}
    checked: dict[str, Any] = {}
    wanted = {"text": note.text} | dict(values)
    for name in wanted.keys() - BY_NAME.keys():
        errors[name] = _("There is no field “%(field)s”.", field=str(name)[:60])
    for name in BY_NAME.keys() & wanted.keys():
        try:
            checked[name] = coerce(BY_NAME[name], wanted[name])
        except ValueError as error:
            errors[name] = str(error)
    try:
        check_day(checked.get("follow_up_on", note.follow_up_on))
    except Invalid as error:
        errors |= error.errors
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    was = note.follow_up_on
    for name, value in checked.items():
        setattr(note, name, value)
    if note.follow_up_on is None:
        note.follow_up_user_id = note.done_at = note.done_by_id = None
    elif note.follow_up_user_id is None:
        note.follow_up_user_id = act().user_id
    if note.follow_up_on != was:
        note.done_at = note.done_by_id = None


def check_day(day: dt.date | None) -> None:
    """Raise `Invalid` for a day of a follow-up that nobody can mean."""
    if day is not None and not YEARS[0] <= day.year <= YEARS[1]:
        message = _("This day lies too far away: check the year.")
        raise Invalid(message, {"follow_up_on": message})


def changes_of(before: ContactNote | None, after: ContactNote | None) -> dict[str, tuple[Any, Any]]:
    """What the history tells of a note that came, or went."""
    return _changes(_told(before) if before else {}, _told(after) if after else {})


def _told(note: ContactNote) -> dict[str, Any]:
    """What the history keeps of a note."""
    return {
        "text": note.text,
        "is_pinned": bool(note.is_pinned),
        "follow_up_on": _iso(note.follow_up_on),
        "follow_up_user_id": note.follow_up_user_id,
        "done": note.done_at is not None,
    }


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What differs, as the history has it; what was not there, or is no more, says nothing of what it lacks."""
    found = {}
    for name in (*before, *(one for one in after if one not in before)):
        old, new = before.get(name), after.get(name)
        if old != new and (old or new):
            found[f"{SOURCE}.{name}"] = (old, new)
    return found


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None

"""The list of what is to be followed up, and what is done to several of its lines at once (spec A7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from plugins.notes import days, services
from plugins.notes.models import ContactNote
from webapp.api import CarnetError, Contact, Invalid, _, act, coerce, db, need

PAGE = 50
CAP = 1_000
"""A count goes so far; a larger number is told as more than that."""
MINE, ALL = "mine", "all"


@dataclass(frozen=True, kw_only=True)
class FollowUps:
    """One list: `who` is `mine`, `all`, or a user's id; `when` one of `days.WHEN`, `done`, or empty for all open ones.

    `after` is the cursor of a page.
    """

    who: str = MINE
    when: str = ""
    after: str = ""
    size: int = PAGE

    @classmethod
    def read(cls, args: Mapping[str, str]) -> FollowUps:
        """From an address; what it does not know narrows nothing."""
        who, when = args.get("who", MINE), args.get("when", "")
        known = who in (MINE, ALL) or (who.isascii() and who.isdecimal() and len(who) < 19)
        return cls(
            who=who if known else MINE,
            when=when if when in days.WHEN or when == days.DONE else "",
            after=args.get("after", ""),
        )

    @property
    def user_id(self) -> int | None:
        """Whose; None for everybody's."""
        if self.who == ALL:
            return None
        return (act().user_id or 0) if self.who == MINE else int(self.who)

    def where(self) -> list[sa.ColumnElement[bool]]:
        """The conditions, without the place: of contacts in the bin nothing is to be done."""
        found = [*days.within(self.when), Contact.deleted_at.is_(None)]
        if self.user_id is not None:
            found.append(ContactNote.follow_up_user_id == self.user_id)
        return found


@dataclass(frozen=True, kw_only=True)
class FollowUpPage:
    """Notes with their contacts: open ones by their days, those that are done with the last one first."""

    rows: Sequence[tuple[ContactNote, Contact]]
    next: str = ""


def page(query: FollowUps) -> FollowUpPage:
    """A page of the list, by one statement; a cursor that is none begins again."""
    need("contacts.read")
    is_done = query.when == days.DONE
    column: Any = ContactNote.done_at if is_done else ContactNote.follow_up_on
    select = sa.select(ContactNote, Contact).join(Contact, Contact.id == ContactNote.contact_id).where(*query.where())
    if (place := read_cursor(query.after, is_done=is_done)) is not None:
        keys = sa.tuple_(column, ContactNote.id)
        at = sa.tuple_(sa.literal(place[0], column.type), sa.literal(place[1]))
        select = select.where(keys < at if is_done else keys > at)
    order = (column.desc(), ContactNote.id.desc()) if is_done else (column, ContactNote.id)
    found = [(row[0], row[1]) for row in db.session.execute(select.order_by(*order).limit(query.size + 1))]
    rows = found[: query.size]
    if len(found) <= query.size:
        return FollowUpPage(rows=rows)
    last = rows[-1][0]
    begins: Any = last.done_at if is_done else last.follow_up_on
    return FollowUpPage(rows=rows, next=f"{begins.isoformat()}.{last.id}")


def read_cursor(text: str, *, is_done: bool) -> tuple[Any, int] | None:
    """The place that a cursor names, a moment or a day with an id; None for what is none."""
    value, _dot, number = text.rpartition(".")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    try:
        moment = dt.datetime.fromisoformat(value) if is_done else dt.date.fromisoformat(value)
    except ValueError:
        return None
    if isinstance(moment, dt.datetime) and moment.tzinfo is None:
        return None
    return moment, int(number)


def count(query: FollowUps) -> int:
    """How many the list has, up to `CAP` and one more."""
    need("contacts.read")
    some = (
        sa.select(ContactNote.id)
        .join(Contact, Contact.id == ContactNote.contact_id)
        .where(*query.where())
        .limit(CAP + 1)
        .subquery()
    )
    return db.session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def count_due() -> int:
    """The present user's that are overdue or of today, for the side bar."""
    some = (
        sa.select(ContactNote.id)
        .join(Contact, Contact.id == ContactNote.contact_id)
        .where(
            *days.OPEN,
            ContactNote.follow_up_on <= days.today(),
            ContactNote.follow_up_user_id == (act().user_id or 0),
            Contact.deleted_at.is_(None),
        )
        .limit(CAP)
        .subquery()
    )
    return db.session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def tick_off(ids: Sequence[int]) -> list[int]:
    """Tick several off; returns those that were open."""
    return _each(ids, services.tick_off)


def reopen(ids: Sequence[int]) -> list[int]:
    """Open several again; returns those that were ticked off."""
    return _each(ids, services.reopen)


def postpone(ids: Sequence[int], day: Any) -> list[int]:
    """Give several another day; raises `Invalid` for what is none."""
    return _set(ids, "follow_up_on", day, _("Choose the new day."))


def reassign(ids: Sequence[int], user: Any) -> list[int]:
    """Give several to another user; raises `Invalid` for nobody."""
    return _set(ids, "follow_up_user_id", user, _("Choose who follows up."))


def _set(ids: Sequence[int], name: str, value: Any, asked: str) -> list[int]:
    try:
        wanted = coerce(services.BY_NAME[name], value)
    except ValueError as error:
        raise Invalid(str(error), {name: str(error)}) from None
    if wanted is None:
        raise Invalid(asked, {name: asked})
    if name == "follow_up_on":
        services.check_day(wanted)

    def one(note_id: int) -> bool:
        was = services.find(note_id).version
        return services.change(note_id, {name: wanted}).version != was

    return _each(ids, one)


def _each(ids: Sequence[int], one: Callable[[int], bool]) -> list[int]:
    """Do it to each, in a savepoint: what can't be changed, or is gone, takes no neighbour along."""
    need("contacts.edit")
    done = []
    for note_id in dict.fromkeys(ids):
        try:
            with db.session.begin_nested():
                changed = one(note_id)
        except CarnetError:
            continue
        if changed:
            done.append(note_id)
    return done

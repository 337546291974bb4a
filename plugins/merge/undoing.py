"""Taking a merge back, whole (spec E6): rows go back, what was edited since is kept or asked about.

The steps of the merge are read from where they were kept. Entries, links and rows of plug-ins go back one by one, so
that what was added since never stands in the way; only single values that somebody changed since are asked about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from plugins.merge import noting, parting
from plugins.merge.models import MergeStep
from plugins.merge.parting import Parting, Present
from plugins.merge.steps import KINDS, Add, Change, Move, current, packed, write
from webapp.api import (
    Contact,
    Invalid,
    Merge,
    MergedContact,
    MergeUndone,
    Missing,
    Refused,
    _,
    act,
    acting,
    db,
    need,
    now,
    refresh_contact,
    registry,
)

LINK = "contact_link"
SEARCHED = ("emails", "phones", "addresses", "numbers", "external_ids", "absorbed")
ANSWERS = ("before", "now")
Choices = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """A value that the merge set and somebody changed since: what it was before the merge, and what it is now."""

    field: str
    before: Any
    now: Any


@dataclass(kw_only=True)
class Undoing:
    """What taking a merge back would do.

    `conflicts` are asked about; `gone` counts the rows that were removed since, or given to others, by table: they stay
    so.
    """

    merge: Merge
    main: Contact
    absorbed: list[Contact]
    moves: list[Move]
    changes: list[Change]
    adds: list[Add]
    now: Present
    parting: Parting
    conflicts: list[Conflict] = field(default_factory=list)
    gone: dict[str, int] = field(default_factory=dict)


def preview(merge_id: int) -> Undoing:
    """What taking a merge back would do; raises `Missing`, or `Refused` where it can't be, naming what to do first."""
    need("contacts.manage")
    return _look(_load(merge_id), lock=False)


def undo(merge_id: int, choices: Choices | None = None) -> Undoing:
    """Take a merge back. `choices` say for each conflict whether the value "before" the merge or the one "now" holds.

    Raises `Refused` with `conflicts` where one is not answered, `Invalid` for answers that can't be.
    """
    need("contacts.manage")
    made = _load(merge_id)
    found = _look(made, lock=True)
    answers = _checked(choices or {}, found)
    if open_ones := [one for one in found.conflicts if one.field not in answers]:
        raise Refused(
            _("What was changed since the merge is in the way: choose for each field which value holds."),
            conflicts=open_ones,
        )
    who = act()
    made.undone_at, made.undone_by_id = now(), who.user_id
    db.session.flush()
    with acting(replace(who, way="undo", source=f"merge:{made.id}")):
        _do(found, answers)
        registry().publish(
            MergeUndone(main_id=found.main.id, absorbed_ids=tuple(one.id for one in found.absorbed), merge_id=made.id)
        )
    return found


def _load(merge_id: int) -> Merge:
    made = db.session.get(Merge, merge_id, populate_existing=True) if 0 < merge_id < 2**63 else None
    if made is None:
        raise Missing(_("There is no such merge."))
    return made


def _look(made: Merge, *, lock: bool) -> Undoing:
    absorbed_ids = list(
        db.session.scalars(
            sa.select(MergedContact.contact_id)
            .where(MergedContact.merge_id == made.id)
            .order_by(MergedContact.position)
        )
    )
    ids = [*absorbed_ids, *([] if made.main_id is None else [made.main_id])]
    if lock:
        near = sa.or_(Contact.id.in_(ids), Contact.parent_id.in_(ids), Contact.merged_into_id.in_(ids))
        db.session.execute(sa.select(Contact.id).where(near).order_by(Contact.id).with_for_update(key_share=True))
        db.session.refresh(made)
    query = sa.select(Contact).where(Contact.id.in_(ids)).execution_options(populate_existing=True)
    contacts = {one.id: one for one in db.session.scalars(query)}
    steps = _steps(made.id)
    moves = [one for one in steps if isinstance(one, Move)]
    changes = [one for one in steps if isinstance(one, Change)]
    whose = {place for move in moves for place, _origin in move.rows.values()}
    _refuse(made, contacts, absorbed_ids, whose)
    main = contacts[made.main_id or 0]
    present = current(changes)
    return Undoing(
        merge=made,
        main=main,
        absorbed=[contacts[one] for one in absorbed_ids],
        moves=moves,
        changes=changes,
        adds=[one for one in steps if isinstance(one, Add)],
        now=present,
        parting=Parting.read(made, changes, present),
        conflicts=_conflicts(changes, present),
    )


def _steps(merge_id: int) -> list[Move | Change | Add]:
    rows = db.session.execute(
        sa.select(MergeStep.kind, MergeStep.table, MergeStep.data)
        .where(MergeStep.merge_id == merge_id)
        .order_by(MergeStep.position)
    )
    return [KINDS[row.kind].read(row.table, data) for row in rows for data in row.data]


def _refuse(made: Merge, contacts: Mapping[int, Contact], absorbed_ids: Sequence[int], whose: set[int]) -> None:
    """Raise where the merge can't be taken back (any more), with what to do where something can be done."""
    if made.undone_at is not None:
        raise Refused(_("This merge has been taken back already."))
    if made.main_id not in contacts or not absorbed_ids or not whose <= contacts.keys():
        raise Refused(_("One of the contacts has been purged: this merge can't be taken back any more."))
    if any(one.anonymised_at is not None for one in contacts.values()):
        raise Refused(_("One of the contacts is anonymised: this merge can't be taken back any more."))
    main = contacts[made.main_id or 0]
    later = _later(made, main)
    if later is not None:
        raise Refused(
            _("“%(name)s” has been merged once more since: take that merge back first.",
              name=main.name or main.sort_name),
            merge=later,
        )  # fmt: skip
    if main.deleted_at is not None:
        raise Refused(_("%(name)s is in the bin: restore it first.", name=main.name or main.sort_name), contact=main.id)


def _later(made: Merge, main: Contact) -> int | None:
    """A merge that holds and built upon this one: into the same contact, or of it into another."""
    of_main = sa.select(MergedContact.merge_id).where(MergedContact.contact_id == main.id)
    return db.session.scalar(
        sa.select(Merge.id)
        .where(
            Merge.id > made.id,
            Merge.undone_at.is_(None),
            sa.or_(Merge.main_id == main.id, Merge.id.in_(of_main)),
        )
        .order_by(Merge.id.desc())
        .limit(1)
    )


def _conflicts(changes: Sequence[Change], present: Present) -> list[Conflict]:
    """Fields that a user knows, whose value is neither what the merge made of it nor what it was before."""
    found: dict[str, Conflict] = {}
    for one in changes:
        row = present.get((one.table, one.key))
        if not one.field or row is None:
            continue
        for name, before in one.before.items():
            if name in row and one.field not in found and _is_changed(one, name, row):
                found[one.field] = Conflict(field=one.field, before=before, now=row[name])
    return list(found.values())


def _is_changed(one: Change, name: str, row: sa.RowMapping) -> bool:
    there = packed({name: row[name]})[name]
    return there not in (packed(one.after)[name], packed(one.before)[name])


def _checked(choices: Choices, found: Undoing) -> dict[str, str]:
    known = {one.field for one in found.conflicts}
    errors = {
        name: _("Choose “before” or “now” for a field that was changed since the merge.")
        for name, answer in choices.items()
        if name not in known or answer not in ANSWERS
    }
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    return dict(choices)


def _do(found: Undoing, answers: Choices) -> None:
    main_id = found.main.id
    shown = parting.shown_numbers(found.main)
    found.parting.take_back()
    told: dict[str, tuple[Any, Any]] = {}
    rest = [one for one in reversed(found.changes) if one.table != parting.FUNCTION]
    # What the merge marked gives way before others get their mark back, which the database allows once.
    for one in (one for one in rest if not _marks(one)):
        _restore(one, found.now, answers, told)
    for move in reversed(found.moves):
        if missing := move.take_back(main_id):
            found.gone[move.table] = missing
    for one in (one for one in rest if _marks(one)):
        if one.table != LINK or not parting.has_other_primary(one.key[0]):
            _restore(one, found.now, answers, told)
    ids = [one.id for one in found.absorbed]
    states = {"updated_at": now(), "version": Contact.version + 1}
    options = {"synchronize_session": False}
    of_absorbed = sa.update(Contact).where(Contact.id.in_(ids), Contact.merged_into_id == main_id)
    db.session.execute(of_absorbed.values(merged_into_id=None, **states), execution_options=options)
    db.session.execute(sa.update(Contact).where(Contact.id == main_id).values(**states), execution_options=options)
    parting.settle_numbers(found.merge, found.main, [main_id, *ids], found.adds)
    parting.settle_primaries([main_id, *ids], {one.table for one in found.moves} | {one.table for one in found.changes})
    db.session.expire_all()
    load_whole([main_id, *ids])
    noting.undone(found.main, found.absorbed, told, found.moves)
    for contact in (found.main, *found.absorbed):
        refresh_contact(contact)
    db.session.flush()
    # Numbers last: until the commit nobody else is given any.
    found.parting.convert()
    parting.number_anew(found.main, shown)


def load_whole(ids: Sequence[int]) -> None:
    """Read contacts with all that lists and search are told of them: one statement for each kind of value."""
    parts = (sa.orm.selectinload(getattr(Contact, name)) for name in SEARCHED)
    db.session.scalars(sa.select(Contact).where(Contact.id.in_(ids)).options(*parts)).all()


def _marks(one: Change) -> bool:
    """Whether a change took a mark away that a row gets back now."""
    return any(value is True for value in one.before.values())


def _restore(
    one: Change,
    present: Present,
    answers: Choices,
    told: dict[str, tuple[Any, Any]],
) -> None:
    """Set the columns of a row back that are still as the merge left them, or where the answer is "before"."""
    row = present.get((one.table, one.key))
    if row is None:
        return
    values = {name: value for name, value in one.before.items() if name in row}
    if answers.get(one.field) != "before":
        values = {name: value for name, value in values.items() if not _is_changed(one, name, row)}
    write(one.table, one.key, values)
    if one.field:
        for name, value in values.items():
            if name in one.field and row[name] != value:
                told[one.field] = (row[name], value)

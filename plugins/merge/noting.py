"""What a merge and its undo leave in the histories of all whom they touch (spec A4, E3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from plugins.merge.plan import Plan
from plugins.merge.steps import Move
from webapp.api import (
    CONTACT_COLLECTIONS,
    Contact,
    ContactLink,
    ContactTag,
    Note,
    Tag,
    among,
    db,
    entry_line,
    fetch,
    now,
    record_all,
)

Told = dict[str, tuple[Any, Any]]
COLLECTION = {one.name: one for one in CONTACT_COLLECTIONS}
CONTACT: Any = Contact.__table__
MARKS = ("role", "department", "is_primary", "is_invoice_recipient", "active_from")


def merged(plan: Plan) -> None:
    """The main contact's history tells what changed in it; of each absorbed one, what found no place."""
    losing = _losing(plan)
    names = [name_of(one) for one in plan.absorbed]
    told: Told = {"merged": (None, names), **losing[plan.main.id], **_changed(plan), **_entries(plan)}
    notes = [Note(plan.main.id, "merged", told)]
    notes += [Note(plan.main.id, "not_kept", losing[one.id], one.id) for one in plan.absorbed if losing[one.id]]
    record_all([*notes, *_links(plan), *subsidiaries(plan.moves, plan.main.id)])


def name_of(contact: Contact) -> str:
    """What a contact is called, also one without a name."""
    return contact.name or contact.sort_name


def _changed(plan: Plan) -> Told:
    """Single values of the main contact, and of its functions, old and new."""
    return {
        one.field: (one.before[name], one.after[name])
        for one in plan.then
        if one.field and (name := one.field.rpartition(".")[2]) in one.before
    }


def _losing(plan: Plan) -> dict[int, Told]:
    """By contact the values that find no place in the result, with what stands there instead."""
    found: dict[int, Told] = {one.id: {} for one in plan.order}
    for choice in plan.choices:
        for contact_id, value in choice.losing().items():
            found[contact_id][choice.key] = (value, choice.result)
    for name, values in plan.values.placeless.items():
        for contact_id, value in values.items():
            found[contact_id][name] = (value, None)
    for row, _stays in plan.links.united:
        for name, value in plan.links.losing.get(row["id"], {}).items():
            owner = next(one for one in (row["party_id"], row["person_id"]) if one in found)
            found[owner][name] = (value, None)
    return found


def _entries(plan: Plan) -> Told:
    """The main contact's e-mails, phones and so on, before and after, where they are not the same."""
    main_id = plan.main.id
    found: Told = {}
    for name, united in plan.entries.items():
        after = {one.key[0]: one.after for one in united.changes}
        before = [row for row in united.rows if row["contact_id"] == main_id]
        before.sort(key=lambda row: (row["position"], row["id"]))
        _note(found, name, before, [{**row, **after.get(row["id"], {})} for row in united.rows])
    _note(found, "consents", plan.consents.own, list(plan.consents.held.values()))
    if plan.moved.get(ContactTag.__tablename__):
        query = sa.select(Tag.name, ContactTag.came_from_id, ContactTag.id).join(ContactTag.tag)
        rows = db.session.execute(query.where(ContactTag.contact_id == main_id)).all()
        moved = {key[0] for move in plan.moves if move.table == ContactTag.__tablename__ for key in move.rows}
        before_, after_ = ([row.name for row in rows if row.id not in moved], [row.name for row in rows])
        found["tags"] = (sorted(before_, key=str.casefold), sorted(after_, key=str.casefold))
    return found


def _note(found: Told, name: str, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> None:
    lines = [[entry_line(COLLECTION[name], SimpleNamespace(**row)) for row in rows] for rows in (before, after)]
    if lines[0] != lines[1]:
        found[name] = (lines[0], lines[1])


def _links(plan: Plan) -> Iterator[Note]:
    """Both files of a link tell what two that became one changed in it, and where a mark was taken off."""
    moved = {row["id"] for row, _stays in plan.links.united}
    changes = [one for one in (*plan.links.first, *plan.links.then) if one.key[0] not in moved]
    if not changes:
        return
    told: dict[int, Told] = {}
    for one in changes:
        values = {name: (value, one.after[name]) for name, value in one.before.items() if name in MARKS}
        told.setdefault(one.key[0], {}).update(values)
    query = sa.select(ContactLink.id, ContactLink.person_id, ContactLink.party_id)
    rows = fetch(query.where(among(ContactLink.id, told))).all()
    people = {one for row in rows for one in (row.person_id, row.party_id)}
    there = sa.select(Contact).where(among(Contact.id, people)).execution_options(populate_existing=True)
    names = {one.id: name_of(one) for one in db.session.scalars(there)}
    for row in rows:
        person, party = row.person_id, row.party_id
        yield Note(party, "link_changed", {**told[row.id], "person": (None, names[person])}, about_id=person)
        yield Note(person, "link_changed", {**told[row.id], "party": (None, names[party])}, about_id=party)


def subsidiaries(moves: Iterable[Move], main_id: int, *, back: bool = False) -> list[Note]:
    """Contacts whose parent company was absorbed, or stands for itself again: others must notice that they changed."""
    rows = {
        key[0]: whose
        for move in moves
        if (move.table, move.column) == (Contact.__tablename__, "parent_id")
        for key, (whose, _origin) in move.rows.items()
    }
    if back:
        # One that was given another parent since keeps that.
        query = sa.select(Contact.id, Contact.parent_id).where(among(Contact.id, rows))
        rows = {row.id: rows[row.id] for row in fetch(query) if row.parent_id == rows[row.id]}
    if not rows:
        return []
    values = {"version": Contact.version + 1, "updated_at": now()}
    fetch(sa.update(CONTACT).where(among(CONTACT.c.id, rows)).values(values), flush=False)
    pairs = {child: (main_id, whose) if back else (whose, main_id) for child, whose in rows.items()}
    return [Note(child, "changed", {"parent_id": pair}) for child, pair in pairs.items()]


def undone(main: Contact, absorbed: Sequence[Contact], told: Told, moves: Iterable[Move]) -> None:
    """Each tells from whom it parted; the main contact which of its values went back."""
    notes = [Note(main.id, "merge_undone", {"merged": ([name_of(one) for one in absorbed], None), **told})]
    notes += [Note(one.id, "merge_undone", {"main": (name_of(main), None)}) for one in absorbed]
    record_all([*notes, *subsidiaries(moves, main.id, back=True)])

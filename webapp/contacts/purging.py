"""What has lain in the bin for 30 days goes for good; its numbers stay reserved, for ever (spec D9).

Its own values, history, links and functions go with it, and the contacts that were merged into it: they were one. What
holds a contact back from deletion holds it in the bin as well, whoever put it there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import Flask

from webapp import references
from webapp.acting import acting, acting_as_system, need
from webapp.contacts import guards
from webapp.contacts.models import Contact, ContactLink, ContactNumber
from webapp.db import Moment, among, db, fetch, now
from webapp.history.services import Note, record_all
from webapp.i18n import _
from webapp.jobs.alone import unit
from webapp.many_rows import insert_many, update_many
from webapp.merging.models import Merge, MergedContact
from webapp.plugin import Blocker
from webapp.registry import registry

KEPT = dt.timedelta(days=30)
"""How long a contact stays in the bin."""
AT_ONCE = 50
"""Contacts that go in one transaction: others write meanwhile."""
Place = tuple[dt.datetime, int]
START: Place = (dt.datetime(1, 1, 1, tzinfo=dt.UTC), 0)
NAME = "carnet-purging"
CONTACT: Any = Contact.__table__
LINK: Any = ContactLink.__table__
NUMBER: Any = ContactNumber.__table__
MERGE: Any = Merge.__table__
GOES = ("CASCADE", "SET NULL")
"""What the database does by itself with rows that refer to a contact that goes."""


def sweep(app: Flask) -> None:
    """Purge some of those whose time in the bin is over; called by a worker from time to time.

    Each time it goes on behind those that it looked at last, so that some that are held back hold up nobody else.
    """
    place: Place = app.extensions.get(NAME, START)
    with unit(app, writing=False):
        found = due(AT_ONCE, place)
    app.extensions[NAME] = found[-1] if found else START
    if found:
        with unit(app), acting(acting_as_system("job")):
            purge([contact_id for _moment, contact_id in found])


def due(limit: int, after: Place = START) -> list[Place]:
    """Contacts whose time in the bin is over, the oldest first, each with when it was put there, behind a place."""
    query = sa.select(Contact.deleted_at, Contact.id).where(
        Contact.deleted_at <= now() - KEPT,
        Contact.merged_into_id.is_(None),
        sa.tuple_(Contact.deleted_at, Contact.id) > sa.tuple_(sa.literal(after[0], Moment), sa.literal(after[1])),
    )
    return [(row.deleted_at, row.id) for row in fetch(query.order_by(Contact.deleted_at, Contact.id).limit(limit))]


def purge(ids: Sequence[int], *, override_links: bool = False) -> dict[int, list[Blocker]]:
    """Delete contacts of the bin for good; those that are held back, with what holds them, stay there.

    `override_links` cuts what may be overridden (spec D4). Contacts that stay are told in their history what went.
    """
    need("settings")
    query = sa.select(Contact.id).where(among(Contact.id, ids), Contact.deleted_at.is_not(None))
    binned = list(db.session.scalars(query.order_by(Contact.id).with_for_update()))
    merged: dict[int, list[int]] = {}
    for row in fetch(sa.select(Contact.id, Contact.merged_into_id).where(among(Contact.merged_into_id, binned))):
        merged.setdefault(row.merged_into_id, []).append(row.id)
    groups = [[one, *merged.get(one, [])] for one in binned]
    held = guards.blockers([one for group in groups for one in group])
    kept: dict[int, list[Blocker]] = {}
    going: list[list[int]] = []
    for group in groups:
        found = [blocker for each in group for blocker in held.get(each, [])]
        if found and override_links and all(one.override for one in found):
            for each in group:
                guards.cut(each)
            found = []
        if found:
            kept[group[0]] = found
        else:
            going.append(group)
    return kept | _gone(going)


def unmake(parties: Mapping[int, Sequence[int]]) -> dict[int, list[Blocker]]:
    """Take contacts back that an import made, each with the parties that it linked it to: they go for good, at once.

    Nobody else has changed them since, which the caller has seen. Those that something holds back stay, with what.
    Numbers that they brought along are free again, those that a range gave stay reserved (spec F3, H2).
    """
    need("contacts.manage")
    there = fetch(sa.select(Contact.id).where(among(Contact.id, parties)).order_by(Contact.id).with_for_update())
    ids = list(there.scalars())
    own = sa.tuple_(LINK.c.person_id, LINK.c.party_id).in_([(one, party) for one in ids for party in parties[one]])
    links = [dict(row) for row in fetch(sa.select(LINK).where(among(LINK.c.person_id, ids), own)).mappings()]
    fetch(sa.delete(LINK).where(among(LINK.c.id, [one["id"] for one in links])))
    # A company above others of them waits for nobody else.
    below = sa.select(Contact.id, Contact.parent_id).where(among(Contact.id, ids), among(Contact.parent_id, ids))
    parents = {row.id: row.parent_id for row in fetch(below)}
    fetch(sa.update(CONTACT).where(among(CONTACT.c.id, parents)).values(parent_id=None))
    held = guards.blockers(ids)
    while back := [{"id": one, "parent_id": parents.pop(one)} for one in list(parents) if one in held]:
        update_many(Contact, back)
        held = {**guards.blockers([one for one in ids if one not in held]), **held}
    insert_many(ContactLink, [one for one in links if one["person_id"] in held])
    going = [one for one in ids if one not in held]
    given = sa.select(NUMBER.c.folded).where(among(NUMBER.c.contact_id, going), NUMBER.c.origin == "given")
    fetch(sa.delete(NUMBER).where(among(NUMBER.c.contact_id, going), NUMBER.c.folded.not_in(given)))
    return held | _gone([[one] for one in going])


def _gone(groups: Sequence[Sequence[int]]) -> dict[int, list[Blocker]]:
    """Delete these, each with what was merged into it. Should the database know of something that refers to one and
    that nobody has told of, that one stays."""
    if not groups:
        return {}
    try:
        with db.session.begin_nested():
            _delete([one for group in groups for one in group])
    except sa.exc.IntegrityError:
        if len(groups) == 1:
            return {groups[0][0]: [_unknown()]}
        half = len(groups) // 2
        return _gone(groups[:half]) | _gone(groups[half:])
    return {}


def _unknown() -> Blocker:
    return Blocker(
        key="unknown",
        label=_("Something in the database refers to it"),
        count=1,
        remedy=_("An administrator finds out what, with the database's own tools."),
        right="settings",
    )


def _delete(ids: Sequence[int]) -> None:
    """Take away all rows that go along with contacts, those of plug-ins that are switched off too, then themselves."""
    _tell_others(ids)
    fetch(sa.update(CONTACT).where(among(Contact.parent_id, ids)).values(parent_id=None))
    # A merge can't be taken back without them, and what it kept for that tells of them.
    part = sa.select(MergedContact.merge_id).where(among(MergedContact.contact_id, ids))
    fetch(sa.delete(MERGE).where(sa.or_(among(Merge.main_id, ids), Merge.id.in_(part))))
    going = references.going_along(registry())
    for _plugin, model in registry().duties("models"):
        _forget_origins(model.__table__, ids)
    tables = list(going.values())
    for table in reversed([one for one in Contact.metadata.sorted_tables if one in tables]):
        if table is not Contact.__table__ and (belongs := _belongs(table, ids, tables)) is not None:
            fetch(sa.delete(table).where(belongs))
    fetch(sa.delete(CONTACT).where(among(Contact.id, ids)))
    db.session.expire_all()


def _tell_others(ids: Sequence[int]) -> None:
    """What linked those that go to contacts that stay ends now: their history tells of it (spec A4)."""
    sides = (ContactLink.person_id, ContactLink.party_id)
    links = fetch(sa.select(*sides).where(sa.or_(*(among(one, ids) for one in sides))))
    going = set(ids)
    # Not by its name: whoever is deleted for good may have asked for that.
    gone = _("a contact that was deleted for good")
    notes = []
    for person, party in [(row.person_id, row.party_id) for row in links]:
        if person not in going:
            notes.append(Note(person, "unlinked", {"party": (gone, None)}))
        elif party not in going:
            notes.append(Note(party, "unlinked", {"person": (gone, None)}))
    children = fetch(sa.select(Contact.id, Contact.parent_id).where(among(Contact.parent_id, ids)))
    notes += [Note(row.id, "changed", {"parent_id": (row.parent_id, None)}) for row in children if row.id not in going]
    if notes:
        record_all(notes)


def _forget_origins(table: sa.Table, ids: Sequence[int]) -> None:
    """Rows of others that a merge once took from these stay, and no longer say so."""
    for key in table.foreign_keys:
        is_origin = key.column.table is CONTACT and key.parent.name.endswith(references.ORIGIN)
        if is_origin and key.ondelete not in GOES:
            fetch(sa.update(table).where(among(key.parent, ids)).values({key.parent: None}))


def _belongs(table: sa.Table, ids: Sequence[int], tables: Sequence[sa.Table]) -> sa.ColumnElement[bool] | None:
    """The rows that the database would not take away by itself: directly of a contact, or of a row that is one's."""
    parts: list[Any] = []
    for key in table.foreign_keys:
        parent = key.column.table
        if key.ondelete in GOES or parent not in tables or parent is table:
            continue
        if key.parent.name.endswith(references.ORIGIN):
            continue
        if parent is Contact.__table__:
            parts.append(among(key.parent, ids))
        else:
            of_parent = _whole(parent, ids, tables)
            if of_parent is not None:
                parts.append(key.parent.in_(sa.select(key.column).where(of_parent)))
    return sa.or_(*parts) if parts else None


def _whole(table: sa.Table, ids: Sequence[int], tables: Sequence[sa.Table]) -> sa.ColumnElement[bool] | None:
    """All rows of a table that go with contacts, by whichever way."""
    parts: list[Any] = []
    for key in table.foreign_keys:
        if key.ondelete == "SET NULL" or key.parent.name.endswith(references.ORIGIN):
            continue
        if key.column.table is Contact.__table__:
            parts.append(among(key.parent, ids))
        elif key.column.table in tables and key.column.table is not table:
            more = _whole(key.column.table, ids, tables)
            if more is not None:
                parts.append(key.parent.in_(sa.select(key.column).where(more)))
    return sa.or_(*parts) if parts else None

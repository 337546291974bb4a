"""Rows that refer to a contact and of which nobody says what becomes of them when it is deleted (spec D1, D3).

Those of a plug-in that forgot its guard, and those of plug-ins whose package is gone: they hold the contact back,
whatever their foreign keys would do to them. Found from the metadata, and for the latter from the database itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from webapp import references
from webapp.administration.models import PluginTable
from webapp.db import among, db, fetch
from webapp.i18n import _
from webapp.plugin import Blocker
from webapp.registry import registry

VERSIONS = "schema_"
"""What the names of the tables begin with that keep the versions of a plug-in's tables."""
Join = tuple[sa.FromClause, sa.ColumnElement[bool]]


def blockers(ids: Sequence[int]) -> dict[int, list[Blocker]]:
    """What of this kind holds each of these contacts back: one statement for each such table."""
    found: dict[int, list[Blocker]] = {}
    labels = {one.table: str(one.label) for _plugin, one in registry().duties("personal_data") if one.label}
    for plugin, table in references.unanswered(registry()):
        for contact_id, number in _counts(table, ids, origins=False).items():
            found.setdefault(contact_id, []).append(_forgotten(plugin, labels.get(table.name, table.name), number))
    for name, table in references.hanging(registry()).items():
        for contact_id, number in _counts(table, ids, origins=True).items():
            found.setdefault(contact_id, []).append(_orphaned(name, number))
    return found


def _forgotten(plugin: str, label: str, number: int) -> Blocker:
    named = registry().installed[plugin].label if plugin in registry().installed else plugin
    return Blocker(
        key="referring",
        label=_("%(what)s: %(num)s", what=label, num=number),
        count=number,
        remedy=_("First remove them there: “%(plugin)s” does not say what becomes of them.", plugin=named),
        plugin=plugin,
        right="settings",
    )


def _orphaned(table: str, number: int) -> Blocker:
    plugin = _owner(table)
    label = _("Data of a plug-in that is gone: %(table)s", table=table)
    if plugin:
        label = _("Data of the plug-in “%(plugin)s”, which is gone: %(table)s", plugin=plugin, table=table)
    return Blocker(
        key="orphaned",
        label=label,
        count=number,
        remedy=_("An administrator installs that plug-in again, or removes its data."),
        endpoint="plugins.index",
        values={},
        see=_("To the plug-ins"),
        plugin=plugin,
        right="settings",
    )


def _owner(table: str) -> str:
    """Whose table it is, as was written down while the package was there; else the only one that is gone."""
    if noted := db.session.get(PluginTable, table):
        return noted.plugin
    there = sa.inspect(db.session.connection()).get_table_names()
    gone = {one.removeprefix(VERSIONS) for one in there if one.startswith(VERSIONS)} - registry().folders.keys()
    return next(iter(gone)) if len(gone) == 1 else ""


def _counts(table: sa.Table, ids: Sequence[int], *, origins: bool) -> Mapping[int, int]:
    """How many rows of a table refer to each contact, by whichever way."""
    keys = list(table.primary_key) or list(table.c)
    ways = []
    for owner, joins in _ways(table, table, origins=origins):
        query = sa.select(owner.label("contact_id"), *(one.label(f"k{at}") for at, one in enumerate(keys)))
        query = query.select_from(table)
        for other, on in joins:
            query = query.join(other, on)
        ways.append(query.where(among(owner, ids)))
    if not ways:
        return {}
    rows = sa.union(*ways).subquery()
    query = sa.select(rows.c.contact_id, sa.func.count().label("number")).group_by(rows.c.contact_id)
    return {row.contact_id: row.number for row in fetch(query)}


def _ways(
    table: sa.Table, source: sa.FromClause, *, origins: bool, seen: tuple[str, ...] = ()
) -> Iterator[tuple[sa.ColumnElement[Any], list[Join]]]:
    """The columns that hold a contact's id, each with the joins that lead there from a row of `table`; `source` is what
    the statement calls it."""
    going = references.going_along(registry())
    for key in table.foreign_keys:
        column = source.c[key.parent.name]
        # As the database describes them, tables of others refer to tables that are not ours: the name says which.
        parent = going.get(key.column.table.name)
        if parent is None or parent.name in seen or (not origins and key.parent.name.endswith(references.ORIGIN)):
            continue
        if parent.name == references.CONTACT:
            yield column, []
            continue
        above = parent.alias()
        for owner, joins in _ways(parent, above, origins=False, seen=(*seen, parent.name)):
            yield owner, [(above, column == above.c[key.column.name]), *joins]

"""Tables of plug-ins: whose they are, what is left of those whose package is gone, exporting and deleting it (spec I1).

Whose a table is was written down by the upgrade of the schema, while its package was still there to say so.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

import sqlalchemy as sa

from webapp.acting import need
from webapp.administration import changes
from webapp.administration.models import PluginTable
from webapp.administration.switching import PAGE, counted
from webapp.contacts.models import ContactNumber
from webapp.db import db, fetch, now
from webapp.errors import Invalid, Missing, Refused
from webapp.functions.models import FunctionKind, FunctionRow
from webapp.i18n import _
from webapp.registry import registry
from webapp.search import texts

VERSIONS = "schema_"
"""How the tables are called in which Alembic keeps each owner's version."""
CHUNK = 1_000


@dataclass(frozen=True, kw_only=True)
class Orphan:
    """What a plug-in has left behind whose package is not installed; `rows` by table, counted so far and no further."""

    name: str
    tables: tuple[sa.Table, ...]
    rows: Mapping[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.rows.values())


def orphans() -> list[Orphan]:
    """All that are gone and have left tables, or their version, behind, by name."""
    need("settings")
    present = set(sa.inspect(db.session.connection()).get_table_names())
    installed = {registry().core.name, *registry().installed}
    names = {one.removeprefix(VERSIONS) for one in present if one.startswith(VERSIONS)} - installed
    return [_orphan(name, _tables_of(name, present)) for name in sorted(names)]


def find(name: str) -> Orphan:
    """What the plug-in has left behind, or keeps while it is installed; raises `Missing` where there is nothing."""
    need("settings")
    present = set(sa.inspect(db.session.connection()).get_table_names())
    if name == registry().core.name or VERSIONS + name not in present:
        raise Missing(_("There is no plug-in “%(name)s” with data.", name=name))
    return _orphan(name, _tables_of(name, present))


def _tables_of(name: str, present: set[str]) -> tuple[sa.Table, ...]:
    noted = fetch(sa.select(PluginTable.name).where(PluginTable.plugin == name)).scalars()
    there = sorted(one for one in noted if one in present)
    described = sa.MetaData()
    if there:
        described.reflect(db.session.connection(), only=there, resolve_fks=True)
    # What is referred to comes first.
    return tuple(one for one in described.sorted_tables if one.name in there)


def _orphan(name: str, tables: Sequence[sa.Table]) -> Orphan:
    return Orphan(name=name, tables=tuple(tables), rows=counted(tables))


def export(name: str) -> IO[bytes]:
    """All rows of a plug-in's tables as a ZIP of one file of JSON lines for each table, from its beginning."""
    orphan = find(name)
    file = tempfile.SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115 - whoever asked reads and closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in orphan.tables:
            with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as lines:
                for row in _rows(table):
                    lines.write(json.dumps(row, ensure_ascii=False, default=_plain).encode() + b"\n")
        about = {"plugin": name, "exported_at": now().isoformat(timespec="seconds"), "rows": dict(orphan.rows)}
        archive.writestr("about.json", json.dumps(about, indent=2))
    file.seek(0)
    return file


def _rows(table: sa.Table) -> Any:
    query = sa.select(table).order_by(*table.primary_key).execution_options(yield_per=CHUNK)
    for row in fetch(query).mappings():
        yield dict(row)


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else str(value)


def purge(name: str, confirm: str) -> Orphan:
    """Delete all that a plug-in keeps: its rows, the contact functions that are its own, and its tables where its
    package is gone. No way back.

    Numbers that it gave stay reserved (spec F3). Raises `Missing`; `Invalid` where `confirm` is not its name; `Refused`
    while it is switched on, while another one's tables hang on its own, or where contacts have a function of its that
    is never left (spec C4).
    """
    orphan = find(name)
    if confirm.strip() != name:
        raise Invalid(
            _("Please correct what is marked."), {"confirm": _("Type the plug-in's name: %(name)s.", name=name)}
        )
    if registry().is_enabled(name):
        raise Refused(_("It is switched on: switch it off first."))
    own = {one.name for one in orphan.tables}
    _refuse_others(own)
    kinds = _kinds(name, orphan.tables)
    final = fetch(sa.select(sa.func.count()).where(FunctionRow.function.in_(kinds), FunctionRow.is_final)).scalar_one()
    if final:
        raise Refused(
            _("Contacts have a function of it that is never left: first purge or anonymise them, or keep the data.")
        )
    is_gone = name not in registry().installed
    for table in reversed(orphan.tables):
        # While its package is there, its duties go on asking its tables.
        fetch(sa.schema.DropTable(table) if is_gone else sa.delete(table))
    _end_functions(kinds)
    texts.refresh_all()
    if is_gone:
        fetch(sa.delete(FunctionKind).where(FunctionKind.key.in_(kinds)))
        fetch(sa.delete(PluginTable).where(PluginTable.plugin == name))
        fetch(sa.schema.DropTable(sa.Table(VERSIONS + name, sa.MetaData())))
    db.session.expire_all()
    changes.note(PAGE, "plugin_purged", subject=name)
    return orphan


def _refuse_others(own: set[str]) -> None:
    """A table of somebody else's that hangs on these would be left hanging."""
    inspector = sa.inspect(db.session.connection())
    for table in inspector.get_table_names():
        if table not in own and any(key["referred_table"] in own for key in inspector.get_foreign_keys(table)):
            raise Refused(
                _("The table “%(table)s” hangs on its tables: first delete that plug-in's data.", table=table)
            )


def _kinds(name: str, tables: Sequence[sa.Table]) -> list[str]:
    """The functions whose fields lie in these tables, or that the manifest names while there is one."""
    plugin = registry().installed.get(name)
    found = {one.key for one in plugin.functions} if plugin else set()
    others = {one.key for one in registry().all_functions()} - found
    for table in tables:
        for key in table.foreign_keys:
            if key.column.table.name == FunctionRow.__tablename__ and key.parent.primary_key:
                named = sa.select(FunctionRow.function).where(FunctionRow.id.in_(sa.select(key.parent))).distinct()
                found |= set(fetch(named).scalars())
    return sorted(found - others)


def _end_functions(kinds: Sequence[str]) -> None:
    if not kinds:
        return
    ended = sa.update(ContactNumber).where(ContactNumber.function.in_(kinds), ContactNumber.valid_to.is_(None))
    fetch(ended.values(valid_to=now()))
    fetch(sa.delete(FunctionRow).where(FunctionRow.function.in_(kinds)))

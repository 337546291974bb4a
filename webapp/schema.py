"""Migrations: Alembic with one version table per owner, the core's and each installed plug-in's.

A plug-in whose package is gone leaves its version table and its tables alone; one that comes back goes on
from there. Every upgrade is one transaction over all owners: a migration that fails leaves all as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine

from webapp.administration.models import PluginTable, ValueListItem
from webapp.db import Base
from webapp.errors import BootError
from webapp.migrations import search_0001, search_0009
from webapp.registry import Registry


def _owners(registry: Registry) -> Iterator[tuple[str, Path]]:
    yield "core", registry.folders["core"] / "migrations" / "versions"
    for name, plugin in registry.installed.items():
        if plugin.migrations:
            yield name, registry.folders[name] / plugin.migrations


def _script(folder: Path) -> ScriptDirectory:
    return ScriptDirectory(str(folder), version_locations=[str(folder)])


def _version_table(owner: str) -> str:
    return f"schema_{owner}"


def upgrade(engine: Engine, registry: Registry) -> list[str]:
    """Bring every owner's tables to its newest version; returns what was applied, as `owner revision`.

    Value lists that are still empty get their first items (spec A8). Raises `BootError` where a migration fails, with
    whose it is: all is left as it was.
    """
    applied: list[str] = []
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            # Two processes that start at once must not migrate at once.
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(716253)"))
        for owner, folder in _owners(registry):
            try:
                applied += _upgrade_owner(connection, owner, folder)
            except Exception as error:
                # A third party's migration may raise anything.
                reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
                raise BootError(f"A migration of {owner} failed: {reason}. Nothing was changed.") from error
        _fill_value_lists(connection, registry)
        _note_owners(connection, registry)
    return applied


def _upgrade_owner(connection: Connection, owner: str, folder: Path) -> list[str]:
    script = _script(folder)
    applied: list[str] = []

    def steps(revision: Any, context: MigrationContext) -> Any:
        found = script._upgrade_revs("head", revision)
        applied.extend(f"{owner} {step.revision.revision}" for step in found)
        return found

    config = AlembicConfig()
    with EnvironmentContext(config, script, fn=steps) as environment:
        environment.configure(
            connection=connection,
            target_metadata=Base.metadata,
            version_table=_version_table(owner),
            render_as_batch=True,
        )
        environment.run_migrations()
    return applied


def _fill_value_lists(connection: Connection, registry: Registry) -> None:
    items = Base.metadata.tables[ValueListItem.__tablename__]
    present = set(connection.scalars(sa.select(items.c.list).distinct()))
    rows = [
        {"list": one.key, "code": code, "label_fr": fr, "label_en": en, "label_de": de, "position": position}
        for _, one in registry.duties("value_lists")
        if one.key not in present
        for position, (code, fr, en, de) in enumerate(one.items)
    ]
    if rows:
        connection.execute(sa.insert(items), rows)


def _note_owners(connection: Connection, registry: Registry) -> None:
    """Write down whose the tables of the plug-ins are, for when a package is gone (spec I1)."""
    noted = Base.metadata.tables[PluginTable.__tablename__]
    known = {row.name: row.plugin for row in connection.execute(sa.select(noted))}
    for plugin in registry.installed.values():
        for name in (model.__tablename__ for model in plugin.models):
            if name not in known:
                connection.execute(sa.insert(noted).values(name=name, plugin=plugin.name))
            elif known[name] != plugin.name:
                connection.execute(sa.update(noted).where(noted.c.name == name).values(plugin=plugin.name))


def status(engine: Engine, registry: Registry) -> list[dict[str, str]]:
    """For each owner its present and its newest revision; equal where nothing is to be done."""
    rows = []
    with engine.connect() as connection:
        for owner, folder in _owners(registry):
            context = MigrationContext.configure(connection, opts={"version_table": _version_table(owner)})
            newest = _script(folder).get_current_head() or ""
            rows.append({"owner": owner, "present": context.get_current_revision() or "", "newest": newest})
    return rows


def is_current(engine: Engine, registry: Registry) -> bool:
    """Whether every owner's tables are at their newest version."""
    return all(row["present"] == row["newest"] for row in status(engine, registry))


def drift(engine: Engine, registry: Registry) -> list[str]:
    """Differences between the models and the database, a line each; empty where the migrations say the same.

    Only tables of installed plug-ins are compared: those of a package that is gone are left alone, as are the
    indexes of the search, which no model can describe.
    """
    owned = {model.__tablename__ for _plugin, model in registry.duties("models")}
    of_search = {*search_0001.INDEXES, search_0009.INDEX}

    def compared(_thing: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
        return name in owned if kind == "table" else name not in of_search

    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_object": compared,
                "compare_type": True,
            },
        )
        return [str(difference) for difference in compare_metadata(context, Base.metadata)]

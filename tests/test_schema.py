"""Migrations: they make what the models say, once, all or nothing, beside tables of plug-ins that are gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from webapp import schema, testing
from webapp.db import db
from webapp.discovery import Found
from webapp.errors import BootError
from webapp.plugin import Plugin
from webapp.registry import registry

BROKEN = '''"""A migration that does half of its work.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("half_done", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("INSERT INTO function_kind (key, slot, is_final) VALUES ('half', 'half', TRUE)")
    op.execute("SELECT nothing FROM nowhere")
'''


@pytest.fixture
def empty(applications: testing.Applications, database: str) -> Iterator[Flask]:
    """An application on a database without any table."""
    plugins = testing.PluginSet(found=testing.shipped())
    with applications.empty(database) as url:
        app = testing.create(url, plugins, applications.folder)
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names())


def test_the_migrations_make_what_the_models_say(app, plugin_registry) -> None:
    assert schema.drift(db.engine, plugin_registry) == []


def test_a_drift_is_found(empty, database) -> None:
    schema.upgrade(db.engine, registry())
    with db.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE supplier ADD COLUMN forgotten INTEGER"))
        connection.execute(sa.text("DROP INDEX uq_contact_link_open"))
    found = "\n".join(schema.drift(db.engine, registry()))
    assert "forgotten" in found
    assert "uq_contact_link_open" in found


def test_upgrading_twice_is_nothing(empty) -> None:
    applied = schema.upgrade(db.engine, registry())
    assert {line.split()[0] for line in applied} >= {"core", "prospects", "customers", "suppliers"}
    assert schema.is_current(db.engine, registry())
    before = tables()
    with db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE value_list_item SET label_en = 'Ours' WHERE code = 'fair'"))
        items = connection.execute(sa.text("SELECT count(*) FROM value_list_item")).scalar()
    assert schema.upgrade(db.engine, registry()) == []
    assert tables() == before
    with db.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM value_list_item")).scalar() == items
        assert (
            connection.execute(sa.text("SELECT label_en FROM value_list_item WHERE code = 'fair'")).scalar() == "Ours"
        )


@pytest.mark.parametrize("first", [True, False], ids=["on an empty database", "on a filled one"])
def test_a_migration_that_fails_leaves_all_as_it_was(
    empty, applications, database, tmp_path: Path, first: bool
) -> None:
    if not first:
        schema.upgrade(db.engine, registry())
    before, status = tables(), schema.status(db.engine, registry())
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "r0001_half.py").write_text(BROKEN)
    plugin = Plugin(name="half", label="Half", version="1", migrations="migrations")
    shipped = testing.shipped()
    found = Found(plugins=(*shipped.plugins, plugin), folders={**shipped.folders, "half": tmp_path})
    url = db.engine.url.render_as_string(hide_password=False)
    app = testing.create(url, testing.PluginSet(found=found), applications.folder)
    with app.app_context():
        with pytest.raises(BootError, match="A migration of half failed"):
            schema.upgrade(db.engine, registry())
        db.engine.dispose()
    assert tables() == before
    assert schema.status(db.engine, registry()) == status
    if not first:
        with db.engine.connect() as connection:
            assert "half" not in connection.execute(sa.text("SELECT key FROM function_kind")).scalars().all()


def test_tables_of_a_plugin_that_is_gone_are_left_alone(empty, applications) -> None:
    schema.upgrade(db.engine, registry())
    before = tables()
    shipped = testing.shipped()
    rest = tuple(plugin for plugin in shipped.plugins if plugin.name != "suppliers")
    url = db.engine.url.render_as_string(hide_password=False)
    gone = testing.create(url, testing.PluginSet(found=replace(shipped, plugins=rest)), applications.folder)
    with gone.app_context():
        assert schema.upgrade(db.engine, registry()) == []
        assert schema.drift(db.engine, registry()) == []
        db.engine.dispose()
    assert tables() == before
    assert schema.is_current(db.engine, registry())


def test_a_database_without_schema_is_not_ready(empty) -> None:
    client = empty.test_client()
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    schema.upgrade(db.engine, registry())
    assert client.get("/readyz").status_code == 200

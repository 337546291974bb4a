"""Jobs are tested with those of the sample plug-in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from webapp import Carnet, schema, testing
from webapp.accounts.services import create_user
from webapp.acting import acting, acting_as_system
from webapp.db import db, transaction
from webapp.discovery import discover
from webapp.registry import registry

FOUND = discover(["sample_plugin"])


@pytest.fixture
def plugins() -> testing.PluginSet:
    return testing.PluginSet(found=FOUND)


@pytest.fixture
def real(applications: testing.Applications, database: str, tmp_path) -> Iterator[Carnet]:
    """An application on a database of its own, with a manager, whose transactions are real."""
    with applications.empty(database) as url:
        app = testing.create(url, testing.PluginSet(found=FOUND), tmp_path)
        with app.app_context():
            schema.upgrade(db.engine, registry())
            with acting(acting_as_system("form")), transaction():
                create_user("ada@firm.example", testing.PASSWORD, "manager")
            db.session.remove()
        yield app
        with app.app_context():
            db.engine.dispose()

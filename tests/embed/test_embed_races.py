"""Two browsers with one code: on a database of their own, each request in a thread and a transaction of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from portals import BASE, ORIGIN

from plugins.embed import launching, services
from webapp import Carnet, schema, testing
from webapp.accounts.services import create_user
from webapp.acting import acting, acting_as_system
from webapp.db import db, transaction
from webapp.registry import registry

AT_ONCE = 8


@pytest.fixture(autouse=True)
def allowed() -> None:
    """This application allows its portal itself."""


@pytest.fixture
def served(applications: testing.Applications, database: str) -> Iterator[tuple[Carnet, str]]:
    """An application whose transactions are real, and a code."""
    with applications.empty(database) as url:
        app = testing.create(url, testing.PluginSet(found=testing.shipped()), applications.folder)
        app.config["CARNET"] = replace(app.config["CARNET"], embed_origins=(ORIGIN,), base_url=BASE)
        with app.app_context():
            schema.upgrade(db.engine, registry())
            with acting(acting_as_system("form")), transaction():
                user = create_user("ada@firm.example", testing.PASSWORD, "reader")
                values = {"name": "Intranet", "origins": [ORIGIN], "views": ["search"], "reader_id": user.id}
                portal, _secret = services.create(values)
                code, _wanted = launching.launch(portal, {"view": "search"})
            db.session.remove()
        yield app, code
        with app.app_context():
            db.engine.dispose()


def test_I3_of_all_who_come_at_once_one_uses_the_code(served) -> None:
    app, code = served
    start = Barrier(AT_ONCE)

    def go(_nth: int) -> int:
        browser = app.test_client()
        start.wait(60)
        return browser.get("/embed/start", query_string={"code": code}).status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert Counter(pool.map(go, range(AT_ONCE))) == {303: 1, 401: AT_ONCE - 1}

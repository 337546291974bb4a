"""A portal at https://portal.example, which the deployment allows, and what its server and its readers do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from portals import BASE, ORIGIN, OTHER, VIEWS, Reader, Server

from plugins.embed import services
from webapp.acting import acting, acting_as_system
from webapp.db import db


@pytest.fixture(autouse=True)
def allowed(app: Any) -> Iterator[None]:
    """The deployment allows two origins, and is served by https."""
    kept = {name: app.config[name] for name in ("CARNET", "SESSION_COOKIE_SECURE")}
    app.config["CARNET"] = replace(
        app.config["CARNET"], embed_origins=(ORIGIN, OTHER), base_url=BASE,
        trusted_hosts=("crm.example", "localhost"),
    )  # fmt: skip
    yield
    app.config.update(kept)


@pytest.fixture
def portal(app: Any, user: Callable[..., Any]) -> Callable[..., Server]:
    """Makes a portal with a reader of its own; `values` change it."""

    def make(role: str = "reader", **values: Any) -> Server:
        with acting(acting_as_system("form")):
            made, secret = services.create(
                {"name": "Intranet", "origins": [ORIGIN], "views": VIEWS, "reader_id": user(role).id, **values}
            )
        db.session.flush()
        return Server(app.test_client(), made, secret)

    return make


@pytest.fixture
def reader(app: Any) -> Callable[[], Reader]:
    """Another browser, with nothing in it."""
    return lambda: Reader(app.test_client())


@pytest.fixture
def frame(portal: Callable[..., Server], reader: Callable[[], Reader]) -> Callable[..., Reader]:
    """A frame of a portal that is open: `frame("card", parameters={"id": 12})`."""

    def begin(view: str = "card", server: Server | None = None, **body: Any) -> Reader:
        made = reader()
        assert made.start((server or portal()).launch(view, **body)).status_code == 303
        return made

    return begin

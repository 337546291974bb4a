"""A portal at https://portal.example, which the deployment allows, and what its server and its readers do."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from plugins.embed import services
from plugins.embed.models import Portal
from webapp.acting import acting, acting_as_system
from webapp.db import db

ORIGIN, OTHER = "https://portal.example", "https://wiki.example"
VIEWS = ("card", "file", "contacts", "search", "new", "edit", "customers", "doubles")


@pytest.fixture(autouse=True)
def allowed(app: Any) -> Iterator[None]:
    """The deployment allows two origins, and is served by https."""
    kept = {name: app.config[name] for name in ("CARNET", "SESSION_COOKIE_SECURE")}
    app.config["CARNET"] = replace(
        app.config["CARNET"], embed_origins=(ORIGIN, OTHER), base_url="https://crm.example",
        trusted_hosts=("crm.example", "localhost"),
    )  # fmt: skip
    yield
    app.config.update(kept)


@dataclass
class Server:
    """A portal's server: it knows the secret."""

    client: Any
    portal: Portal
    secret: str

    def call(self, name: str, secret: str = "", **body: Any) -> Any:
        shown = b64encode(f"{self.portal.key}:{secret or self.secret}".encode()).decode()
        return self.client.post(f"/api/v1/embed/{name}", json=body, headers={"Authorization": f"Basic {shown}"})

    def launch(self, view: str = "card", **body: Any) -> str:
        """A one-time code."""
        answer = self.call("launch", view=view, **body)
        assert answer.status_code == 201, answer.json
        return str(answer.json["code"])


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


@dataclass
class Reader:
    """A browser in which a frame of a portal's page is open."""

    browser: Any
    address: str = ""

    def start(self, code: str, **options: Any) -> Any:
        answer = self.browser.get("/embed/start", query_string={"code": code}, **options)
        self.address = answer.headers.get("Location", "")
        return answer

    def get(self, address: str = "", **options: Any) -> Any:
        return self.browser.get(address or self.address, **options)

    @property
    def at(self) -> str:
        """What stands before a page's own address."""
        return "/".join(self.address.split("/")[:3])


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

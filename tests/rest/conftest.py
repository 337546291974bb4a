"""The API as its callers have it: by HTTP, with a token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from webapp.accounts import tokens
from webapp.accounts.models import User
from webapp.acting import acting, acting_as_system
from webapp.db import db
from webapp.testing import Client


@dataclass
class Api:
    """Calls with the token of one user."""

    client: Client
    secret: str
    user: User

    def __call__(self, method: str, path: str, json: Any = None, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.secret}", **more.pop("headers", {})}
        if json is not None:
            more["json"] = json
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **more)

    def get(self, path: str, **more: Any) -> Any:
        return self("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> Any:
        return self("POST", path, json, **more)

    def patch(self, path: str, json: Any, **more: Any) -> Any:
        return self("PATCH", path, json, **more)

    def put(self, path: str, json: Any = None, **more: Any) -> Any:
        return self("PUT", path, json, **more)

    def delete(self, path: str, **more: Any) -> Any:
        return self("DELETE", path, **more)


@pytest.fixture
def api(app, user) -> Callable[..., Api]:
    """Makes a caller: `api("editor")`, `api("administrator", scope="read")`."""

    def make(role: str = "manager", scope: str = "admin", **values: Any) -> Api:
        owner = user(role, **values)
        with acting(acting_as_system("form")):
            _token, secret = tokens.create(owner, "test", scope)
        db.session.flush()
        client = app.test_client()
        assert isinstance(client, Client)
        return Api(client, secret, owner)

    return make

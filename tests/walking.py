"""Every route of the application, with a sample for each of its arguments: the tests that walk them share it.

A route whose argument has no sample fails those tests: add it to `Samples.known`, under its blueprint's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from webapp.accounts import passwords, sessions, tokens
from webapp.accounts.models import User, UserSession
from webapp.acting import acting, acting_as_system
from webapp.administration.models import ValueListItem
from webapp.contacts import links
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.jobs.models import Job
from webapp.lists.models import SavedView

SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One address of a route, and a method that it knows."""

    endpoint: str
    method: str
    address: str
    rule: str
    view: Any

    @property
    def is_public(self) -> bool:
        return bool(getattr(self.view, "is_public", False))

    @property
    def right(self) -> str | None:
        """The right that the view declares."""
        right: str | None = getattr(self.view, "right", None)
        return right

    @property
    def is_api(self) -> bool:
        return self.rule.startswith("/api/")

    @property
    def blueprint(self) -> str:
        return self.endpoint.rpartition(".")[0]


@dataclass(frozen=True, kw_only=True)
class Samples:
    """Records that the addresses name. `owner` is whose sessions, tokens and jobs these are."""

    contact: int
    link: int
    owner: User
    function: str = "supplier"
    name: str = "Sample"

    def known(self, app: Flask) -> dict[str, Any]:
        """A value by blueprint and argument."""
        item = db.session.scalars(sa.select(ValueListItem).order_by(ValueListItem.id)).first()
        assert item is not None
        found = {
            "account:id": self._session(),
            "api_tokens:id": self._token(),
            "users:id": self.owner.id,
            "security:token": self._reset(app),
            "jobs:id": (job := self._job()),
            "rest_jobs:id": job,
            "lists.views:id": self._view(),
            "rest_mass_actions:action": "archive",
            "value_lists:key": item.list,
            "value_lists:id": item.id,
            "value_lists:action": "down",
        }
        for blueprint in ("contacts", "lists", "links", "pictures", "functions"):
            found |= {f"{blueprint}:id": self.contact, f"{blueprint}:link_id": self.link}
            found |= {f"{blueprint}:function": self.function}
        for blueprint in ("rest_contacts", "rest_functions", "rest_links"):
            found |= {f"{blueprint}:id": self.contact, f"{blueprint}:link_id": self.link}
            found |= {f"{blueprint}:function": self.function}
        return found

    def _reset(self, app: Flask) -> str:
        with app.test_request_context():
            return passwords.reset_link(self.owner).rpartition("/")[2]

    def _view(self) -> int:
        found = db.session.scalar(sa.select(SavedView).where(SavedView.owner_id == self.owner.id))
        view = found or SavedView(list="all", owner_id=self.owner.id, name=self.name)
        db.session.add(view)
        db.session.flush()
        return view.id

    def _job(self) -> int:
        job = Job(kind="sample", user_id=self.owner.id, state="done")
        db.session.add(job)
        db.session.flush()
        return job.id

    def _session(self) -> int:
        sessions.start(self.owner, remembered=False)
        db.session.flush()
        newest = sa.select(sa.func.max(UserSession.id)).where(UserSession.user_id == self.owner.id)
        return int(db.session.scalar(newest) or 0)

    def _token(self) -> int:
        with acting(acting_as_system("form")):
            return tokens.create(self.owner, self.name, "read")[0].id


def some(make: Callable[..., Contact], owner: User) -> Samples:
    """A company with functions and a linked person; `owner` has sessions and tokens."""
    party, person = make("Mine", functions=["prospect", "supplier"]), make("Person", kind="person")
    with acting(acting_as_system("form")):
        link = links.create(party.id, person.id, {})
    db.session.flush()
    return Samples(contact=party.id, link=link.id, owner=owner)


def send(client: FlaskClient, call: Call, **options: Any) -> Any:
    """One call, a form with its CSRF token."""
    if call.method == "GET" or call.is_api:
        return client.open(call.address, method=call.method, **options)
    return client.submit(call.address, **options)  # type: ignore[attr-defined]


def calls(app: Flask, samples: Samples) -> list[Call]:
    """Every route and each of its methods, HEAD and OPTIONS aside; what reads comes first, what deletes last."""
    return sorted(
        _calls(app, samples.known(app)), key=lambda one: (one.method != "GET", one.method == "DELETE", one.rule)
    )


def _calls(app: Flask, known: dict[str, Any]) -> Iterator[Call]:
    for rule in app.url_map.iter_rules():
        blueprint = rule.endpoint.partition(".")[0]
        missing = [name for name in rule.arguments if f"{blueprint}:{name}" not in known]
        assert not missing, f"{rule.rule} has no sample for {missing}: add it to tests/walking.py"
        with app.test_request_context():
            address = app.url_for(rule.endpoint, **{name: known[f"{blueprint}:{name}"] for name in rule.arguments})
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            view = app.view_functions[rule.endpoint]
            yield Call(endpoint=rule.endpoint, method=method, address=address, rule=rule.rule, view=view)

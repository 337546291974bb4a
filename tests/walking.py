"""Every route of the application, with a sample for each of its arguments: the tests that walk them share it.

A route whose argument has no sample fails those tests: add it to `Samples.known`, under its blueprint's name.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from plugins.custom_fields.models import CustomChoice, CustomField
from plugins.documents.models import Document
from plugins.duplicates.models import DoublePair
from plugins.embed.models import Portal
from plugins.notes.models import ContactNote
from plugins.privacy.models import PrivacyCase
from plugins.proposals import sending
from plugins.proposals import services as proposals
from plugins.proposals.models import Proposal
from plugins.transfer import imports
from plugins.transfer.models import StagedRow
from webapp.accounts import passwords, sessions, tokens
from webapp.accounts.models import User, UserSession
from webapp.acting import Act, acting, acting_as_system
from webapp.administration.models import ValueListItem
from webapp.contacts import links
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.embedding import ARGUMENT
from webapp.i18n import LOCALES
from webapp.jobs.models import Job
from webapp.lists.models import SavedView
from webapp.merging.models import Merge

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
            "merge:id": (merge := self._merge()),
            "duplicates:merge_id": merge,
            "duplicates:id": self._pair(),
            "rest_merges:merge_id": merge,
            "rest_mass_actions:action": "archive",
            "proposals:id": (proposal := self._proposal()),
            "proposal_editor:id": proposal,
            "contact_proposals:id": self.contact,
            "rest_proposals:id": proposal,
            "customers:id": self.contact,
            "documents:id": (document := self._document()),
            "rest_documents:id": self.contact,
            "rest_documents:document_id": document,
            "notes:id": (note := self._note()),
            "rest_notes:id": self.contact,
            "rest_notes:note_id": note,
            "transfer:id": (sent := self._import()),
            "transfer:number": 1,
            "rest_imports:import_id": sent,
            "rest_imports:number": 1,
            "custom_fields:id": (own := self._field()),
            "custom_fields:choice": own,
            "custom_fields:action": "down",
            # Switching one off would take its pages away from who walks on.
            "plugins:name": "nothing",
            "embed_open:address": "contacts/1/card",
            "public_proposals:token": self._link(app),
            "value_lists:key": item.list,
            "value_lists:id": item.id,
            "value_lists:action": "down",
            "number_ranges:key": "common",
            "number_ranges:function": self.function,
            # The one that the migration makes.
            "number_ranges:id": 1,
            "rest_number_ranges:key": "common",
            "privacy:id": self.contact,
            "privacy:case_id": self._case(),
            "rest_privacy:id": self.contact,
            "portals:id": (portal := self._portal()).id,
            "fragments:id": portal.id,
            "embed:key": portal.key,
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

    def _import(self) -> int:
        with acting(Act(user_id=self.owner.id, role="manager", way="form")):
            sent = imports.take_in(io.BytesIO("Όνομα;Πόλη\nΉρα;Πάτρα\n".encode()), "χ")
        row = StagedRow(import_id=sent.id, number=1, line=2, cells=["Ήρα", "Πάτρα"], plan="create")
        db.session.add(row)
        db.session.flush()
        return sent.id

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

    def _merge(self) -> int:
        merge = Merge(main_id=self.contact, user_id=self.owner.id)
        db.session.add(merge)
        db.session.flush()
        return merge.id

    def _proposal(self, number: str = "901") -> int:
        """A draft to the contact; its words are the name."""
        line = {"description": self.name, "quantity": "1", "unit_price": "1", "vat_rate": "20"}
        given = {"title": self.name, "number": number, "lines": [line]}
        present = db.session.scalar(sa.select(Proposal.id).where(Proposal.number == number))
        if present is not None:
            return present
        with acting(acting_as_system("form")):
            return proposals.create(self.contact, given).id

    def _field(self) -> int:
        """A list of the firm's own, with a choice."""
        words = {f"label_{code}": self.name for code in LOCALES}
        field = db.session.scalar(sa.select(CustomField)) or CustomField(code="902", kind="choice", **words)
        db.session.add(field)
        db.session.flush()
        db.session.merge(CustomChoice(id=field.id, field_id=field.id, code="a", **words))
        return field.id

    def _document(self) -> int:
        """A document with the contact's own id: some of these addresses name a contact, others a document."""
        with db.session.no_autoflush:
            made = Document(id=self.contact, contact_id=self.contact, type="other", dated_on=dt.date(2020, 1, 31))
        return db.session.merge(made).id

    def _note(self) -> int:
        """A note with the contact's own id, as with documents."""
        with db.session.no_autoflush:
            made = ContactNote(id=self.contact, contact_id=self.contact, text=self.name)
        return db.session.merge(made).id

    def _link(self, app: Flask) -> str:
        """The token of another proposal, which was sent."""
        with app.test_request_context(), acting(acting_as_system("form")):
            return sending.send(self._proposal("902")).token

    def _portal(self) -> Portal:
        """A portal that reads as the owner."""
        values = {"name": self.name, "key": "portal-sample", "reader_id": self.owner.id, "views": ["card"]}
        found = db.session.scalar(sa.select(Portal)) or Portal(**values, origins=["https://a.example"], digest="")
        db.session.add(found)
        db.session.flush()
        return found

    def _case(self) -> int:
        """An erasure of the contact that is asked for, due a month ago."""
        day = dt.date(2026, 1, 12)
        case = PrivacyCase(contact_id=self.contact, requester=self.name, received_on=day, due_on=day)
        db.session.add(case)
        db.session.flush()
        return case.id

    def _pair(self) -> int:
        """The contact and another one, as possible doubles."""
        other = db.session.scalar(sa.select(sa.func.max(Contact.id)).where(Contact.id != self.contact)) or 0
        low, high = sorted((self.contact, other))
        query = sa.select(DoublePair).where(DoublePair.low_id == low, DoublePair.high_id == high)
        pair = db.session.scalar(query) or DoublePair(low_id=low, high_id=high, score=9_900, reasons=["email"])
        db.session.add(pair)
        db.session.flush()
        return pair.id

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
        if ARGUMENT in rule.arguments:
            # The second address of a page: tests/embed walks those, with a portal's cookie.
            continue
        blueprint = rule.endpoint.partition(".")[0]
        missing = [name for name in rule.arguments if f"{blueprint}:{name}" not in known]
        assert not missing, f"{rule.rule} has no sample for {missing}: add it to tests/walking.py"
        with app.test_request_context():
            address = app.url_for(rule.endpoint, **{name: known[f"{blueprint}:{name}"] for name in rule.arguments})
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            view = app.view_functions[rule.endpoint]
            yield Call(endpoint=rule.endpoint, method=method, address=address, rule=rule.rule, view=view)

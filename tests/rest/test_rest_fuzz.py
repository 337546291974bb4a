"""Thousands of requests made up from the description: no error of ours, and no answer outside the description.

`FUZZ` is how many requests each call of the API gets on each database, of those that fit and of those that do not.
"""

from __future__ import annotations

import base64
import os
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from plugins.documents import services as documents
from plugins.merge import services
from plugins.notes import services as notes
from plugins.proposals import sending
from plugins.proposals import services as proposals
from webapp.contacts import links
from webapp.db import db
from webapp.jobs.models import OUTCOMES, STATES, Job, JobItem

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis import GenerationMode, checks

EACH = int(os.environ.get("FUZZ", "4"))
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
          "response_schema_conformance")  # fmt: skip
RANGES = ("common", "supplier", "debtor")
CALLS = [
    "GET /contacts", "POST /contacts", "GET /contacts/{id}", "PATCH /contacts/{id}", "DELETE /contacts/{id}",
    "PUT /contacts/{id}/functions/{function}", "DELETE /contacts/{id}/functions/{function}",
    "POST /contacts/{id}/convert", "GET /contacts/{id}/links", "POST /contacts/{id}/links", "PATCH /links/{link_id}",
    "DELETE /links/{link_id}", "GET /history", "GET /jobs/{id}", "GET /jobs/{id}/results", "POST /jobs/{id}/stop",
    "POST /jobs/{id}/undo", "POST /mass-actions/{action}",
    "GET /number-ranges", "PATCH /number-ranges/{key}", "POST /merges", "POST /merges/{merge_id}/undo",
    "POST /documents", "GET /contacts/{id}/documents", "GET /documents/{document_id}",
    "GET /documents/{document_id}/file", "DELETE /documents/{document_id}",
    "GET /contacts/{id}/notes", "POST /contacts/{id}/notes", "GET /notes/{note_id}", "PATCH /notes/{note_id}",
    "DELETE /notes/{note_id}", "POST /notes/{note_id}/tick-off", "POST /notes/{note_id}/reopen", "GET /follow-ups",
    "GET /proposals", "POST /proposals", "GET /proposals/{id}", "PATCH /proposals/{id}", "DELETE /proposals/{id}",
    "POST /proposals/{id}/send", "POST /proposals/{id}/revoke", "POST /proposals/{id}/revise",
    "POST /proposals/{id}/accept", "POST /proposals/{id}/decline", "POST /proposals/{id}/withdraw",
    "GET /contacts/{id}/proposals",
    "POST /contacts/{id}/anonymise",
    "POST /embed/launch",
    "GET /contacts/export", "GET /imports", "POST /imports", "GET /imports/{import_id}", "DELETE /imports/{import_id}",
    "GET /imports/{import_id}/rows", "PATCH /imports/{import_id}/rows/{number}",
    "POST /imports/{import_id}/start", "POST /imports/{import_id}/undo",
    "POST /embed/token",
]  # fmt: skip


@pytest.fixture
def described(app) -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)


def test_I4_every_call_is_described_and_tried(described) -> None:
    found = {f"{one.ok().method.upper()} {one.ok().path}" for one in described.get_all_operations()}
    assert found == {call.replace(" ", " /api/v1") for call in CALLS}


@pytest.mark.parametrize("mode", ["positive", "negative"])
@pytest.mark.parametrize("call", CALLS)
def test_I4_no_request_breaks_it_and_no_answer_is_outside_its_description(
    described, api, make, system, call, mode
) -> None:
    method, path = call.split()
    operation = described[f"/api/v1{path}"][method]
    caller = api("administrator", data_protection=True)
    known = list(some_contacts(make))
    link_ids = [links.create(known[0], known[-1], {"role": "Boss"}).id, links.create(known[1], known[-1], {}).id]
    made = some_jobs(known, caller.user.id)
    merge_ids = [services.merge([make("Kept").id, make("Gone").id])[0].id for _nth in range(2)]
    document_ids = list(some_documents(known[0]))
    note_ids = [notes.add(known[0], {"text": "Call", "follow_up_on": day}).id for day in ("2026-01-05", "")]
    offers = list(some_proposals(known)) if "/proposals/" in path else []
    import_ids = list(some_imports(caller)) if "/imports" in path else []
    db.session.commit()
    chosen = [checks.CHECKS.get_one(name) for name in CHECKS]

    @given(case=operation.as_strategy(generation_mode=GenerationMode(mode)))
    @settings(max_examples=EACH, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def try_it(case: Any) -> None:
        # Made-up ids lead nowhere: most requests are about a contact that is there.
        for name, ids in (
            ("id", made if "/jobs/" in path else offers or known),
            ("link_id", link_ids),
            ("merge_id", merge_ids),
            ("document_id", document_ids),
            ("note_id", note_ids),
            ("import_id", import_ids),
            ("number", [1, 2]),
        ):
            number = case.path_parameters.get(name)
            if isinstance(number, int) and number % 8:
                case.path_parameters[name] = ids[number % len(ids)]
        if len(str(case.path_parameters.get("key", ""))) % 8:
            case.path_parameters["key"] = RANGES[len(str(case.path_parameters["key"])) % len(RANGES)]
        case.call_and_validate(headers={"Authorization": f"Bearer {caller.secret}"}, checks=chosen)

    try_it()


def some_imports(caller: Any) -> Iterator[int]:
    """Two that are rehearsed, and one that is imported already."""
    for at in range(3):
        content = base64.b64encode(b"Nachname;E-Mail\nAdler;a@w.example\n;\n;x\n").decode()
        made = caller("POST", "/imports", {"file_name": "list.csv", "content": content}).json["id"]
        if not at:
            caller("POST", f"/imports/{made}/start")
        yield made


def some_documents(contact: int) -> Iterator[int]:
    """One that must be kept, and two that may go."""
    for kind in ("invoice", "other", "other"):
        yield documents.add(contact, {"type": kind, "dated_on": "2026-01-01"}).id


def some_jobs(contacts: list[int], owner: int) -> list[int]:
    """Jobs in all states, with results of all outcomes."""
    found = [Job(kind="sample", user_id=owner, state=state, total=4, done=1) for state in STATES]
    db.session.add_all(found)
    db.session.flush()
    for job in found:
        rows = zip(contacts, (*OUTCOMES, ""), strict=False)
        db.session.add_all(
            JobItem(job_id=job.id, position=at, contact_id=contact, outcome=outcome, reason="So it was.")
            for at, (contact, outcome) in enumerate(rows, 1)
        )
    return [job.id for job in found]


def some_proposals(contacts: list[int]) -> Iterator[int]:
    """A draft, and one that was sent."""
    for contact_id in contacts[:2]:
        lines = [{"description": "Audit", "quantity": "2", "unit_price": "450.00"}]
        yield proposals.create(contact_id, {"title": "Audit", "lines": lines}).id
    yield (sent := proposals.copy(proposals.of_contact(contacts[0])[0].id)).id
    sending.send(sent.id)


def some_contacts(make) -> Iterator[int]:
    """Contacts in all states and with all functions; the last is a person."""
    yield make("Firm", functions=["customer", "supplier"]).id
    yield make("Prospect", functions=["prospect"]).id
    yield make("Bare").id
    yield make("Anna", kind="person", emails=[{"value": "a@b.example"}], tags=["VIP"]).id

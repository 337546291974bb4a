"""However many accept at once, and from wherever: one conversion, one event, one line of the history (spec C1, C6)."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Iterator
from typing import Any

import acceptors
import pytest
import sqlalchemy as sa

from plugins.proposals import sending, services
from plugins.proposals.models import Proposal, ProposalAnswer
from webapp import schema, testing
from webapp.accounts import tokens
from webapp.accounts.models import User
from webapp.acting import acting, acting_as_system
from webapp.contacts.services import create
from webapp.db import db, transaction
from webapp.functions.models import FunctionRow
from webapp.functions.services import activate
from webapp.history.models import HistoryEntry
from webapp.registry import registry

CROWD = ("user", "link", "api") * 8 + ("link",)
"""Of each of the two processes: 50 acceptances in all of the first proposal, and a few of each other."""
FEW = CROWD[:6]
LINES = [{"description": "Audit", "quantity": "1", "unit_price": "100"}]


@pytest.fixture
def base(applications: testing.Applications, database: str) -> Iterator[tuple[Any, str]]:
    """An application on a base of its own, where transactions are real."""
    with applications.empty(database) as url:
        app = testing.create(url, acceptors.plugins(), applications.folder)
        with app.app_context(), acting(acting_as_system("form")):
            schema.upgrade(db.engine, registry())
            try:
                yield app, url
            finally:
                db.session.remove()
                db.engine.dispose()


def prepare() -> list[dict[str, Any]]:
    """Sent proposals to contacts of all kinds, one of which is merged and one disqualified meanwhile."""
    owner = User(email="ada@x.example", name="Ada", role="editor", active=True, fs_uniquifier="ada")
    db.session.add(owner)
    db.session.flush()
    secret = tokens.create(owner, "test", "write")[1]
    found = []
    for name, functions in {
        "prospect": ["prospect"], "bare": [], "supplier": ["supplier"], "merged": ["prospect"],
        "disqualified": ["prospect"],
    }.items():  # fmt: skip
        contact = create({"kind": "company", "company_name": name})
        for function in functions:
            activate(contact.id, function)
        main = create({"kind": "company", "company_name": f"{name} Ltd"})
        proposal = services.create(contact.id, {"title": name, "lines": LINES})
        token = sending.send(proposal.id).token
        found.append({"name": name, "id": proposal.id, "contact": contact.id, "main": main.id, "token": token,
                      "secret": secret})  # fmt: skip
    return found


def test_C1_fifty_at_once_make_one_customer(base, applications) -> None:
    _app, url = base
    with transaction():
        offers = prepare()
    db.session.remove()
    db.engine.dispose()
    extra = {"merged": "merge", "disqualified": "disqualify"}
    rounds = [
        [
            (one, (*(FEW if at else CROWD), *((extra[one["name"]],) if side == 0 and one["name"] in extra else ())))
            for at, one in enumerate(offers)
        ]
        for side in range(2)
    ]
    spawn = multiprocessing.get_context("spawn")
    start, results = spawn.Barrier(2), spawn.Queue()
    processes = [
        spawn.Process(target=acceptors.run, args=(url, applications.folder, mine, start, results)) for mine in rounds
    ]
    for process in processes:
        process.start()
    outcomes = [one for _process in processes for one in results.get(timeout=180)]
    for process in processes:
        process.join(30)
    results.close()

    for at, offer in enumerate(offers):
        name = offer["name"]
        told = Counter(outcome for which, _way, outcome in outcomes if which == name)
        entries = Counter(
            db.session.scalars(
                sa.select(HistoryEntry.action).where(
                    HistoryEntry.source == f"proposal:{offer['id']}", HistoryEntry.action != "proposal_created"
                )
            )
        )
        proposal = db.session.get_one(Proposal, offer["id"])
        customers = db.session.scalars(sa.select(FunctionRow.contact_id).where(
            FunctionRow.function == "customer", FunctionRow.ended_at.is_(None),
            FunctionRow.contact_id.in_([offer["contact"], offer["main"]]),
        )).all()  # fmt: skip
        if name == "disqualified" and proposal.state == "withdrawn":
            assert told["disqualified"] == 1
            assert (told["accepted"], len(customers), entries["heard"]) == (0, 0, 0), told
            continue
        assert (told["accepted"], entries["heard"], entries["proposal_accepted"]) == (1, 1, 1), (name, told, entries)
        assert entries["converted"] + entries["activated"] == 1
        assert told["already"] == 2 * len(FEW if at else CROWD) - 1, told
        assert len(customers) == 1
        answers = db.session.scalars(sa.select(ProposalAnswer).where(ProposalAnswer.proposal_id == proposal.id)).all()
        assert [one.kind for one in answers] == ["accepted"]
        if name == "merged":
            assert told["merged"] == 1, told
            assert (proposal.contact_id, list(customers)) == (offer["main"], [offer["main"]])

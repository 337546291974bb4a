"""F3 when many take numbers at once: real processes, and one that is killed in the middle."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import crowd
import pytest
import sqlalchemy as sa

from plugins.number_ranges import kinds, report, switches
from plugins.number_ranges.allocation import valid_value
from webapp import schema, testing
from webapp.accounts import tokens
from webapp.accounts.models import User
from webapp.acting import acting, acting_as_system
from webapp.contacts import services as contacts
from webapp.contacts.models import ContactNumber
from webapp.db import db, transaction
from webapp.functions.services import activate
from webapp.registry import registry

PROCESSES, EACH = 8, 500
TAKEN_BACK = crowd.TakenBackError.status


@dataclass
class Place:
    """A database of its own, and the token of who takes numbers there."""

    url: str
    folder: Path
    app: Any
    secret: str

    def start(self, many: list[int], barrier: Any, results: Any) -> list[Any]:
        context = multiprocessing.get_context("spawn")
        found = [
            context.Process(
                target=crowd.run, args=(self.url, self.folder, self.secret, seed, each, barrier, results), daemon=True
            )
            for seed, each in enumerate(many)
        ]
        for one in found:
            one.start()
        return found


@pytest.fixture
def place(applications: testing.Applications, database: str) -> Iterator[Place]:
    with applications.empty(database) as url:
        app = testing.create(url, testing.PluginSet(found=testing.shipped()), applications.folder)
        with app.app_context(), acting(acting_as_system("form")):
            schema.upgrade(db.engine, registry())
            with transaction():
                user = User(email="taker@carnet.example", name="Taker", password="-", role="manager", active=True,
                            fs_uniquifier="taker")  # fmt: skip
                db.session.add(user)
                db.session.flush()
                _token, secret = tokens.create(user, "crowd", "admin")
            db.session.remove()
        yield Place(url, applications.folder, app, secret)
        with app.app_context():
            db.engine.dispose()


def judge(place: Place) -> None:
    """Each number is one contact's, and each that nobody has is explained."""
    with place.app.app_context(), acting(acting_as_system("form")):
        rows = db.session.execute(sa.select(ContactNumber.value, ContactNumber.contact_id)).all()
        owners: dict[str, set[int]] = {}
        for value, contact_id in rows:
            owners.setdefault(value, set()).add(contact_id)
        assert [number for number, ids in owners.items() if len(ids) > 1] == []
        value = valid_value("common")
        there = {int(number) for number, ids in owners.items() if number.isdecimal() and ids != {None}}
        missing = set(range(10_001, value.next)) - there
        told: Counter[int] = Counter()
        for gap in report.gaps(kinds.kind("common")):
            assert gap.reason in ("hand", "import", "purged")
            told.update(range(int(gap.first), int(gap.last) + 1))
        assert told == Counter(missing)
        assert max(there) < value.next
        assert report.findings() == []
        db.session.remove()


def test_F3_eight_processes_take_numbers_in_all_ways_and_each_is_given_once(place) -> None:
    context = multiprocessing.get_context("spawn")
    results, barrier = context.Queue(), context.Barrier(PROCESSES)
    processes = place.start([EACH] * PROCESSES, barrier, results)
    seen: Counter[Any] = Counter()
    for _one in processes:
        seen.update(results.get(timeout=600))
    for one in processes:
        one.join(60)
    assert [answer for answer in seen if answer not in (200, 201, 204, 404, 409, TAKEN_BACK)] == []
    assert seen[201] > 0
    judge(place)


def test_F3_a_process_that_is_killed_leaves_no_number_given_twice(place) -> None:
    context = multiprocessing.get_context("spawn")
    results, barrier = context.Queue(), context.Barrier(3)
    victims = place.start([10_000] * 2, barrier, results)
    barrier.wait(300)
    time.sleep(1.5)
    for one in victims:
        os.kill(one.pid, signal.SIGKILL)
        one.join(30)
    alone = context.Barrier(1)
    (survivor,) = place.start([60], alone, results)
    assert not [answer for answer in results.get(timeout=120) if not isinstance(answer, int)]
    survivor.join(60)
    judge(place)


def test_F3_those_who_need_numbers_of_several_ranges_do_not_wait_crosswise(place) -> None:
    with place.app.app_context(), acting(acting_as_system("form")):
        with transaction():
            switches.save("supplier", {"number_ranges.supplier.own": True})
            switches.save_accounts({"number_ranges.debtor.on": True, "number_ranges.creditor.on": True})
        db.session.remove()
    failed: list[str] = []

    def take(functions: tuple[str, ...]) -> None:
        with place.app.app_context(), acting(acting_as_system("form")):
            for at in range(40):
                try:
                    with transaction():
                        contact = contacts.create({"kind": "company", "company_name": f"{functions[0]} {at}"})
                        for function in functions:
                            activate(contact.id, function)
                except Exception as error:
                    failed.append(repr(error))
                db.session.remove()

    ways = [("customer", "supplier"), ("supplier", "customer")] * 2
    threads = [threading.Thread(target=take, args=(way,)) for way in ways]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
    assert failed == []

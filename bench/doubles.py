"""How long the search for doubles takes, what one new contact costs, and how many doubles are found.

`python -m bench.doubles` on the base of `CARNET_DATABASE_URL`; prints what came of it, as JSON.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa

import webapp
from bench.bases import ROOT, environment
from bench.disturbed import base
from webapp.acting import acting, acting_as_system
from webapp.contacts.models import Contact
from webapp.contacts.services import create_many
from webapp.db import db, transaction
from webapp.ports import Doubles
from webapp.registry import registry

ONE_BY_ONE = 200
"""New contacts that are looked for, after some to warm up."""
WARM_UP = 10
WRITTEN = 10_000
"""Contacts of each kind in the bases by which precision and recall are judged."""
STEPS = (20, 40, 60, 80, 90, 95, 99)
"""Thresholds of the curve."""
GIVEN = ("kind", "first_name", "last_name", "company_name", "website")


def search(environment_: dict[str, str], *options: str) -> dict[str, float]:
    """Run `carnet duplicates`: seconds, and its memory at most, in MB."""
    began = time.perf_counter()
    words = [sys.executable, "-m", "webapp", "duplicates", "--output", os.devnull, *options]
    running = subprocess.Popen(words, cwd=ROOT, env=environment_, stderr=subprocess.DEVNULL)
    _pid, status, used = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        raise RuntimeError(f"carnet duplicates ended with {running.returncode}")
    return {
        "seconds": round(time.perf_counter() - began, 1),
        "worked": round(used.ru_utime + used.ru_stime, 1),
        "memory_mb": round(used.ru_maxrss / 1000),
    }


def one_by_one() -> list[float]:
    """Milliseconds to look for doubles of contacts of the base, written down once more with a slip."""
    random, taken = Random(1), []
    finder = registry().service(Doubles)
    last = db.session.scalar(sa.select(sa.func.max(Contact.id))) or 1
    while len(taken) < ONE_BY_ONE + WARM_UP:
        contact = db.session.get(Contact, random.randint(1, last))
        if contact is None or contact.deleted_at is not None:
            continue
        values: dict[str, Any] = {name: getattr(contact, name) for name in GIVEN}
        values["birth_date"] = contact.birth_date.isoformat() if contact.birth_date else ""
        values["emails"] = [{"value": one.value} for one in contact.emails]
        values["phones"] = [{"value": one.value[:-1] + "7"} for one in contact.phones]
        values["addresses"] = [
            {"street": one.street, "postal_code": one.postal_code, "city": one.city} for one in contact.addresses
        ]
        for name in ("last_name", "company_name"):
            values[name] = values[name][:3] + values[name][4:]
        db.session.rollback()
        began = time.perf_counter()
        finder.find(values)
        taken.append((time.perf_counter() - began) * 1000)
    return taken[WARM_UP:]


def curve(kind: str, number: int = WRITTEN) -> list[dict[str, float]]:
    """Precision and recall by threshold, on a base of its own of one kind."""
    with tempfile.TemporaryDirectory() as folder:
        there = environment(f"sqlite:///{Path(folder) / 'quality.db'}", rare=False) | {"CARNET_DATA_DIR": folder}
        words = [sys.executable, "-m", "bench.doubles", kind, str(number)]
        subprocess.run([sys.executable, "-m", "webapp", "schema", "upgrade"], cwd=ROOT, env=there, check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        done = subprocess.run(words, cwd=ROOT, env=there, check=True, capture_output=True, text=True)
    found: list[dict[str, float]] = json.loads(done.stdout)
    return found


def judged(kind: str, number: int) -> list[dict[str, float]]:
    """The same in the present base, which is empty."""
    from plugins.duplicates import scan, services

    entities: dict[int, list[int]] = defaultdict(list)
    written = base(kind, number)
    with acting(acting_as_system("import")):
        for start in range(0, number, 500):
            some = written[start : start + 500]
            with transaction():
                for one, contact in zip(some, create_many([one.values for one in some]), strict=True):
                    entities[one.entity].append(contact.id)
        with transaction():
            begun = scan.begin()
            scan_id, steps = begun.id, begun.steps
        for step in range(1, steps + 1):
            with transaction():
                scan.step(scan_id, step)
        truth = {pair for ids in entities.values() for pair in combinations(sorted(ids), 2)}
        found = services.pairs(least=0, limit=1_000_000).pairs
    rows = []
    for threshold in STEPS:
        above = [one.ids in truth for one in found if one.score >= threshold * 100]
        right = sum(above)
        rows.append({"threshold": threshold, "precision": right / max(1, len(above)), "recall": right / len(truth)})
    return rows


def measure() -> dict[str, Any]:
    """All of it: the first search makes the keys, the second has them, the third finds nothing new."""
    there = dict(os.environ)
    told: dict[str, Any] = {"first": search(there), "again": search(there, "--all"), "new": search(there)}
    with webapp.create_app().app_context(), acting(acting_as_system("form")):
        taken = one_by_one()
    told["one_p50"], told["one_p95"] = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
    return told


if __name__ == "__main__":
    if len(sys.argv) > 1:
        with webapp.create_app().app_context():
            print(json.dumps(judged(sys.argv[1], int(sys.argv[2]))))
    else:
        print(json.dumps(measure()))

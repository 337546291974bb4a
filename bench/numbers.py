"""Contacts that are given numbers by eight writers at once, beside the least that a counter in a table needs.

`python -m bench.numbers carnet|limit WRITERS SECONDS` on the base of `CARNET_DATABASE_URL` is one process of writers,
each a thread: it says `ready`, begins at the next line it reads, and prints for each writer what it did, as JSON.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bench.bases import EMAIL, ROOT, Base, copied, engine_of, prepare

if TYPE_CHECKING:
    from bench.figures import Figure, Pair

WRITERS = 8
SECONDS = 8.0
SHAPES = {"8 processes": (8, 1), "8 threads": (1, 8)}
"""How many processes, and how many writers in each."""
SIZE = 1_000
LEAST = {"postgresql": 10, "sqlite": 40}
"""Of the limit's contacts Carnet is to make one in so many."""
LONGEST_MS = 1000
LOOK_S = 0.0003
"""Seconds after which the limit looks again for SQLite's lock: left to itself, SQLite lets single writers starve."""
LIMIT_TABLES = (
    "CREATE TABLE bench_counter (id INTEGER PRIMARY KEY, next INTEGER NOT NULL)",
    "INSERT INTO bench_counter VALUES (1, 1)",
    "CREATE TABLE bench_contact (number VARCHAR(60) NOT NULL UNIQUE, name VARCHAR(200) NOT NULL)",
)
TAKE = "UPDATE bench_counter SET next = next + 1 WHERE id = 1 RETURNING next - 1"

Write = Callable[[], None]


def numbers(pair: Pair) -> list[Figure]:
    """Contacts per second by eight writers, in processes of their own and in threads of one; in a copy of a base."""
    small = prepare(pair.base.engine, SIZE)
    if isinstance(small, str):
        raise RuntimeError(small)
    found = []
    with copied(small) as base:
        with engine_of(base.url).begin() as connection:
            for statement in LIMIT_TABLES:
                connection.exec_driver_sql(statement)
        for shape, (processes, threads) in SHAPES.items():
            before = _rows(base)
            bare = _race(base, "limit", processes, threads, SECONDS / 2)
            mine = _race(base, "carnet", processes, threads, SECONDS)
            bare += _race(base, "limit", processes, threads, SECONDS / 2)
            is_sqlite = base.engine == "sqlite"
            rate, limit = (sum(one["done"] for one in some) / SECONDS for some in (mine, bare))
            longest = round(max(one["longest_ms"] for one in mine))
            known, apart = (after - one for after, one in zip(_rows(base), before, strict=True))
            is_right = known == apart == sum(one["done"] for one in mine)
            share, least = rate / limit, LEAST[base.engine]
            told = {
                "carnet_per_s": round(rate), "limit_per_s": round(limit), "longest_ms": longest, "numbers": apart,
                "writers": [one["done"] for one in mine],
            }  # fmt: skip
            found += [
                pair.figure(
                    f"numbered contacts/s, {shape}", f"{rate:,.0f}: 1/{1 / share:.0f} of the limit",
                    f"≥ 1/{least} of the limit", is_right and share >= 1 / least, **told,
                ),
                pair.figure(
                    f"… longest wait, {shape}", f"{longest} ms", f"< {LONGEST_MS} ms" if is_sqlite else "",
                    longest < LONGEST_MS if is_sqlite else None,
                ),
            ]  # fmt: skip
            if not is_right:
                print(f"{known} numbers, {apart} different ones, but other contacts were made: {told['writers']}")
    return found


def _rows(base: Base) -> tuple[int, int]:
    """How many contacts have a number as customers, and how many different ones these are."""
    counted = "SELECT count(*), count(DISTINCT folded) FROM contact_number WHERE function = 'customer'"
    with engine_of(base.url).connect() as connection:
        known, apart = connection.execute(sa.text(counted)).one()
    return int(known), int(apart)


def _race(base: Base, who: str, processes: int, threads: int, seconds: float) -> list[dict[str, Any]]:
    """Let writers begin at once; what each did, and its longest wait for one contact."""
    command = [sys.executable, "-m", "bench.numbers", who, str(threads), str(seconds)]
    started = [
        subprocess.Popen(command, env=base.environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _process in range(processes)
    ]
    for one in started:
        if one.stdout is None or one.stdout.readline() != b"ready\n":
            raise RuntimeError("A writer did not begin.")
    for one in started:
        if one.stdin is not None:
            one.stdin.write(b"\n")
            one.stdin.flush()
    told: list[dict[str, Any]] = []
    for one in started:
        answer, _errors = one.communicate()
        if one.returncode:
            raise RuntimeError(f"A writer ended with {one.returncode}.")
        told += json.loads(answer)
    return told


def main(who: str, writers: int, seconds: float) -> None:
    """The writers of one process."""
    told: list[dict[str, Any]] = []
    gate = threading.Barrier(writers + 1)
    over = threading.Barrier(writers + 1)

    def run(write: Write) -> None:
        # Connections, caches, compiled statements: before the clock runs.
        gate.wait()
        gate.wait()
        done, longest = 0, 0.0
        began = now = time.perf_counter()
        while now - began < seconds:
            write()
            after = time.perf_counter()
            done, longest, now = done + 1, max(longest, after - now), after
        told.append({"done": done, "longest_ms": longest * 1000})

    def enter(around: Callable[[Callable[[Write], None]], None]) -> None:
        try:
            around(run)
        except BaseException:
            traceback.print_exc()
            # The others would wait for this one for ever.
            os._exit(1)
        over.wait()

    around = _carnet() if who == "carnet" else _limit
    for _writer in range(writers):
        threading.Thread(target=enter, args=(around,), daemon=True).start()
    gate.wait()
    print("ready", flush=True)
    sys.stdin.readline()
    gate.wait()
    over.wait()
    print(json.dumps(told))


def _carnet() -> Callable[[Callable[[Write], None]], None]:
    """A writer by the services, each contact in a transaction of its own."""
    import webapp
    from webapp.accounts.models import User
    from webapp.acting import Act, acting
    from webapp.contacts.services import create
    from webapp.db import db, transaction
    from webapp.functions.services import activate

    app = webapp.create_app()

    def write() -> None:
        with transaction():
            contact = create({"kind": "company", "company_name": f"Numbered {time.perf_counter_ns()}"})
            activate(contact.id, "customer")
        # As after a request.
        db.session.remove()

    def around(run: Callable[[Write], None]) -> None:
        with app.app_context():
            user_id = db.session.scalar(sa.select(User.id).where(User.email == EMAIL))
            db.session.remove()
            with acting(Act(user_id=user_id, role="administrator", way="form")):
                run(write)

    return around


def _limit(run: Callable[[Write], None]) -> None:
    """A writer by the driver alone: the counter, one row, the commit."""
    url = os.environ["CARNET_DATABASE_URL"]
    if not url.startswith("sqlite"):
        import psycopg

        with psycopg.connect(url.replace("+psycopg", "")) as server:

            def write() -> None:
                row = server.execute(TAKE).fetchone()
                assert row is not None
                server.execute("INSERT INTO bench_contact VALUES (%s, %s)", (str(row[0]), f"Numbered {row[0]}"))
                server.commit()

            run(write)
        return
    file = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=15)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=0"):
        file.execute(f"PRAGMA {pragma}")

    def insert() -> None:
        _insist(file, "BEGIN IMMEDIATE")
        (number,) = file.execute(TAKE).fetchone()
        file.execute("INSERT INTO bench_contact VALUES (?, ?)", (str(number), f"Numbered {number}"))
        _insist(file, "COMMIT")

    run(insert)
    file.close()


def _insist(file: sqlite3.Connection, statement: str) -> None:
    while True:
        try:
            file.execute(statement)
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY"):
                raise
            time.sleep(LOOK_S)
        else:
            return


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))

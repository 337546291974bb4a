"""The bases that are measured: made once, kept in `bench/results/` (SQLite) and on the server (PostgreSQL)."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.shares import SHARES, settle
from webapp import servers

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"
EMAIL, PASSWORD = "bench@carnet.example", "measured twice, cut once"


@dataclass(frozen=True, kw_only=True)
class Load:
    """How `carnet demo` fared: seconds on the clock, seconds of its own work, its resident memory at most, in MB."""

    seconds: float
    worked: float
    memory_mb: float


@dataclass(frozen=True, kw_only=True)
class Base:
    """A filled base, and what is asked of it: a company with contact persons, and a place at 90 % of the names.

    `far` is that place, by function ("all" for all contacts): the name there, and the contact's id.
    """

    engine: str
    size: int
    url: str
    far: dict[str, tuple[str, int]]
    file_id: int
    load: Load

    @property
    def environment(self) -> dict[str, str]:
        """What a server is told that is to serve it."""
        return environment(self.url)


def environment(url: str, rare: bool = True) -> dict[str, str]:
    """The present environment without other settings of Carnet's, for a base at `url`; with the function `rare`."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CARNET_")}
    return kept | {
        "CARNET_DATABASE_URL": url,
        "CARNET_SECRET_KEY": "a bench has nothing to hide",
        "CARNET_DATA_DIR": str(RESULTS),
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'bench' / 'site'}" if rare else str(ROOT),
    }


def prepare(engine: str, size: int) -> Base | str:
    """The base of that size, filled where it is not there yet; a sentence where the engine can't be had."""
    RESULTS.mkdir(exist_ok=True)
    name = f"carnet_bench_{size}_{_version()}"
    told = RESULTS / f"{name}_{engine}.json"
    if engine == "sqlite":
        path = RESULTS / f"{name}.db"
        url, is_new = f"sqlite:///{path}", not (path.exists() and told.exists())
        for old in RESULTS.glob(f"carnet_bench_{size}_*"):
            if not old.name.startswith(name):
                old.unlink()
    else:
        server = servers.postgresql()
        if isinstance(server, str):
            return server
        url = server.set(database=name).render_as_string(hide_password=False)
        with servers.administrator(server) as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", (f"carnet\\_bench\\_{size}\\_%",))
            present = {row[0] for row in cursor.fetchall()}
            is_new = name not in present or not told.exists()
            for old in present if is_new else present - {name}:
                cursor.execute(f'DROP DATABASE IF EXISTS "{old}"')
            if is_new:
                cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    if is_new:
        print(f"Making a base of {size:,} contacts on {engine} …", file=sys.stderr)
        try:
            told.write_text(json.dumps(asdict(_fill(url, size))))
        except BaseException:
            # Half a base must not be taken for a whole one the next time.
            _drop(url)
            raise
    return _look(engine, size, url, Load(**json.loads(told.read_text())))


@contextlib.contextmanager
def copied(base: Base) -> Iterator[Base]:
    """A copy for what changes a base; gone afterwards."""
    if base.engine == "sqlite":
        path = Path(base.url.removeprefix("sqlite:///"))
        url = f"sqlite:///{path.with_name('copy_' + path.name)}"
        with (
            contextlib.closing(sqlite3.connect(path)) as source,
            contextlib.closing(sqlite3.connect(path.with_name("copy_" + path.name))) as copy,
        ):
            source.backup(copy)
    else:
        address = sa.make_url(base.url)
        url = address.set(database=f"{address.database}_copy").render_as_string(hide_password=False)
        _drop(url)
        with servers.administrator(address.set(database="postgres")) as cursor:
            # A worker that is about to end may still hold a connection; a template must have none.
            ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            cursor.execute(ending, (address.database,))
            cursor.execute(f'CREATE DATABASE "{address.database}_copy" TEMPLATE "{address.database}"')
    try:
        yield replace(base, url=url)
    finally:
        _drop(url)


@contextlib.contextmanager
def emptied(base: Base) -> Iterator[Base]:
    """A base of the same engine with nothing in it; gone afterwards."""
    if base.engine == "sqlite":
        path = Path(base.url.removeprefix("sqlite:///"))
        url = f"sqlite:///{path.with_name('empty_' + path.name)}"
        _drop(url)
    else:
        address = sa.make_url(base.url)
        name = f"{address.database}_empty"
        url = address.set(database=name).render_as_string(hide_password=False)
        _drop(url)
        with servers.administrator(address.set(database="postgres")) as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        command = [sys.executable, "-m", "webapp", "schema", "upgrade"]
        subprocess.run(command, check=True, env=environment(url), cwd=ROOT, stdout=subprocess.DEVNULL)
        yield replace(base, url=url)
    finally:
        _drop(url)


def _fill(url: str, size: int) -> Load:
    carnet = [sys.executable, "-m", "webapp"]
    told: dict[str, Any] = {"env": environment(url, rare=False), "cwd": ROOT, "stdout": subprocess.DEVNULL}
    subprocess.run([*carnet, "schema", "upgrade"], check=True, **told)
    began = time.perf_counter()
    filling = subprocess.Popen([*carnet, "demo", str(size)], **told)
    _pid, status, used = os.wait4(filling.pid, 0)
    filling.returncode = os.waitstatus_to_exitcode(status)
    if filling.returncode:
        raise RuntimeError(f"carnet demo ended with {filling.returncode}")
    load = Load(
        seconds=round(time.perf_counter() - began, 1),
        worked=round(used.ru_utime + used.ru_stime, 1),
        memory_mb=round(used.ru_maxrss / 1000),
    )
    # The function that is only measured comes afterwards: the demo would give it to many.
    told["env"] = environment(url)
    subprocess.run([*carnet, "schema", "upgrade"], check=True, **told)
    user = [*carnet, "user", "add", EMAIL, "--role", "administrator", "--password-stdin"]
    subprocess.run(user, input=PASSWORD.encode(), check=True, **told)
    with engine_of(url).begin() as connection:
        settle(connection)
    with engine_of(url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE" if "postgresql" in url else "ANALYZE")
        if "postgresql" in url:
            connection.exec_driver_sql("CHECKPOINT")
    return load


def engine_of(url: str) -> sa.Engine:
    """Connections to a base that end as soon as they are let go."""
    return sa.create_engine(url, poolclass=sa.NullPool)


def _drop(url: str) -> None:
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        for suffix in ("", "-wal", "-shm"):
            Path(f"{address.database}{suffix}").unlink(missing_ok=True)
        return
    with servers.administrator(address.set(database="postgres")) as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{address.database}" WITH (FORCE)')


def _look(engine: str, size: int, url: str, load: Load) -> Base:
    live = "deleted_at IS NULL AND merged_into_id IS NULL AND anonymised_at IS NULL AND archived_at IS NULL"
    lists = {"all": f"sort_name, id FROM contact WHERE {live} ORDER BY sort_name, id"} | {
        one: f"sort_name, contact_id FROM contact_listing WHERE function = '{one}' ORDER BY sort_name, contact_id"
        for one in SHARES
        if one != "all"
    }
    with engine_of(url).connect() as connection:
        far = {}
        for name, rows in lists.items():
            number = connection.scalar(sa.text(f"SELECT count(*) FROM (SELECT {rows}) list"))
            # Where the list is short, the last full page: one with fewer rows is no comparison.
            place = max(0, min(number * 9 // 10, number - 51))
            found = connection.execute(sa.text(f"SELECT {rows} LIMIT 1 OFFSET :place"), {"place": place})
            far[name] = tuple(found.one())
        parties = "SELECT party_id FROM contact_link GROUP BY party_id HAVING count(*) > 4"
        file_id = connection.scalar(sa.text(f"{parties} ORDER BY count(*), party_id LIMIT 1"))
    return Base(engine=engine, size=size, url=url, far=far, file_id=file_id, load=load)


def _version() -> str:
    """Changes when the schema or the made-up people do."""
    digest = hashlib.sha256()
    for pattern in ("webapp/demo/*.py", "webapp/migrations/**/*.py", "plugins/*/migrations/*.py", "bench/shares.py",
                    "bench/rare/**/*.py"):  # fmt: skip
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:8]

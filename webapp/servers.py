"""A PostgreSQL server for tests: the one that listens, else one of our own, started when first asked for."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL

_running: list[tuple[subprocess.Popen[bytes], Path]] = []


@cache
def postgresql() -> URL | str:
    """The server's address, or the reason why there is none."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "PostgreSQL: psycopg is not installed (pip install 'carnet[postgres]')"
    found = URL.create(
        "postgresql+psycopg",
        username=os.environ.get("PGUSER") or pwd.getpwuid(os.getuid()).pw_name,
        password=os.environ.get("PGPASSWORD"),
        host=os.environ.get("PGHOST") or "127.0.0.1",
        port=int(os.environ.get("PGPORT") or 5432),
        database="postgres",
    )
    if _answers(found):
        return found
    programs = _programs()
    if programs is None:
        return f"PostgreSQL: no server at {found.host}:{found.port}, and initdb is not installed"
    return _start(programs)


@contextlib.contextmanager
def administrator(server: URL) -> Iterator[Any]:
    """A cursor outside any transaction, for CREATE and DROP DATABASE."""
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection, contextlib.closing(connection.connection.cursor()) as cursor:
        yield cursor


def stop() -> None:
    """Stop our own server, and remove its data."""
    while _running:
        process, folder = _running.pop()
        process.terminate()
        process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _answers(server: URL) -> bool:
    try:
        with administrator(server) as cursor:
            cursor.execute("SELECT 1")
    except sa.exc.SQLAlchemyError:
        return False
    return True


def _programs() -> Path | None:
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: one.parts[-3].zfill(4))
    return versions[-1].parent if versions else None


def _start(programs: Path) -> URL | str:
    """A cluster in a temporary folder; PostgreSQL refuses to run as root, so nobody runs it then."""
    folder = Path(tempfile.mkdtemp(prefix="carnet-postgresql-"))
    owner = "nobody" if os.getuid() == 0 else None
    if owner:
        shutil.chown(folder, owner)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    try:
        subprocess.run(
            [programs / "initdb", "-D", folder / "data", "-U", "carnet", "-A", "trust", "-E", "UTF8", "--no-sync"],
            user=owner, check=True, capture_output=True, cwd=folder, timeout=120,
        )  # fmt: skip
    except (subprocess.SubprocessError, OSError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        return f"PostgreSQL: initdb failed ({error})"
    process = subprocess.Popen(
        [programs / "postgres", "-D", folder / "data", "-h", "127.0.0.1", "-p", str(port), "-k", folder, "-F"],
        user=owner, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _running.append((process, folder))
    server = URL.create("postgresql+psycopg", "carnet", host="127.0.0.1", port=port, database="postgres")
    for _try in range(100):
        if _answers(server):
            return server
        time.sleep(0.1)
    stop()
    return "PostgreSQL: the server that was started did not answer"

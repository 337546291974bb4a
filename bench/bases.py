"""The bases that are measured: made once, kept in `bench/results/` (SQLite) and on the server (PostgreSQL)."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from webapp import servers

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"
EMAIL, PASSWORD = "bench@carnet.example", "measured twice, cut once"


@dataclass(frozen=True, kw_only=True)
class Base:
    """A filled base, and what is asked of it: a place at 90 % of the names, and a company with contact persons."""

    engine: str
    size: int
    url: str
    far_name: str
    far_id: int
    file_id: int

    @property
    def environment(self) -> dict[str, str]:
        """What a server is told that is to serve it."""
        return environment(self.url)


def environment(url: str) -> dict[str, str]:
    """The present environment without other settings of Carnet's, for a base at `url`."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CARNET_")}
    return kept | {
        "CARNET_DATABASE_URL": url,
        "CARNET_SECRET_KEY": "a bench has nothing to hide",
        "CARNET_DATA_DIR": str(RESULTS),
    }


def prepare(engine: str, size: int) -> Base | str:
    """The base of that size, filled where it is not there yet; a sentence where the engine can't be had."""
    RESULTS.mkdir(exist_ok=True)
    name = f"carnet_bench_{size}_{_version()}"
    if engine == "sqlite":
        path = RESULTS / f"{name}.db"
        url, is_new = f"sqlite:///{path}", not path.exists()
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
            for old in present - {name}:
                cursor.execute(f'DROP DATABASE IF EXISTS "{old}"')
            is_new = name not in present
            if is_new:
                cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    if is_new:
        print(f"Making a base of {size:,} contacts on {engine} …", file=sys.stderr)
        try:
            _fill(url, size)
        except BaseException:
            # Half a base must not be taken for a whole one the next time.
            _drop(engine, url)
            raise
    return _look(engine, size, url)


def _fill(url: str, size: int) -> None:
    carnet = [sys.executable, "-m", "webapp"]
    told = {"env": environment(url), "cwd": ROOT, "check": True, "stdout": subprocess.DEVNULL}
    subprocess.run([*carnet, "schema", "upgrade"], **told)
    subprocess.run([*carnet, "demo", str(size)], **told)
    user = [*carnet, "user", "add", EMAIL, "--role", "administrator", "--password-stdin"]
    subprocess.run(user, input=PASSWORD.encode(), **told)
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("VACUUM ANALYZE" if "postgresql" in url else "ANALYZE"))
    engine.dispose()


def _drop(engine: str, url: str) -> None:
    if engine == "sqlite":
        path = Path(url.removeprefix("sqlite:///"))
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        return
    address = sa.make_url(url)
    with servers.administrator(address.set(database="postgres")) as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{address.database}" WITH (FORCE)')


def _look(engine: str, size: int, url: str) -> Base:
    database = sa.create_engine(url)
    with database.connect() as connection:
        far = connection.execute(
            sa.text("SELECT sort_name, id FROM contact ORDER BY sort_name, id LIMIT 1 OFFSET :place"),
            {"place": size * 9 // 10},
        ).one()
        parties = "SELECT party_id FROM contact_link GROUP BY party_id HAVING count(*) > 4"
        file_id = connection.scalar(sa.text(f"{parties} ORDER BY count(*), party_id LIMIT 1"))
    database.dispose()
    return Base(engine=engine, size=size, url=url, far_name=far[0], far_id=far[1], file_id=file_id)


def _version() -> str:
    """Changes when the schema or the made-up people do."""
    digest = hashlib.sha256()
    for pattern in ("webapp/demo/*.py", "webapp/migrations/**/*.py", "plugins/*/migrations/*.py"):
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:8]

"""Pytest fixtures, for Carnet's own tests and for those of plug-in authors: `pytest_plugins = ["webapp.testing"]`.

Every test that asks for `app` runs on SQLite and on PostgreSQL, in a transaction that is rolled back. A plug-in
names itself by overriding one fixture:

    @pytest.fixture
    def plugins():
        return PluginSet(found=discover(["my_package"]))

PostgreSQL is looked for where libpq's variables say (`PGHOST` …, else 127.0.0.1), then among the installed
programs. Where there is none, its tests are skipped with the reason, and fail with `CI=true`.
"""

from __future__ import annotations

import contextlib
import contextvars
import os
import secrets
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import has_app_context
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from jinja2 import FileSystemBytecodeCache

import webapp
from webapp import accounts, references, schema, servers
from webapp.accounts import second_factor, sessions, signing
from webapp.accounts.models import User
from webapp.acting import Act, acting, acting_as_system
from webapp.config import Config
from webapp.counts import counts
from webapp.db import db
from webapp.discovery import Found, discover
from webapp.registry import Registry, registry

PASSWORD = "blue cars seldom sing"  # noqa: S105 - the users of tests are as secret as this file
CHEAP = {"argon2__time_cost": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}
"""Hashing that takes no time: what it is worth is not what tests ask."""


@dataclass(frozen=True, kw_only=True)
class PluginSet:
    """Which packages an application finds, and which of them are switched on (None: all)."""

    found: Found
    wanted: tuple[str, ...] | None = None

    @property
    def installed(self) -> tuple[str, ...]:
        """Names of the packages: databases of one set have one schema."""
        return tuple(sorted(plugin.name for plugin in self.found.plugins))


@cache
def shipped() -> Found:
    """The plug-ins that Carnet brings."""
    return discover()


class Client(FlaskClient):
    """Flask's test client; each request is alone, as on a server, and sees what the test has made so far."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request, in a context of its own."""
        if has_app_context():
            db.session.commit()
        return contextvars.Context().run(super().open, *args, **kwargs)

    def token(self) -> str:
        """A CSRF token of this client's session, as its forms carry it."""
        with self.session_transaction() as session:
            raw = session.setdefault("csrf_token", secrets.token_hex(20))
        signer = URLSafeTimedSerializer(self.application.config["SECRET_KEY"], salt="wtf-csrf-token")
        return str(signer.dumps(raw))

    def submit(self, url: str, data: Mapping[str, Any] | None = None, **kwargs: Any) -> Any:
        """POST a form with its CSRF token."""
        return self.post(url, data={"csrf_token": self.token(), **(data or {})}, **kwargs)


@dataclass
class Statements:
    """The SQL statements of a `with statements() as seen:` block, savepoints aside."""

    texts: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.texts)


class Applications:
    """One application per set of plug-ins and database, one database per set of packages; made when first asked for.

    Databases that nobody needs any more are emptied and used again: dropping one costs a checkpoint.
    """

    KEPT = 3
    """Sets of packages whose databases are kept; a fourth takes the place of the one used longest ago."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._places: dict[tuple[str, tuple[str, ...]], str] = {}
        self._made: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...] | None, webapp.Carnet]] = {}
        self._free: dict[str, list[str]] = {}
        self._closing = contextlib.ExitStack()

    @contextlib.contextmanager
    def empty(self, database: str) -> Iterator[str]:
        """The address of an empty database, for this block alone."""
        url = self._take(database)
        try:
            yield url
        finally:
            self._give_back(database, url)

    def make(self, database: str, plugins: PluginSet) -> webapp.Carnet:
        """The application for these, with the schema that its migrations make."""
        place = (database, plugins.installed)
        is_new = place not in self._places
        if is_new:
            self._forget([one for one in self._places if one[0] == database][: -self.KEPT + 1 or None])
        # The one used last stands last.
        url = self._places[place] = self._places.pop(place, "") or self._take(database)
        made = self._made.setdefault(place, {})
        if plugins.wanted not in made:
            made[plugins.wanted] = app = create(url, plugins, self.folder)
            if is_new:
                with app.app_context():
                    schema.upgrade(db.engine, registry())
        return made[plugins.wanted]

    def close(self) -> None:
        """Close all connections, then drop the databases."""
        self._forget(list(self._places))
        self._closing.close()

    def _forget(self, places: list[tuple[str, tuple[str, ...]]]) -> None:
        for place in places:
            for app in self._made.pop(place).values():
                with app.app_context():
                    db.engine.dispose()
            self._give_back(place[0], self._places.pop(place))

    def _take(self, database: str) -> str:
        free = self._free.setdefault(database, [])
        return free.pop() if free else self._closing.enter_context(new_database(database, self.folder))

    def _give_back(self, database: str, url: str) -> None:
        wipe(url)
        self._free.setdefault(database, []).append(url)


def create(url: str, plugins: PluginSet, folder: Path) -> webapp.Carnet:
    """An application on a database, configured as in production but for the cost of its password hashes."""
    settings = Config(
        database_url=url,
        secret_key="only for tests, never elsewhere",  # noqa: S106
        data_dir=folder,
        plugins=plugins.wanted,
        trusted_hosts=("localhost", "127.0.0.1"),
    )
    accounts.SETTINGS["SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS"] = CHEAP
    second_factor.HASHER = _hasher()
    app = webapp.create_app(settings, found=plugins.found)
    app.test_client_class = Client
    # Compiling the templates once serves all applications of the session.
    app.jinja_env.bytecode_cache = _compiled(folder)
    return app


@cache
def _compiled(folder: Path) -> FileSystemBytecodeCache:
    place = folder / "templates"
    place.mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(place))


def wipe(url: str) -> None:
    """Leave nothing in a database."""
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        for suffix in ("", "-wal", "-shm"):
            Path(f"{address.database}{suffix}").unlink(missing_ok=True)
        return
    with servers.administrator(address) as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")


@contextlib.contextmanager
def new_database(database: str, folder: Path) -> Iterator[str]:
    """The address of an empty database, dropped in the end; skips (fails with `CI=true`) where there is no server."""
    name = f"carnet_test_{os.getpid()}_{secrets.token_hex(3)}"
    if database == "sqlite":
        url = f"sqlite:///{folder / name}.db"
        yield url
        wipe(url)
        return
    server = servers.postgresql()
    if isinstance(server, str):
        if os.environ.get("CI") == "true":
            pytest.fail(server, pytrace=False)
        pytest.skip(server)
    with servers.administrator(server) as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        # What a test has made need not outlive a server that loses its power.
        cursor.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with servers.administrator(server) as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextlib.contextmanager
def rolled_back(app: webapp.Carnet) -> Iterator[sa.Connection]:
    """All sessions of `app` work in savepoints of one connection, and leave nothing behind."""
    with app.app_context():
        engines = db._app_engines[app]
        engine = engines[None]
        with engine.connect() as connection:
            outer = connection.begin()
            # What asks the engine for a connection gets this one, so that it sees what the test has made.
            connection.connect = lambda: contextlib.nullcontext(connection)  # type: ignore[attr-defined]
            engines[None] = connection  # type: ignore[assignment]
            try:
                yield connection
            finally:
                db.session.remove()
                engines[None] = engine
                outer.rollback()
                counts().forget()


def problems() -> list[str]:
    """What the plug-ins at hand have forgotten to declare, and where migrations and models differ; a line each.

    For a test of yours, inside `app`: `assert problems() == []`.
    """
    return [*references.undeclared(registry()), *schema.drift(db.engine, registry())]


def pytest_unconfigure() -> None:
    """Stop the server that was started for these tests, if any."""
    servers.stop()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say once for each reason why tests were skipped."""
    skipped = terminalreporter.stats.get("skipped", [])
    for reason, number in Counter(str(report.longrepr[2]) for report in skipped).items():
        terminalreporter.write_line(f"{reason.removeprefix('Skipped: ')} ({number} skipped)")


@pytest.fixture(scope="session")
def applications() -> Iterator[Applications]:
    """All applications of this session."""
    folder = Path(tempfile.mkdtemp(prefix="carnet-tests-"))
    made = Applications(folder)
    yield made
    made.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The kind of database at hand."""
    return str(request.param)


@pytest.fixture
def plugins() -> PluginSet:
    """The plug-ins of the application: override it to test your own."""
    return PluginSet(found=shipped())


@pytest.fixture
def app(applications: Applications, database: str, plugins: PluginSet) -> Iterator[webapp.Carnet]:
    """The application inside a transaction that is rolled back after the test."""
    made = applications.make(database, plugins)
    with rolled_back(made):
        yield made


@pytest.fixture
def connection(app: webapp.Carnet) -> sa.Connection:
    """The connection of the test's transaction, for SQL typed by hand."""
    return db.session.connection()


@pytest.fixture
def system(app: webapp.Carnet) -> Iterator[Act]:
    """The test acts as the deployment's operator: all rights, no user."""
    with acting(acting_as_system("form")) as who:
        yield who


@pytest.fixture
def client(app: webapp.Carnet) -> Client:
    """A browser without JavaScript, not signed in."""
    made = app.test_client()
    assert isinstance(made, Client)
    return made


@pytest.fixture
def user(app: webapp.Carnet) -> Callable[..., User]:
    """Makes a user of a role, with `PASSWORD`."""

    def make(role: str = "editor", **values: Any) -> User:
        made = User(
            # Digits alone: letters by chance would be found by tests that search for a name.
            email=f"user-{secrets.randbelow(10**12)}@carnet.example",
            name=role.capitalize(),
            password=_hashed(),
            role=role,
            active=True,
            fs_uniquifier=secrets.token_hex(32),
            **values,
        )
        db.session.add(made)
        db.session.flush()
        return made

    return make


@cache
def _hashed() -> str:
    return _hasher().hash(PASSWORD)


def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def sign_in(client: Client, user: Callable[..., User]) -> Callable[..., Client]:
    """Signs the client in as a new user of a role, and returns it."""

    def enter(role: str = "editor", **values: Any) -> Client:
        made = user(role, **values)
        with client.session_transaction() as session:
            session.clear()
            session[signing.KEY] = sessions.start(made, remembered=False)
        return client

    return enter


@pytest.fixture
def statements(app: webapp.Carnet) -> Callable[[], contextlib.AbstractContextManager[Statements]]:
    """Records the SQL of a block: `with statements() as seen: …; len(seen)`."""

    @contextlib.contextmanager
    def record() -> Iterator[Statements]:
        seen = Statements()
        db.session.commit()
        # What is counted once a minute is part of what a page may cost.
        counts().forget()
        place = db._app_engines[app][None]

        def note(_connection: Any, _cursor: Any, text: str, *_more: Any) -> None:
            if not text.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
                seen.texts.append(text)

        sa.event.listen(place, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            sa.event.remove(place, "before_cursor_execute", note)

    return record


@pytest.fixture
def plugin_registry(app: webapp.Carnet) -> Registry:
    """The registry of the application at hand."""
    return registry()

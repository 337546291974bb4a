"""Loading a base without contacts: without its indexes, and as if they had been there (contract: `carnet demo`)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from test_demo_fill import content

from webapp import schema, testing
from webapp.acting import acting, acting_as_system
from webapp.contacts.models import Contact
from webapp.db import db, transaction
from webapp.demo.fill import fill
from webapp.errors import Refused
from webapp.registry import registry
from webapp.search.match import matching

CATALOGUES = {
    "sqlite": ("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'",),
    "postgresql": (
        "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace",
        "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    ),
}
ROOT = Path(__file__).resolve().parent.parent


class InterruptionError(Exception):
    """Ends a load half-way."""


@pytest.fixture
def base(applications: testing.Applications, plugins: testing.PluginSet, database: str) -> Callable[[], Any]:
    """Enters an empty base of its own, in which transactions are real; gives its address."""

    @contextmanager
    def enter() -> Iterator[str]:
        with applications.empty(database) as url:
            made = testing.create(url, plugins, applications.folder)
            with made.app_context(), acting(acting_as_system("job", "demo")):
                schema.upgrade(db.engine, registry())
                try:
                    yield url
                finally:
                    db.session.remove()
                    db.engine.dispose()

    return enter


def catalogue() -> list[tuple[Any, ...]]:
    """All tables, indexes, keys and triggers, as the database writes them down."""
    with transaction() as session:
        asked = CATALOGUES[session.connection().dialect.name]
        return sorted((tuple(row) for one in asked for row in session.execute(sa.text(one))), key=repr)


def test_a_load_without_indexes_makes_the_same_base(base: Callable[[], Any]) -> None:
    with base():
        fill(700, 3)
        expected = content()
    with base():
        before = catalogue()
        fill(700, 3, from_many=1)
        assert content() == expected
        assert catalogue() == before
        assert not schema.drift(db.engine, registry())
        word = expected["contact"][5]
        named = db.session.scalar(sa.select(Contact.sort_name).where(Contact.id == word[0]))
        assert word[0] in db.session.scalars(sa.select(Contact.id).where(*matching(named))).all()
        # Whatever is written from now on is found and listed, too.
        with transaction() as session:
            contact = session.get_one(Contact, word[0])
            contact.search_text, contact.sort_name = "  zzyzx  ", "zzyzx"
        assert db.session.scalars(sa.select(Contact.id).where(*matching("zzyzx"))).all() == [word[0]]
        listed = sa.text("SELECT count(*) FROM contact_listing l JOIN contact c ON c.id = l.contact_id "
                         "WHERE l.sort_name <> c.sort_name")  # fmt: skip
        assert db.session.scalar(listed) == 0


def test_C4_the_guards_watch_while_a_base_is_loaded(base: Callable[[], Any]) -> None:
    with base():

        def meddle(_done: int) -> None:
            first = "SELECT max(id) FROM contact_function WHERE function = 'customer'"
            db.session.execute(sa.text(f"UPDATE contact_function SET function = 'prospect' WHERE id = ({first})"))

        with pytest.raises(Refused) as refused:
            fill(200, 3, meddle, from_many=1)
        assert "C4" in refused.value.details["constraint"]


def test_an_interrupted_load_leaves_the_base_as_it_was(base: Callable[[], Any]) -> None:
    def interrupt(_done: int) -> None:
        raise InterruptionError

    with base():
        before = catalogue()
        with pytest.raises(InterruptionError):
            fill(300, 3, interrupt, from_many=1)
        assert catalogue() == before
        assert not content()["contact"]
        fill(300, 3, from_many=1)
        again = content()
    with base():
        fill(300, 3)
        expected = content()
    ids = [row[0] for row in again["contact"]]
    # PostgreSQL gives no id twice, not even those of what was rolled back.
    assert [row[1:] for row in again["contact"]] == [row[1:] for row in expected["contact"]]
    assert ids == sorted(ids)


def test_a_killed_load_leaves_the_base_as_it_was(base: Callable[[], Any]) -> None:
    with base() as url:
        before = catalogue()
        db.session.remove()
        db.engine.dispose()
        environment = {key: value for key, value in os.environ.items() if not key.startswith("CARNET_")}
        environment |= {"CARNET_DATABASE_URL": url, "CARNET_SECRET_KEY": "only for tests, never elsewhere"}
        process = subprocess.Popen(
            [sys.executable, "-m", "webapp", "demo", "60000"], cwd=ROOT, env=environment, stderr=subprocess.PIPE
        )
        assert process.stderr is not None
        said = b""
        while b"10000/" not in said:
            read = process.stderr.read1()
            assert read, said
            said += read
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stderr.close()
        _until(lambda: catalogue() == before)
        assert not content()["contact"]
        fill(100, 3)
        assert len(content()["contact"]) == 100


def _until(holds: Callable[[], bool]) -> None:
    """PostgreSQL notices only after a moment that nobody is there any more."""
    for _try in range(100):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError


def test_a_base_with_contacts_is_filled_further_with_its_indexes(base: Callable[[], Any]) -> None:
    with base():
        fill(100, 3)
        seen: list[int] = []

        def look(_done: int) -> None:
            with transaction() as session:
                # Each chunk is a transaction of its own: others see it at once.
                seen.append(session.scalar(sa.select(sa.func.count()).select_from(Contact)) or 0)

        fill(150, 4, look, from_many=1)
        assert seen == [250]

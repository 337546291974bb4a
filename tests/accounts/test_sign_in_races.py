"""Sign-ins that come at once: on a database of their own, each request in a thread and a transaction of its own."""

from __future__ import annotations

import datetime as dt
import secrets
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

import pytest
import sqlalchemy as sa
from signing_in import code, enter, is_in, with_second_factor

from webapp import Carnet, schema, testing
from webapp.accounts.models import User, UserSession
from webapp.accounts.services import burn_first_run_code, create_user, first_run_code
from webapp.acting import acting, acting_as_system
from webapp.db import db, now, transaction
from webapp.registry import registry

AT_ONCE = 12
EMAIL = "ada@firm.example"


@pytest.fixture
def served(applications: testing.Applications, database: str) -> Iterator[Carnet]:
    """An application with one user, whose transactions are real."""
    with applications.empty(database) as url:
        app = testing.create(url, testing.PluginSet(found=testing.shipped()), applications.folder)
        with app.app_context():
            schema.upgrade(db.engine, registry())
            with acting(acting_as_system("form")), transaction():
                create_user(EMAIL, testing.PASSWORD, "editor")
            db.session.remove()
        yield app
        with app.app_context():
            db.engine.dispose()


def at_once(app: Carnet, prepare: Callable, send: Callable) -> Counter[int]:
    """The statuses of as many requests sent at the same moment, each by a browser of its own."""
    browsers = [app.test_client() for _one in range(AT_ONCE)]
    for one in browsers:
        prepare(one)
    start = Barrier(AT_ONCE)

    def go(browser) -> int:
        start.wait(60)
        return send(browser).status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(go, browsers))


def test_J1_tries_at_once_are_no_more_than_tries_in_turn(served) -> None:
    answers = at_once(served, lambda one: one.token(), lambda one: enter(one, EMAIL, "not the password"))
    assert answers == {422: 5, 429: AT_ONCE - 5}


def test_J1_the_first_run_s_code_makes_one_administrator_whoever_sends_it_at_once(served) -> None:
    with served.app_context(), transaction():
        db.session.execute(sa.delete(User))
        folder = served.config["CARNET"].data_dir
        burn_first_run_code(folder)
        typed = first_run_code(folder)

    def send(browser):
        email = f"{secrets.token_hex(4)}@firm.example"
        return browser.submit(
            "/first-run", {"code": typed, "name": "Ann", "email": email, "password": testing.PASSWORD}
        )

    assert at_once(served, lambda one: one.token(), send) == {303: 1, 404: AT_ONCE - 1}
    with served.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(User)) == 1


@pytest.mark.parametrize("step", ["/login/code", "/login/recovery"])
def test_J1_a_code_sent_many_times_at_once_serves_once(served, step) -> None:
    with served.app_context(), transaction():
        who = db.session.scalars(sa.select(User)).one()
        secret, codes = with_second_factor(who)
    typed = code(secret, 1) if step == "/login/code" else codes[0]
    answers = at_once(served, lambda one: enter(one, EMAIL), lambda one: one.submit(step, {"code": typed}))
    assert answers[303] == 1
    assert set(answers) <= {303, 422, 429}


@pytest.mark.parametrize("database", ["sqlite"])
def test_J1_a_page_is_read_while_another_writes_and_its_reader_is_noted_later(served, database) -> None:
    browser = served.test_client()
    enter(browser, EMAIL)
    with served.app_context(), transaction():
        db.session.execute(sa.update(UserSession).values(seen_at=now() - dt.timedelta(minutes=5)))
    path = sa.make_url(served.config["SQLALCHEMY_DATABASE_URI"]).database
    with closing(sqlite3.connect(path, isolation_level=None)) as other:

        def minutes_ago() -> float:
            (text,) = other.execute("SELECT seen_at FROM user_session").fetchone()
            return (now() - dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)).total_seconds() / 60

        other.execute("BEGIN IMMEDIATE")
        # It would wait 15 seconds for the lock, and then fail, if it insisted.
        assert is_in(browser)
        assert minutes_ago() > 4
        other.execute("ROLLBACK")
        assert is_in(browser)
        assert minutes_ago() < 1

"""Writers of a SQLite file take turns: nobody waits long behind one that writes again at once (spec G3, F3)."""

from __future__ import annotations

import multiprocessing
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from webapp import turns
from webapp.db import Base

SECONDS = 1.5
LONGEST = 1.0


@pytest.fixture
def path(tmp_path: Path) -> str:
    found = str(tmp_path / "base.db")
    engine = sa.create_engine(f"sqlite:///{found}")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE line (who TEXT)"))
    engine.dispose()
    return found


def write(path: str, who: str, work_s: float, told: Callable[[float], None]) -> None:
    """Write again and again, each time for `work_s`; tells how long it waited at most."""
    engine = sa.create_engine(f"sqlite:///{path}")
    end, longest = time.monotonic() + SECONDS, 0.0
    while time.monotonic() < end:
        began = time.monotonic()
        with engine.begin() as connection:
            longest = max(longest, time.monotonic() - began)
            connection.execute(sa.text("INSERT INTO line VALUES (:who)"), {"who": who})
            time.sleep(work_s)
    engine.dispose()
    told(longest)


def written(path: str) -> dict[str, int]:
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT who, count(*) FROM line GROUP BY who"))
        counts = {row[0]: row[1] for row in found}
    engine.dispose()
    return counts


def test_F3_eight_threads_that_write_all_the_time_wait_less_than_a_second(path: str) -> None:
    waited: list[float] = []
    threads = [threading.Thread(target=write, args=(path, str(one), 0.002, waited.append)) for one in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(waited) == 8
    assert max(waited) < LONGEST
    assert min(written(path).values()) > 5


def test_F3_processes_that_write_all_the_time_wait_less_than_a_second(path: str) -> None:
    spawning = multiprocessing.get_context("spawn")
    waited = spawning.SimpleQueue()
    processes = [
        spawning.Process(target=write, args=(path, str(one), 0.002 if one else 0.2, waited.put)) for one in range(4)
    ]
    for one in processes:
        one.start()
    for one in processes:
        one.join()
    assert [one.exitcode for one in processes] == [0, 0, 0, 0]
    assert max(waited.get() for _one in processes) < LONGEST
    assert len(written(path)) == 4


def test_F3_who_waits_comes_before_who_has_just_written(path: str) -> None:
    """However soon that one begins again: without the line it would nearly always be first."""
    turns_taken, overtaken = [], []
    ended = threading.Event()

    def job() -> None:
        base = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0)
        while not ended.is_set():
            assert turns.begin(base, path, 15)
            time.sleep(0.01)
            turns_taken.append(1)
            base.execute("COMMIT")
        base.close()

    thread = threading.Thread(target=job)
    thread.start()
    base = sqlite3.connect(path, isolation_level=None, timeout=0)
    for _time in range(20):
        before = len(turns_taken)
        assert turns.begin(base, path, 15)
        overtaken.append(len(turns_taken) - before)
        base.execute("COMMIT")
        time.sleep(0.003)
    ended.set()
    thread.join()
    base.close()
    # The one at work, and one more where this one had not yet come into line.
    assert max(overtaken) <= 2


def test_one_that_waits_for_a_stranger_gives_up_in_the_end(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs that know nothing of the line, such as a backup, may hold the base."""
    monkeypatch.setattr(sys.modules[Base.__module__], "BUSY_TIMEOUT", 200)
    stranger = sa.create_engine(f"sqlite:///{path}", poolclass=sa.pool.NullPool).raw_connection()
    stranger.driver_connection.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    engine = sa.create_engine(f"sqlite:///{path}")
    with pytest.raises(OperationalError, match="locked"), engine.begin():
        pass
    assert 0.2 <= time.monotonic() - began < 10
    stranger.driver_connection.execute("ROLLBACK")
    stranger.close()
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO line VALUES ('then')"))
    engine.dispose()
    assert written(path) == {"then": 1}


def test_where_no_line_can_be_made_writers_wait_all_the_same(path: str) -> None:
    Path(f"{path}-turn").unlink()
    Path(f"{path}-turn").mkdir()
    waited: list[float] = []
    write(path, "one", 0.2, waited.append)
    assert written(path)["one"] > 1

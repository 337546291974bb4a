"""The queue wakes workers and carries nothing else: what becomes of it harms no job (design)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from webapp import Carnet, config, jobs
from webapp.accounts.models import User
from webapp.acting import acting
from webapp.db import db, transaction
from webapp.errors import BootError
from webapp.jobs import queue
from webapp.jobs.models import Job


@pytest.fixture
def served(real: Carnet) -> Iterator[Carnet]:
    yield real
    if kept := real.extensions.get("carnet-queue"):
        kept.huey.storage.close()


@pytest.fixture
def start(served: Carnet) -> Callable[[], int]:
    """Starts a job of nothing, in a transaction that is committed."""

    def one() -> int:
        with served.app_context(), transaction(), acting(db.session.scalars(sa.select(User)).one().act()):
            return jobs.start("greet", {}, [], total=0).id

    return one


def woken_after(app: Carnet, seconds: float = 4) -> float:
    began = time.monotonic()
    queue.wait(app, seconds, threading.Event())
    return time.monotonic() - began


def test_G3_a_job_wakes_a_worker_once_it_is_committed(served, start) -> None:
    start()
    assert woken_after(served) < 3.5
    assert woken_after(served, 1) >= 1


def test_G3_one_that_is_rolled_back_wakes_nobody(served) -> None:
    with served.app_context(), pytest.raises(LookupError), transaction():
        with acting(db.session.scalars(sa.select(User)).one().act()):
            jobs.start("greet", {}, [], total=0)
        raise LookupError
    assert woken_after(served, 1) >= 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_G3_a_queue_that_cannot_be_used_loses_no_job(served, start) -> None:
    (served.config["CARNET"].data_dir / "queue.db").write_text("This is no database." * 100)
    job_id = start()
    with served.app_context():
        jobs.work()
        assert db.session.get(Job, job_id).state == "done"
    assert woken_after(served, 1) >= 1


def test_ASVS_a_message_that_somebody_else_has_written_is_not_unpacked(served, start) -> None:
    start()
    huey = queue._queue(served).huey
    huey.storage.flush_queue()
    huey.storage.enqueue(b"cos\nsystem\n(S'true'\ntR.:0000")
    assert woken_after(served, 1) >= 1
    start()
    assert woken_after(served) < 3.5


@pytest.mark.parametrize("url", ["http://127.0.0.1", "127.0.0.1:6379", "postgresql://secret@host/db"])
def test_a_queue_s_address_that_cannot_be_used_stops_the_start(tmp_path, url) -> None:
    with pytest.raises(BootError) as error:
        config.read({"CARNET_REDIS_URL": url, "CARNET_DATA_DIR": str(tmp_path)})
    assert "CARNET_REDIS_URL" in error.value.message
    assert "secret" not in error.value.message


def test_a_queue_s_address_is_read(tmp_path) -> None:
    read = config.read({"CARNET_REDIS_URL": "redis://:word@127.0.0.1/3", "CARNET_DATA_DIR": str(tmp_path)})
    assert read.redis_url == "redis://:word@127.0.0.1/3"
    assert "word" not in repr(read)

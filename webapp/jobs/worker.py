"""A worker process: runs jobs until it is told to stop, or until the server that started it is gone."""

from __future__ import annotations

import gc
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from webapp.db import is_unreachable
from webapp.jobs import queue
from webapp.jobs.runner import TEND_S, Runner
from webapp.processes import another_process

log = logging.getLogger("carnet.jobs")
AWAY_S = 2.0
"""Seconds until a database that could not be reached is asked again."""
WATCH_S = 0.5
"""Seconds between two looks after the server that started this worker."""
GRACE_S = 20.0
"""Seconds that a worker has to end its chunk in; after that the chunk is left undone."""
AGAIN_S = 3.0
"""Seconds until a worker that ended by itself is started again."""


def serve(app: Flask, *, parent: int | None = None, after: int | None = None, stale_s: float | None = None) -> None:
    """Run jobs until SIGTERM, SIGINT, or the end of the process `parent`; the chunk at hand is finished first.

    What the process `after` held, which has ended, is taken over at once.
    """
    stopping = threading.Event()

    def stop(_number: int, _frame: Any) -> None:
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    if parent is not None:
        threading.Thread(target=_watch, args=(parent, stopping), daemon=True).start()
    # What is loaded now stays for good: the collector need not look at it again with every few records.
    gc.collect()
    gc.freeze()
    runner = Runner(app=app, stopping=stopping.is_set, stale_s=stale_s, after=after)
    while not stopping.is_set():
        try:
            runner.work()
        except SQLAlchemyError as error:
            if not is_unreachable(error):
                raise
            log.warning("The database can't be reached: jobs wait.")
            stopping.wait(AWAY_S)
        else:
            queue.wait(app, TEND_S, stopping)


def _watch(parent: int, stopping: threading.Event) -> None:
    """Stop once the parent is gone, however it ended; a chunk that takes too long is left undone."""
    while os.getppid() == parent:
        time.sleep(WATCH_S)
    stopping.set()
    time.sleep(GRACE_S)
    os._exit(1)


@contextmanager
def beside() -> Iterator[None]:
    """While this block runs, so does a worker in a process of its own; one that dies is started again."""
    over = threading.Event()

    def start(*more: str) -> subprocess.Popen[bytes]:
        return another_process("webapp", "worker", "--parent", str(os.getpid()), *more)

    # The first one here and now: a server that forks meanwhile would keep the pipe open by which its start is told,
    # and the thread would wait for that instead of for the worker.
    running = [start()]

    def keep() -> None:
        while True:
            (process,) = running
            process.wait()
            if over.wait(AGAIN_S):
                return
            log.warning("The worker ended with %s: it is started again.", process.returncode)
            running[:] = [start("--after", str(process.pid))]

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        for process in running:
            process.terminate()
            try:
                process.wait(GRACE_S)
            except subprocess.TimeoutExpired:
                process.kill()

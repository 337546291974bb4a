"""The counts of the side bar: a process spends at most a thousandth of its time on each, whoever looks at a page."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import cast

import sqlalchemy as sa
from flask import Flask, current_app

from webapp.acting import act
from webapp.contacts.models import Contact
from webapp.contacts.queries import LIVE
from webapp.db import db
from webapp.lists.models import Listing
from webapp.plugin import MenuEntry

KEPT_S = 50.0
"""Seconds that a count is shown for at most: with the time to count anew, it is never older than a minute."""
TIMES = 1000
"""A count is shown this many times as long as it took: among few contacts, a new one is counted at once."""
NAME = "carnet-counts"


class Counts:
    """Counts by key with the moment of each, of one application; several threads may ask at once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        # Until when each is shown, and what it was.
        self._known: dict[Hashable, tuple[float, int]] = {}

    def of(self, key: Hashable, count: Callable[[], int]) -> int:
        """What `count()` said last, or says now. While one thread counts anew, the others show what was known."""
        began = self._clock()
        with self._lock:
            known = self._known.get(key)
            if known is not None and began < known[0]:
                return known[1]
            if known is not None:
                self._known[key] = (began + KEPT_S, known[1])
        try:
            found = count()
        except BaseException:
            self._drop(key)
            raise
        took = self._clock() - began
        with self._lock:
            self._known[key] = (began + min(took * TIMES, KEPT_S), found)
        return found

    def _drop(self, key: Hashable) -> None:
        with self._lock:
            self._known.pop(key, None)

    def forget(self) -> None:
        """Count all anew at the next page."""
        with self._lock:
            self._known.clear()


def setup(app: Flask) -> None:
    """Give `app` its counts."""
    app.extensions[NAME] = Counts()


def counts() -> Counts:
    """Those of the present application."""
    return cast(Counts, current_app.extensions[NAME])


def beside(entry: MenuEntry) -> int | None:
    """What stands beside a line of the side bar; None for nothing."""
    # An entry lives as long as its application does.
    key = (id(entry), act().user_id) if entry.is_own else id(entry)
    return counts().of(key, entry.count) if entry.count else None


def count_listed(function: str = "") -> int:
    """How many contacts the list of a function holds, that of all contacts where empty; walks through an index."""
    query = sa.select(sa.func.count()).select_from(Contact).where(*LIVE)
    if function:
        query = sa.select(sa.func.count()).select_from(Listing).where(Listing.function == function)
    return int(db.session.scalar(query) or 0)

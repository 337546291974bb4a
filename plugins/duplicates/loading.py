"""Making the keys of a whole base: without their indexes, which are made anew behind them.

With indexes each row would be written into the middle of a dozen trees. Meanwhile nobody asks by keys
(`DoubleScan.is_loading`), and what changes is written as ever.
"""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from plugins.duplicates.keeping import rows_of
from plugins.duplicates.models import COLUMNS, DoubleKey
from plugins.duplicates.reading import Plain, plain, profiles
from webapp.api import Contact, another_process, db, fetch, insert_rows

_TABLE: Any = DoubleKey.__table__
_INDEXES = tuple(sorted(_TABLE.indexes, key=lambda one: str(one.name)))
INDEXES = len(_INDEXES)
HELPED = 50_000
"""From so many contacts on a second process helps."""
SHARE = 0.6
"""The part that it takes: this one reads and writes as well."""


def drop_indexes() -> None:
    """Leave them out from now on."""
    connection = db.session.connection()
    for index in _INDEXES:
        index.drop(connection, checkfirst=True)


def make_index(number: int) -> None:
    """Make one of them."""
    _INDEXES[number].create(db.session.connection(), checkfirst=True)


def analyse() -> None:
    """Let the planner know what was loaded."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.connection().exec_driver_sql(f"ANALYZE {_TABLE.name}")


class Loader:
    """Makes the keys of portions of a base; of a large one on two cores."""

    def __init__(self, contacts: int) -> None:
        self.helper = Helper() if contacts >= HELPED and (os.cpu_count() or 1) > 1 else None

    def load(self, first: int, last: int) -> int:
        """Make the keys of the live contacts with these ids that have none."""
        done = set(fetch(sa.select(DoubleKey.contact_id).where(DoubleKey.contact_id.between(first, last))).scalars())
        found = plain(Contact.id.between(first, last), lambda column: column.between(first, last))
        waiting = [one for one in found if one[0] not in done]
        own = waiting[int(len(waiting) * SHARE) :] if self.helper else waiting
        theirs = waiting[: len(waiting) - len(own)]
        if self.helper and theirs:
            self.helper.ask(theirs)
        rows = made(own)
        if self.helper and theirs:
            answer = self.helper.answer()
            if answer is None:
                self.close()
            rows += made(theirs) if answer is None else answer
        insert_rows(DoubleKey, COLUMNS, rows)
        return len(waiting)

    def close(self) -> None:
        """Nothing more is to be made."""
        if self.helper:
            self.helper.close()
        self.helper = None


def made(found: list[Plain]) -> list[Any]:
    """The rows of contacts, in the order of the table's columns."""
    # A scan of the whole base looks at them: they are not new to the next one.
    return rows_of(profiles(found), 0)


class Helper:
    """Another process that makes keys: it knows no database, and ends when its input does."""

    def __init__(self) -> None:
        self.process = another_process(
            "plugins.duplicates.helper", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, found: list[Plain]) -> None:
        """Have the keys of these made; whether it can shows in the answer."""
        with suppress(OSError):
            self.process.stdin.write(json.dumps(found) + "\n")  # type: ignore[union-attr]
            self.process.stdin.flush()  # type: ignore[union-attr]

    def answer(self) -> list[Any] | None:
        """What came of it; None where the other process is gone."""
        try:
            return json.loads(self.process.stdout.readline())  # type: ignore[union-attr]
        except (OSError, ValueError):
            return None

    def close(self) -> None:
        """Let it end."""
        with suppress(OSError):
            self.process.stdin.close()  # type: ignore[union-attr]
        self.process.stdout.close()  # type: ignore[union-attr]
        self.process.wait()

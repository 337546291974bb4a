"""Fill the base with made-up contacts, thousands at a time (contract: `carnet demo`).

Rows are written by bulk inserts, past the services that would take one contact after the other. Into a base without
contacts a great many are loaded without indexes, which are made anew behind them (`webapp.demo.bulk`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from itertools import islice

import sqlalchemy as sa

from webapp.contacts.models import Contact, Tag
from webapp.db import db, is_sqlite, transaction
from webapp.demo.bulk import loading, refresh_statistics
from webapp.demo.moments import Clock
from webapp.demo.people import Person, people
from webapp.demo.rows import Stage
from webapp.driven import ids, no_collector, write
from webapp.functions.models import FunctionRow
from webapp.text import fold

CHUNK = 5_000
FROM_MANY = 20_000
"""So many at once are loaded without indexes: from there on that is quicker."""


def fill(number: int, seed: int = 1, progress: Callable[[int], None] | None = None, from_many: int = FROM_MANY) -> None:
    """Add `number` contacts with functions, contact persons, tags and history; `progress(done)` after each chunk.

    The same seed, in an empty base, makes the same base; the first contacts are the same for any number. From
    `from_many` on, in a base without contacts, all is one transaction; else each chunk is.
    """
    with transaction() as session:
        filling = _Filling(seed)
        is_empty = session.scalar(sa.select(Contact.id).limit(1)) is None
    many = is_empty and number >= from_many
    whole, each = (loading(filling.tables), nullcontext) if many else (nullcontext(), transaction)
    everyone = people(number, seed)
    done = 0
    with no_collector(), whole:
        while chunk := list(islice(everyone, CHUNK)):
            with each():
                filling.write(chunk)
            done += len(chunk)
            if progress:
                progress(done)
    refresh_statistics(filling.tables, many)


class _Filling:
    """The way from people to the database at hand."""

    def __init__(self, seed: int) -> None:
        self.is_sqlite = is_sqlite(db.session.connection())
        self.stage = Stage(seed, Clock(self.is_sqlite))
        self.columns = self.stage.columns
        self.tables = (Tag.__tablename__, *self.columns)
        self.tags: dict[str, int] = {tag.folded: tag.id for tag in db.session.scalars(sa.select(Tag))}
        self._take_ids()

    def _take_ids(self) -> None:
        self.contact_ids, self.function_ids = ids(Contact.__tablename__), ids(FunctionRow.__tablename__)
        self.own_ids = {table: ids(table) for table in self.stage.offered.with_ids}

    def write(self, chunk: list[Person]) -> None:
        """Insert one chunk, in the order in which rows refer to each other."""
        if self.is_sqlite:
            # Whoever wrote between two transactions has taken ids.
            self._take_ids()
        self._add_tags({tag for one in chunk for tag in one.get("tags", ())})
        rows = self.stage.rows(zip(self.contact_ids, chunk, strict=False), self.tags, self.function_ids, self.own_ids)
        connection = db.session.connection()
        for table, columns in self.columns.items():
            if table in rows:
                write(connection, table, columns, rows[table])

    def _add_tags(self, names: set[str]) -> None:
        for name in sorted(names):
            if (folded := fold(name)) not in self.tags:
                added = sa.insert(Tag).values(name=name, folded=folded).returning(Tag.id)
                self.tags[folded] = db.session.execute(added).scalar_one()

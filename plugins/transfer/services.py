"""Importing contacts from a file, chunk by chunk (spec H2, H3; design: transactions)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from typing import Any

from plugins.transfer import preparing
from plugins.transfer.chunk import Chunk
from plugins.transfer.ids import Ids
from plugins.transfer.options import Options
from plugins.transfer.own_numbers import brought
from plugins.transfer.planning import Planner
from plugins.transfer.preparing import prepared
from plugins.transfer.reading.cells import FUNCTIONS
from plugins.transfer.reading.draft import LISTS
from plugins.transfer.reading.headers import added_columns
from plugins.transfer.reading.reader import Reading
from plugins.transfer.reading.targets import key
from plugins.transfer.report import Report
from webapp.api import (
    LOCALES,
    db,
    fold,
    need,
    registry,
    transaction,
    value_list,
)


def function_words() -> dict[str, str]:
    """Folded words of a Functions column, to the functions they mean; those of third parties by key and label."""
    words = dict(FUNCTIONS)
    for function in registry().functions():
        for word in (function.key, str(function.label), str(function.plural)):
            words.setdefault(fold(word), function.key)
    return words


def firm_words() -> dict[str, Any]:
    """What files may call what this firm has: its functions, fields of its own and value lists; for `open_reading`."""
    return {"functions": function_words(), "added": added_columns(), "lists": list_words()}


def list_words() -> dict[str, dict[str, str]]:
    """What the items of a value list may be called in a file, by list: their codes by code and label."""
    found: dict[str, dict[str, str]] = {}
    for name in LISTS.values():
        words = found.setdefault(name, {})
        for locale in LOCALES:
            for code, label in value_list(name, locale).items():
                words.setdefault(key(code), code)
                words.setdefault(key(label), code)
    return found


def import_rows(
    reading: Reading,
    options: Options,
    *,
    commits: bool = True,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Bring the rows of a file in, as the present actor, and tell what became of them.

    With `commits` each chunk is a transaction of its own; without, all happens inside the caller's. A rehearsal
    writes nothing. `progress` hears the number of rows read so far. Ctrl-C ends it between two chunks: the report then
    says so.
    """
    need("contacts.manage")
    report, columns = Report(ignored=reading.ignored), columns_of(reading)
    made, spent = Ids(), dict[str, str]()
    planner = Planner(options, columns) if options.rehearse else None
    # Rows that are written together are looked at together.
    is_long = reading.total > preparing.CHUNK and planner is None
    done = 0
    # Who is inside a transaction of its own knows what another process can't see.
    with suppress_stop(report), closing(prepared(reading, columns, alone=not commits)) as chunks:
        numbers = brought(reading, (cells for _line, cells in reading.cells())) if is_long else {}
        for some in chunks:
            with transaction() if commits else nullcontext():
                if planner is not None:
                    entries = planner.decide(some)
                else:
                    chunk = Chunk(
                        entries=some, options=options, columns=columns, made=made, spent=spent, brought=numbers
                    )
                    entries = chunk.write()
            for entry in entries:
                report.tell(entry)
            if commits:
                # What has been written is no longer needed; a long file must not fill the memory.
                db.session.expunge_all()
            done += len(some)
            if progress:
                progress(done)
    return report


@contextmanager
def suppress_stop(report: Report) -> Iterator[None]:
    """Let Ctrl-C end what is done here: what is in stays, and is told."""
    try:
        yield
    except KeyboardInterrupt:
        report.stopped = True


def columns_of(reading: Reading) -> dict[str, str]:
    """What field each used column of a file is, by its header."""
    return {reading.headers[at]: target.part or target.field for at, target in reading.layout.targets.items()}

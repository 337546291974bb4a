"""Writing a chunk of an import, for who keeps what became of each row (spec H2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from plugins.transfer.chunk import Chunk
from plugins.transfer.entry import Entry
from plugins.transfer.ids import Ids
from plugins.transfer.options import Decision, Options
from plugins.transfer.own_numbers import Numbers
from plugins.transfer.planning import NO_DECISIONS, Written, written_of
from plugins.transfer.reading.rows import Row
from webapp.api import need

NO_NUMBERS: Numbers = {}


def write_rows(
    rows: Sequence[Row],
    options: Options,
    columns: Mapping[str, str],
    decisions: Mapping[int, Decision] = NO_DECISIONS,
    made: Ids | None = None,
    spent: dict[str, str] | None = None,
    brought: Numbers = NO_NUMBERS,
) -> list[Written]:
    """Write rows inside the caller's transaction, each whole or not at all, and tell what became of each.

    They are planned anew, against the base as it is now. `made` are the contacts that this import has created so far;
    those of these rows are added; `spent` functions whose range is used up, with what it says, likewise; `brought` are
    the numbers that the whole file brings. Give each import an `Act.source` of its own, for by that an undo tells its
    own lines of the history from others'.
    """
    need("contacts.manage")
    made, spent = Ids() if made is None else made, {} if spent is None else spent
    entries = [Entry.of(one, columns) for one in rows]
    chunk = Chunk(
        entries=entries,
        options=options,
        columns=columns,
        made=made,
        decisions=decisions,
        keeps=True,
        spent=spent,
        brought=brought,
    )
    return [written_of(one) for one in chunk.write()]

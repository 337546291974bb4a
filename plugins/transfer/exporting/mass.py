"""Exporting the chosen contacts as a job: a file that grows chunk by chunk (spec G2, H4).

What the file is, and where it ends, is kept with the job's cursor.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from plugins.transfer.exporting.formats import CHOICES, FORMATS
from plugins.transfer.exporting.services import Export, columns_of
from webapp.api import Chunk, Field, _, _l, append_to_file, ngettext

Values = Mapping[str, Any]
COLUMNS = (
    ("shown", _l("The columns that the list shows")),
    ("all", _l("Everything, so that it can be imported again")),
)
FORMAT_FIELD = Field(name="format", label=_l("Kind of file"), kind="choice", choices=CHOICES, required=True)
COLUMNS_FIELD = Field(
    name="columns",
    label=_l("Columns"),
    kind="choice",
    choices=COLUMNS,
    required=True,
    hint=_l("Of a table. Other kinds of files always hold everything."),
)


def fields(values: Values) -> Sequence[Field]:
    """Which kind of file, and which columns."""
    return (FORMAT_FIELD, COLUMNS_FIELD)


def title(number: int, values: Values) -> str:
    """Verb and number."""
    return ngettext("Export %(num)s contact", "Export %(num)s contacts", number)


def final(values: Values) -> str:
    """There is nothing to take back."""
    return _("An export changes nothing.")


def write(chunk: Chunk, values: Values) -> None:
    """Append the contacts of a chunk to the job's file.

    Its end is written each time, and over it what comes next: a job that is stopped leaves a whole file.
    """
    data = chunk.data
    is_first = not data.get("file")
    if is_first:
        data.update(_begun(chunk, values))
    export = Export.of(values["format"], values["columns"], data["function"], data["columns"])
    content, writer, state = export.content(), export.format.writer(), dict(data["state"])
    there: set[int] = set()
    begins = is_first
    for some in export.portions([item.contact_id for item in chunk.items if item.contact_id is not None]):
        rows = content.rows(some)
        piece = writer.begin(content.head, rows, state) if begins else b""
        piece += writer.more(rows, state)
        append_to_file(data["file"], data["end"], piece + writer.end(dict(state)))
        data |= {"end": data["end"] + len(piece), "state": state, "columns": content.keys}
        data["contacts"] += len(rows)
        begins = False
        there |= {row["id"] if isinstance(row, dict) else int(row[0]) for row in rows}
    for item in chunk.items:
        if item.contact_id in there:
            chunk.done(item)
    if is_first or chunk.is_last:
        export.note(data["contacts"], job=chunk.job_id)


def _begun(chunk: Chunk, values: Values) -> dict[str, Any]:
    """The file, by a name nobody guesses, since it tells of people; and its columns, fixed from here on."""
    function, keys = columns_of(chunk.params.get("in", ""), values["columns"])
    ending = FORMATS[values["format"]].ending
    return {
        "file": f"{chunk.job_id}-{secrets.token_urlsafe(12)}.{ending}",
        "file_name": f"carnet-{chunk.job_id}.{ending}",
        "function": function,
        "columns": keys,
        "end": 0,
        "state": {},
        "contacts": 0,
    }

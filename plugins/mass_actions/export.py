"""The chosen contacts as a CSV file (spec H4): the columns of the list, written chunk by chunk.

Where the file ends is kept with the job's cursor.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from webapp.api import (
    Chunk,
    Contact,
    Field,
    _,
    _l,
    append_to_file,
    csv_lines,
    list_columns_at,
    list_rows,
    list_texts,
    ngettext,
    offered_list_columns,
)

SHOWN, ALL = "shown", "all"
Values = Mapping[str, Any]


def fields(values: Values) -> Sequence[Field]:
    """Which columns: those that the list shows, or all there are."""
    choices = ((SHOWN, _l("The columns that the list shows")), (ALL, _l("All columns")))
    return (Field(name="columns", label=_l("Columns"), kind="choice", choices=choices, required=True),)


def title(number: int, values: Values) -> str:
    """Verb and number."""
    return ngettext("Export %(num)s contact", "Export %(num)s contacts", number)


def final(values: Values) -> str:
    """There is nothing to take back."""
    return _("An export changes nothing.")


def write(chunk: Chunk, values: Values) -> None:
    """Append the lines of a chunk to the job's file, the head first."""
    if not chunk.data.get("file"):
        chunk.data.update(_begin(chunk, values))
    function, end = chunk.data["function"], chunk.data["end"]
    known = offered_list_columns(function)
    # What was switched off meanwhile leaves its cells empty: all lines have the same columns.
    columns = [known.get(key) for key in chunk.data["columns"]]
    present = [one for one in columns if one is not None]
    rows = list_rows([item.contact_id for item in chunk.items if item.contact_id is not None])
    cells = {key: iter(texts) for key, texts in list_texts(rows, function, present).items()}
    table = [
        [str(row.id), _name(row), *("" if one is None else next(cells[row.id]) for one in columns)] for row in rows
    ]
    head = [[_("Id"), _("Name"), *(str(one.label) for one in present)]] if not end else []
    chunk.data["end"] = append_to_file(chunk.data["file"], end, csv_lines([*head, *table], first=not end))
    there = {row.id for row in rows}
    for item in chunk.items:
        if item.contact_id in there:
            chunk.done(item)


def _begin(chunk: Chunk, values: Values) -> dict[str, Any]:
    """The file, by a name nobody guesses, since it tells of people; and its columns, fixed from here on."""
    function, shown = list_columns_at(chunk.params.get("in", ""))
    columns = offered_list_columns(function).values() if values["columns"] == ALL else shown
    return {
        "file": f"{chunk.job_id}-{secrets.token_urlsafe(12)}.csv",
        "file_name": f"carnet-{chunk.job_id}.csv",
        "function": function,
        "columns": [one.key for one in columns],
        "end": 0,
    }


def _name(row: Any) -> str:
    return Contact.name.fget(row) or row.sort_name  # type: ignore[attr-defined]

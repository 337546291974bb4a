"""Exporting contacts: what is asked for, made piece by piece, at once or by a job (spec H4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from plugins.transfer.exporting.contents import Content, Shown, Whole, portions
from plugins.transfer.exporting.everything import Everything
from plugins.transfer.exporting.formats import FORMATS, Format
from plugins.transfer.exporting.writers import State
from webapp.api import Invalid, _, act, audit, db, list_columns_at, need, offered_list_columns, registry, snapshot

Columns = Literal["shown", "all"]
Progress = Callable[[int], object] | None
FIRST, BATCH = 100, 2000
"""Contacts that are read at once: few to begin with, so that the first bytes are soon there."""


@dataclass(frozen=True, kw_only=True)
class Export:
    """What is asked for: a kind of file, and of a table the columns that a list shows, or all; `keys` name them.

    Without keys all columns are those that there are. `function` is that of the list; empty for that of all contacts.
    """

    format: Format
    columns: Columns = "all"
    function: str = ""
    keys: Sequence[str] = ()

    @classmethod
    def of(cls, format: str, columns: str, function: str = "", keys: Sequence[str] = ()) -> Export:  # noqa: A002
        """What an address or a form asks for; raises `Invalid` for a kind of file, or columns, that nobody knows."""
        errors = {}
        if format not in FORMATS:
            errors["format"] = _("Choose one of these kinds of files: %(kinds)s.", kinds=", ".join(FORMATS))
        if columns not in ("shown", "all"):
            errors["columns"] = _("Choose the columns that the list shows, or all.")
        if errors:
            raise Invalid(_("Please correct what is marked."), errors)
        return cls(
            format=FORMATS[format],
            columns="shown" if columns == "shown" else "all",
            function=function,
            keys=tuple(keys),
        )

    def content(self) -> Content:
        """What goes into it, as the user who acts may see it."""
        if not self.format.is_table:
            return Whole(pictures=self.format.has_pictures)
        return Shown(self.function, self.keys) if self.columns == "shown" else Everything(self.keys)

    def portions(self, ids: Sequence[int]) -> Iterable[Sequence[int]]:
        """Contacts in as many parts as are to be read one after the other."""
        return portions(ids) if self.format.has_pictures else (ids,)

    def note(self, number: int, job: int | None = None) -> None:
        """Log who took how many contacts out of which list; never what was searched for, which may be a name.

        Of a job, how many it has taken so far.
        """
        audit.note(
            "contacts_exported",
            user=act().user_id,
            way=act().way,
            list=self.function or "all",
            format=self.format.key,
            columns=self.columns if self.format.is_table else "all",
            contacts=number,
            job=job,
        )


def batches(select: Any) -> Iterator[Sequence[int]]:
    """Ids in the order of a select, as many at once as are read together; they are not all held in memory."""
    options = {"yield_per": BATCH, "stream_results": True}
    found = db.session.execute(select, execution_options=options).scalars()
    size = FIRST
    while some := found.fetchmany(size):
        yield some
        size = BATCH


def pieces(export: Export, ids: Iterable[Sequence[int]], progress: Progress = None) -> Iterator[bytes]:
    """The file's bytes, a piece for each batch of contacts; logged once all are written.

    `progress` hears how many contacts each piece holds.
    """
    need("contacts.read")
    content, writer, state = export.content(), export.format.writer(), State()
    number, is_first = 0, True
    for some in (part for each in ids for part in export.portions(each)):
        rows = content.rows(some)
        opening = writer.begin(content.head, rows, state) if is_first else b""
        yield opening + writer.more(rows, state)
        number, is_first = number + len(rows), False
        if progress:
            progress(len(rows))
    yield (writer.begin(content.head, [], state) if is_first else b"") + writer.end(state)
    export.note(number)


def of_one_moment(export: Export, selects: Iterable[Any], progress: Progress = None) -> Iterator[bytes]:
    """The same of whole lists, as they are at the moment of the first byte, whatever is written meanwhile."""
    with snapshot():
        yield from pieces(export, (some for select in selects for some in batches(select)), progress)


def columns_of(place: str, columns: str) -> tuple[str, list[str]]:
    """The function of a list, as addresses carry it, and the keys of the columns to export of it as it is shown."""
    function, shown = list_columns_at(place)
    return function, [one.key for one in shown] if columns == "shown" else []


def asked_for(format: str, columns: str, function: str) -> Export:  # noqa: A002
    """What a program or a command asks for: `columns` are all, shown, or keys of a list's columns between commas.

    Raises `Invalid`, naming what is wrong.
    """
    if function and not registry().is_function_enabled(function):
        known = ", ".join(one.key for one in registry().functions())
        text = _("No contact function is called so; there are: %(known)s.", known=known)
        raise Invalid(text, {"function": text})
    if columns != "all" and format in FORMATS and not FORMATS[format].is_table:
        text = _("This kind of file always holds everything: leave the columns away, or ask for a table.")
        raise Invalid(text, {"columns": text})
    if columns in ("shown", "all"):
        _function, keys = columns_of(function or "all", columns)
        return Export.of(format, columns, function, keys)
    keys = list(dict.fromkeys(one.strip() for one in columns.split(",") if one.strip()))
    offered = offered_list_columns(function)
    if not keys or any(one not in offered for one in keys):
        text = _("Choose all, shown, or columns of the list between commas: %(known)s.", known=", ".join(offered))
        raise Invalid(text, {"columns": text})
    return Export.of(format, "shown", function, keys)

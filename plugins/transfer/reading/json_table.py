"""JSON as Carnet exports it, an array of contacts, as a table: the columns of `exporting.everything` (spec H4).

The array is read object by object; what an object leaves out is empty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from plugins.transfer.exporting.everything import columns
from plugins.transfer.reading.headers import Layout
from plugins.transfer.reading.messages import Broken, Message, Unreadable
from plugins.transfer.reading.tables import Cells, Table
from plugins.transfer.reading.texts import Text
from plugins.transfer.reading.whole import target_of
from webapp.api import CONTACT_COLLECTIONS, CONTACT_FIELDS, N_, guarded

BATCH = 64 * 1024
LONGEST = 4 * 1024 * 1024
"""Signs of one contact."""
TOLD = 10_000
"""Signs of a place that can't be read which come back, in the first column."""
NO_ARRAY = N_("This JSON file is no list of contacts as Carnet exports them: export it again.")
NO_CONTACTS = N_("There is no contact in this JSON file: choose another file, or export it again.")
NO_CONTACT = N_("This is no contact as Carnet exports it: leave it out, or export it again.")

BROKEN_OFF = N_("The list breaks off here, and nothing behind this place was read: export it again.")
LITERAL = len("false")
"""Signs of the longest word of JSON, of which a piece may stand at the end of what was read."""

_LINE = re.compile(r"\n\{")
_LONE = re.compile(r"[\ud800-\udfff]")
"""Halves of signs, which JSON can write and no file can hold."""
_BETWEEN = re.compile(r"[\s,]*")
_NOTHING: dict[str, Any] = {
    **dict.fromkeys(("id", "kind", "external_id", "responsible_email", "parent")),
    **dict.fromkeys(one.name for one in CONTACT_FIELDS),
    **{one.name: [] for one in CONTACT_COLLECTIONS},
    **{name: [] for name in ("tags", "functions", "links")},
    **{name: {} for name in ("fields", "custom", "numbers")},
}
"""A contact about which nothing is said."""


class JsonTable(Table):
    """Raises `Unreadable` for what is no array."""

    kind = "json"
    without_rows = NO_CONTACTS

    def __init__(self, text: Text) -> None:
        self.text, self.encoding = text, text.encoding
        known = list(columns())
        self.headers = [one.label for one in known]
        targets = {at: target_of(one) for at, one in enumerate(known) if one.field != "id"}
        self.layout = Layout(targets, {0: self.headers[0]}, "carnet", "en")
        self._texts = [one.text for one in known]
        with text.open() as stream:
            if not stream.read(BATCH).lstrip("\ufeff \t\r\n").startswith("["):
                raise Unreadable(NO_ARRAY)

    def first(self, way: str) -> Iterator[tuple[int, Cells]]:
        """As they are: the columns need not be found."""
        return self.rows(0)

    def rows(self, width: int) -> Iterator[tuple[int, Cells]]:
        """Each contact; its line is its place among them."""
        for number, (found, told) in enumerate(self._objects(), 1):
            yield number, found if isinstance(found, Message) else self._cells(found, told)

    def _cells(self, found: Any, told: str) -> Cells:
        try:
            contact = _NOTHING | {name: value for name, value in found.items() if value is not None}
            return [guarded(_LONE.sub("\ufffd", text(contact))) for text in self._texts]
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
            return _broken(NO_CONTACT, told)

    def _objects(self) -> Iterator[tuple[Any, str]]:
        """What stands in the array with its text, in the place of what can't be read why; behind that it goes on at the
        next line that begins with an object, as `carnet export` writes them.
        """
        decoder = json.JSONDecoder()
        with self.text.open() as stream:
            held = stream.read(BATCH).lstrip("\ufeff \t\r\n")[1:]
            while True:
                held = held[_BETWEEN.match(held).end() :]  # type: ignore[union-attr]
                if held.startswith("]"):
                    return
                try:
                    found, end = decoder.raw_decode(held)
                except (ValueError, RecursionError) as error:
                    may_go_on = _is_cut(error, held) and len(held) <= LONGEST
                    if may_go_on and (more := stream.read(max(BATCH, len(held)))):
                        held += more
                        continue
                    told = held
                    while not (begun := _LINE.search(held)):
                        if not (more := stream.read(BATCH)):
                            yield _broken(BROKEN_OFF, told), ""
                            return
                        held = held[-1:] + more
                    yield _broken(NO_CONTACT, told[: begun.start()] if told is held else told), ""
                    held = held[begun.end() - 1 :]
                    continue
                yield found, held[: min(end, TOLD)]
                held = held[end:]


def _broken(sentence: str, text: str) -> Broken:
    """Why a place can't be read, with its text."""
    return Broken(sentence, raw=(guarded(text.rstrip(" \t\r\n,")[:TOLD]),))


def _is_cut(error: ValueError | RecursionError, held: str) -> bool:
    """Whether more of the file may make it right."""
    if not isinstance(error, json.JSONDecodeError):
        return False
    return error.msg.startswith("Unterminated") or error.pos >= len(held) - LITERAL

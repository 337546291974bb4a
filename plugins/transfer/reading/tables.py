"""What all kinds of files come down to: rows of cells with their line, read as often as wanted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Literal

from plugins.transfer.reading.headers import Layout
from plugins.transfer.reading.messages import NO_NAMES, ONLY_HEADER, Message

Kind = Literal["csv", "xlsx", "vcard", "json"]
Cells = list[str] | Message
"""The cells of a row, or why it has none."""

FIRST_LINES = 30
"""The header is looked for in so many lines; lists with a title above it have a few."""


class Table(ABC):
    """A file as rows of cells.

    A table that can be understood in several ways (a separator, a sheet) names them as `ways`, shows the first rows of
    each, and is read in the way that was `take`n: of the one in which most names of columns are known, or where it
    `takes_first`, in which any is. One whose columns are what its kind of file says, not what a header
    line names, has `headers` and a `layout`. `without_rows` and `without_names` are what is said of a file that has
    none.
    """

    kind: Kind = "csv"
    encoding = ""
    separator = ""
    sheet = ""
    sheets: tuple[str, ...] = ()
    takes_first = False
    without_rows = ONLY_HEADER
    without_names = NO_NAMES
    headers: list[str] | None = None
    layout: Layout | None = None

    @property
    def ways(self) -> Sequence[str]:
        """The ways to understand it, the likeliest first."""
        return ("",)

    def first(self, way: str) -> Iterator[tuple[int, Cells]]:
        """Its first rows, blank ones too, understood in one way; none where the file itself names its columns."""
        return iter(())

    def take(self, way: str) -> None:  # noqa: B027 - where there is but one way, nothing is taken
        """Understand it in this way from now on."""

    def picture(self, cell: str) -> bytes:
        """The picture that a cell stands for; raises `ValueError` where there is none."""
        raise ValueError(cell)

    @abstractmethod
    def rows(self, width: int) -> Iterator[tuple[int, Cells]]:
        """Each row with the line where it begins; `width` columns have a name."""

"""What reading has to say: sentences with named places, translated where they are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from webapp.api import N_

EMPTY = N_("This file is empty: choose another file, or export it again.")
ONLY_HEADER = N_("This file has column names but no rows: choose another file, or export it again.")
NO_TEXT = N_("Carnet can't read this file: save it as CSV UTF-8, XLSX or vCard.")
ENCODING = N_("This file can't be read as %(encoding)s: choose another encoding, or save it as CSV UTF-8.")
NO_HEADER = N_(
    "No column name is known in this file: its first line must name the columns, such as Last name, Company, E-mail."
)
NO_NAMES = N_("No column of this file says who the contacts are: add a column Last name, Company, E-mail or Phone.")
NO_TABLE = N_("Line %(line)s of this file is too long for a table: save it as CSV UTF-8.")


@dataclass(frozen=True)
class Message:
    """An English sentence with named places (`%(column)s`) and what goes there."""

    text: str
    values: Mapping[str, str] = field(default_factory=dict)

    def told(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the language that `translate` (gettext) speaks; English without it."""
        return translate(self.text) % self.values if self.values else translate(self.text)

    def __str__(self) -> str:
        return self.told()


@dataclass(frozen=True)
class Broken(Message):
    """What is wrong with a row as it stands in the file, and its cells as far as they can be told apart."""

    raw: tuple[str, ...] = ()


class Unreadable(Exception):  # noqa: N818 - reads as what the file is
    """The file as a whole can't be read; `message` names the remedy."""

    def __init__(self, sentence: str, **values: str) -> None:
        self.message = Message(sentence, values)
        super().__init__(str(self.message))

"""A row on its way into the base."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from plugins.transfer import added
from plugins.transfer.matching import Keys
from plugins.transfer.reading.rows import Row
from webapp.api import Contact, fold


@dataclass
class Entry:
    """A row on its way: what of it fits, by what it is found, and what to warn of, by field.

    What writing it has done is noted here first, and counts once its savepoint is released: `double`, `has` (the
    contact's functions now), `employer` with whether it was made, `remarks`.
    """

    row: Row
    values: dict[str, Any]
    warnings: dict[str, str]
    keys: Keys
    functions: tuple[str, ...]
    double: tuple[Contact, str] | None = None
    has: list[str] | None = None
    employer: tuple[Contact | None, str] | None = None
    remarks: list[str] = field(default_factory=list)

    def lack(self) -> None:
        """Warn of what is required of a new contact and of its functions, and is not in the row: it goes in."""
        self.warnings |= added.lacking(self.values.get("added", {}), "", self.values["kind"])
        for key in self.functions:
            self.warnings |= added.lacking(self.values.get("own", {}).get(key, {}), key)

    @property
    def marks(self) -> set[tuple[str, str]]:
        """By what a later row may speak of this one's contact, or of its employer."""
        employer = fold(self.values.get("employer", ""))
        return self.keys.marks | ({("name", employer)} if employer else set())

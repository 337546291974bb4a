"""The picture of a row: looked at while the row is read, read again when it is written, held by nobody in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from webapp.api import Refused, _, contact_pictures


@dataclass(frozen=True)
class CardPicture:
    """A picture that may be a contact's. `cell` stands for it, `digest` tells whether two are the same."""

    cell: str
    digest: str
    read: Callable[[str], bytes]

    @classmethod
    def of(cls, cell: str, read: Callable[[str], bytes]) -> CardPicture:
        """The picture that a cell stands for; raises `Invalid` or `ValueError` for what contacts don't have."""
        content = read(cell)
        contact_pictures.checked(content)
        return cls(cell, contact_pictures.digest(content), read)

    def content(self) -> bytes:
        """Its bytes; raises `Refused` where the file is no longer there."""
        try:
            return self.read(self.cell)
        except (ValueError, OSError):
            raise Refused(_("The picture of this row is no longer there: send the file again.")) from None

"""What the core asks of plug-ins: Protocols, each with a Null twin that answers while no plug-in provides it."""

from __future__ import annotations

from typing import Protocol


class Numbering(Protocol):
    """Gives numbers to contact functions (spec F). Provided by `number_ranges`; without it they are typed by hand."""

    def preview(self, function: str) -> str | None:
        """The number that would come next, for show only (spec F4)."""

    def give(self, function: str) -> str | None:
        """The next number, taken in the caller's transaction; None where none is given by itself."""


class NoNumbering:
    """Numbers are typed by hand."""

    def preview(self, function: str) -> str | None:
        """Nothing is known beforehand."""
        return None

    def give(self, function: str) -> str | None:
        """No number comes by itself."""
        return None


class MassActions(Protocol):
    """Runs what plug-ins offer as `MassAction` on the contacts chosen in a list (spec G2)."""

    def address(self) -> str:
        """Where the list's form is posted to; empty where nothing can be run."""


class NoMassActions:
    """Lists show no boxes to tick."""

    def address(self) -> str:
        """There is no such place."""
        return ""


NULL: dict[type, object] = {Numbering: NoNumbering(), MassActions: NoMassActions()}
"""The twin of each port."""

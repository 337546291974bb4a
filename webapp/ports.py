"""What the core asks of plug-ins: Protocols, each with a Null twin that answers while no plug-in provides it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from webapp.contacts.doubles import Double


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


class Doubles(Protocol):
    """Finds contacts that may be the one that is being typed (spec A6). The core's own looks at equal values and
    like names; a plug-in may know better."""

    def find(self, values: Mapping[str, Any], limit: int = 5, but: int | None = None) -> Sequence[Double]:
        """The likeliest contacts, best first, each with its reasons in words; `but` is not its own double."""


class PlainDoubles:
    """The core's own search for likely doubles."""

    def find(self, values: Mapping[str, Any], limit: int = 5, but: int | None = None) -> Sequence[Double]:
        """By equal values and like names."""
        # The registry knows the ports before there are models.
        from webapp.contacts.doubles import likely_doubles

        return likely_doubles(values, limit, but)


NULL: dict[type, object] = {Numbering: NoNumbering(), MassActions: NoMassActions(), Doubles: PlainDoubles()}
"""The twin of each port."""

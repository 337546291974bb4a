"""What the core asks of plug-ins: Protocols, each with a Null twin that answers while no plug-in provides it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from webapp.errors import Missing
from webapp.i18n import _

if TYPE_CHECKING:
    from webapp.contacts.doubles import Double
    from webapp.jobs.models import Job
    from webapp.lists.selection import Selection
    from webapp.plugin import MassAction


class Numbering(Protocol):
    """Gives numbers to contact functions (spec F). Provided by `number_ranges`; without it they are typed by hand."""

    def preview(self, function: str) -> str | None:
        """The number that would come next, for show only (spec F4)."""

    def give(self, function: str, many: int = 1) -> Sequence[str]:
        """The next numbers, taken in the caller's transaction; empty where none is given by itself.

        Raises `Refused` where the range has not so many left, or none is valid today.
        """

    def check(self, function: str, value: str) -> None:
        """Whether a number may be typed; raises `Refused` where the range gives them all."""

    def note(self, function: str, values: Sequence[str]) -> None:
        """Numbers that came from elsewhere, typed or imported: those given from now on lie beyond them."""

    def shares(self, function: str) -> Sequence[str]:
        """Functions of which a contact shows one and the same number, this one among them (spec F1)."""

    def keeps(self, function: str, follows: str) -> bool:
        """Whether a function begins with the number of the one that it follows."""


class NoNumbering:
    """Numbers are typed by hand."""

    def preview(self, function: str) -> str | None:
        """Nothing is known beforehand."""
        return None

    def give(self, function: str, many: int = 1) -> Sequence[str]:
        """No number comes by itself."""
        return ()

    def check(self, function: str, value: str) -> None:
        """Every number may be typed."""

    def note(self, function: str, values: Sequence[str]) -> None:
        """Nothing has to lie beyond it."""

    def shares(self, function: str) -> Sequence[str]:
        """Each function has numbers of its own."""
        return (function,)

    def keeps(self, function: str, follows: str) -> bool:
        """A number that is there is kept."""
        return True


class MassActions(Protocol):
    """Runs what plug-ins offer as `MassAction` on the contacts of a `Selection` (spec G2)."""

    def address(self) -> str:
        """Where the list's form is posted to; empty where nothing can be run."""

    def offers(self, function: str = "", *, archived: bool = False) -> Sequence[MassAction]:
        """What the present user may do to contacts of a function's list (of all contacts where empty)."""

    def find(self, action: str) -> MassAction:
        """The action called so; raises `Missing` for an unknown one, `Forbidden` where the user may not do it."""

    def start(self, action: str, selection: Selection, values: Mapping[str, Any]) -> Job:
        """Begin it as a job; a worker runs it after the commit.

        Raises `Missing` for an unknown action, `Invalid` for values it does not take, `CountChanged` where the list
        no longer holds what the user was told.
        """


class NoMassActions:
    """Lists show no boxes to tick."""

    def address(self) -> str:
        """There is no such place."""
        return ""

    def offers(self, function: str = "", *, archived: bool = False) -> Sequence[MassAction]:
        """Nothing."""
        return ()

    def find(self, action: str) -> MassAction:
        """Refuses."""
        raise Missing(_("Mass actions are switched off: an administrator switches them on."))

    def start(self, action: str, selection: Selection, values: Mapping[str, Any]) -> Job:
        """Refuses."""
        raise Missing(_("Mass actions are switched off: an administrator switches them on."))


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

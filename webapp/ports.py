"""What the core asks of plug-ins: Protocols, each with a Null twin that answers while no plug-in provides it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from webapp.errors import Missing
from webapp.i18n import _

if TYPE_CHECKING:
    from webapp.contacts.doubles import Double
    from webapp.jobs.models import Job
    from webapp.lists.selection import Selection
    from webapp.plugin import Field, Filter, MassAction


class Numbering(Protocol):
    """Gives numbers to contact functions (spec F). Provided by `number_ranges`; without it they are typed by hand."""

    def preview(self, function: str) -> str | None:
        """The number that would come next, for show only (spec F4)."""

    def give(self, function: str, many: int = 1) -> Sequence[str]:
        """The next numbers, taken in the caller's transaction; empty where none is given by itself.

        Raises `Refused` where the range has not so many left, or none is valid today.
        Until the transaction ends nobody else is given any of this range: it is to be the last thing a service does.
        """

    def check(self, function: str, value: str) -> None:
        """Whether a number may be typed, or taken away (an empty text); raises `Refused` where the range gives all."""

    def note(self, function: str, numbers: Sequence[str]) -> None:
        """Numbers that came from elsewhere, typed or imported: those given from now on lie beyond them."""

    def telling(self, function: str, numbers: Sequence[str]) -> Sequence[str]:
        """Of numbers from elsewhere the few that say as much to `note` as all of them."""

    def shares(self, function: str) -> Sequence[str]:
        """Functions of which a contact shows one and the same number, this one among them (spec F1)."""

    def keeps(self, function: str, follows: str) -> bool:
        """Whether a function begins with the number of the one that it follows."""

    def filled(self, function: str) -> Mapping[str, str]:
        """The function's own fields that are filled from ranges, such as an account: by name the range's key.

        All the other methods but `shares` and `keeps` take such a key as well as a function's.
        """


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

    def note(self, function: str, numbers: Sequence[str]) -> None:
        """Nothing has to lie beyond it."""

    def telling(self, function: str, numbers: Sequence[str]) -> Sequence[str]:
        """None: nothing has to lie beyond it."""
        return ()

    def shares(self, function: str) -> Sequence[str]:
        """Each function has numbers of its own."""
        return (function,)

    def keeps(self, function: str, follows: str) -> bool:
        """A number that is there is kept."""
        return True

    def filled(self, function: str) -> Mapping[str, str]:
        """All are typed by hand."""
        return {}


class MoreFields(Protocol):
    """Fields that the firm has added to contacts and to functions, with their values (spec D8).

    `owner` is a function's key, or empty for the contact's own fields; ids are then those of `contact_function`, else
    of `contact`. A field is called the same wherever it stands, and no two are: `custom_loyalty`, where its
    code is `loyalty`.
    """

    def fields(self, owner: str) -> Sequence[Field]:
        """Those there are now, in their order; asked often."""

    def named(self, name: str) -> Field | None:
        """The field of that name, also one that there is no more: it explains old lines of the history."""

    def read(self, owner: str, ids: Collection[int]) -> Mapping[int, Mapping[str, Any]]:
        """What is noted, by id and name: one statement, whatever the number of ids. What is empty may be left out."""

    def write(self, owner: str, values: Mapping[int, Mapping[str, Any]]) -> None:
        """Set what is named, as `coerce` made it; whoever calls has asked for rights and notes the history."""

    def filters(self) -> Sequence[Filter]:
        """How lists are narrowed by them, each by the name of its field."""


class NoMoreFields:
    """Contacts and functions have the fields that they are shipped with."""

    def fields(self, owner: str) -> Sequence[Field]:
        """None."""
        return ()

    def named(self, name: str) -> Field | None:
        """Nothing is known of it."""
        return None

    def read(self, owner: str, ids: Collection[int]) -> Mapping[int, Mapping[str, Any]]:
        """Nothing is noted."""
        return {}

    def write(self, owner: str, values: Mapping[int, Mapping[str, Any]]) -> None:
        """There is nothing to set."""

    def filters(self) -> Sequence[Filter]:
        """None."""
        return ()


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


class Merging(Protocol):
    """Makes several contacts one, and takes that back (spec E)."""

    def address(self, ids: Sequence[int], main_id: int | None = None) -> str:
        """Where the user sees what a merge of these would do, and confirms it; of one, where the others are chosen.

        `main_id` is the one that is kept, suggested where it is left out. Empty where the user can't merge.
        """

    def suggested(self, groups: Sequence[Sequence[int]]) -> Sequence[int]:
        """Of each group of contacts the one that would be kept, were it merged with nothing chosen.

        A fixed number of statements. Raises `Missing` where a contact is not there.
        """

    def merge(self, ids: Sequence[int], source: str | None = None) -> int:
        """Merge contacts into the one that is suggested, with the default values; the merge's id.

        `source` names what caused it. Raises `Refused` where one of them can't be merged, `Missing`, `Forbidden`.
        """

    def start(self, groups: Sequence[Sequence[int]]) -> Job:
        """Merge each of these groups of contacts in that way, as a job that can be taken back as a whole.

        Raises `Invalid` where a group has fewer than two contacts, or none is given.
        """

    def undo(self, merge_id: int) -> None:
        """Take a merge back; raises `Refused` where it can't be, or where later edits are in the way."""


class NoMerging:
    """Contacts stay what they are."""

    def address(self, ids: Sequence[int], main_id: int | None = None) -> str:
        """There is no such place."""
        return ""

    def suggested(self, groups: Sequence[Sequence[int]]) -> Sequence[int]:
        """The oldest of each."""
        return [min(one) for one in groups]

    def merge(self, ids: Sequence[int], source: str | None = None) -> int:
        """Refuses."""
        raise Missing(_("Merging is switched off: an administrator switches it on."))

    def start(self, groups: Sequence[Sequence[int]]) -> Job:
        """Refuses."""
        raise Missing(_("Merging is switched off: an administrator switches it on."))

    def undo(self, merge_id: int) -> None:
        """Refuses."""
        raise Missing(_("Merging is switched off: an administrator switches it on."))


class Anonymising(Protocol):
    """Takes away what tells who a contact is, and keeps what must be kept (spec D5)."""

    def address(self, contact_id: int) -> str:
        """Where the present user sees what anonymising the contact would do, and confirms it.

        Empty where the user may not, or the contact can't be anonymised.
        """


class NoAnonymising:
    """Contacts stay who they are."""

    def address(self, contact_id: int) -> str:
        """There is no such place."""
        return ""


class PlainDoubles:
    """The core's own search for likely doubles."""

    def find(self, values: Mapping[str, Any], limit: int = 5, but: int | None = None) -> Sequence[Double]:
        """By equal values and like names."""
        # The registry knows the ports before there are models.
        from webapp.contacts.doubles import likely_doubles

        return likely_doubles(values, limit, but)


NULL: dict[type, object] = {
    Numbering: NoNumbering(),
    MassActions: NoMassActions(),
    Doubles: PlainDoubles(),
    Merging: NoMerging(),
    MoreFields: NoMoreFields(),
    Anonymising: NoAnonymising(),
}
"""The twin of each port."""

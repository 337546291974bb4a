"""Facts that plug-ins can hear of (`Subscriber`). Each is published inside the transaction that makes it true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class ContactCreated:
    """A contact has been created.

    `held`: it, with its lists, as it was written, where that is at hand: what need not be read again.
    """

    contact_id: int
    held: Any = None


@dataclass(frozen=True, kw_only=True)
class ContactChanged:
    """Values of a contact have been changed; `fields` names them."""

    contact_id: int
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ContactBinned:
    """A contact has gone to the bin (spec D9)."""

    contact_id: int


@dataclass(frozen=True, kw_only=True)
class ContactRestored:
    """A contact has come back from the bin."""

    contact_id: int


@dataclass(frozen=True, kw_only=True)
class ContactsAnonymised:
    """All that was personal of these contacts is gone: one, and those that were merged into it (spec D5)."""

    contact_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class ContactsHandedOver:
    """All contacts of a user who leaves are another's now; `ContactChanged` is not told of each (spec J1)."""

    from_user_id: int
    to_user_id: int
    number: int


@dataclass(frozen=True, kw_only=True)
class ContactsMerged:
    """Contacts have become one: the absorbed ones lead to the main contact from now on (spec E4)."""

    main_id: int
    absorbed_ids: tuple[int, ...]
    merge_id: int


@dataclass(frozen=True, kw_only=True)
class MergeUndone:
    """A merge has been taken back: the absorbed contacts stand for themselves again (spec E6)."""

    main_id: int
    absorbed_ids: tuple[int, ...]
    merge_id: int


@dataclass(frozen=True, kw_only=True)
class FunctionActivated:
    """A contact has gained a function, by activation or, with `converted_from`, by conversion (spec B2, C5)."""

    contact_id: int
    function: str
    converted_from: str | None = None


@dataclass(frozen=True, kw_only=True)
class FunctionReleased:
    """A contact has given up a function that is not final."""

    contact_id: int
    function: str


@dataclass(frozen=True, kw_only=True)
class ProspectDisqualified:
    """A prospect can't become a customer now: what was offered to it is withdrawn (spec C1)."""

    contact_id: int


@dataclass(frozen=True, kw_only=True)
class ProposalAccepted:
    """A contact has accepted a proposal, by whichever way: it becomes a customer (spec C1). `source` leads there.

    It is published once for each proposal. Who hears it acts in the way `proposal`, with that source.
    """

    contact_id: int
    source: str

"""Facts that plug-ins can hear of (`Subscriber`). Each is published inside the transaction that makes it true."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ContactCreated:
    """A contact has been created."""

    contact_id: int


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
class ContactsHandedOver:
    """All contacts of a user who leaves are another's now; `ContactChanged` is not told of each (spec J1)."""

    from_user_id: int
    to_user_id: int
    number: int


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

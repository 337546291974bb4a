"""Keys kept current: what changed in a transaction gets its keys anew before that transaction ends.

Contacts that were changed are noted, and done together: an import's five hundred by a few statements. What was
written while the plug-in was off, or past the services, has another version than its keys; the next scan finds it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from plugins.duplicates.keys import RULES, keys_of
from plugins.duplicates.models import COLUMNS, DoubleKey
from plugins.duplicates.profiles import Profile, profile
from plugins.duplicates.reading import FIELDS, read
from webapp.api import (
    Contact,
    ContactBinned,
    ContactChanged,
    ContactCreated,
    ContactRestored,
    ContactsMerged,
    MergeUndone,
    among,
    db,
    fetch,
    insert_rows,
    live,
)

PENDING = "carnet_doubles"
"""Under this name a session keeps the ids of the contacts whose keys are to be made anew; new contacts with them."""
AT_ONCE = 1_000


def created(event: ContactCreated) -> None:
    """A new contact has keys, of values that need not be read again.

    Keys are made last, while whoever else needs a number of the same range waits: each statement counts.
    """
    _pending()[event.contact_id] = event.held


def created_many(events: Sequence[ContactCreated]) -> None:
    """The same of many."""
    _pending().update((event.contact_id, event.held) for event in events)


def changed(event: ContactChanged) -> None:
    """New values have new keys."""
    if FIELDS.intersection(event.fields):
        _note([event.contact_id])


def moved(event: ContactBinned | ContactRestored) -> None:
    """What lies in the bin is nobody's double."""
    _note([event.contact_id])


def merged(event: ContactsMerged | MergeUndone) -> None:
    """The main contact has other values, the absorbed ones are gone, or there again."""
    _note([event.main_id, *event.absorbed_ids])


def _note(ids: Iterable[int]) -> None:
    _pending().update(dict.fromkeys(ids))


def _pending() -> dict[int, Any]:
    found: dict[int, Any] = db.session().info.setdefault(PENDING, {})
    return found


def settle() -> None:
    """Make the keys of what this transaction has changed so far."""
    waiting = _pending().copy()
    db.session().info.pop(PENDING)
    made = {contact_id: one for contact_id, one in waiting.items() if one is not None and _is_whole(one)}
    for some in _portions(list(made)):
        for contact_id in _make({one: made[one] for one in some}):
            del waiting[contact_id]
    for some in _portions(list(waiting)):
        renew(some)


def _portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


def _is_whole(held: Any) -> bool:
    """Whether all values of a contact are at hand: a savepoint that was taken back leaves the session none."""
    if not isinstance(held, Contact):
        return True
    state = sa.inspect(held)
    return state.persistent and not FIELDS & state.expired_attributes


def _make(contacts: Mapping[int, Any]) -> set[int]:
    """The keys of contacts that this transaction has made, and that nothing has changed since but their version.

    Returns whose: a search may have come across a contact before, it lies in the bin, or a savepoint was taken back.
    """
    is_new = ~sa.exists().where(DoubleKey.contact_id == Contact.id)
    query = live().with_only_columns(Contact.id, Contact.version).where(among(Contact.id, contacts), is_new)
    found = {contact_id: (version, _held(contacts[contact_id])) for contact_id, version in map(tuple, fetch(query))}
    insert_rows(DoubleKey, COLUMNS, rows_of(found, seconds()))
    return set(found)


def _held(contact: Any) -> Profile:
    return profile(
        vars(contact),
        emails=[one.value for one in contact.emails],
        phones=[(one.value, one.normalised) for one in contact.phones],
        ibans=[one.iban for one in contact.bank_accounts],
        addresses=[
            (one.street or "", one.street2 or "", one.postal_code or "", one.city or "", one.region or "",
             one.country or "")
            for one in contact.addresses
        ],
    )  # fmt: skip


@event.listens_for(Session, "before_commit")
def _before_commit(session: Session) -> None:
    # A savepoint's release is announced as well: an import has one for each row.
    if session.info.get(PENDING) and not session.in_nested_transaction():
        settle()


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _previous: Any) -> None:
    if not session.in_transaction():
        session.info.pop(PENDING, None)


def renew(ids: Sequence[int], *, lock: bool = False) -> None:
    """Make the keys of these contacts anew; those that are not live have none.

    `lock` holds them meanwhile, for who has not changed them: else whoever does would make the same keys.
    """
    if lock:
        fetch(sa.select(Contact.id).where(among(Contact.id, ids)).with_for_update(key_share=True))
    found = read(among(Contact.id, ids), lambda column: among(column, ids))
    forget(ids)
    insert_rows(DoubleKey, COLUMNS, rows_of(found, seconds()))


def forget(ids: Sequence[int]) -> None:
    """Take away the keys of these contacts."""
    fetch(sa.delete(DoubleKey).where(among(DoubleKey.contact_id, ids)))


def seconds() -> int:
    """Now, as `DoubleKey.made` counts."""
    return int(time.time())


def rows_of(found: Mapping[int, tuple[int, Profile]], made: int) -> list[tuple[Any, ...]]:
    """The rows of `DoubleKey` of contacts, given their versions and profiles: all its columns."""
    return [
        (contact_id, place, version, RULES, made, "" if place else held.text(), *keys)
        for contact_id, (version, held) in found.items()
        for place, keys in enumerate(keys_of(held))
    ]

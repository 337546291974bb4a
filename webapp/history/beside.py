"""What lines of the history say beside what is written in them: whose they were, what can be done about them now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from webapp.contacts.derived import number_of
from webapp.contacts.models import Contact, ContactNumber
from webapp.db import among, db
from webapp.history.models import HistoryEntry
from webapp.i18n import _
from webapp.plugin import Text
from webapp.registry import registry


@dataclass(frozen=True, kw_only=True)
class Beside:
    """`origins`: what contacts are called whose lines a merge brought, by id. `offers`: words of a button, by line."""

    origins: Mapping[int, str] = field(default_factory=dict)
    offers: Mapping[int, Text] = field(default_factory=dict)


def beside(entries: Sequence[HistoryEntry]) -> Beside:
    """Of all lines of a page at once: a fixed number of statements."""
    offers: dict[int, Text] = {}
    for source in registry().offers("history_sources"):
        own = [one for one in entries if (one.source or "").startswith(f"{source.key}:")]
        if source.offers is not None and own:
            offers |= source.offers(own)
    return Beside(
        origins=_origins({one.came_from_id for one in entries if one.came_from_id is not None}), offers=offers
    )


def _origins(ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    numbers: dict[int, dict[str, str]] = {}
    rows = db.session.execute(
        sa.select(ContactNumber.came_from_id, ContactNumber.function, ContactNumber.value)
        .where(among(ContactNumber.came_from_id, ids))
        .order_by(ContactNumber.id)
    )
    for contact_id, function, value in rows:
        numbers.setdefault(contact_id or 0, {})[function] = value
    found = {}
    for one in db.session.scalars(sa.select(Contact).where(among(Contact.id, ids))):
        name, number = one.name or one.sort_name, number_of(numbers.get(one.id, {}))
        found[one.id] = _("%(name)s (no. %(number)s)", name=name, number=number) if number else name
    return found

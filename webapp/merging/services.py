"""Which contacts were merged into one, as long as that holds (spec E4)."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from webapp.contacts.models import Contact
from webapp.db import db
from webapp.merging.models import Merge, MergedContact

SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class MergedAway:
    """A contact that leads to another one now; `source` names the merge, as lines of the history do.

    `number` is one that it had. Where there are more of them than are shown, the last one's `name` is empty.
    """

    name: str
    number: str
    source: str


def merged_into(contact: Contact) -> list[MergedAway]:
    """The contacts that this one absorbed, directly or through another: one statement, beside its own numbers."""
    numbers = {one.came_from_id: one.value for one in reversed(contact.numbers) if one.came_from_id is not None}
    rows = db.session.execute(
        sa.select(Contact, Merge.id)
        .join(MergedContact, MergedContact.contact_id == Contact.id)
        .join(Merge, sa.and_(Merge.id == MergedContact.merge_id, Merge.undone_at.is_(None)))
        .where(Contact.merged_into_id == contact.id)
        .order_by(Contact.sort_name, Contact.id)
        .limit(SHOWN + 1)
    ).all()
    return [
        MergedAway(
            name=(one.name or one.sort_name) if at < SHOWN else "",
            number=numbers.get(one.id, ""),
            source=f"merge:{merge_id}",
        )
        for at, (one, merge_id) in enumerate(rows)
    ]

"""What lies in the bin: found, counted, and taken out of it for good (spec D9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from webapp.acting import need
from webapp.contacts import guards, purging
from webapp.contacts.models import Contact
from webapp.db import among, db, now
from webapp.errors import Refused
from webapp.i18n import _, ngettext
from webapp.jobs import run_here, start
from webapp.jobs.chunk import Chunk
from webapp.jobs.models import Job
from webapp.jobs.services import INLINE
from webapp.plugin import Blocker, JobKind
from webapp.search.match import holding

PAGE = 50
KIND = "purge"
_LONG_AGO = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
# A stretch of the index: what is not null is none to SQLite, which would read all that is not in the bin as well.
_IN_BIN = (Contact.deleted_at > _LONG_AGO, Contact.merged_into_id.is_(None))


@dataclass(frozen=True, kw_only=True)
class Binned:
    """A contact of the bin: in how many days it goes for good, 0 for today, and whether something holds it back."""

    contact: Contact
    days: int
    held: Sequence[Blocker] = ()


def page_of(q: str = "", after: int | None = None, size: int = PAGE) -> tuple[list[Binned], int | None]:
    """A page of the bin, the last deleted first, and the id behind which the next one begins; None on the last.

    `q` is looked for as in the lists; `after` is the last one's id of the page before.
    """
    need("contacts.manage")
    query = sa.select(Contact).where(*_IN_BIN, *holding(q))
    if after is not None:
        last = sa.select(Contact.deleted_at).where(Contact.id == min(after, 2**62)).scalar_subquery()
        query = query.where(Contact.deleted_at <= last, sa.or_(Contact.deleted_at < last, Contact.id < after))
    found = db.session.scalars(query.order_by(Contact.deleted_at.desc(), Contact.id.desc()).limit(size + 1)).all()
    shown = found[:size]
    over = [one.id for one in shown if _days(one) <= 0]
    held = guards.blockers(over) if over else {}
    return (
        [Binned(contact=one, days=max(_days(one), 0), held=held.get(one.id, ())) for one in shown],
        shown[-1].id if len(found) > size else None,
    )


def count(most: int) -> int:
    """How many lie in the bin, up to `most`."""
    some = sa.select(Contact.id).where(*_IN_BIN).limit(most).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def _days(contact: Contact) -> int:
    """Days until it goes, begun ones too."""
    assert contact.deleted_at is not None
    return -((now() - (contact.deleted_at + purging.KEPT)) // dt.timedelta(days=1))


def purge_one(contact_id: int, *, override_links: bool = False) -> None:
    """Delete one contact of the bin for good, now; raises `Refused` with what holds it back."""
    held = purging.purge([contact_id], override_links=override_links).get(contact_id)
    if held:
        raise Refused(_("It can't be deleted for good: resolve what is listed first."), blockers=held)


def purge_all(announced: int) -> Job:
    """Delete all that lie in the bin now for good, as a job; small ones are done at once (spec G3).

    Raises `Refused` where they are not as many as the user was told.
    """
    need("settings")
    chosen = sa.select(Contact.id).where(*_IN_BIN).order_by(Contact.deleted_at, Contact.id)
    job = start(KIND, {}, chosen, total=announced, way="form")
    if announced <= INLINE:
        run_here(job)
    return job


def _purge(chunk: Chunk) -> None:
    ids = [item.contact_id for item in chunk.items if item.contact_id is not None]
    there = set(db.session.scalars(sa.select(Contact.id).where(among(Contact.id, ids), *_IN_BIN)))
    held = purging.purge(sorted(there))
    for item in chunk.items:
        if item.contact_id not in there:
            chunk.skipped(item, _("This contact is not in the bin."))
        elif reasons := held.get(item.contact_id):
            chunk.failed(item, " ".join(dict.fromkeys(f"{one.label}. {one.remedy}" for one in reasons[:3])))
        else:
            chunk.done(item)


PURGE = JobKind(
    key=KIND,
    run=_purge,
    title=lambda params, total: ngettext(
        "Delete %(num)s contact of the bin for good", "Delete %(num)s contacts of the bin for good", total
    ),
    final=lambda params: _("What was deleted for good is gone."),
    right=lambda params: "settings",
)

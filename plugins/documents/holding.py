"""What documents hold back: the deletion of their contact (spec D4), and leaving the function that they belong to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from plugins.documents import files, retention
from plugins.documents.models import Document
from plugins.documents.services import is_kept, shown_day
from webapp.api import Blocker, FunctionRow, Subject, _, among, fetch, ngettext


def holds(ids: Sequence[int]) -> Mapping[int, Sequence[Blocker]]:
    """D4: documents that must be kept, which nobody overrides; and those that need not be, until somebody removes them.

    Neither is deleted along with its contact: what may go is named, and goes by a click of its own.
    """
    kept = sa.case((is_kept(), 1), else_=0)
    count, last = sa.func.count(), sa.func.max(Document.kept_until)
    rows = fetch(
        sa.select(Document.contact_id, Document.type, kept.label("kept"), count.label("number"), last.label("last"))
        .where(among(Document.contact_id, ids))
        .group_by(Document.contact_id, Document.type, kept)
        .order_by(Document.contact_id, Document.type)
    ).all()
    found: dict[int, list[Blocker]] = {}
    for contact_id in dict.fromkeys(row.contact_id for row in rows):
        own = [row for row in rows if row.contact_id == contact_id]
        blockers = found.setdefault(contact_id, [])
        if must := [(row.type, row.number, row.last) for row in own if row.kept]:
            blockers.append(_retained(contact_id, must))
        if free := sum(row.number for row in own if not row.kept):
            blockers.append(_removable(contact_id, free))
    return found


def _retained(contact_id: int, kinds: Sequence[tuple[str, int, dt.date]]) -> Blocker:
    number, last = sum(one[1] for one in kinds), max(one[2] for one in kinds)
    runs_on = last == retention.FOREVER
    if runs_on:
        remedy = _(
            "A contract without an end is kept as long as it runs. Until all terms are over, the contact can be "
            "anonymised."
        )
    else:
        remedy = _("The law keeps them until %(day)s. Until then, the contact can be anonymised.", day=shown_day(last))
    return Blocker(
        key="documents_kept",
        label=_("To be kept: %(documents)s", documents="; ".join(_kept_line(*one) for one in kinds)),
        count=number,
        remedy=remedy,
        endpoint="documents.index",
        values={"id": contact_id},
        see=_("See the documents"),
        retained=True,
        kept_until=None if runs_on else last,
    )


def _kept_line(kind: str, number: int, last: dt.date) -> str:
    if last == retention.FOREVER:
        return _("%(number)s × %(type)s (running)", number=number, type=retention.LABELS[kind])
    return _("%(number)s × %(type)s (until %(day)s)", number=number, type=retention.LABELS[kind], day=shown_day(last))


def _removable(contact_id: int, number: int) -> Blocker:
    return Blocker(
        key="documents",
        label=ngettext("%(num)s document that need not be kept", "%(num)s documents that need not be kept", number),
        count=number,
        remedy=ngettext("First remove it: there is no way back.", "First remove them: there is no way back.", number),
        endpoint="documents.index",
        values={"id": contact_id},
        see=_("See the documents"),
        right="contacts.manage",
        button=ngettext("Remove %(num)s document", "Remove %(num)s documents", number),
        button_endpoint="documents.remove_over",
    )


def belongs(contact_function_ids: Sequence[int]) -> Mapping[int, str]:
    """A function is released only when nothing hangs on it: documents do, where it is the contact's only one.

    With another function beside it nobody can say whose they are, and they stay guarded by the contact.
    """
    row, other = sa.orm.aliased(FunctionRow), sa.orm.aliased(FunctionRow)
    beside = (
        sa.select(other.id)
        .where(other.contact_id == row.contact_id, other.id != row.id, other.ended_at.is_(None))
        .exists()
    )
    counts = fetch(
        sa.select(row.id, sa.func.count().label("number"))
        .join(Document, Document.contact_id == row.contact_id)
        .where(among(row.id, contact_function_ids), sa.not_(beside))
        .group_by(row.id)
    )
    return {
        found.id: ngettext(
            "%(num)s document hangs on this function: remove it first, once it need not be kept.",
            "%(num)s documents hang on this function: remove them first, once they need not be kept.",
            found.number,
        )
        for found in counts
    }


def kept_rows(contact_ids: Sequence[int]) -> Mapping[int, dt.date]:
    """Documents of these contacts that the law keeps as they are, each with the last day of that (spec D5)."""
    query = sa.select(Document.id, Document.kept_until).where(among(Document.contact_id, contact_ids), is_kept())
    return {row.id: row.kept_until for row in fetch(query)}


def count_going(subject: Subject) -> int:
    """Files that go when these contacts are anonymised: of documents that need not be kept."""
    query = sa.select(sa.func.count(Document.file_id)).where(
        among(Document.contact_id, subject.ids), sa.not_(is_kept())
    )
    return int(fetch(query).scalar_one())


def erase_going(subject: Subject) -> int:
    """Take them away, with their documents where these are still there."""
    number = count_going(subject)
    fetch(sa.delete(Document).where(among(Document.contact_id, subject.ids), sa.not_(is_kept())))
    files.let_go_unused()
    return number

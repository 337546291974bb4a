"""What the core keeps of contacts outside of the tables that hang on them: results and files of jobs, saved views,
tags that nobody else has, forms that were sent (spec D5).

Results of jobs are looked through as a whole: they are few, since they are kept for some weeks only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from webapp.aftercommit import after_commit
from webapp.contacts.models import ContactTag, Tag
from webapp.db import among, db, fetch
from webapp.erasing.subject import Subject
from webapp.errors import Refused
from webapp.i18n import _, _l
from webapp.jobs import files
from webapp.jobs.models import Job, JobItem
from webapp.lists.models import SavedView
from webapp.plugin import Erasure
from webapp.sentforms import SentForm

UNFINISHED = ("queued", "running")
ITEM: Any = JobItem.__table__


def _items(subject: Subject) -> sa.ColumnElement[bool]:
    """Results that tell more of these contacts than what became of them."""
    told = sa.or_(JobItem.reason != "", JobItem.before.is_not(None))
    return sa.and_(among(JobItem.contact_id, subject.ids), told)


def _reasons(subject: Subject) -> list[tuple[int, int]]:
    """Results of other contacts whose reason names one of these, such as a likely double of it: job and position."""
    words = [JobItem.reason.contains(one, autoescape=True) for one in sorted(subject.names) if " " in one or "@" in one]
    if not words:
        return []
    rows = fetch(sa.select(JobItem.job_id, JobItem.position).where(JobItem.reason != "", sa.or_(*words)))
    return [(row.job_id, row.position) for row in rows]


def _with_file(subject: Subject) -> Iterator[tuple[Job, Path | None]]:
    """Jobs that have written these contacts into a file."""
    part = sa.select(JobItem.job_id).where(among(JobItem.contact_id, subject.ids), JobItem.outcome != "")
    for job in db.session.scalars(sa.select(Job).where(Job.id.in_(part))):
        if (job.data or {}).get("file"):
            yield job, files.path_of(job.data)


def _naming_jobs(subject: Subject) -> Iterator[tuple[Job, Any]]:
    """Jobs whose own words tell of these contacts, each with their words without that: the search by which they were
    chosen; of a job on these contacts alone also what it set, such as a tag."""
    for job in db.session.scalars(sa.select(Job).order_by(Job.id)):
        words = [job.params, job.data, job.error]
        left = without(words, subject.is_named_in)
        if job.total <= len(subject.ids) and _is_of_these(job, subject):
            left = without(left, subject.is_noted)
        if left != words:
            yield job, left


def _is_of_these(job: Job, subject: Subject) -> bool:
    about = sa.select(JobItem.contact_id).where(JobItem.job_id == job.id, JobItem.contact_id.is_not(None)).distinct()
    return set(db.session.scalars(about)) <= set(subject.ids)


def check_jobs(subject: Subject) -> None:
    """Raise `Refused` while a job is at work that writes these contacts into a file, or was told their names."""
    held = [job for job, _words in (*_with_file(subject), *_naming_jobs(subject))]
    for job in held:
        if job.state in UNFINISHED:
            raise Refused(
                _(
                    "Job %(number)s is at work and tells of this contact: wait for its end, or stop it, then try "
                    "again.",
                    number=job.id,
                ),
                job=job.id,
            )


def find_results(subject: Subject) -> int:
    """Results, files and words of jobs."""
    count = fetch(sa.select(sa.func.count()).select_from(JobItem).where(_items(subject))).scalar_one()
    exports = sum(path is not None for _job, path in _with_file(subject))
    return int(count) + exports + len(_reasons(subject)) + sum(1 for _job in _naming_jobs(subject))


def erase_results(subject: Subject) -> int:
    """Leave of each result what became of the contact, not why nor what it was before; delete files; blank words."""
    number = find_results(subject)
    empty: dict[str, Any] = {"reason": "", "before": sa.null()}
    fetch(sa.update(ITEM).where(_items(subject)).values(empty))
    for job_id, position in _reasons(subject):
        fetch(sa.update(ITEM).where(ITEM.c.job_id == job_id, ITEM.c.position == position).values(reason=""))
    for job, path in list(_with_file(subject)):
        job.data = {name: value for name, value in job.data.items() if name not in ("file", "file_name")}
        if path is not None:
            after_commit(partial(path.unlink, missing_ok=True))
    for job, left in list(_naming_jobs(subject)):
        job.params, job.data, job.error = left
    db.session.flush()
    return number


def without(value: Any, tells: Callable[[str], bool]) -> Any:
    """A JSON value, each text that tells of a contact made empty."""
    if isinstance(value, str):
        return "" if value and tells(value) else value
    if isinstance(value, dict):
        return {key: without(each, tells) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [without(each, tells) for each in value]
    return value


def _views(subject: Subject) -> list[SavedView]:
    views = db.session.scalars(sa.select(SavedView))
    return [one for one in views if subject.named_among([one.name, one.arguments])]


def find_views(subject: Subject) -> int:
    """Saved views that search for one of these contacts, or are called by its name."""
    return len(_views(subject))


def erase_views(subject: Subject) -> int:
    """A view that searches for it goes; one that is called so gets another name."""
    found = _views(subject)
    for one in found:
        if subject.named_among(one.arguments):
            db.session.delete(one)
        else:
            one.name = _("View %(number)s", number=one.id)
    db.session.flush()
    return len(found)


def _tags(subject: Subject) -> list[int]:
    own, other = (sa.orm.aliased(ContactTag) for _each in range(2))
    others = sa.select(other.id).where(other.tag_id == own.tag_id, sa.not_(among(other.contact_id, subject.ids)))
    return list(db.session.scalars(sa.select(own.tag_id).where(among(own.contact_id, subject.ids), ~others.exists())))


def find_tags(subject: Subject) -> int:
    """Tags that no other contact has."""
    return len(set(_tags(subject)))


def erase_tags(subject: Subject) -> int:
    """Delete them."""
    found = set(_tags(subject))
    fetch(sa.delete(Tag.__table__).where(among(Tag.id, found)))  # type: ignore[arg-type]
    return len(found)


def _forms(subject: Subject) -> list[str]:
    rows = fetch(sa.select(SentForm.digest, SentForm.address))
    return [row.digest for row in rows if subject.is_named_in(row.address)]


def find_forms(subject: Subject) -> int:
    """Sent forms that led to an address with a name in it."""
    return len(_forms(subject))


def erase_forms(subject: Subject) -> int:
    """Forget them."""
    found = _forms(subject)
    fetch(sa.delete(SentForm.__table__).where(SentForm.digest.in_(found)))  # type: ignore[arg-type]
    return len(found)


ERASURES = (
    Erasure(
        key="jobs",
        label=_l("Results, exports and words of jobs"),
        find=find_results,
        erase=erase_results,
        tables=("job", "job_item"),
    ),
    Erasure(
        key="views",
        label=_l("Saved views that name it"),
        find=find_views,
        erase=erase_views,
        tables=("list_view", "list_setting"),
    ),
    Erasure(key="tags", label=_l("Tags that nobody else has"), find=find_tags, erase=erase_tags, tables=("tag",)),
    Erasure(
        key="sent_forms",
        label=_l("Forms that were sent"),
        find=find_forms,
        erase=erase_forms,
        tables=("sent_form",),
    ),
)

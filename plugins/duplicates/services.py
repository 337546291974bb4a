"""What the pages, the command line and others do with possible doubles (spec E8).

Reading asks for the right "contacts.read", deciding for "contacts.edit", searching and merging for "contacts.manage".
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import sqlalchemy as sa

from plugins.duplicates import jobs, keeping, reasons, scan, switches
from plugins.duplicates.models import DoubleKey, DoublePair, DoubleScan
from webapp.api import (
    Contact,
    Invalid,
    Job,
    Merging,
    Missing,
    _,
    act,
    db,
    fetch,
    live,
    need,
    now,
    registry,
)

PAGE = 50
MOST = 200
"""Pairs that a cluster, or a bulk merge, is shown with."""
STATES = ("open", "later", "apart")
COUNTED = 10_000
"""Pairs that are counted for a tab or the side bar: of more nobody needs to know how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A pair: its two contacts, the lower id first, how sure it is (in hundredths of a percent) and why, in words."""

    id: int
    low_id: int
    high_id: int
    score: int
    state: str
    codes: tuple[str, ...]

    @property
    def reasons(self) -> list[str]:
        """Why, in words."""
        return reasons.words(self.codes)

    @property
    def ids(self) -> tuple[int, int]:
        """Both contacts."""
        return self.low_id, self.high_id


@dataclass(frozen=True, slots=True, kw_only=True)
class PairPage:
    """Pairs, and where the next page begins (empty: this is the last)."""

    pairs: Sequence[Found]
    after: str


def _there() -> Any:
    return live().with_only_columns(Contact.id)


def _listed(state: str, least: int, of: int | None = None) -> Any:
    """Pairs of contacts that are there, of a state and a score; `of` one contact, or of all."""
    columns = (
        DoublePair.id, DoublePair.low_id, DoublePair.high_id, DoublePair.score, DoublePair.state, DoublePair.reasons
    )  # fmt: skip
    low, high = sa.orm.aliased(Contact), sa.orm.aliased(Contact)
    query = (
        sa.select(*columns)
        .join(low, low.id == DoublePair.low_id)
        .join(high, high.id == DoublePair.high_id)
        .where(DoublePair.state == state)
    )
    for one in (low, high):
        query = query.where(
            one.deleted_at.is_(None), one.merged_into_id.is_(None), one.anonymised_at.is_(None),
            one.archived_at.is_(None),
        )  # fmt: skip
    if of is not None:
        query = query.where(sa.or_(DoublePair.low_id == of, DoublePair.high_id == of))
    return query.where(DoublePair.score >= least) if state != "apart" else query


def _found(rows: Iterable[Any]) -> list[Found]:
    return [
        Found(id=row[0], low_id=row[1], high_id=row[2], score=row[3], state=row[4], codes=tuple(row[5])) for row in rows
    ]


def pairs(
    state: str = "open", *, after: str = "", limit: int = PAGE, least: int | None = None, of: int | None = None
) -> PairPage:
    """Pairs of a state (`open`, `later`, `apart`), the most certain first; `of` one contact, or of all.

    `after` is where a page before ended; raises `Invalid` for a place that was never given. `least` is the least
    score, the threshold of the settings unless told otherwise.
    """
    need("contacts.read")
    if state not in STATES:
        raise Invalid(_("Choose open pairs, those for later, or those kept apart."), {"state": state[:20]})
    query = _listed(state, switches.threshold() if least is None else least, of)
    if after:
        score, pair_id = _place(after)
        query = query.where(sa.tuple_(DoublePair.score, DoublePair.id) < sa.tuple_(score, pair_id))
    rows = fetch(query.order_by(DoublePair.score.desc(), DoublePair.id.desc()).limit(limit + 1)).all()
    page = _found(rows[:limit])
    return PairPage(pairs=page, after=f"{page[-1].score}.{page[-1].id}" if len(rows) > limit else "")


def _place(after: str) -> tuple[int, int]:
    score, _dot, pair_id = after.partition(".")
    if not (score.isascii() and score.isdecimal() and pair_id.isascii() and pair_id.isdecimal() and len(after) < 25):
        raise Invalid(_("There is no such page: begin with the first."), {"after": after[:40]})
    if int(score) > 10_000 or int(pair_id) >= 2**63:
        raise Invalid(_("There is no such page: begin with the first."), {"after": after[:40]})
    return int(score), int(pair_id)


def count(state: str = "open") -> int:
    """How many pairs of a state are shown."""
    need("contacts.read")
    return count_listed_pairs(state)


def counts(of: int | None = None) -> dict[str, int]:
    """How many pairs of each state are shown, counted no further than `COUNTED`; one statement."""
    need("contacts.read")
    least = switches.threshold()
    columns = [_listed(state, least, of).with_only_columns(DoublePair.id).limit(COUNTED).subquery() for state in STATES]
    numbers = [sa.select(sa.func.count()).select_from(one).scalar_subquery() for one in columns]
    return dict(zip(STATES, fetch(sa.select(*numbers)).one(), strict=True))


def count_of(contact_id: int) -> int:
    """How many pairs with a contact wait for a decision."""
    need("contacts.read")
    query = _listed("open", switches.threshold(), contact_id).with_only_columns(sa.func.count())
    return int(fetch(query).scalar_one())


def count_open() -> int:
    """How many pairs wait for a decision, counted no further than `COUNTED`: for the side bar, to all users alike."""
    query = _listed("open", switches.threshold()).with_only_columns(DoublePair.id).limit(COUNTED)
    return int(fetch(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one())


def above(scores: Sequence[int]) -> dict[int, int]:
    """How many pairs wait for a decision from each of these scores (in per cent) on; one statement."""
    need("contacts.read")
    least = min(scores) * switches.PART
    numbers = [sa.func.count().filter(DoublePair.score >= one * switches.PART) for one in scores]
    found = fetch(_listed("open", least).with_only_columns(*numbers)).one()
    return dict(zip(scores, found, strict=True))


def count_listed_pairs(state: str = "open") -> int:
    """The same, for whoever shows it to all users alike."""
    query = _listed(state, switches.threshold()).with_only_columns(sa.func.count())
    return int(fetch(query).scalar_one())


def pair(pair_id: int) -> Found:
    """One pair, whatever its score and state; raises `Missing` where there is none, or one of the two is gone."""
    need("contacts.read")
    rows: list[Any] = []
    if 0 < pair_id < 2**63:
        for state in STATES:
            rows += fetch(_listed(state, 0).where(DoublePair.id == pair_id)).all()
    if not rows:
        raise Missing(_("There is no such pair any more: one of the two was merged, deleted or changed."))
    return _found(rows)[0]


def clusters(shown: Sequence[Found]) -> list[list[Found]]:
    """The pairs of a page in groups: pairs that have a contact in common stand together, in the order of the page.

    A group is no decision: of three contacts two may be one and the third another. Each pair keeps its own score.
    """
    leads: dict[int, int] = {}

    def lead(one: int) -> int:
        while leads.setdefault(one, one) != one:
            one = leads[one]
        return one

    for found in shown:
        leads[lead(found.high_id)] = lead(found.low_id)
    groups: dict[int, list[Found]] = defaultdict(list)
    for found in shown:
        groups[lead(found.low_id)].append(found)
    return list(groups.values())


def of_contact(contact_id: int) -> list[Found]:
    """The open pairs of a contact above the threshold, the most certain first."""
    need("contacts.read")
    query = _listed("open", switches.threshold(), contact_id)
    return _found(fetch(query.order_by(DoublePair.score.desc(), DoublePair.id.desc()).limit(MOST)))


# --- Deciding ---------------------------------------------------------------------------------------------


def decide(pair_id: int, state: str) -> Found:
    """Keep a pair apart for good (`apart`), put it off (`later`), or ask again (`open`); who and when is kept."""
    need("contacts.edit")
    if state not in STATES:
        raise Invalid(_("Choose: keep apart, later, or open again."), {"state": state[:20]})
    found = pair(pair_id)
    row = db.session.get_one(DoublePair, pair_id, with_for_update=True)
    if row.state == state:
        return found
    row.state, row.decided_at, row.decided_by_id = state, now(), act().user_id
    db.session.flush()
    return pair(pair_id)


def decision(pair_id: int) -> tuple[dt.datetime | None, int | None]:
    """When something was decided about a pair last, and by whom."""
    need("contacts.read")
    found: Any = fetch(sa.select(DoublePair.decided_at, DoublePair.decided_by_id).where(DoublePair.id == pair_id))
    at, user_id = found.one()
    return at, user_id


def keep_apart(one_id: int, other_id: int) -> Found:
    """Keep two contacts apart, whether a search has found them or not."""
    need("contacts.edit")
    low, high = sorted((one_id, other_id))
    there = fetch(_there().where(Contact.id.in_((low, high)))).scalars().all()
    if low == high or len(there) != 2:
        raise Missing(_("There is no such contact."))
    query = sa.select(DoublePair.id).where(DoublePair.low_id == low, DoublePair.high_id == high)
    pair_id = fetch(query).scalar()
    if pair_id is None:
        row = DoublePair(low_id=low, high_id=high, score=0, reasons=[], state="open", scan_id=0)
        db.session.add(row)
        db.session.flush()
        pair_id = row.id
    return decide(pair_id, "apart")


def merge_address(found: Found) -> str:
    """Where a user sees what merging a pair would do, and confirms it; empty where merging is switched off."""
    return registry().service(Merging).address(list(found.ids))


# --- Merging in bulk --------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Bulk:
    """What a bulk merge would do: groups of contacts of which each pair is sure enough, with the least of its scores.

    `left` are groups in which some two are not, or are kept apart: these are left for people to look at.
    """

    groups: Sequence[tuple[int, ...]]
    scores: Sequence[int]
    left: Sequence[tuple[int, ...]]

    @property
    def unsure(self) -> int:
        """How many groups are left."""
        return len(self.left)

    @property
    def number(self) -> int:
        """How many contacts would be absorbed."""
        return sum(len(one) - 1 for one in self.groups)

    @property
    def pairs(self) -> int:
        """How many pairs would be settled."""
        return sum(len(one) * (len(one) - 1) // 2 for one in self.groups)


def bulk(least: int) -> Bulk:
    """The groups that merging everything from this score on would make one each, the most certain first.

    Never through a third: a group of three is merged only where all three pairs are sure, and none is kept apart.
    """
    need("contacts.manage")
    if not switches.LOWEST * switches.PART <= least <= 10_000:
        raise Invalid(_("Choose a score between %(low)s and 100.", low=switches.LOWEST), {"score": str(least)})
    rows: Any = fetch(_listed("open", least)).all()
    sure = {(row[1], row[2]): row[3] for row in rows}
    groups: dict[int, set[int]] = {}
    for low, high in sure:
        joined = groups.get(low, {low}) | groups.get(high, {high})
        for one in joined:
            groups[one] = joined
    distinct = {id(one): one for one in groups.values()}.values()
    found: list[tuple[int, tuple[int, ...]]] = []
    left = []
    for group in map(sorted, distinct):
        between = list(combinations(group, 2))
        if all(one in sure for one in between):
            found.append((-min(sure[one] for one in between), tuple(group)))
        else:
            left.append(tuple(group))
    found.sort()
    return Bulk(
        groups=[group for _score, group in found], scores=[-score for score, _group in found], left=sorted(left)
    )


# --- Searching --------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How things stand: the last search that came to its end, the job that is at work, contacts not yet looked at."""

    last: DoubleScan | None
    job: Job | None
    waiting: int


def standing() -> Standing:
    """When the base was last searched, and what has changed since."""
    need("contacts.read")
    ended = sa.select(DoubleScan).where(DoubleScan.ended_at.is_not(None), DoubleScan.found >= 0)
    last = db.session.scalar(ended.order_by(DoubleScan.id.desc()).limit(1))
    latest, job = scan.latest(), None
    if latest is not None and latest.ended_at is None and latest.job_id is not None:
        job = db.session.get(Job, latest.job_id)
        job = job if job is not None and job.state in ("queued", "running") else None
    if last is None:
        waiting = fetch(live().with_only_columns(sa.func.count())).scalar_one()
    else:
        new = sa.select(sa.func.count()).select_from(DoubleKey)
        waiting = fetch(new.where(DoubleKey.made > last.mark, DoubleKey.place == 0)).scalar_one()
    return Standing(last=last, job=job, waiting=waiting)


def search(*, whole: bool = False) -> Job:
    """Begin a search as a job: through what is new, or the whole base; raises `Refused` while one is at work."""
    keeping.settle()
    return jobs.start(whole=whole)[1]


def scan_by_id(scan_id: int) -> DoubleScan:
    """A search by its id; raises `Missing`."""
    found = db.session.get(DoubleScan, scan_id)
    if found is None:
        raise Missing(_("There is no such search for doubles."))
    return found

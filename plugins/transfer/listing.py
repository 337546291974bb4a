"""The staged rows of an import, page by page, and how many there are of each kind (spec H2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from plugins.transfer.models import OUTCOMES, PLANS, UNDONE, Import, StagedRow
from webapp.api import _, csv_lines, db, fetch

PAGE = 50
FLAWED = "flawed"
"""Rows that go in though some of their cells don't."""
AT_ONCE = 1000


@dataclass(frozen=True, kw_only=True)
class Page:
    """Rows, and the number after which the next page begins; 0: this is the last."""

    rows: Sequence[StagedRow]
    next: int = 0


def page_of(one: Import, show: str = "", after: int = 0, limit: int = PAGE) -> Page:
    """Rows of an import in the order of the file, of those that `show` names: a plan, an outcome, what undoing did,
    `flawed`; without it all, those with errors first where nothing was imported yet."""
    rows = list(db.session.scalars(narrowed(one, show).where(StagedRow.number > after).limit(limit + 1)))
    return Page(rows=rows[:limit], next=rows[limit - 1].number if len(rows) > limit else 0)


def narrowed(one: Import, show: str) -> sa.Select[StagedRow]:
    """The rows that `show` names, in the order of the file."""
    query = sa.select(StagedRow).where(StagedRow.import_id == one.id).order_by(StagedRow.number)
    if show == FLAWED:
        return query.where(StagedRow.flawed)
    if show in PLANS:
        return query.where(StagedRow.plan == show)
    if show in OUTCOMES[1:]:
        return query.where(StagedRow.outcome == show)
    if show in UNDONE[1:]:
        return query.where(StagedRow.undone == show)
    return query


def known(show: str) -> bool:
    """Whether rows can be narrowed so."""
    return show in ("", FLAWED, *PLANS, *OUTCOMES, *UNDONE)


@dataclass(frozen=True, kw_only=True)
class Summary:
    """How many rows there are by plan, outcome and what undoing did; `decided` by plan and decision."""

    plans: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    undone: Counter[str] = field(default_factory=Counter)
    decided: Counter[tuple[str, str]] = field(default_factory=Counter)
    flawed: int = 0
    doubles: str = "create"

    @property
    def going_in(self) -> int:
        """How many rows the click would import, as they are planned and decided."""
        left = self.plans["error"] + self.plans["unchanged"]
        left += sum(
            many
            for (plan, decision), many in self.decided.items()
            if decision == "skip" and plan not in ("error", "unchanged")
        )
        if self.doubles == "skip":
            left += self.plans["double"] - sum(many for (plan, _one), many in self.decided.items() if plan == "double")
        return max(self.plans.total() - left, 0)


def summary_of(one: Import) -> Summary:
    """The counts of an import: a fixed number of statements, each from an index."""
    table = StagedRow

    def by(column: Any) -> Counter[str]:
        query = sa.select(column, sa.func.count()).where(table.import_id == one.id).group_by(column)
        rows: Any = fetch(query)
        return Counter(dict(rows.all()))

    decided = sa.select(table.plan, table.decision, sa.func.count()).where(
        table.import_id == one.id, table.decision != ""
    )
    flawed = sa.select(sa.func.count()).where(table.import_id == one.id, table.flawed)
    told: Any = fetch(decided.group_by(table.plan, table.decision))
    is_imported = one.job_id is not None
    return Summary(
        plans=by(table.plan),
        outcomes=by(table.outcome) if is_imported else Counter(),
        undone=by(table.undone) if is_imported else Counter(),
        decided=Counter({(plan, what): many for plan, what, many in told}),
        flawed=fetch(flawed).scalar_one(),
        doubles=one.doubles,
    )


def outcomes_of(imports: Sequence[Import]) -> dict[int, Counter[str]]:
    """Counts by outcome of several imports: one statement."""
    ids = [one.id for one in imports if one.job_id is not None]
    query = sa.select(StagedRow.import_id, StagedRow.outcome, sa.func.count()).where(StagedRow.import_id.in_(ids))
    found: dict[int, Counter[str]] = {}
    rows: Any = fetch(query.group_by(StagedRow.import_id, StagedRow.outcome)) if ids else ()
    for import_id, outcome, many in rows:
        found.setdefault(import_id, Counter())[outcome] = many
    return found


def refused_lines(one: Import, after: int = 0) -> tuple[str, int | None]:
    """Some of the refused rows as CSV, from `after` on, and where the next ones begin; None: these are the last.

    Their own columns, then the line and the reason (spec H4: no formulas). Before the import those with errors.
    Mended, the file can be imported as it is: the two more columns are passed over.
    """
    show = "refused" if one.job_id is not None else "error"
    page = page_of(one, show, after, AT_ONCE)
    width = len(one.headers)
    lines = [
        [*row.cells, *[""] * (width - len(row.cells)), str(row.line), row.told or row.reason or row.broken]
        for row in page.rows
    ]
    head = [[*one.headers, _("Line"), _("Reason")]] if not after else []
    return csv_lines([*head, *lines], first=not after), page.next or None

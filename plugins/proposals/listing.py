"""The list of proposals: search, filters, sort, pages that cost the same wherever they lie, and the numbers above."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from plugins.proposals.models import Proposal
from plugins.proposals.services import STATES
from webapp.api import Contact, Invalid, _, db, need, searched_contacts, sought_words, today, zone

PAGE = 50
CAP = 10_000
"""A count goes so far; a larger number is told as more than that."""
SORTS: Mapping[str, Any] = {
    "created": Proposal.id,
    "number": Proposal.sort_number,
    "valid_until": Proposal.sort_day,
    "total": Proposal.gross,
}
"""What the list may be sorted by; `-created` is the newest first."""


@dataclass(frozen=True, kw_only=True)
class ProposalQuery:
    """One list of proposals. `state` is one of `services.STATES`, or `open` for drafts and those sent that can be
    accepted; `after` and `before` are cursors of a page."""

    q: str = ""
    state: str = ""
    contact_id: int | None = None
    responsible_id: int | None = None
    sort: str = "-created"
    after: str = ""
    before: str = ""
    size: int = PAGE

    @classmethod
    def read(cls, args: Mapping[str, str]) -> ProposalQuery:
        """From an address; what is no number there narrows nothing."""

        def number(name: str) -> int | None:
            text = args.get(name, "")
            return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None

        return cls(
            q=args.get("q", "").replace("\x00", "")[:200],
            state=args.get("state", ""),
            contact_id=number("contact"),
            responsible_id=number("responsible"),
            sort=args.get("sort") or "-created",
            after=args.get("after", ""),
            before=args.get("before", ""),
        )

    def where(self) -> list[sa.ColumnElement[bool]]:
        """The conditions, without the place; raises `Invalid` for a state that there is not."""
        found: list[sa.ColumnElement[bool]] = []
        if self.state:
            found.append(in_state(self.state))
        if self.contact_id is not None:
            found.append(Proposal.contact_id == self.contact_id)
        if self.responsible_id is not None:
            found.append(Proposal.responsible_id == self.responsible_id)
        return [*found, *(_holds(text) for text in sought_words(self.q))]

    def order(self) -> tuple[Any, bool]:
        """By what it is sorted, and whether downwards; raises `Invalid` for anything else."""
        column = SORTS.get(self.sort.removeprefix("-"))
        if column is None:
            raise wrong("sort", _("This list can't be sorted that way: choose one of its column heads."))
        return column, self.sort.startswith("-")


@dataclass(frozen=True, kw_only=True)
class ProposalPage:
    """A page: proposals with their contacts, and the cursors of the pages around it, empty where there is none."""

    rows: Sequence[tuple[Proposal, Contact]]
    previous: str
    next: str


def page(query: ProposalQuery, *, with_lines: bool = False) -> ProposalPage:
    """A page of the list, by one statement, or by two with all its lines; raises `Invalid` for what can't be asked."""
    need("contacts.read")
    column, downwards = query.order()
    backwards = not query.after and bool(query.before)
    falls = downwards != backwards
    select = sa.select(Proposal, Contact).join(Contact, Contact.id == Proposal.contact_id).where(*query.where())
    if with_lines:
        select = select.options(selectinload(Proposal.lines))
    if place := query.after or query.before:
        # The order alone makes a place: ids that follow each other differ in either sense.
        keys = sa.tuple_(*_keys(column))
        at = sa.tuple_(
            *(sa.literal(one, key.type) for one, key in zip(_place(place, column), _keys(column), strict=True))
        )
        select = select.where(keys < at if falls else keys > at)
    select = select.order_by(*(key.desc() if falls else key.asc() for key in _keys(column)))
    found = [(row[0], row[1]) for row in db.session.execute(select.limit(query.size + 1))]
    more, rows = len(found) > query.size, found[: query.size]
    if backwards:
        rows.reverse()
    first, last = (_cursor(rows[0][0], column), _cursor(rows[-1][0], column)) if rows else ("", "")
    return ProposalPage(
        rows=rows,
        previous=first if (more if backwards else bool(query.after)) else "",
        next=last if backwards or more else "",
    )


def count(query: ProposalQuery) -> int:
    """How many the list has, up to `CAP` and one more."""
    need("contacts.read")
    some = sa.select(Proposal.id).where(*query.where()).limit(CAP + 1).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def ids(query: ProposalQuery, most: int) -> list[int]:
    """Ids of the whole list in its order, `most` at most."""
    need("contacts.read")
    column, downwards = query.order()
    order = (key.desc() if downwards else key.asc() for key in _keys(column))
    return list(db.session.scalars(sa.select(Proposal.id).where(*query.where()).order_by(*order).limit(most)))


def in_state(state: str) -> sa.ColumnElement[bool]:
    """The proposals that users read to be in a state; raises `Invalid` for one that there is not."""
    is_over = sa.and_(Proposal.valid_until.is_not(None), Proposal.valid_until < today())
    if state == "expired":
        return sa.and_(Proposal.state == "sent", is_over)
    if state == "sent":
        return sa.and_(Proposal.state == "sent", sa.not_(is_over))
    if state == "open":
        return sa.or_(Proposal.state == "draft", sa.and_(Proposal.state == "sent", sa.not_(is_over)))
    if state not in STATES:
        raise wrong("state", _("There is no such state of a proposal."))
    return Proposal.state == state


def wrong(parameter: str, text: str) -> Invalid:
    """What an address can't ask for."""
    error = Invalid(text, {parameter: text})
    error.details["parameters"] = {parameter: text}
    return error


def _holds(text: str) -> sa.ColumnElement[bool]:
    """Whether a folded word stands in the number, the title, or among what finds the contact."""
    contacts = searched_contacts(text.strip())
    return sa.or_(Proposal.search_text.contains(text, autoescape=True), Proposal.contact_id.in_(contacts))


def _keys(column: Any) -> tuple[Any, ...]:
    return (column,) if column is Proposal.id else (column, Proposal.id)


def _cursor(proposal: Proposal, column: Any) -> str:
    values = [getattr(proposal, key.key) for key in _keys(column)]
    told = [one.isoformat() if isinstance(one, dt.date) else one for one in values]
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def _place(text: str, column: Any) -> list[Any]:
    """The values at which a page begins; raises `Invalid` for what no page told."""
    try:
        found = json.loads(base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
        values = []
        for one, key in zip(found, _keys(column), strict=True):
            if isinstance(key.type, sa.Date):
                values.append(dt.date.fromisoformat(one))
            elif type(one) is not key.type.python_type or (isinstance(one, int) and abs(one) >= 2**63):
                raise ValueError(text)
            else:
                values.append(one)
    except (ValueError, TypeError, RecursionError):
        raise wrong("cursor", _("This page of the list is not known: start again at the first page.")) from None
    return values


@dataclass(frozen=True, kw_only=True)
class Sum:
    """Proposals of one currency: how many, and what they come to with VAT, in minor units."""

    currency: str
    count: int
    gross: int


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """What stands above the list: the proposals that can still be accepted and those accepted this month, by currency,
    the largest first; and of the answers of the last twelve months, how many accepted."""

    open: Sequence[Sum]
    accepted: Sequence[Sum]
    answered_year: int
    accepted_year: int

    @property
    def rate(self) -> float | None:
        """The share of answers that accepted, between 0 and 1; None where nobody answered."""
        return self.accepted_year / self.answered_year if self.answered_year else None


def numbers() -> Numbers:
    """Three statements, each by an index that holds all it needs."""
    need("contacts.read")
    month = dt.datetime.combine(today().replace(day=1), dt.time(), zone())
    year = dt.datetime.combine(today() - dt.timedelta(days=365), dt.time(), zone())
    decided = (Proposal.state.in_(("accepted", "declined")), Proposal.decided_at >= year)
    answers = sa.select(Proposal.state, sa.func.count()).where(*decided).group_by(Proposal.state)
    by_state = {row[0]: row[1] for row in db.session.execute(answers)}
    return Numbers(
        open=_sums(in_state("sent")),
        accepted=_sums(sa.and_(Proposal.state == "accepted", Proposal.decided_at >= month)),
        answered_year=sum(by_state.values()),
        accepted_year=by_state.get("accepted", 0),
    )


def _sums(condition: sa.ColumnElement[bool]) -> list[Sum]:
    rows = db.session.execute(
        sa.select(Proposal.currency, sa.func.count(), sa.func.sum(Proposal.gross))
        .where(condition)
        .group_by(Proposal.currency)
    )
    found = [Sum(currency=currency, count=number, gross=int(gross)) for currency, number, gross in rows]
    return sorted(found, key=lambda one: (-one.count, one.currency))


def count_open() -> int:
    """Those sent that can still be accepted, for the side bar."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Proposal).where(in_state("sent"))) or 0

"""How the contacts of a list are found, so that a million cost what a thousand do (spec G1).

A list that nothing narrows is walked along the index of its order, from the place of the page. What is narrowed, by a
search or by filters, is found in one of two ways, and neither database's planner can be left to choose, since it takes
what fits for spread evenly: a bounded stretch of that index is walked and each contact tested, which fills the page
wherever many fit; where it does not, few fit or they stand elsewhere, and all that fit are looked up and sorted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from webapp.accounts.models import User
from webapp.contacts.models import Contact
from webapp.db import among, db, fetch
from webapp.lists.ways import Place, Walk, beyond, is_sqlite, labelled, ordered, tally

FIRST = 500
"""Contacts that are walked and tested to begin with."""
LEAST = 5
"""Of these so many must fit for a longer walk to be worth while."""
FURTHER = (4_000, 16_000, 48_000)
"""Contacts that are walked and tested, in turn, for a search that fits many but few of the first ones: what is sought
stands elsewhere in the order, perhaps not far."""
DEARER = 2
"""Walking a contact and testing it takes as long as looking up and sorting so many hits of a search."""
FEW = 5_000
"""Counted to tell which condition fits the fewest; looking up so many costs some milliseconds."""
MANY = 50_000
"""Counted where all conditions fit more: by an index that holds them, not by a search."""
FAR = 20_000
"""Contacts that are walked back to tell how manieth one is, where what narrows the list fits many."""
CAP = 1000
_MADE: dict[tuple[Any, ...], sa.Select[Any]] = {}
"""Statements of walks that have a name: making one costs as much as running it."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """What narrows a list: `holds` tests a contact at hand, `ids` finds all such contacts by an index, if one does."""

    holds: sa.ColumnElement[bool]
    ids: Any = None
    about: Callable[[int], int] | None = None
    """Of a search: about how many contacts match it, up to a bound."""

    names: Any = None
    """Of a search that alone narrows the list of all by name: their names and ids, by an index that holds both."""

    @property
    def is_search(self) -> bool:
        """Whether this is what was typed."""
        return self.about is not None


@dataclass(frozen=True, kw_only=True)
class Found:
    """Rows of what was asked for with their places; how many match in all, where finding them has told it."""

    rows: list[tuple[sa.Row[Any], tuple[Any, ...]]]
    count: int | None = None


def count_of(query: Any, most: int | None = None) -> int:
    """How many rows a select has, `most` at most."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(query.limit(most).subquery())) or 0


def capped(walk: Walk, parts: Sequence[Part], most: int | None = None) -> int:
    """How many match, counted up to `most` + 1, or to `CAP` + 1."""
    most = CAP if most is None else most
    if not walk.name or parts:
        return count_of(hits(walk, parts, [walk.columns[-1]]), most + 1)
    key = (walk.name, most)
    if key not in _MADE:
        all_ = hits(walk, (), [walk.columns[-1]]).limit(most + 1).subquery()
        _MADE[key] = sa.select(sa.func.count()).select_from(all_)
    return int(fetch(_MADE[key]).scalar_one())


def find(
    walk: Walk, parts: Sequence[Part], shown: Sequence[Any], place: Place | None, *, forward: bool, size: int
) -> Found:
    """The first `size` contacts behind a place (or before it), with the columns that are `shown` of each."""
    if not parts:
        return _walked(walk, shown, place, forward=forward, size=size)
    if walk.indexed:
        found, walked = _stretch(walk, parts, shown, place, forward=forward, size=size)
        if walked < FIRST:
            return found if place is None else Found(rows=found.rows)
        fitted = found.count or 0
        if len(found.rows) < size and fitted >= LEAST:
            found = _longer(walk, parts, shown, place, forward=forward, size=size, most=2 * size * FIRST // fitted)
        if len(found.rows) == size:
            return Found(rows=found.rows)
        if (search := next((one.about for one in parts if one.about), None)) is not None:
            worth = search(FURTHER[-1] * DEARER) // DEARER if fitted < LEAST else 0
            for most in FURTHER:
                if most > worth:
                    break
                found = _longer(walk, parts, shown, place, forward=forward, size=size, most=most)
                if len(found.rows) == size:
                    return found
    return _looked_up(walk, parts, shown, place, forward=forward, size=size)


def _longer(
    walk: Walk, parts: Sequence[Part], shown: Sequence[Any], place: Place | None, *, forward: bool, size: int, most: int
) -> Found:
    """The first `size` that match among `most` that are walked."""
    stretch = walk.along(place, forward=forward, most=most).subquery("stretch")
    columns = list(stretch.c)
    query = sa.select(*columns).where(_fits(columns, parts)).order_by(*ordered(columns, forward=forward))
    return _fetched(_shown(query.limit(size), shown, forward=forward), shown, {})


def hits(walk: Walk, parts: Sequence[Part], columns: Sequence[Any]) -> sa.Select[Any]:
    """`columns` of all that match, in no order: from whatever condition fits the fewest.

    SQLite knows averages where the value decides: the candidates are counted, up to a bound, and from all other
    conditions the use of an index is taken. PostgreSQL knows each value, but not what is met together with it: where a
    condition fits a few contacts, it is told which.
    """
    query = sa.select(*columns).where(*walk.conditions)
    if not parts:
        return query
    if walk.beside:
        query = query.join(Contact, Contact.id == walk.columns[-1])
    if is_sqlite():
        driver, _count = _narrowest(walk, parts)
        query = query.where(*(_unindexed(one.holds) for one in parts if one is not driver))
        if driver is None:
            return query
        ids = driver.ids.subquery()
        return query.join(ids, walk.columns[-1] == next(iter(ids.c)))
    # Of a search PostgreSQL finds all hits or none.
    driver, count = _narrowest(walk, [one for one in parts if not one.is_search])
    if count is not None and count <= FEW:
        few = db.session.scalars(driver.ids if driver else _whole(walk)).all()
        query = query.where(among(walk.columns[-1], few))
        parts = [one for one in parts if one is not driver]
    return query.where(*(one.holds for one in parts))


def _whole(walk: Walk) -> sa.Select[Any]:
    return sa.select(walk.columns[-1]).where(*walk.conditions)


def _narrowest(walk: Walk, parts: Sequence[Part]) -> tuple[Part | None, int | None]:
    """The condition to begin with, None for the list as a whole, and how many it fits, as far as that was counted."""
    found: list[Part | None] = [one for one in parts if one.ids is not None]
    if walk.beside:
        found.append(None)
    if not found or (len(found) == 1 and found[0] and found[0].is_search):
        return (found[0] if found else None), None
    # A search stands first; its hits are never counted far.
    bounds = (FEW, MANY) if is_sqlite() and not (found[0] and found[0].is_search) else (FEW,)
    for bound in bounds:
        counts = [count_of(one.ids if one else _whole(walk), bound + 1) for one in found]
        if min(counts) <= bound:
            break
    return found[counts.index(min(counts))], min(counts)


def rank(walk: Walk, parts: Sequence[Part], place: Place, *, descending: bool) -> tuple[int, int] | None:
    """How manieth the contact at a place is and of how many, both counted up to `CAP` + 1.

    None where it is not listed, and where many match and those before it are too far apart to be counted.
    """
    all_ = hits(walk, parts, labelled(walk.columns))
    listed = sa.select(all_.where(walk.columns[-1] == place[-1]).exists()).scalar_subquery()
    if walk.indexed and not parts:
        before = tally(walk.along(place, forward=descending, most=CAP))
        found = db.session.execute(sa.select(listed, before, tally(all_.limit(CAP + 1)))).one()
        return (found[1] + 1, found[2]) if found[0] else None
    if not db.session.scalar(sa.select(listed)):
        return None
    total = capped(walk, parts)
    if walk.indexed and total > CAP:
        stretch = walk.along(place, forward=descending, most=FAR).subquery()
        fitting = sa.select(sa.literal(1)).select_from(stretch).where(_fits(list(stretch.c), parts))
        walked, count = db.session.execute(sa.select(tally(sa.select(stretch)), tally(fitting))).one()
        return (min(count, CAP) + 1, total) if walked < FAR or count >= CAP else None
    listing = all_.subquery()
    return count_of(sa.select(listing).where(beyond(list(listing.c), place, forward=descending)), CAP) + 1, total


def _unindexed(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.type_coerce(condition, sa.Boolean).is_(sa.true())


def _fits(columns: Sequence[Any], parts: Sequence[Part]) -> Any:
    """Whether a contact that was walked to matches.

    Neither a join nor EXISTS, so that both databases look at these contacts alone: either may take the stretch for as
    long as the walk and prepare for it by reading all contacts, or all that match.
    """
    return sa.select(sa.and_(*(one.holds for one in parts))).where(Contact.id == columns[-1]).scalar_subquery()


def _stretch(
    walk: Walk, parts: Sequence[Part], shown: Sequence[Any], place: Place | None, *, forward: bool, size: int
) -> tuple[Found, int]:
    """What matches among the first that are walked, how many do, and how many were walked."""
    stretch = walk.along(place, forward=forward, most=FIRST).cte("stretch")
    columns = list(stretch.c)
    fitting = sa.select(*columns).where(_fits(columns, parts)).cte("fitting")
    walked = sa.select(sa.func.count()).select_from(stretch).scalar_subquery()
    return _counted(fitting, walked, shown, forward=forward, size=size)


def _looked_up(
    walk: Walk, parts: Sequence[Part], shown: Sequence[Any], place: Place | None, *, forward: bool, size: int
) -> Found:
    """All that match, looked up and sorted; those of the page are fetched last."""
    names = parts[0].names
    matched = (hits(walk, parts, labelled(walk.columns)) if names is None else names).cte("fitting")
    if not is_sqlite():
        # Without this the planner may walk the index of the order through all contacts to find a frequent word.
        matched = matched.prefix_with("MATERIALIZED")
    found, _walked = _counted(matched, sa.literal(0), shown, place, forward=forward, size=size)
    return found


def _counted(
    fitting: sa.CTE, walked: Any, shown: Sequence[Any], place: Place | None = None, *, forward: bool, size: int
) -> tuple[Found, int]:
    """The first of those that fit, and how many they are; one row says so even where none is left."""
    columns = list(fitting.c)
    query = sa.select(*columns)
    if place is not None:
        query = query.where(beyond(columns, place, forward=forward))
    picked = query.order_by(*ordered(columns, forward=forward)).limit(size).subquery("picked")
    places = list(picked.c)
    fitted = sa.select(sa.func.count()).select_from(fitting).scalar_subquery()
    tally = sa.select(walked.label("walked"), fitted.label("fitted")).subquery("tally")
    rows: Any = db.session.execute(
        sa.select(*shown, *places, tally.c.walked, tally.c.fitted)
        .select_from(tally)
        .outerjoin(picked, sa.true())
        .outerjoin(Contact, Contact.id == places[-1])
        .outerjoin(User, User.id == Contact.responsible_id)
        .order_by(*ordered(places, forward=forward))
    ).all()
    walked_rows, fitted_rows = rows[0].walked, rows[0].fitted
    here = slice(len(shown), len(shown) + len(places))
    kept = [(row, tuple(row[here])) for row in rows if row[here.stop - 1] is not None]
    return Found(rows=kept, count=min(fitted_rows, CAP + 1)), walked_rows


def _walked(walk: Walk, shown: Sequence[Any], place: Place | None, *, forward: bool, size: int) -> Found:
    """The first contacts of a list that nothing narrows."""
    if not walk.name:
        return _fetched(_shown(walk.along(place, forward=forward, most=size), shown, forward=forward), shown, {})
    key = (walk.name, place is None, forward, is_sqlite(), *shown)
    if key not in _MADE:
        here = place and [sa.bindparam(f"p{number}", type_=one.type) for number, one in enumerate(walk.columns)]
        most = sa.bindparam("size", type_=sa.Integer)
        _MADE[key] = _shown(walk.along(here, forward=forward, most=most), shown, forward=forward)
    return _fetched(_MADE[key], shown, {"size": size, **{f"p{number}": one for number, one in enumerate(place or ())}})


def _shown(query: sa.Select[Any], shown: Sequence[Any], *, forward: bool) -> sa.Select[Any]:
    """What is shown of the contacts at these places, in their order."""
    picked = query.subquery("picked")
    places = list(picked.c)
    return (
        sa.select(*shown, *places)
        .join_from(picked, Contact, Contact.id == places[-1])
        .outerjoin(User, User.id == Contact.responsible_id)
        .order_by(*ordered(places, forward=forward))
    )


def _fetched(query: sa.Select[Any], shown: Sequence[Any], values: Mapping[str, Any]) -> Found:
    rows = fetch(query, values).all()
    return Found(rows=[(row, tuple(row[len(shown) :])) for row in rows])

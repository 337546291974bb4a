"""The numbers of a range that there are: given, typed or imported, of contacts that are here or gone."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from plugins.number_ranges.kinds import Kind
from plugins.number_ranges.pattern import Pattern
from webapp.api import ContactNumber, db, fold, in_one_range

AT_ONCE = 2000
"""Numbers that are read together."""


def counters(found: Kind, pattern: Pattern, first: int, last: int, *, ascending: bool = True) -> Iterator[int]:
    """The counters of a range's numbers of one form, from `first` to `last`, each once and in order."""
    if last < first:
        return
    if found.asked:
        yield from _of_column(found, pattern, first, last, ascending)
        return
    folded = ContactNumber.folded
    query = sa.select(folded).where(scope(found), _between(pattern, first, last))
    query = query.order_by(folded if ascending else folded.desc()).execution_options(yield_per=AT_ONCE)
    rows, before = db.session.scalars(query), None
    try:
        for number in rows:
            counter = pattern.counter(number)
            if counter is not None and counter != before and first <= counter <= last:
                yield counter
                before = counter
    finally:
        rows.close()


def _of_column(found: Kind, pattern: Pattern, first: int, last: int, ascending: bool) -> Iterator[int]:
    column = found.asked.column if found.asked else None
    assert column is not None
    query = sa.select(column).where(column.like(f"{_escaped(pattern.prefix)}%", escape="\\"), sa.func.length(column)
                                    == len(pattern.text(first)))  # fmt: skip
    kept = {one for text in db.session.scalars(query) if (one := pattern.counter(text)) is not None}
    yield from sorted((one for one in kept if first <= one <= last), reverse=not ascending)


def highest(found: Kind, pattern: Pattern, last: int) -> int:
    """The highest counter up to `last` that is in use, or was given by the range; 0 where there is none.

    A number that was typed by mistake and has been corrected does not count: the range may go back behind it.
    """
    if found.asked:
        return next(counters(found, pattern, 0, last, ascending=False), 0)
    stands = sa.or_(ContactNumber.origin != "typed", ContactNumber.valid_to.is_(None))
    query = sa.select(ContactNumber.folded).where(scope(found), stands, _between(pattern, 0, last))
    query = query.order_by(ContactNumber.folded.desc()).execution_options(yield_per=100)
    rows = db.session.scalars(query)
    counter = next((one for folded in rows if (one := pattern.counter(folded)) is not None), 0)
    rows.close()
    return counter


def count(found: Kind, pattern: Pattern, first: int, last: int) -> int:
    """How many of the numbers from `first` to `last` are there, by one statement."""
    if last < first:
        return 0
    if found.asked:
        return sum(1 for _one in counters(found, pattern, first, last))
    same_length = sa.func.length(ContactNumber.folded) == len(fold(pattern.text(first)))
    query = sa.select(sa.func.count(ContactNumber.folded.distinct()))
    return db.session.scalar(query.where(scope(found), same_length, _between(pattern, first, last))) or 0


def scope(found: Kind) -> sa.ColumnElement[bool]:
    """The numbers that belong to a range of contact functions: present and former ones."""
    if not found.functions:
        return sa.false()
    return in_one_range(found.shares[0], found.shares)


def _between(pattern: Pattern, first: int, last: int) -> sa.ColumnElement[bool]:
    """Among others, all numbers of the form from `first` to `last`, which differ in their digits alone.

    So they lie between both ends whatever the database's order of letters is, and the keys of numbers find them.
    """
    return ContactNumber.folded.between(fold(pattern.text(first)), fold(pattern.text(last)))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

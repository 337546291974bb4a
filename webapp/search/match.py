"""Search: one interface, SQLite's FTS5 trigram index or PostgreSQL's pg_trgm behind it (spec G1).

Both look in `contact.search_text`, which is folded in Python, so both find the same, and lists in what plug-ins have
written of a contact too (`contact.plugin_text`). All words must occur, whichever of the two each is in; words under
three letters are matched at the beginnings of words: with the two blanks before each word even one letter makes a
trigram, so the indexes find them as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import sqlalchemy as sa

from webapp.contacts.models import LIVE, Contact
from webapp.db import db
from webapp.migrations import search_0001
from webapp.search.texts import is_searched
from webapp.text import fold

MOST_WORDS = 8
SHORT = 3
START = "  "
"""What stands before each word of `contact.search_text`."""

_FTS = sa.table("contact_search", sa.column("rowid"), sa.column("contact_search"))


def sought(q: str) -> list[str]:
    """What must occur in a contact's text for what was typed; nothing for an empty search.

    Signs alone, without a letter or a digit, occur nowhere: PostgreSQL's index knows none of them.
    """
    words = list(dict.fromkeys(fold(q).split()))[:MOST_WORDS]
    return [word if len(word) >= SHORT else START + word for word in words]


def _is_found(texts: Sequence[str]) -> bool:
    return any(sign.isalnum() for text in texts for sign in text)


def matching(q: str) -> list[sa.ColumnElement[bool]]:
    """The conditions on `contact` for what was typed, to be found by the index; none for an empty search."""
    texts = sought(q)
    return [Contact.id.in_(_hits(texts))] if _is_found(texts) and _is_sqlite() else holding(q)


def holding(q: str) -> list[sa.ColumnElement[bool]]:
    """The same, to be tested on contacts that are at hand already."""
    texts = sought(q)
    if texts and not _is_found(texts):
        return [sa.false()]
    columns = [Contact.search_text, Contact.plugin_text] if is_searched() else [Contact.search_text]
    if _is_sqlite():
        return [sa.or_(*(sa.func.instr(one, text) > 0 for one in columns)) for text in texts]
    return [sa.or_(*(_contains(text, one) for one in columns)) for text in texts]


def calling(q: str) -> list[sa.ColumnElement[bool]]:
    """The conditions on `contact` that its own words are what was typed, whatever plug-ins have written of it."""
    texts = sought(q)
    return [Contact.id.in_(indexed(texts))] if _is_found(texts) else [sa.false()]


def found(q: str) -> sa.Select[Any]:
    """Ids of the contacts that match what was typed, which is more than blanks, by the index alone."""
    texts = sought(q)
    return _hits(texts) if _is_found(texts) and _is_sqlite() else sa.select(Contact.id).where(*holding(q))


def names_of(q: str) -> sa.Select[Any] | None:
    """Names and ids of the live contacts that match what was typed; None where no index holds both.

    On SQLite a narrow one does: the contacts themselves lie a few to a page, so that each would be a page to read. Its
    planner prefers them all the same, and has to be told.
    """
    texts = sought(q)
    if not _is_sqlite() or not _is_found(texts):
        return None
    live = " AND ".join(f"contact.{part}" for part in LIVE.split(" AND "))
    name: Any = sa.literal_column("contact.sort_name", Contact.sort_name.type)
    contact_id: Any = sa.literal_column("contact.id", Contact.id.type)
    return (
        sa.select(name.label("k0"), contact_id.label("k1"))
        .select_from(sa.text(f"contact_search CROSS JOIN contact INDEXED BY {search_0001.NAMES}"))
        .where(
            sa.literal_column("contact_search.contact_search").op("MATCH")(_phrase([texts], everywhere=is_searched())),
            sa.text(f"contact.id = contact_search.rowid AND {live}"),
        )
    )


def about(q: str, most: int) -> int:
    """How many contacts match what was typed, which is more than blanks, if they are no more than `most`.

    On SQLite counted, as its index gives one hit after the other; PostgreSQL's gives all or none, so that it is asked
    what it expects, by the larger sample that it keeps of these texts.
    """
    texts = sought(q)
    if not _is_found(texts):
        return 0
    if _is_sqlite():
        hits = _hits(texts, most).subquery()
        return db.session.scalar(sa.select(sa.func.count()).select_from(hits)) or 0
    query = sa.select(sa.literal(1)).select_from(Contact).where(*holding(q))
    said = query.compile(dialect=db.session.get_bind().dialect, compile_kwargs={"literal_binds": True})
    # The driver takes a percent sign for the beginning of a parameter.
    plan = db.session.connection().exec_driver_sql("EXPLAIN (FORMAT JSON) " + str(said)).scalar_one()
    return min(int(plan[0]["Plan"]["Plan Rows"]), most)


def _hits(words: Sequence[str], most: int | None = None) -> sa.Select[Any]:
    """On SQLite, ids of contacts that a list's search finds."""
    asked = _phrase([words], everywhere=is_searched())
    return sa.select(_FTS.c.rowid).where(_FTS.c.contact_search.op("MATCH")(asked)).limit(most)


def indexed(words: Sequence[str], most: int | None = None) -> sa.Select[Any]:
    """Ids of contacts in whose own text all these occur, by the index: folded, of three letters and more each."""
    return any_of([words], most)


def any_of(ways: Sequence[Sequence[str]], most: int | None = None) -> sa.Select[Any]:
    """Ids of contacts in whose own text all words of at least one of these ways occur, by the index.

    `most` of them where it is given: a word that stands in every twentieth name then costs no more than a rare one.
    """
    if _is_sqlite():
        return sa.select(_FTS.c.rowid).where(_FTS.c.contact_search.op("MATCH")(_phrase(ways))).limit(most)
    hits = (
        sa.select(Contact.id)
        .where(sa.or_(*(sa.and_(*(_contains(word, Contact.search_text) for word in one)) for one in ways)))
        .limit(most)
        .cte()
        # Without this the planner may walk the sort index through all contacts to find a frequent word.
        .prefix_with("MATERIALIZED")
    )
    return sa.select(hits.c.id)


def _phrase(ways: Sequence[Sequence[str]], *, everywhere: bool = False) -> str:
    """What FTS5 is asked. Each word is a quoted string of it, so that nothing in it is syntax.

    `everywhere`, or in the contacts' own words alone.
    """
    phrases = (" AND ".join('"' + word.replace('"', '""') + '"' for word in words) for words in ways)
    asked = " OR ".join(f"({one})" for one in phrases)
    return asked if everywhere else f"search_text : ({asked})"


def _contains(text: str, column: Any) -> sa.ColumnElement[bool]:
    """Whether it occurs in a column, on PostgreSQL.

    The text stands in the statement itself: how often it occurs decides how it is found, and a plan that PostgreSQL
    keeps for whatever parameter comes is made for a rare one.
    """
    pattern = "".join("/" + sign if sign in "/%_" else sign for sign in text)
    return cast(
        sa.ColumnElement[bool],
        column.like(sa.bindparam(None, f"%{pattern}%", sa.String, literal_execute=True), escape="/"),
    )


def _is_sqlite() -> bool:
    return db.session.get_bind().dialect.name == "sqlite"

"""Search: one interface, SQLite's FTS5 trigram index or PostgreSQL's pg_trgm behind it (spec G1).

Both look in `contact.search_text`, which is folded in Python, so both find the same. All words must occur;
words under three letters are matched at the beginnings of words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from webapp.contacts.models import Contact
from webapp.db import db
from webapp.text import fold

MOST_WORDS = 8
SHORT = 3

_FTS = sa.table("contact_search", sa.column("rowid"), sa.column("contact_search"))


def matching(q: str) -> list[sa.ColumnElement[bool]]:
    """The conditions on `contact` for what was typed; none for an empty search."""
    words = list(dict.fromkeys(fold(q).split()))[:MOST_WORDS]
    long = [word for word in words if len(word) >= SHORT]
    conditions: list[sa.ColumnElement[bool]] = [
        Contact.search_text.contains(" " + word, autoescape=True) for word in words if len(word) < SHORT
    ]
    if long:
        conditions.append(Contact.id.in_(indexed(long)))
    return conditions


def indexed(words: Sequence[str], most: int | None = None) -> sa.Select[Any]:
    """Ids of contacts in whose text all these occur, by the index: folded, of three letters and more each."""
    return any_of([words], most)


def any_of(ways: Sequence[Sequence[str]], most: int | None = None) -> sa.Select[Any]:
    """Ids of contacts in whose text all words of at least one of these ways occur, by the index.

    `most` of them where it is given: a word that stands in every twentieth name then costs no more than a rare one.
    """
    if db.session.get_bind().dialect.name == "sqlite":
        # Each word is a quoted FTS5 string, so that nothing in it is syntax.
        phrases = (" AND ".join('"' + word.replace('"', '""') + '"' for word in words) for words in ways)
        phrase = " OR ".join(f"({one})" for one in phrases)
        return sa.select(_FTS.c.rowid).where(_FTS.c.contact_search.op("MATCH")(phrase)).limit(most)
    hits = (
        sa.select(Contact.id)
        .where(
            sa.or_(*(sa.and_(*(Contact.search_text.contains(word, autoescape=True) for word in one)) for one in ways))
        )
        .limit(most)
        .cte()
        # Without this the planner may walk the sort index through all contacts to find a frequent word.
        .prefix_with("MATERIALIZED")
    )
    return sa.select(hits.c.id)

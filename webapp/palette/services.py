"""What the command palette finds: contacts, whatever their functions, and places of Carnet that one may go to (J3)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from webapp.accounts.models import User
from webapp.acting import need
from webapp.contacts.derived import number_of
from webapp.contacts.models import Contact, ContactNumber, Email, Phone
from webapp.contacts.queries import LIVE, anonymised_by_number
from webapp.db import db
from webapp.lists.beside import beside
from webapp.lists.query import COLUMNS, ListQuery
from webapp.lists.rows import name_of
from webapp.plugin import ContactFunction
from webapp.registry import registry
from webapp.text import digits, fold

MOST = 8
"""Contacts that are shown."""
LONGEST = 200
_PHONE = re.compile(r"\+?[\d\s()./-]{6,}")
_BETWEEN = re.compile(r"[^\w]+")


@dataclass(frozen=True, kw_only=True)
class Found:
    """A contact as the palette shows it; `reach` is the e-mail, phone or former number by which it was found."""

    id: int
    kind: str
    name: str
    functions: list[ContactFunction]
    number: str
    city: str
    reach: str = ""


def words_of(q: str) -> list[str]:
    """What was typed, in the words that must all be found."""
    return list(dict.fromkeys(fold(q).split()))


def contacts(q: str) -> list[Found]:
    """The contacts that have all that was typed: first who has it as a number, then by name; at most `MOST`."""
    need("contacts.read")
    if not words_of(q):
        return []
    rows = {row.id: row for row in (*_numbered(q), *ListQuery(q=q, size=MOST).page().rows)}
    words = words_of(q)
    if len(rows) < MOST and (phone := _phone(q)):
        rows |= {row.id: row for row in ListQuery(q=phone, size=MOST).page().rows if row.id not in rows}
        words = [phone]
    return [*_anonymised(q), *_shown(list(rows.values())[:MOST], words)][:MOST]


def _anonymised(q: str) -> list[Found]:
    """Those that nothing but their number finds."""
    return [
        Found(id=one.id, kind=one.kind, name=one.name, functions=[], number=one.sort_name, city="")
        for one in anonymised_by_number(q)
    ]


def these(ids: Sequence[int]) -> list[Found]:
    """The contacts of these ids that lists show, in this order."""
    need("contacts.read")
    rows = {row.id: row for row in db.session.execute(_select(Contact.id.in_(ids)))} if ids else {}
    return _shown([rows[one] for one in ids if one in rows], [])


def _select(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    shown: Any = sa.select(*COLUMNS)
    query: sa.Select[Any] = shown.outerjoin(User, User.id == Contact.responsible_id).where(*LIVE, *conditions)
    return query


def _numbered(q: str) -> Sequence[Any]:
    """Who has, or had, exactly this number: among a million, other figures contain it a thousand times."""
    keys = [one.key for one in registry().functions()]
    number = sa.select(ContactNumber.contact_id).where(
        ContactNumber.function.in_(keys), ContactNumber.folded == fold(q)[:80]
    )
    return db.session.execute(_select(Contact.id.in_(number)).order_by(Contact.sort_name).limit(MOST)).all()


def _phone(q: str) -> str:
    """The digits of what may be a phone number, whatever signs it is grouped by; empty for anything else."""
    if not _PHONE.fullmatch(q):
        return ""
    # The nought that stands before a national number is not in the international one.
    found = digits(q.replace("(0)", "")).lstrip("0")
    return found if found != q else ""


def _shown(rows: Sequence[Any], words: list[str]) -> list[Found]:
    if not rows:
        return []
    known_of = beside([row.id for row in rows])
    known = {one.key: one for one in registry().functions()}
    found = [
        Found(
            id=row.id,
            kind=row.kind,
            name=name_of(row),
            functions=[known[key] for key in known_of[row.id].functions if key in known],
            number=number_of(known_of[row.id].numbers),
            city=row.city,
        )
        for row in rows
    ]
    return _with_reach(found, words)


def _with_reach(found: list[Found], words: list[str]) -> list[Found]:
    """Say by what a contact was found where its line does not show it: one statement for all of them."""
    unexplained = {
        one.id: missing
        for one in found
        if (missing := [word for word in words if word not in fold(f"{one.name} {one.number} {one.city}")])
    }
    if not unexplained:
        return found
    values: dict[int, str] = {}
    for contact_id, value in db.session.execute(_reach(list(unexplained))):
        texts = (fold(value), digits(value))
        if contact_id not in values and any(word in text for word in unexplained[contact_id] for text in texts):
            values[contact_id] = value
    return [
        one if one.id not in values else Found(**{**vars(one), "reach": values[one.id]})
        for one in found
    ]  # fmt: skip


def _reach(ids: list[int]) -> sa.CompoundSelect[Any]:
    """E-mails, phones and former numbers of contacts; a phone in its international form, which is what is searched."""
    emails = sa.select(Email.contact_id, Email.value).where(Email.contact_id.in_(ids))
    phones = sa.select(Phone.contact_id, sa.func.coalesce(Phone.normalised, Phone.value)).where(
        Phone.contact_id.in_(ids)
    )
    former = sa.select(ContactNumber.contact_id, ContactNumber.value).where(
        ContactNumber.contact_id.in_(ids), ContactNumber.valid_to.is_not(None)
    )
    return sa.union_all(emails, phones, former)


def fits(words: Sequence[str], *texts: str) -> bool:
    """Whether all words are in a command's texts: at the beginnings of words; from three letters on, anywhere."""
    whole = fold(" ".join(texts))
    beginnings = f" {' '.join(_BETWEEN.split(whole))}"
    return all(f" {word}" in beginnings or (len(word) > 2 and word in whole) for word in words)


def marked(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """A text in pieces, each with whether it is what was typed."""
    folded, at = "", []
    for place, sign in enumerate(text):
        plain = " " if sign.isspace() else fold(sign)
        folded += plain
        at += [place] * len(plain)
    hits = [False] * len(text)
    for word in words:
        start = folded.find(word)
        while start >= 0:
            for one in at[start : start + len(word)]:
                hits[one] = True
            start = folded.find(word, start + len(word))
    pieces: list[tuple[str, bool]] = []
    for sign, hit in zip(text, hits, strict=True):
        if pieces and pieces[-1][1] == hit:
            pieces[-1] = (pieces[-1][0] + sign, hit)
        else:
            pieces.append((sign, hit))
    return pieces

"""Contacts that may be the one that is being typed (spec A6): found by the indexes of search, judged in Python.

Looks through all live contacts whatever their function, in a fixed number of statements each of which reads a
bounded number of rows. A plug-in may do it better: the port `webapp.ports.Doubles`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import sqlalchemy as sa

from webapp.acting import need
from webapp.administration.settings import setting
from webapp.contacts.models import BankAccount, Contact, Email, Phone
from webapp.contacts.queries import LIVE
from webapp.contacts.values import check_email, check_iban, check_phone, check_vat
from webapp.db import db
from webapp.i18n import _l
from webapp.search.match import SHORT, any_of, indexed
from webapp.text import digits, fold

MOST = 5
"""More than five are a list that nobody reads (spec A6)."""
TAIL = 9
"""Digits at the end by which two ways to write one phone number are the same."""
READ = 200
"""Rows that one way to look for a name may bring."""
LOOKED_AT = 4 * READ
"""Hits of one word that are looked at: the bin and what is archived are among them."""
SAME_VALUES = 20
LIKE = 0.84
"""From how like two names are called similar: one letter in seven may differ."""
CONTAINED = 0.78
WORDS = 4

EMAIL, PHONE, VAT, IBAN = "email", "phone", "vat_id", "iban"
REASONS: dict[str, Any] = {
    EMAIL: _l("same e-mail"),
    PHONE: _l("same phone"),
    VAT: _l("same VAT id"),
    IBAN: _l("same IBAN"),
    "name": _l("same name"),
    "order": _l("same name in another order"),
    "contained": _l("name that contains the other"),
    "similar": _l("similar name"),
    "city": _l("same city"),
}
WEIGHTS = {EMAIL: 100, VAT: 100, IBAN: 100, PHONE: 90}

_FORMS = frozenset(
    {
        "sarl", "sas", "sasu", "sa", "eurl", "sci", "ei", "scop", "gmbh", "co", "kg", "ag", "ohg", "ug", "ev", "ek",
        "ltd", "plc", "llp", "llc", "inc", "bv", "nv", "srl", "spa", "sl", "oy", "ab", "cie",
        "et", "and", "und", "the", "der", "die", "das", "le", "la", "les",
    }
)  # fmt: skip
"""Words that say nothing about who a company is: legal forms, articles, "and"."""
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, kw_only=True)
class Double:
    """A contact that may be the same, with why, in words."""

    contact: Contact
    reasons: tuple[str, ...]
    score: int

    @property
    def why(self) -> str:
        """The reasons as a line of its own."""
        text = ", ".join(self.reasons)
        return text[:1].upper() + text[1:]


def likely_doubles(values: Mapping[str, Any], limit: int = MOST, but: int | None = None) -> list[Double]:
    """The contacts most like `values` (the API object of a contact, as it is typed), best first; never raises for it.

    `but` is a contact that is not its own double.
    """
    need("contacts.read")
    wanted = _Wanted.read(values)
    same = _same_values(wanted)
    names = _like_names(wanted)
    scores: dict[int, tuple[int, list[str]]] = {}
    for contact_id, kinds in same.items():
        scores[contact_id] = (sum(WEIGHTS[one] for one in kinds), list(kinds))
    for contact_id, (kind, likeness) in names.items():
        score, reasons = scores.get(contact_id, (0, []))
        scores[contact_id] = (score + round(80 * likeness), [*reasons, kind])
    if but is not None:
        scores.pop(but, None)
    best = sorted(scores, key=lambda one: (-scores[one][0], one))[: limit * 4]
    found = db.session.scalars(sa.select(Contact).where(Contact.id.in_(best or [0]), *LIVE)).all()
    judged = [_judged(one, *scores[one.id], wanted) for one in found]
    return sorted(judged, key=lambda one: (-one.score, one.contact.sort_name, one.contact.id))[:limit]


def _judged(contact: Contact, score: int, reasons: list[str], wanted: _Wanted) -> Double:
    if wanted.city and contact.sort_city == wanted.city:
        score, reasons = score + 10, [*reasons, "city"]
    return Double(contact=contact, reasons=tuple(str(REASONS[one]) for one in reasons), score=score)


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """What was typed, in the forms in which it is compared."""

    emails: tuple[str, ...]
    phones: tuple[str, ...]
    tails: tuple[str, ...]
    vat: str
    ibans: tuple[str, ...]
    words: tuple[str, ...]
    plain: str
    least: int
    city: str

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> _Wanted:
        addresses = _items(values, "addresses")
        country = next((text for one in addresses if (text := _text(one, "country"))), "")
        country = country or str(setting("company.country"))
        phones = [_text(one, "value") for one in _items(values, "phones")]
        emails = [_text(one, "value") for one in _items(values, "emails")]
        ibans = [_text(one, "iban") for one in _items(values, "bank_accounts")]
        parts = ("company_name",) if values.get("kind") == "company" else ("last_name", "first_name")
        name = " ".join(_text(values, one) for one in parts)
        return cls(
            emails=_normal(check_email(one).normalised for one in emails if one),
            phones=_normal(check_phone(one, country).normalised for one in phones if one),
            tails=tuple({number[-TAIL:] for one in phones if len(number := digits(one)) >= TAIL})[:WORDS],
            vat=(check_vat(_text(values, "vat_id"), country).normalised or "") if _text(values, "vat_id") else "",
            ibans=_normal(check_iban(one).normalised for one in ibans if one),
            words=words_of(name),
            plain=fold(name)[:400],
            # A last name alone is no likeness between persons.
            least=1 if values.get("kind") == "company" else 2,
            city=next((fold(text)[:160] for one in addresses if (text := _text(one, "city"))), ""),
        )


def _items(values: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = values.get(name)
    return [one for one in found if isinstance(one, Mapping)][:10] if isinstance(found, list) else []


def _text(values: Mapping[str, Any], name: str) -> str:
    found = values.get(name)
    return found.strip()[:400] if isinstance(found, str) else ""


def _normal(found: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in found if one))


def words_of(name: str) -> tuple[str, ...]:
    """The folded words of a name that tell who it is, in their order; all of them where none does."""
    words = _WORD.findall(fold(name))
    return tuple(one for one in words if one not in _FORMS) or tuple(words)


def _same_values(wanted: _Wanted) -> dict[int, list[str]]:
    """Ids of contacts with an equal value, and which: one statement over the indexes of the normal forms."""
    asked: list[sa.Select[Any]] = []
    for kind, model, values in (
        (EMAIL, Email, wanted.emails), (PHONE, Phone, wanted.phones), (IBAN, BankAccount, wanted.ibans)
    ):  # fmt: skip
        if values:
            asked.append(_found(kind, model.contact_id, model.normalised.in_(values)))
    if wanted.vat:
        asked.append(_found(VAT, Contact.id, Contact.vat_id_normalised == wanted.vat))
    for tail in wanted.tails:
        of_hit = Phone.contact_id.in_(indexed([tail]))
        ends = sa.or_(Phone.normalised.endswith(tail), Phone.normalised.is_(None))
        asked.append(_found(PHONE, Phone.contact_id, sa.and_(of_hit, ends)))
    found: dict[int, list[str]] = {}
    if asked:
        for contact_id, kind in db.session.execute(sa.union(*(sa.select(one.subquery()) for one in asked))):
            found.setdefault(contact_id, []).append(kind)
    return found


def _found(kind: str, column: Any, where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(column.label("id"), sa.literal(kind).label("kind")).where(where).limit(SAME_VALUES)


def _like_names(wanted: _Wanted) -> dict[int, tuple[str, float]]:
    """Ids of contacts with a like name, how it is like, and how much: one statement, then difflib."""
    if not wanted.words:
        return {}
    ways = [_live().where(Contact.sort_name == wanted.plain), *(_live().where(one) for one in _patterns(wanted.words))]
    rows = db.session.execute(sa.union(*(sa.select(one.limit(READ).subquery()) for one in ways)))
    found = {}
    for contact_id, sort_name in rows:
        kind, likeness = likeness_of(wanted.words, words_of(sort_name), wanted.least)
        if kind:
            found[contact_id] = (kind, likeness)
    return found


def _live() -> Any:
    return sa.select(Contact.id, Contact.sort_name).where(*LIVE)


def _patterns(words: Sequence[str]) -> list[sa.ColumnElement[bool]]:
    """What a like name must contain, from all words down to the halves of the longest.

    One letter wrong leaves the word's beginning or its end whole: so it is found by what search indexes.
    """
    long = sorted({one for one in words if len(one) >= SHORT}, key=lambda one: (-len(one), one))[:WORDS]
    if not long:
        return []
    found: list[sa.ColumnElement[bool]] = [Contact.id.in_(indexed(long, LOOKED_AT))]
    longest = long[0]
    if len(long) > 1:
        found.append(Contact.id.in_(indexed([longest], LOOKED_AT)))
    for at, word in enumerate(long):
        others = [*long[:at], *long[at + 1 :]]
        if len(word) > SHORT:
            found.append(Contact.id.in_(any_of([[*others, half] for half in _halves(word)], LOOKED_AT)))
    if len(longest) > SHORT + 1:
        # Apart, since PostgreSQL may take both at once for so many that it reads the whole table.
        found += [Contact.id.in_(indexed([part], LOOKED_AT)) for part in (longest[:-1], longest[1:])]
    return found


def _halves(word: str) -> list[str]:
    middle = max(SHORT, len(word) // 2)
    return [word[:middle], word[-middle:]]


def likeness_of(one: Sequence[str], other: Sequence[str], least: int = 1) -> tuple[str, float]:
    """How two names, as their words, are alike: the key of a reason (empty: they are not), and from 0 to 1 how much.

    A name of `least` words may be the other one shortened.
    """
    if not one or not other:
        return "", 0.0
    if list(one) == list(other):
        return "name", 1.0
    ones, others = sorted(one), sorted(other)
    if ones == others:
        return "order", 0.98
    left, right = " ".join(ones), " ".join(others)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.quick_ratio() >= LIKE and (ratio := matcher.ratio()) >= LIKE and _same_length(ones, others):
        return "similar", ratio
    short, long = sorted((set(one), set(other)), key=len)
    if short < long and len(short) >= least and sum(map(len, short)) >= 2 * SHORT:
        return "contained", CONTAINED
    return "", 0.0


def _same_length(ones: Sequence[str], others: Sequence[str]) -> bool:
    """Of as many words each is like its neighbour: Hans and Jens Weber are two, Meyer and Meier may be one."""
    if len(ones) != len(others):
        return True
    return all(SequenceMatcher(None, a, b, autojunk=False).ratio() >= 0.7 for a, b in zip(ones, others, strict=True))

"""Contacts that may be the one that is being typed (spec A6): by keys and weights, a fixed number of statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from plugins.duplicates import blocks, keeping, reasons, switches
from plugins.duplicates.keys import RULES, hashes_of, keys_of
from plugins.duplicates.learning import Model, shipped_model
from plugins.duplicates.models import DoubleKey, DoubleModel, DoubleScan
from plugins.duplicates.profiles import Profile, parse
from plugins.duplicates.reading import typed
from plugins.duplicates.scoring import Scorer
from webapp.api import Contact, Double, db, fetch, likely_doubles, live, need

READ = 60
"""Contacts that one key may bring; one that more share tells little."""
LEAST = 5 * switches.PART
"""From which score on one is shown: a glance costs less than a double."""
TELLING = frozenset({"email", "phone", "ident"})
"""Reasons for which one is shown however probable it is: who types it sees why, and judges."""

_scorers: dict[str, tuple[Any, Scorer]] = {}
"""By kind, with what is learnt there now: it is asked each time whether that is still so."""


class Finder:
    """Provides `webapp.ports.Doubles`."""

    def find(self, values: Mapping[str, Any], limit: int = 5, but: int | None = None) -> Sequence[Double]:
        """The likeliest contacts, best first, each with its reasons in words; `but` is not its own double.

        Where neither an address nor a birth date is typed (yet), no pair of fields tells of a name with a slip in it:
        then the core looks for like names as well.
        """
        need("contacts.read")
        keeping.settle()
        profile = typed(values)
        judged = [] if profile.is_empty or _is_loading() else self._judged(profile, but)[:limit]
        shown = {one: (score, codes) for score, one, codes in judged}
        contacts = {one.id: one for one in db.session.scalars(sa.select(Contact).where(Contact.id.in_(shown or [0])))}
        found = [
            Double(
                contact=contacts[one], reasons=tuple(reasons.words(codes)), score=max(1, round(score / switches.PART))
            )
            for one, (score, codes) in shown.items()
            if one in contacts
        ]
        if len(found) < limit and not (profile.birth or profile.places):
            more = likely_doubles(values, limit, but)
            found += [one for one in more if one.contact.id not in contacts]
        return found[:limit]

    def _judged(self, profile: Profile, but: int | None) -> list[tuple[int, int, list[str]]]:
        """Score, contact and codes of why, of those that are probable enough; the most probable first."""
        texts = _candidates(profile)
        texts.pop(but or 0, None)
        scorer = _scorer(profile.kind)
        found = []
        for contact_id, text in texts.items():
            other = parse(text)
            if other.kind == profile.kind:
                score, pattern = scorer.score(profile, other)
                codes = reasons.reasons_of(profile.kind, pattern)
            else:
                score, codes = LEAST, _shared(profile, other)
            if codes and (score >= LEAST or TELLING.intersection(codes)):
                found.append((score, contact_id, codes))
        return sorted(found, key=lambda one: (-one[0], one[1]))


def _shared(one: Profile, other: Profile) -> list[str]:
    """What a person and a company have in common: their names tell nothing about each other."""
    same = {
        "email": (one.emails, other.emails),
        "phone": (one.phones, other.phones),
        "ident": (one.idents, other.idents),
    }
    return [code for code, (ours, theirs) in same.items() if set(ours) & set(theirs)]


def _is_loading() -> bool:
    loading = sa.select(DoubleScan.is_loading).order_by(DoubleScan.id.desc()).limit(1)
    return bool(fetch(loading).scalar())


def _candidates(profile: Profile) -> dict[int, str]:
    """The live contacts that share a key with a profile, each with its own as text."""
    asked = [
        sa.select(sa.select(DoubleKey.contact_id).where(blocks.column(slot) == key).limit(READ).subquery())
        for slot, key in dict.fromkeys(hashes_of(keys_of(profile)))
    ]
    if not asked:
        return {}
    ids = sa.union(*asked).subquery()
    here = sa.and_(DoubleKey.contact_id == Contact.id, DoubleKey.place == 0)
    query = live().with_only_columns(Contact.id, DoubleKey.profile).join(DoubleKey, here)
    rows: Any = fetch(query.where(Contact.id.in_(sa.select(ids.c[0])))).all()
    return {row[0]: row[1] for row in rows}


def _scorer(kind: str) -> Scorer:
    """What pairs of a kind are judged by now."""
    now: Any = fetch(sa.select(DoubleModel.at, DoubleModel.rules).where(DoubleModel.kind == kind)).one_or_none()
    if now is None or now.rules != RULES:
        # As large as it can be, without counting it.
        return Scorer(shipped_model(kind, fetch(sa.select(sa.func.max(Contact.id))).scalar() or 0))
    key = (db.engine.url, now.at)
    if kind not in _scorers or _scorers[kind][0] != key:
        kept = db.session.get_one(DoubleModel, kind)
        _scorers[kind] = key, Scorer(Model.of(kind, kept.contacts, kept.learnt))
    return _scorers[kind][1]

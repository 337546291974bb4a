"""The core's own filters of the lists, declared like those of plug-ins (spec G1)."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from webapp.accounts.models import User
from webapp.acting import act
from webapp.contacts.coerce import COUNTRIES
from webapp.contacts.fields import BY_NAME, COLLECTION
from webapp.contacts.models import Contact, ContactTag, Tag
from webapp.contacts.queries import LIVE
from webapp.db import db
from webapp.functions.models import FunctionRow
from webapp.i18n import _, _l
from webapp.plugin import Filter, Text
from webapp.registry import registry
from webapp.shown import choices, shown
from webapp.text import fold

NONE, ME, NOBODY = "none", "me", "nobody"
SUGGESTED = 50
"""Suggestions for a value that is typed."""
LOOKED_AT = 5000
"""Rows, the latest ones, in which the most used values are looked for: a large base is not read whole for a hint."""
MOST_USERS = 200
KINDS = {"person": _l("Person"), "company": _l("Company")}


def _has_function(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    live = (FunctionRow.contact_id == Contact.id, FunctionRow.ended_at.is_(None))
    return sa.select(FunctionRow.id).where(*live, *conditions).exists()


def has_function(key: str) -> sa.ColumnElement[bool]:
    """The contacts that have a function now, whatever plug-in it is of."""
    return _has_function(FunctionRow.function == key)


def _kind(value: str) -> sa.ColumnElement[bool]:
    if value not in KINDS:
        raise ValueError(value)
    return Contact.kind == value


def _function_choices() -> list[tuple[str, Text]]:
    return [*((one.key, one.label) for one in registry().functions()), (NONE, _("Without function"))]


def _function(value: str) -> sa.ColumnElement[bool]:
    if value == NONE:
        return ~_has_function()
    if not registry().is_function_enabled(value):
        raise ValueError(value)
    return has_function(value)


def _tag_choices() -> Sequence[tuple[str, Text]]:
    latest = sa.select(ContactTag.tag_id).order_by(ContactTag.id.desc()).limit(LOOKED_AT).subquery()
    used = sa.select(Tag.name).join(latest, latest.c.tag_id == Tag.id).group_by(Tag.id, Tag.name, Tag.folded)
    found = db.session.scalars(used.order_by(sa.func.count().desc(), Tag.folded).limit(SUGGESTED))
    return [(name, name) for name in found]


def _tag(value: str) -> sa.ColumnElement[bool]:
    folded = fold(value)[:80]
    if not folded:
        raise ValueError(value)
    marked = sa.select(ContactTag.contact_id).join(Tag, Tag.id == ContactTag.tag_id).where(Tag.folded == folded)
    return Contact.id.in_(marked)


def _city_choices() -> Sequence[tuple[str, Text]]:
    latest = sa.select(Contact.city, Contact.sort_city).where(*LIVE).order_by(Contact.updated_at.desc())
    place = latest.limit(LOOKED_AT).subquery()
    used = sa.select(sa.func.min(place.c.city)).where(place.c.sort_city != "").group_by(place.c.sort_city)
    found = db.session.scalars(used.order_by(sa.func.count().desc(), place.c.sort_city).limit(SUGGESTED))
    return [(name, name) for name in found]


def _city(value: str) -> sa.ColumnElement[bool]:
    folded = fold(value)[:160]
    if not folded:
        raise ValueError(value)
    return Contact.sort_city == folded


_COUNTRY = next(one for one in COLLECTION["addresses"].fields if one.name == "country")


def _country(value: str) -> sa.ColumnElement[bool]:
    if value not in COUNTRIES:
        raise ValueError(value)
    return Contact.country == value


def _responsible_choices() -> list[tuple[str, Text]]:
    """Oneself, nobody, the users; of those switched off the ones who still have contacts."""
    keeps = sa.select(Contact.id).where(Contact.responsible_id == User.id).exists()
    users = db.session.scalars(
        sa.select(User).where(sa.or_(User.active, keeps)).order_by(User.name, User.email).limit(MOST_USERS)
    )
    return [(ME, _("Me")), (NOBODY, _("Nobody")), *((str(user.id), _called(user)) for user in users)]


def _called(user: User) -> str:
    return user.shown_name if user.active else _("%(name)s (switched off)", name=user.shown_name)


def _responsible_name(value: str) -> str:
    fixed = {ME: _("Me"), NOBODY: _("Nobody")}
    return fixed.get(value) or _called(_user(value))


def _responsible(value: str) -> sa.ColumnElement[bool]:
    if value == NOBODY:
        return Contact.responsible_id.is_(None)
    if value == ME:
        return Contact.responsible_id == act().user_id
    return Contact.responsible_id == _user(value).id


def _user(value: str) -> User:
    user = db.session.get(User, int(value)) if value.isdecimal() and len(value) < 19 else None
    if user is None:
        raise ValueError(value)
    return user


FILTERS: tuple[Filter, ...] = (
    Filter(key="kind", label=_l("Kind"), choices=lambda: list(KINDS.items()), where=_kind, order=10),
    Filter(key="function", label=_l("Function"), choices=_function_choices, where=_function, several=True, order=20),
    Filter(key="tag", label=_l("Tag"), choices=_tag_choices, where=_tag, several=True, typed=True, order=30),
    Filter(key="city", label=_l("City"), choices=_city_choices, where=_city, several=True, typed=True, order=40),
    Filter(
        key="country",
        label=_l("Country"),
        choices=lambda: choices(_COUNTRY),
        where=_country,
        name=lambda value: shown(_COUNTRY, value),
        several=True,
        order=50,
    ),
    Filter(
        key="responsible",
        label=BY_NAME["responsible_id"].label,
        choices=_responsible_choices,
        where=_responsible,
        name=_responsible_name,
        several=True,
        order=60,
    ),
)

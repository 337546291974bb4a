"""The core's own filters of the lists, declared like those of plug-ins (spec G1)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import format_date

from webapp.accounts.models import User
from webapp.acting import act
from webapp.administration.settings import zone
from webapp.contacts.coerce import COUNTRIES
from webapp.contacts.fields import BY_NAME, COLLECTION
from webapp.contacts.links import today
from webapp.contacts.models import Contact, ContactTag, Email, Tag
from webapp.contacts.queries import LIVE
from webapp.db import db
from webapp.functions.models import FunctionRow
from webapp.i18n import _, _l
from webapp.lists.models import Listing
from webapp.plugin import Filter, Text
from webapp.registry import registry
from webapp.shown import choices, shown
from webapp.text import fold

NONE, ANY, ME, NOBODY = "none", "any", "me", "nobody"
SUGGESTED = 50
"""Suggestions for a value that is typed."""
LOOKED_AT = 5000
"""Rows, the latest ones, in which the most used values are looked for: a large base is not read whole for a hint."""
MOST_USERS = 200
PERIODS = {"1d": 1, "7d": 7, "30d": 30, "365d": 365}
YEAR = re.compile("(?:19|2[0-9])[0-9]{2}")
MOST_YEARS = 10
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


def _with_functions(values: Sequence[str]) -> sa.Select[Any] | None:
    if NONE in values:
        return None
    found = sa.select(Listing.contact_id).where(Listing.function.in_(values))
    return found.distinct() if len(values) > 1 else found


def _tag_choices() -> Sequence[tuple[str, Text]]:
    latest = sa.select(ContactTag.tag_id).order_by(ContactTag.id.desc()).limit(LOOKED_AT).subquery()
    used = sa.select(Tag.name).join(latest, latest.c.tag_id == Tag.id).group_by(Tag.id, Tag.name, Tag.folded)
    found = db.session.scalars(used.order_by(sa.func.count().desc(), Tag.folded).limit(SUGGESTED))
    return [(name, name) for name in found]


def _word(value: str, longest: int) -> str:
    folded = fold(value)[:longest]
    if not folded:
        raise ValueError(value)
    return folded


def _tag(value: str) -> sa.ColumnElement[bool]:
    marked = sa.select(ContactTag.id).join(Tag, Tag.id == ContactTag.tag_id).where(Tag.folded == _word(value, 80))
    return marked.where(ContactTag.contact_id == Contact.id).exists()


def _tagged(values: Sequence[str]) -> sa.Select[Any]:
    folded = [_word(value, 80) for value in values]
    found = sa.select(ContactTag.contact_id).join(Tag, Tag.id == ContactTag.tag_id).where(Tag.folded.in_(folded))
    return found.distinct() if len(folded) > 1 else found


def _live(where: Callable[[str], sa.ColumnElement[bool]]) -> Callable[[Sequence[str]], sa.Select[Any]]:
    """The live contacts that a condition on an indexed column holds for."""
    return lambda values: sa.select(Contact.id).where(*LIVE, sa.or_(*(where(value) for value in values)))


def _city_choices() -> Sequence[tuple[str, Text]]:
    latest = sa.select(Contact.city, Contact.sort_city).where(*LIVE).order_by(Contact.updated_at.desc())
    place = latest.limit(LOOKED_AT).subquery()
    used = sa.select(sa.func.min(place.c.city)).where(place.c.sort_city != "").group_by(place.c.sort_city)
    found = db.session.scalars(used.order_by(sa.func.count().desc(), place.c.sort_city).limit(SUGGESTED))
    return [(name, name) for name in found]


def _city(value: str) -> sa.ColumnElement[bool]:
    return Contact.sort_city == _word(value, 160)


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


def _period_choices() -> list[tuple[str, Text]]:
    """The last days, and the years since the first contact was made."""
    first = db.session.scalar(sa.select(sa.func.min(Contact.created_at)).where(*LIVE))
    year = today().year
    years = range(year, max(first.astimezone(zone()).year if first else year, year - MOST_YEARS + 1) - 1, -1)
    return [*((key, _period_name(key)) for key in PERIODS), *((str(one), str(one)) for one in years)]


def _period_name(value: str) -> Text:
    if value in PERIODS:
        days = PERIODS[value]
        return _("Today") if days == 1 else _("Last %(days)s days", days=days)
    first, last = _days(value)
    if value == str(first.year):
        return value
    if first == last:
        return str(format_date(first, "medium"))
    return _("%(first)s to %(last)s", first=format_date(first, "medium"), last=format_date(last, "medium"))


def _days(value: str) -> tuple[dt.date, dt.date]:
    """The first and the last day of a period: `7d`, `2026`, `2026-03-01`, `2026-03-01..2026-03-31`."""
    if value in PERIODS:
        return today() - dt.timedelta(days=PERIODS[value] - 1), today()
    if YEAR.fullmatch(value):
        return dt.date(int(value), 1, 1), dt.date(int(value), 12, 31)
    first, dots, last = value.partition("..")
    days = dt.date.fromisoformat(first), dt.date.fromisoformat(last if dots else first)
    # The day before the first and behind the last there are must still be days.
    if not (days[0].year >= 1900 and days[0] <= days[1] and days[1].year <= 9998):
        raise ValueError(value)
    return days


def _within(column: Any) -> Callable[[str], sa.ColumnElement[bool]]:
    """Whether a moment lies on one of the days of a period, as days are counted here."""

    def where(value: str) -> sa.ColumnElement[bool]:
        first, last = _days(value)
        begins, ends = (dt.datetime.combine(day, dt.time(), zone()) for day in (first, last + dt.timedelta(days=1)))
        return sa.and_(column >= begins, column < ends)

    return where


def _email_choices() -> list[tuple[str, Text]]:
    return [(NONE, _("Without e-mail")), (ANY, _("With e-mail"))]


def _email(value: str) -> sa.ColumnElement[bool]:
    if value not in (NONE, ANY):
        raise ValueError(value)
    has = sa.select(Email.id).where(Email.contact_id == Contact.id).exists()
    return has if value == ANY else ~has


def _period(key: str, label: Any, column: Any, order: int) -> Filter:
    where = _within(column)
    return Filter(
        key=key,
        label=label,
        choices=_period_choices,
        where=where,
        ids=_live(where),
        name=_period_name,
        several=True,
        order=order,
    )


FILTERS: tuple[Filter, ...] = (
    Filter(key="kind", label=_l("Kind"), choices=lambda: list(KINDS.items()), where=_kind, ids=_live(_kind), order=10),
    Filter(
        key="function",
        label=_l("Function"),
        choices=_function_choices,
        where=_function,
        ids=_with_functions,
        several=True,
        order=20,
    ),
    Filter(
        key="tag",
        label=_l("Tag"),
        choices=_tag_choices,
        where=_tag,
        ids=_tagged,
        several=True,
        typed=True,
        order=30,
    ),
    Filter(
        key="city",
        label=_l("City"),
        choices=_city_choices,
        where=_city,
        ids=_live(_city),
        several=True,
        typed=True,
        order=40,
    ),
    Filter(
        key="country",
        label=_l("Country"),
        choices=lambda: choices(_COUNTRY),
        where=_country,
        ids=_live(_country),
        name=lambda value: shown(_COUNTRY, value),
        several=True,
        order=50,
    ),
    Filter(
        key="responsible",
        label=BY_NAME["responsible_id"].label,
        choices=_responsible_choices,
        where=_responsible,
        ids=_live(_responsible),
        name=_responsible_name,
        several=True,
        order=60,
    ),
    _period("created", _l("Created"), Contact.created_at, 70),
    _period("changed", _l("Changed"), Contact.updated_at, 80),
    Filter(key="email", label=_l("E-mail"), choices=_email_choices, where=_email, order=90),
)

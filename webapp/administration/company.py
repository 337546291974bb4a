"""The firm itself (spec J4): its fields, its logo, and what holds for everybody until they choose otherwise."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location

from webapp.acting import need
from webapp.administration import changes
from webapp.administration.models import Logo
from webapp.administration.settings import setting
from webapp.contacts import pictures
from webapp.contacts import values as check
from webapp.db import db
from webapp.history.services import Change
from webapp.i18n import LOCALES, _, _l
from webapp.plugin import Field
from webapp.text import fold

PAGE, LOGO = "company", "logo"
FIRM, ADDRESS, REACH, DEFAULTS = _l("Name"), _l("Address"), _l("How to reach it"), _l("Unless chosen otherwise")
AREAS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")

FIELDS: tuple[Field, ...] = (
    Field(name="name", label=_l("Company name"), section=FIRM),
    Field(name="name2", label=_l("Second name line"), section=FIRM),
    Field(name="vat_id", label=_l("VAT id"), section=FIRM, max_length=40),
    Field(name="street", label=_l("Street and number"), section=ADDRESS),
    Field(name="street2", label=_l("Address supplement"), section=ADDRESS),
    Field(name="postal_code", label=_l("Postal code"), section=ADDRESS, max_length=20),
    Field(name="city", label=_l("City"), section=ADDRESS, max_length=120),
    Field(name="region", label=_l("Region"), section=ADDRESS, max_length=120),
    Field(
        name="country",
        label=_l("Country"),
        kind="country",
        section=ADDRESS,
        required=True,
        hint=_l("Phone numbers without + are read as this country's."),
    ),
    Field(name="phone", label=_l("Phone"), section=REACH, max_length=60),
    Field(name="email", label=_l("E-mail"), section=REACH, max_length=320),
    Field(name="website", label=_l("Website"), section=REACH, max_length=500),
    Field(name="currency", label=_l("Currency"), kind="currency", section=DEFAULTS, required=True),
    Field(
        name="language",
        label=_l("Language"),
        kind="choice",
        choices=tuple(LOCALES.items()),
        section=DEFAULTS,
        hint=_l("For whoever has chosen none, and whose browser asks for none of ours."),
    ),
    Field(
        name="timezone",
        label=_l("Time zone"),
        kind="choice",
        section=DEFAULTS,
        hint=_l("Days are counted in it. Nothing chosen: the server's own."),
    ),
)


def fields(language: str) -> tuple[Field, ...]:
    """The fields, the time zones named in a language."""
    return tuple(replace(one, choices=zones(language)) if one.name == "timezone" else one for one in FIELDS)


@lru_cache(maxsize=8)
def zones(language: str) -> tuple[tuple[str, str], ...]:
    """The time zones by city and country, in the order of a language; other names for the same zone are left out."""
    aliases, territories = get_global("zone_aliases"), get_global("zone_territories")
    names = Locale(language).territories
    found = {}
    for zone in sorted(zoneinfo.available_timezones()):
        if zone.partition("/")[0] in AREAS and zone not in aliases and zone in territories:
            city = get_timezone_location(zone, locale=language, return_city=True)
            found[zone] = f"{city} ({names.get(territories[zone], territories[zone])})"
    return (("UTC", "UTC"), *sorted(found.items(), key=lambda pair: fold(pair[1])))


def save(values: Mapping[str, Any], version: int | None = None) -> dict[str, Change]:
    """Set the firm's fields by their keys; raises `Stale` where someone saved first."""
    return changes.save(PAGE, values, version)


def warnings() -> dict[str, str]:
    """What of the stored values could not be verified, a sentence by field: they are kept all the same (spec A2)."""
    country = str(setting("company.country"))
    checks = {
        "vat_id": check.check_vat(setting("company.vat_id"), country),
        "postal_code": check.check_postal_code(setting("company.postal_code"), country),
        "phone": check.check_phone(setting("company.phone"), country),
        "email": check.check_email(setting("company.email")),
        "website": check.check_website(setting("company.website")),
    }
    found = {name: _(check.WARNINGS[one.warning]) for name, one in checks.items() if one.warning}
    if checks["vat_id"].warning == check.Warning_.VAT:
        found["vat_id"] = _("This VAT id does not fit its own check digits: compare it with your registration.")
    return found


def logo() -> Logo | None:
    """The firm's logo, if it has one; for everybody who is signed in."""
    need("contacts.read")
    return db.session.get(Logo, 1)


def put_logo(content: bytes) -> None:
    """Set the logo; raises `Invalid` for what is too large or no PNG, JPEG or WebP."""
    need("settings")
    kind = pictures.checked(content)
    changes.hold()
    db.session.merge(Logo(id=1, media_type=kind, content=content))
    changes.note(LOGO, "logo_set")


def remove_logo() -> None:
    """Take the logo away; nothing happens where there is none."""
    need("settings")
    changes.hold()
    present = db.session.get(Logo, 1)
    if present is not None:
        db.session.delete(present)
        changes.note(LOGO, "logo_removed")

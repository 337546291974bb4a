"""What a portal asks for: which page, of whom, looking how. It is checked once, and kept with the code or the token."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa

from plugins.embed import appearance
from plugins.embed.models import Portal
from webapp.api import LOCALES, Contact, Embed, Field, Invalid, _, clean, db, embed_origins, registry

LONGEST = 200
"""Characters of a value of a page's address."""
UID = r"[a-z0-9]{1,20}"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A page as a portal wants it.

    `values` are what the page takes; `opens` are the keys of other embeds to which its links may lead inside it.
    `uid` tells several fragments of one page apart.
    """

    view: str
    origin: str
    values: Mapping[str, str | int]
    opens: tuple[str, ...] = ()
    locale: str = ""
    theme: str = "auto"
    accent: str = ""
    font: str = ""
    uid: str = ""

    @classmethod
    def kept(cls, stored: Mapping[str, Any]) -> Wanted:
        """As it was stored."""
        return cls(**{**stored, "opens": tuple(stored["opens"])})

    def stored(self) -> dict[str, Any]:
        """As JSON has it."""
        return {**asdict(self), "opens": list(self.opens)}


def offered() -> dict[str, Embed]:
    """What may be embedded now, by key: of the core, and of the plug-ins that are switched on."""
    return {one.key: one for one in registry().offers("embeds")}


def granted(portal: Portal) -> dict[str, Embed]:
    """What this portal may show now: what an administrator chose, as far as it is offered and its scopes reach."""
    scopes = {"read", *portal.scopes}
    return {key: one for key, one in offered().items() if key in portal.views and one.scope in scopes}


def origins_of(portal: Portal) -> tuple[str, ...]:
    """Where this portal may embed anything: its origins, within those of the deployment."""
    return tuple(one for one in portal.origins if one in embed_origins())


def checked(portal: Portal, sent: Mapping[str, Any]) -> Wanted:
    """What a portal asks for, checked; raises `Invalid` by the names of what was sent."""
    allowed, errors = granted(portal), dict[str, str]()
    view = str(sent.get("view", ""))
    if view not in allowed:
        errors["view"] = _("This portal may show: %(views)s.", views=", ".join(allowed) or "–")
    origin = str(sent.get("origin") or next(iter(origins_of(portal)), ""))
    if origin not in origins_of(portal):
        errors["origin"] = _("This origin is none of the portal's, or CARNET_EMBED_ORIGINS does not name it.")
    opens = tuple(dict.fromkeys(str(one) for one in sent.get("opens") or ()))
    if unknown := [one for one in opens if one not in allowed]:
        errors["opens"] = _("This portal may not show: %(views)s.", views=", ".join(unknown)[:LONGEST])
    values = _values(allowed[view].takes, sent.get("parameters") or {}, errors) if view in allowed else {}
    words = {name: str(sent.get(name) or "") for name in ("locale", "theme", "accent", "font", "uid")}
    words["theme"] = words["theme"] or "auto"
    if words["locale"] and words["locale"] not in LOCALES:
        errors["locale"] = _("This is one of: %(choices)s.", choices=", ".join(LOCALES))
    if words["uid"] and re.fullmatch(UID, words["uid"]) is None:
        errors["uid"] = _("At most 20 small letters and digits.")
    errors |= appearance.wrong(words["theme"], words["accent"], words["font"])
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    return Wanted(view=view, origin=origin, values=values, opens=opens, **words)


def looking(wanted: Wanted, given: Mapping[str, str]) -> Wanted:
    """The same in the language and theme that its page asks for; words that are none of ours change nothing."""
    locale, theme = given.get("locale", ""), given.get("theme", "")
    return replace(
        wanted,
        locale=locale if locale in LOCALES else wanted.locale,
        theme=theme if theme in appearance.THEMES else wanted.theme,
    )


def _values(takes: tuple[Field, ...], given: Any, errors: dict[str, str]) -> dict[str, str | int]:
    if not isinstance(given, Mapping):
        errors["parameters"] = _("This is an object.")
        return {}
    known = {one.name: one for one in takes}
    for name in given.keys() - known.keys():
        errors[f"parameters.{clean(str(name))[:40]}"] = _("This page takes: %(names)s.", names=", ".join(known) or "–")
    found: dict[str, str | int] = {}
    for name, field in known.items():
        value = given.get(name)
        if value in (None, ""):
            if field.required:
                errors[f"parameters.{name}"] = _("This is needed.")
            continue
        text = str(value)
        if field.kind in ("contact", "integer"):
            if isinstance(value, bool) or not text.isascii() or not text.isdecimal() or not 0 < int(text[:19]) < 2**63:
                errors[f"parameters.{name}"] = _("This is a whole number.")
            else:
                found[name] = _present(int(text)) if field.kind == "contact" else int(text)
        elif field.choices and text not in dict(field.choices):
            choices = ", ".join(code for code, _label in field.choices)
            errors[f"parameters.{name}"] = _("This is one of: %(choices)s.", choices=choices)
        elif len(text) > LONGEST or not isinstance(value, str | int) or isinstance(value, bool) or "\x00" in text:
            errors[f"parameters.{name}"] = _("At most %(most)s characters.", most=LONGEST)
        else:
            found[name] = text
    return found


def _present(contact_id: int) -> int:
    """The contact that this one was merged into, if any: its own address leads there (spec E4)."""
    query = sa.select(Contact.merged_into_id).where(Contact.id == contact_id)
    return db.session.scalar(query) or contact_id

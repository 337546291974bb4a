"""What a page says, to the eye and to a screen reader, and what of it came by no catalogue."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import sqlalchemy as sa
from babel import Locale
from babel.messages.catalog import Message
from babel.messages.pofile import write_po

from plugins.embed.appearance import FONTS
from plugins.embed.snippets import FORMS
from webapp import translating
from webapp.administration import company
from webapp.administration.models import ValueListItem
from webapp.contacts.fields import NETWORKS
from webapp.db import db
from webapp.i18n import LOCALES

SPOKEN = {
    "aria-label",
    "aria-description",
    "aria-roledescription",
    "aria-valuetext",
    "title",
    "placeholder",
    "alt",
    "label",
}
SILENT_DATA = {
    "data-again", "data-copy", "data-count", "data-density", "data-focus", "data-for-level", "data-guard", "data-key",
    "data-level", "data-page-box", "data-selection-clear", "data-shortcuts", "data-slot", "data-state", "data-theme",
    "data-toast-close", "data-toast-text", "data-empty", "data-minor", "data-cell", "data-exact", "data-select-all",
    "data-drop", "data-done", "data-largest", "data-received", "data-origins", "data-line", "data-told", "data-yes",
    "data-no",
}  # fmt: skip
"""Attributes for scripts and style sheets. All other `data-` attributes are words: a new one is added knowingly."""
DATA = re.compile(
    r"[\w.+-]+@[\w.-]+|(https?|smtps?)://\S+|\d{1,2}[. ]+[\w.éû]+ \d{4}|EUR|GR|FR|B2[BCG]|Carnet|CRM|UTF-8|STARTTLS"
    r"|carnet_\w+|portal-\w+|Werkzeug\S*|[A-Z]{4}( [A-Z2-7]{4})+"
)
"""What is the same in all languages: addresses, codes, names, days."""


class Texts(HTMLParser):
    """Texts and spoken attributes of a page, without scripts, keys, points in time and names of languages."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.silent: list[str] = []
        self.found: list[str] = []
        self.lang = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [
            value
            for name, value in given.items()
            if value and (name in SPOKEN or (name.startswith("data-") and name not in SILENT_DATA))
        ]
        if tag == "html":
            self.lang = given.get("lang") or ""
        elif tag in ("script", "style", "kbd", "time", "code") or "lang" in given:
            self.silent.append(tag)
        elif tag == "input" and given.get("type") in ("submit", "button", "reset") and given.get("value"):
            self.found.append(str(given["value"]))

    def handle_endtag(self, tag: str) -> None:
        if self.silent and tag == self.silent[-1]:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent and data.strip():
            self.found.append(" ".join(data.split()))


ENCODINGS = ("Windows-1252", "UTF-16", "ISO-8859-1", "Mac Roman")


def names() -> set[str]:
    """What stands on pages by its own name: countries, languages, currencies, time zones, brands, encodings, values of
    lists."""
    french = Locale("fr")
    lists = db.session.scalars(sa.select(ValueListItem.label_fr))
    currencies = {f"{code} · {name}" for code, name in french.currencies.items()} | set(french.currencies.values())
    brands = {str(label) for _code, label in NETWORKS if label != "Other"}
    codes = set(db.session.scalars(sa.select(ValueListItem.code)))
    zones = {label for _zone, label in company.zones("fr")}
    return {
        *zones, *french.territories.values(), *french.languages.values(), *currencies, *brands, *lists, *codes,
        *LOCALES.values(), *ENCODINGS, *(form[0] for form in FORMS.values()), *(font.capitalize() for font in FONTS),
    }  # fmt: skip


def untranslated(page: str, known: set[str]) -> list[str]:
    """The texts of a page that came by no catalogue, where each string of one stands in ⟦brackets⟧."""
    left = []
    for text in Texts(page).found:
        bare, count = text, 1
        while count:
            bare, count = re.subn("⟦[^⟦⟧]*⟧", "", bare)
        parts = [part for part in re.split(", | · ", bare) if part.strip() not in known]
        if bare.strip() not in known and re.search("[A-Za-zÀ-ÿ]", DATA.sub("", " ".join(parts))):
            left.append(text)
    return left


@cache
def said_by_code() -> list[Message]:
    """Every string that the code of the core and of the plug-ins marks; searched for once."""
    return [one for owner in translating.owners() for one in translating.extract(owner)]


def write_marked(folder: Path) -> None:
    """In place of French, a catalogue that shows each of its strings in ⟦brackets⟧."""
    catalogue = translating.Plain(locale="fr")
    for one in said_by_code():
        several = isinstance(one.id, tuple)
        marked = tuple(f"⟦{text}⟧" for text in one.id) if several else f"⟦{one.id}⟧"
        catalogue.add(one.id, marked, context=one.context)
    path = folder / "fr" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    with path.open("wb") as target:
        write_po(target, catalogue)


@cache
def translated(language: str) -> list[Message]:
    """Every string of a language's catalogues, the core's and the plug-ins'; read once."""
    return [
        one for owner in translating.owners() for one in translating.stored(owner.path(language), language) if one.id
    ]


def sentences(language: str) -> set[str]:
    """All strings of a language that stand alone: what it says without putting a value in."""
    said: set[str] = set()
    found = [one.id for one in said_by_code()] if language == "en" else [one.string for one in translated(language)]
    for texts in found:
        said |= {text for text in (texts if isinstance(texts, tuple) else (texts,)) if text and "%(" not in text}
    return said

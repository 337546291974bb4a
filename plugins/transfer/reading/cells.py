"""One cell of a file read as what its column holds: dates, countries, functions, lists of addresses.

Cells come as people and programs write them, in French, English or German; what can't be read is None and
becomes a warning of the row (contract: `carnet import`), never an error.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Literal

import phonenumbers
from babel import Locale

from plugins.transfer.reading.countries import read_country as read_country
from plugins.transfer.reading.dates import spelled
from webapp.api import LOCALES, fold

DateOrder = Literal["day", "month", "mixed"]
"""What a file's dates with slashes begin with: day (12/31 never occurs), month, or both occur."""

FIRST_YEAR = 1850
"""Address books write birthdays without a year as 1604 or 1600; nobody in a list of contacts is that old."""

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ][\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?")
_COMPACT = re.compile(r"((?:18|19|20)\d{2})(\d{2})(\d{2})(?:T[\d:.]*(?:Z|[+-][\d:]+)?)?")
_DAY_FIRST = re.compile(r"(\d{1,2})\s?[.-]\s?(\d{1,2})\s?[.-]\s?(\d{4})")
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: 0{1,2}:00(?::00)?)?")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(?:\d{4}|\d{2})(?: 0{1,2}:00(?::00)?)?")
_BLANKS = re.compile(r"[\s'’]")
_NO_YEAR = re.compile(r"--\d{2}-?\d{2}|(?:1600|1604)-?\d{2}-?\d{2}(?:T.*)?")
_NO_DATE = re.compile(r"0{1,4}[./-]0{1,2}[./-]0{1,4}")


def is_no_date(text: str) -> bool:
    """Whether a program wrote "0/0/00" for no date at all."""
    return bool(_NO_DATE.fullmatch(text))


def has_no_year(text: str) -> bool:
    """Whether it is a day and a month alone: --12-31 (RFC 6350), or with the year that Apple and Outlook write then."""
    return bool(_NO_YEAR.fullmatch(text))


def slash_order(text: str) -> DateOrder | None:
    """Which order a date with slashes shows beyond doubt; None where it shows none."""
    found = _SLASHED.fullmatch(text)
    if not found:
        return None
    first, second = int(found[1]), int(found[2])
    if first > 12 >= second:
        return "day"
    return "month" if second > 12 >= first else None


def read_date(text: str, order: DateOrder = "day") -> str | None:
    """A date as ISO text; None where it is none, has no full year, or could be two dates in a mixed file.

    Read are 1980-12-31 (a time after it is dropped), 19801231, 31.12.1980, 31-12-1980, 31/12/1980, 31 December 1980
    in three languages, and 12/31/1980 where it can be nothing else or `order` says that the file writes months first.
    """
    for pattern in (_ISO, _COMPACT):
        if found := pattern.fullmatch(text):
            return _date(found[1], found[2], found[3])
    if found := _DAY_FIRST.fullmatch(text):
        return _date(found[3], found[2], found[1])
    found = _SLASHES.fullmatch(text)
    if not found:
        written = spelled(text)
        return _date(*written) if written else None
    first, second, year = found.groups()
    sure = slash_order(text)
    if sure is None and order == "mixed" and first != second:
        return None
    month_first = (sure or order) == "month"
    return _date(year, first, second) if month_first else _date(year, second, first)


def _date(year: str, month: str, day: str) -> str | None:
    try:
        date = dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
    return date.isoformat() if date.year >= FIRST_YEAR else None


_GROUPED = re.compile(r"[+-]?(?:\d+|\d{1,3}(?P<group>[.,])\d{3}(?:(?P=group)\d{3})*)(?:(?P<sign>[.,])(?P<after>\d+))?")


def decimal_sign(text: str) -> str:
    """The decimal sign that a number shows beyond doubt: it stands behind groups, or not before three digits."""
    found = _GROUPED.fullmatch(_BLANKS.sub("", text))
    if not found:
        return ""
    if found["group"] and found["sign"] and found["group"] != found["sign"]:
        return found["sign"]
    return found["sign"] if found["sign"] and not found["group"] and len(found["after"]) != 3 else ""


def plain_number(text: str, sign: str) -> str:
    """A number with this decimal sign as programs write it; as it is where it does not look like one."""
    bare = _BLANKS.sub("", text)
    found = _GROUPED.fullmatch(bare)
    if not found or sign in (found["group"], None) or found["sign"] not in (sign, None):
        grouped = re.fullmatch(r"[+-]?\d{1,3}(?:[.,]\d{3})+", bare)
        return re.sub("[.,]", "", bare) if grouped and sign not in bare else text
    return bare.replace("." if sign == "," else ",", "").replace(sign, ".")


@lru_cache(maxsize=256)
def read_language(text: str) -> str | None:
    """The code of a language by its code (fr, fr_FR, de-AT) or its name in French, English or German."""
    word = fold(text)
    code = re.split("[-_]", word)[0]
    languages = _languages()
    return languages.get(word) or languages.get(re.sub(r"\s*[/(].*", "", word)) or (code if code in _codes() else None)


@lru_cache(maxsize=64)
def read_currency(text: str) -> str | None:
    """The code of a currency by its code or sign."""
    word = text.strip().upper()
    found = {"€": "EUR", "EURO": "EUR", "£": "GBP", "$": "USD", "FR.": "CHF", "SFR": "CHF"}.get(word, word)
    return found if found in Locale("en").currencies else None


@cache
def _codes() -> frozenset[str]:
    return frozenset(code for code in Locale("en").languages if len(code) == 2)


@cache
def _languages() -> Mapping[str, str]:
    known: dict[str, str] = {}
    for locale in LOCALES:
        for code, name in Locale(locale).languages.items():
            if len(code) == 2:
                known.setdefault(fold(name), code)
    for code in _codes():
        known.setdefault(fold(Locale("en").languages[code]), code)
    return known


FUNCTIONS: Mapping[str, str] = {
    fold(word): function
    for function, words in {
        "prospect": "prospect|prospects|client potentiel|clients potentiels|cliente potentielle|lead"
        "|Interessent|Interessenten|Interessentin",
        "customer": "customer|customers|client|clients|cliente|Kunde|Kunden|Kundin",
        "supplier": "supplier|suppliers|vendor|fournisseur|fournisseurs|fournisseuse|Lieferant|Lieferanten|Lieferantin",
    }.items()
    for word in words.split("|")
}
"""The glossary's words for contact functions in three languages, folded, singular and plural."""

KINDS: Mapping[str, Literal["person", "company"]] = {
    **dict.fromkeys(
        ("person", "personne", "personne physique", "individual", "individu", "particulier", "private",
         "privatperson", "contact", "kontakt", "p"), "person"
    ),
    **dict.fromkeys(
        ("company", "entreprise", "societe", "personne morale", "organisation", "organization", "business",
         "firma", "unternehmen", "association", "verein", "c"), "company"
    ),
}  # fmt: skip
"""Folded words of a Type column."""

STAGES: Mapping[str, str] = {
    **dict.fromkeys(
        ("lead", "marketing qualified lead", "sales qualified lead", "opportunity", "mql", "sql", "prospect",
         "lead qualifie pour le marketing", "lead qualifie pour les ventes", "opportunite", "qualifizierter lead",
         "marketing qualified", "sales qualified"), "prospect"
    ),
    **dict.fromkeys(("customer", "client", "kunde", "evangelist", "ambassadeur"), "customer"),
}  # fmt: skip
"""Folded words of HubSpot's lifecycle stages that mean a function; others mean none."""

DOLIBARR: Mapping[str, str] = {"1": "customer", "2": "prospect", "3": "customer"}
"""How Dolibarr writes whether a party is a customer, a prospect, or both."""

_SALUTATIONS: Mapping[str, str] = {
    **dict.fromkeys(("mr", "mister", "m", "monsieur", "herr", "herrn", "hr", "sir"), "mr"),
    **dict.fromkeys(("ms", "mrs", "miss", "mme", "madame", "mlle", "mademoiselle", "frau", "fr", "madam"), "ms"),
    **dict.fromkeys(("family", "famille", "familie"), "family"),
    **dict.fromkeys(("no_salutation", "company", "firma", "societe"), ""),
}


@lru_cache(maxsize=512)
def salutation(text: str) -> tuple[str, str]:
    """The salutation of "Frau Dr." or "M.", and what of the text is none."""
    first, _blank, rest = text.partition(" ")
    word = fold(first).rstrip(".")
    return (_SALUTATIONS[word], rest.strip()) if word in _SALUTATIONS else ("", text)


_BETWEEN_WORDS = re.compile(r"[,;|\n]|:::")
_BETWEEN_PHONES = re.compile(r"[;|\n]|:::")
_SEVERAL = re.compile(r"[,;|\n:<\s]")
_NAMED = re.compile(r"[^<>]*<\s*([^<>\s]+@[^<>\s]+)\s*>")


def words(text: str) -> list[str]:
    """The words of a cell that lists several: by comma, semicolon, bar, line or Google's ":::"."""
    return [word for part in _BETWEEN_WORDS.split(text) if (word := part.strip())]


@lru_cache(maxsize=4096)
def tags(text: str) -> tuple[str, ...]:
    """Tags of a cell, each once; Google's own groups ("* myContacts") are none."""
    found: dict[str, str] = {}
    for word in words(text):
        if not word.startswith("*"):
            found.setdefault(fold(word), word)
    return tuple(found.values())


def emails(text: str) -> list[str]:
    """The e-mail addresses of a cell, as typed; of "Anna <anna@firm.example>" the address alone."""
    if not _SEVERAL.search(text):
        return [text]
    found: list[str] = []
    for part in words(text):
        named = _NAMED.fullmatch(part)
        tokens = part.split()
        if named:
            found.append(named[1])
        elif len(tokens) > 1 and all("@" in token for token in tokens):
            found += tokens
        else:
            found.append(part)
    return found


def phones(text: str) -> list[str]:
    """The phone numbers of a cell; a comma parts two only where both sides are long enough to be one."""
    if "," not in text and not _BETWEEN_PHONES.search(text):
        return [text]
    found: list[str] = []
    for part in (piece.strip() for piece in _BETWEEN_PHONES.split(text)):
        numbers = [one.strip() for one in part.split(",")]
        if all(sum(sign.isdecimal() for sign in number) >= 6 for number in numbers):
            found += numbers
        elif part:
            found.append(part)
    return found


@lru_cache(maxsize=4096)
def international(number: str, country: str) -> str:
    """A number written without its country, with it; as it is where it has one or is none of that country."""
    if number.startswith(("+", "00")):
        return number
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_valid_number(parsed):
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("home", "private", "privat", "domicile", "personnel", "maison", "custom home"), "home"),
    **dict.fromkeys(("work", "business", "office", "bureau", "travail", "professionnel", "main", "arbeit",
                     "geschaftlich", "company", "principal", "haupt", ""), "work"),
    **dict.fromkeys(("mobile", "cell", "portable", "mobil", "handy", "iphone"), "mobile"),
    **dict.fromkeys(("fax", "work fax", "home fax", "homefax", "workfax", "telecopie", "other fax"), "fax"),
    **dict.fromkeys(("billing", "invoice", "facturation", "rechnung"), "billing"),
}  # fmt: skip


_TYPES_OF = {"emails": ("work", "home", "billing"), "phones": ("work", "mobile", "home", "fax")}
_PURPOSES = {"billing": "invoice", "delivery": "delivery", "livraison": "delivery", "lieferung": "delivery"}


def address_purpose(label: str) -> str:
    """Our purpose of an address for another program's label; empty where it tells none."""
    word = fold(label.lstrip("* "))
    return _PURPOSES.get(_TYPES.get(word, word), "")


def reach_type(label: str, field: str) -> str:
    """Our type of an e-mail or phone for another program's label ("* Work", "Mobile"), else `other`."""
    found = _TYPES.get(fold(label.lstrip("* ")), "other")
    return found if found in _TYPES_OF[field] else "other"


def split_name(full: str) -> tuple[str, str]:
    """First and last name: parted by a comma, else before a small word (de, von), else the last word."""
    if full.count(",") == 1:
        last, first = (part.strip() for part in full.split(","))
        return first, last
    parts = full.split()
    small = next((at for at, word in enumerate(parts) if at and word[0].islower()), len(parts) - 1)
    return " ".join(parts[:small]), " ".join(parts[small:])

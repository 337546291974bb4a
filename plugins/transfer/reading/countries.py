"""Countries as people and programs write them: by codes, by names in three languages and in their own (spec H1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global
from babel.languages import get_official_languages

from webapp.api import fold

# Names in use that Unicode's list does not have, and the letters of number plates that old lists carry.
_MORE = {
    "GB": "uk|u.k.|great britain|england|scotland|wales|northern ireland|grande-bretagne|angleterre|ecosse"
    "|grossbritannien|schottland",
    "US": "usa|u.s.a.|u.s.|united states of america|etats-unis d'amerique|vereinigte staaten von amerika|amerika",
    "NL": "holland|the netherlands|hollande|pays bas",
    "DE": "d|brd|bundesrepublik deutschland|rfa|allemagne federale",
    "FR": "f|france metropolitaine",
    "AT": "a|oesterreich",
    "BE": "b",
    "LU": "l|letzebuerg|grand-duche de luxembourg",
    "IT": "i",
    "ES": "e",
    "CZ": "czech republic|republique tcheque|tschechische republik|ceska republika",
    "SK": "slovak republic|republique slovaque|slowakische republik|slovenska republika",
    "CH": "suisse|schweiz|svizzera|confederation suisse",
    "IE": "republic of ireland|republique d'irlande|republik irland",
    "MK": "macedonia|macedoine|mazedonien",
    "BA": "bosnia|bosnie|bosnien",
    "KR": "korea|coree|republic of korea|republique de coree|republik korea",
    "HK": "hong kong|hongkong",
    "MO": "macao|macau",
    "TR": "turkey|turkiye",
    "ME": "crna gora",
}
_NONE = frozenset({"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"})
"""Codes of what is no country."""
_OWN = (
    "es", "it", "nl", "pt", "da", "sv", "nb", "fi", "is", "pl", "cs", "sk", "hu", "ro", "sl", "hr", "bs", "sq", "mk",
    "sr", "sr_Latn", "bg", "el", "et", "lv", "lt", "ga", "lb", "mt", "ca", "tr", "uk",
)  # fmt: skip
"""Languages in which the countries that official use knows them in write their own names."""
_BETWEEN = re.compile(r"[\s\-–&/]+")
_SMALL = frozenset({"and", "und", "et"})


def _key(text: str) -> str:
    """The words of a name: hyphens are blanks, and "and" is written in many ways or not at all."""
    return " ".join(word for word in _BETWEEN.split(fold(text)) if word and word not in _SMALL)


def _own_names(codes: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Names of these countries in the official languages of each, with its code."""
    for language in _OWN:
        for code, name in Locale.parse(language).territories.items():
            if code in codes and language.partition("_")[0] in get_official_languages(code, regional=True):
                yield name, code


@cache
def _countries() -> Mapping[str, str]:
    """Names as `_key` has them, and codes of two and three letters, to ISO codes."""
    known: dict[str, str] = {}
    for language in ("en", "de", "fr"):
        for code, name in Locale(language).territories.items():
            if re.fullmatch("[A-Z]{2}", code) and code not in _NONE:
                known[_key(name)] = known[code.lower()] = code
    for name, code in _own_names(frozenset(known.values())):
        known.setdefault(_key(name), code)
    for alias, codes in get_global("territory_aliases").items():
        if re.fullmatch("[A-Z]{3}", alias) and len(codes) == 1 and codes[0].lower() in known:
            known[alias.lower()] = codes[0]
    for code, names in _MORE.items():
        known |= {_key(name): code for name in names.split("|")}
    return known


@lru_cache(maxsize=1024)
def read_country(text: str) -> str | None:
    """The ISO code of a country by its code (FR, FRA) or its name in French, English, German or of its own."""
    known = _countries()
    # Codes first: ET is Ethiopia's, and no "and".
    return known.get(fold(text)) or known.get(_key(text))

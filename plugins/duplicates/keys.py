"""Keys by which contacts that may be the same are found: hashes of selective pairs of their normal forms.

No single name is a key: among a million it would give billions of pairs. Each pair of fields is a slot of
`DoubleKey`; whoever shares one key with another is compared in all fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from zlib import adler32, crc32

from plugins.duplicates import normal
from plugins.duplicates.profiles import COMPANY, Place, Profile

RULES = 1
"""Which version of the normal forms and keys made them; raise it with every change of either."""
EMAIL, PHONE, IDENT, NAMES = range(4)
BORN_LOW, BORN_HIGH, BORN_AT, NEAR_LOW, NEAR_HIGH, HOUSE, BORN_CITY, STREET = range(4, 12)
"""Slots of persons; e-mail, phone, identifier and names are those of companies too."""
DOMAIN, HEAD_CITY, HEAD_CODE, SITE, SITE_CITY, WORDS, WORD_CITY, HEAD_STREET = range(4, 12)
"""Slots of companies."""
SEPARATOR = "\x1f"
Row = list[int | None]


def keys_of(profile: Profile) -> list[Row]:
    """The rows of keys of a contact: the first for it and its first values, more where it has several of a kind."""
    is_company = profile.kind == COMPANY
    make = _company if is_company else _person
    several = zip_longest(
        profile.emails, profile.phones, profile.idents, profile.domains, profile.places, fillvalue=None
    )
    rows = [make(profile, *one, at) for at, one in enumerate(several)]
    return rows or [make(profile, None, None, None, None, None, 0)]


def _hash(slot: int, *parts: str) -> int | None:
    """A key: None where any of its parts is missing.

    Two that are the same by chance cost one comparison: what is quick to reckon is good enough.
    """
    if "" in parts:
        return None
    text = f"{slot}\x1f{SEPARATOR.join(parts)}".encode()
    return (crc32(text) << 32 | adler32(text)) - 2**63


def _person(
    profile: Profile,
    email: str | None,
    phone: str | None,
    ident: str | None,
    _domain: str | None,
    place: Place | None,
    at: int,
) -> Row:
    row: Row = [None] * 12
    if email:
        row[EMAIL] = _hash(EMAIL, email)
    if phone:
        row[PHONE] = _hash(PHONE, phone)
    if ident:
        row[IDENT] = _hash(IDENT, ident)
    # In the order of the alphabet: a first name in the place of the last finds itself all the same.
    first, last = normal.sound(profile.first.partition(" ")[0]), normal.sound(profile.last)
    low, high = (first, last) if first <= last else (last, first)
    if not low:
        # Of a name of one word nobody knows where in the other's order it stands.
        low = high
    if at == 0:
        row[NAMES] = _hash(NAMES, first, last) and _hash(NAMES, low, high)
        if profile.birth:
            row[BORN_LOW] = _hash(BORN_LOW, profile.birth, low)
            row[BORN_HIGH] = _hash(BORN_LOW, profile.birth, high)
    if place is not None:
        # Two digits of a postal code in each other's place are the commonest slip.
        where = "".join(sorted(place.postal_code)) or place.city
        row[BORN_AT] = _hash(BORN_AT, profile.birth, where)
        row[NEAR_LOW] = _hash(NEAR_LOW, where, low)
        row[NEAR_HIGH] = _hash(NEAR_LOW, where, high)
        core = normal.street_core(place.street)
        row[HOUSE] = _hash(HOUSE, where, place.number, normal.sound(core))
        row[BORN_CITY] = _hash(BORN_CITY, profile.birth, normal.sound(place.city))
        row[STREET] = _hash(STREET, place.number, normal.sound(core), normal.sound(place.city))
    return row


def _company(
    profile: Profile,
    email: str | None,
    phone: str | None,
    ident: str | None,
    domain: str | None,
    place: Place | None,
    at: int,
) -> Row:
    row: Row = [None] * 12
    if email:
        row[EMAIL] = _hash(EMAIL, email)
    if phone:
        row[PHONE] = _hash(PHONE, phone)
    if ident:
        row[IDENT] = _hash(IDENT, ident)
    if domain:
        row[DOMAIN] = _hash(DOMAIN, domain)
    words = profile.first.split()
    head = normal.sound(words[0]) if words else ""
    if at == 0 and words:
        row[NAMES] = _hash(NAMES, "c", "".join(sorted(words)))
        longest = sorted(sorted(words, key=lambda one: (-len(one), one))[:2])
        row[WORDS] = _hash(WORDS, *longest) if len(longest) == 2 else None
    if place is not None:
        core = normal.street_core(place.street)
        code = normal.sound(core)
        longest_word = max(words, key=lambda one: (len(one), one)) if words else ""
        row[HEAD_CITY] = _hash(HEAD_CITY, head, place.city)
        row[HEAD_CODE] = _hash(HEAD_CODE, head, place.postal_code)
        row[SITE] = _hash(SITE, place.postal_code, place.number, code)
        row[SITE_CITY] = _hash(SITE_CITY, place.city, place.number, code)
        row[WORD_CITY] = _hash(WORD_CITY, longest_word, place.city)
        row[HEAD_STREET] = _hash(HEAD_STREET, head, place.number, code)
    return row


def hashes_of(rows: list[Row]) -> Iterator[tuple[int, int]]:
    """All keys with their slots."""
    for row in rows:
        for slot, value in enumerate(row):
            if value is not None:
                yield slot, value

"""How alike two contacts are, field by field: a level for each, together the pair's pattern (spec E8).

The levels are stable numbers: weights, learnt and shipped, are kept by them. 0 is always "not known of both".
"""

from __future__ import annotations

from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import ratio, token_sort_ratio

from plugins.duplicates import normal, vocabulary
from plugins.duplicates.profiles import COMPANY, Place, Profile

Pattern = tuple[int, ...]
FIRST, LAST, TURNED, BIRTH, STREET, PLACE, PHONE, EMAIL, IDENT = range(9)
"""Fields of persons, in the order of their pattern."""
NAME, DOMAIN = 0, 1
"""Fields of companies in the first places of theirs; from `STREET` on they are those of persons."""
PERSON_LEVELS = (5, 5, 3, 5, 7, 7, 4, 4, 4)
COMPANY_LEVELS = (8, 3, 1, 1, 7, 7, 4, 4, 4)
"""How many levels each field has, 0 among them."""
SHORT_NAME = 3


def compare(one: Profile, other: Profile) -> Pattern:
    """The pattern of two profiles of one kind."""
    street, place = _where(one.places, other.places)
    shared = (street, place, _phones(one, other), _emails(one, other), _idents(one.idents, other.idents))
    if one.kind == COMPANY:
        return (_company(one.first, other.first), _domains(one, other), 0, 0, *shared)
    return (*_names(one, other), _birth(one.birth, other.birth), *shared)


# --- Names ------------------------------------------------------------------------------------------------

SAME, CLOSE, SIMILAR, OTHER = 1, 2, 3, 4


def _names(one: Profile, other: Profile) -> tuple[int, int, int]:
    first, last = _name(one.first, other.first), _name(one.last, other.last)
    if (first in (SAME, CLOSE) and last in (SAME, CLOSE)) or not (
        one.first and one.last and other.first and other.last
    ):
        if not (one.first or other.last) or not (one.last or other.first):
            # One of them has all in the other field.
            crossed = _name(one.first or one.last, other.last or other.first)
            if crossed in (SAME, CLOSE):
                return (0, crossed, 2)
        return first, last, 1
    turned_first, turned_last = _name(one.first, other.last), _name(one.last, other.first)
    if (
        turned_first + turned_last < first + last
        and min(turned_first, turned_last) <= CLOSE
        and (max(turned_first, turned_last) <= SIMILAR)
    ):
        return turned_first, turned_last, 2
    return first, last, 1


def _name(one: str, other: str) -> int:
    """How two names, each folded words, are alike."""
    if not one or not other:
        return 0
    if one == other:
        return SAME
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if len(short) == 1 or " " in long or " " in short:
        if one.replace(" ", "") == other.replace(" ", ""):
            return SAME
        heads, tails = short.split(), long.split()
        if set(heads) <= set(tails) and (len(short) > 1):
            return CLOSE
        if len(short) == 1:
            return SIMILAR if long[0] == short else OTHER
        if sorted(heads) == sorted(tails):
            return CLOSE
    if vocabulary.NAMES.get(one, one) == vocabulary.NAMES.get(other, other):
        return CLOSE
    distance = OSA.distance(one, other, score_cutoff=2)
    if distance == 1 and len(short) > SHORT_NAME:
        return CLOSE
    likeness = JaroWinkler.similarity(one, other)
    if likeness >= 0.92 or (distance == 2 and len(short) > 5):
        return CLOSE
    if likeness >= 0.82 or distance == 1 or (len(short) >= SHORT_NAME and long.startswith(short)):
        return SIMILAR
    return OTHER


COMPANY_SAME, COMPANY_ORDER, COMPANY_CLOSE, COMPANY_WITHIN, COMPANY_LIKE, COMPANY_SOME, COMPANY_OTHER = range(1, 8)


def _company(one: str, other: str) -> int:
    """How the words of two companies' names are alike."""
    if not one or not other:
        return 0
    if one == other:
        return COMPANY_SAME
    ones, others = one.split(), other.split()
    if "".join(ones) == "".join(others) or sorted(ones) == sorted(others):
        return COMPANY_ORDER
    like = token_sort_ratio(one, other)
    if like < 50 and set(ones).isdisjoint(others) and not _initials(ones, others):
        # Most pairs that share a place alone.
        return COMPANY_OTHER
    if like >= 88 and _numbers(ones) == _numbers(others):
        return COMPANY_CLOSE
    short, long = (ones, others) if len(ones) <= len(others) else (others, ones)
    common = [
        word
        for word in short
        if word in long or any(word[0] == another[0] and _nearly(word, another) for another in long)
    ]
    if len(common) == len(short) and sum(map(len, short)) >= 4:
        return COMPANY_WITHIN
    if like >= 75 or sum(map(len, common)) >= 0.7 * sum(map(len, short)) or _initials(short, long):
        return COMPANY_LIKE
    if common or like >= 60:
        return COMPANY_SOME
    return COMPANY_OTHER


def _nearly(one: str, other: str) -> bool:
    if len(one) >= 4 and len(other) >= 4:
        if one.startswith(other) or other.startswith(one):
            return True
        return OSA.distance(one, other, score_cutoff=1) <= 1
    return False


def _initials(ones: list[str], others: list[str]) -> bool:
    short, long = (ones, others) if len(ones) <= len(others) else (others, ones)
    return len(short) == 1 and len(long) > 2 and short[0] == "".join(word[0] for word in long)


def _numbers(words: list[str]) -> list[str]:
    return sorted(one for one in words if one.isdecimal())


# --- Days and places --------------------------------------------------------------------------------------

BIRTH_NEAR, BIRTH_PART, BIRTH_OTHER = 2, 3, 4


def _birth(one: str, other: str) -> int:
    """How two days are alike: mistyped, with day and month changed, or in part."""
    if not one or not other:
        return 0
    if one == other:
        return SAME
    if one[:4] == other[:4] and one[4:6] == other[6:] and one[6:] == other[4:6]:
        return BIRTH_NEAR
    if OSA.distance(one, other, score_cutoff=1) <= 1:
        return BIRTH_NEAR
    same = (one[:4] == other[:4]) + (one[4:6] == other[4:6]) + (one[6:] == other[6:])
    if same == 2 or sum(a != b for a, b in zip(one, other, strict=True)) == 2:
        return BIRTH_PART
    return BIRTH_OTHER


STREET_SAME, STREET_CLOSE, STREET_NAME, STREET_NUMBER, STREET_OTHER_NUMBER, STREET_OTHER = range(1, 7)
PLACE_SAME, PLACE_ONE, PLACE_CLOSE, PLACE_CITY, PLACE_REGION, PLACE_OTHER = range(1, 7)


def _where(ones: tuple[Place, ...], others: tuple[Place, ...]) -> tuple[int, int]:
    """How the most alike of their addresses are alike: the street, and the place."""
    if not ones or not others:
        return 0, 0
    if len(ones) == len(others) == 1:
        return _street(ones[0], others[0]), _place(ones[0], others[0])
    levels = ((_street(one, other), _place(one, other)) for one in ones for other in others)
    return min(levels, key=lambda level: (level[0] or 4) + (level[1] or 3))


def _street(one: Place, other: Place) -> int:
    if not one.street or not other.street:
        if one.number and other.number and (one.street or other.street) == "":
            return STREET_NUMBER if one.number == other.number else STREET_OTHER
        return 0
    is_number = bool(one.number) and one.number == other.number
    is_other = bool(one.number) and bool(other.number) and not is_number
    if one.street == other.street:
        return STREET_SAME if is_number else STREET_OTHER_NUMBER if is_other else STREET_NAME
    ours, theirs = normal.street_core(one.street), normal.street_core(other.street)
    if ours == theirs or ours.replace(" ", "") == theirs.replace(" ", ""):
        like = 100.0
    else:
        like = max(ratio(ours, theirs), token_sort_ratio(ours, theirs))
        if like < 80:
            short, long = sorted((set(ours.split()), set(theirs.split())), key=len)
            if short <= long and sum(map(len, short)) >= 4:
                like = 90.0
    if like >= 80:
        if is_number or (one.number and other.number and OSA.distance(one.number, other.number, score_cutoff=1) <= 1
                         and len(one.number) > 2):  # fmt: skip
            return STREET_CLOSE
        return STREET_OTHER_NUMBER if is_other else STREET_NAME
    return STREET_NUMBER if is_number else STREET_OTHER


def _place(one: Place, other: Place) -> int:
    code, city = _code(one.postal_code, other.postal_code), _city(one.city, other.city)
    if code == 0 and city == 0:
        if one.region and other.region:
            return PLACE_REGION if one.region == other.region else PLACE_OTHER
        return 0
    if code == SAME and city in (SAME, CLOSE):
        return PLACE_SAME
    if code == SAME or (city == SAME and code in (0, CLOSE)):
        return PLACE_ONE
    if city in (SAME, CLOSE) and code in (0, CLOSE):
        return PLACE_CLOSE
    if city in (SAME, CLOSE):
        return PLACE_CITY
    if code == CLOSE or (one.region and one.region == other.region):
        return PLACE_REGION
    return PLACE_OTHER


def _code(one: str, other: str) -> int:
    if not one or not other:
        return 0
    if one == other:
        return SAME
    return CLOSE if OSA.distance(one, other, score_cutoff=1) <= 1 else OTHER


def _city(one: str, other: str) -> int:
    if not one or not other:
        return 0
    if one == other:
        return SAME
    if JaroWinkler.similarity(one, other) >= 0.9 or set(one.split()) & set(other.split()):
        return CLOSE
    return OTHER


# --- How to reach them, and identifiers ---------------------------------------------------------------------

VALUE_NEAR, VALUE_OTHER = 2, 3


def _phones(one: Profile, other: Profile) -> int:
    ours, theirs = one.phones, other.phones
    if not ours or not theirs:
        return 0
    if any(value in theirs for value in ours):
        return SAME
    for value in ours:
        for another in theirs:
            if OSA.distance(value, another, score_cutoff=1) <= 1:
                return VALUE_NEAR
    return VALUE_OTHER


def _emails(one: Profile, other: Profile) -> int:
    ours, theirs = one.emails, other.emails
    if not ours or not theirs:
        return 0
    if any(value in theirs for value in ours):
        return SAME
    for value in ours:
        local = value.partition("@")[0]
        for another in theirs:
            if OSA.distance(value, another, score_cutoff=2) <= 2:
                return VALUE_NEAR
            if len(local) > 5 and local == another.partition("@")[0] and local not in ROLES:
                return VALUE_NEAR
    return VALUE_OTHER


ROLES = frozenset(("contact", "office", "accueil", "bonjour", "kontakt", "commercial", "service", "secretariat"))
"""Mailboxes that every company has."""


def _idents(ours: tuple[str, ...], theirs: tuple[str, ...]) -> int:
    if not ours or not theirs:
        return 0
    if any(value in theirs for value in ours):
        return SAME
    comparable = [(value, another) for value in ours for another in theirs if value[0] == another[0]]
    if any(OSA.distance(value, another, score_cutoff=1) <= 1 for value, another in comparable):
        return VALUE_NEAR
    return VALUE_OTHER if comparable else 0


def _domains(one: Profile, other: Profile) -> int:
    if not one.domains or not other.domains:
        return 0
    return SAME if set(one.domains) & set(other.domains) else 2

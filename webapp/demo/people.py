"""Made-up persons and companies of France, Germany and Britain: the same seed gives the same people.

Dictionaries with the keys of the API object (contract: REST), ready for the contacts' service; nothing here
knows the database. No domain or phone number belongs to anyone: domains end in `.example` (RFC 2606), phones
lie in the blocks kept free for films. VAT ids are right by their check digits alone.

However many are asked for, only the last few firms are remembered: what must not happen twice is made so that it
cannot.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, count, islice
from random import Random
from typing import Any, TypeVar

from webapp.demo.places import LANDS, City, Land
from webapp.text import fold

Person = dict[str, Any]
T = TypeVar("T")

SHARES = (45, 35, 20)
"""Of a hundred contacts so many are French, German, British."""
KNOWN = 2_000
"""So many of a country's latest companies are employers, and so many of its latest persons have namesakes."""
BIRTH_DATES = tuple((dt.date(1940, 1, 1) + dt.timedelta(days=day)).isoformat() for day in range(24_000))


def people(number: int, seed: int = 1) -> Iterator[Person]:
    """`number` contacts; always the same for the same seed, and the first ones the same for any number.

    Keys: kind, first_name, last_name, salutation or company_name, legal_form; language, emails, phones,
    addresses, birth_date, vat_id, website, tags, description where there are any; and `employer`, the
    company_name of one of the country's `KNOWN` companies before, for those who work there. Families share a name and
    a home; some persons share a name and nothing else; company names are unique.
    """
    return islice(_World(Random(seed)).contacts(), number)  # noqa: S311 - made-up people, no secret


class _Firm:
    """A company that may employ: its name, its domain, where it is, and which names there have a mailbox."""

    __slots__ = ("city", "domain", "mails", "name")

    def __init__(self, name: str, domain: str, city: City) -> None:
        self.name, self.domain, self.city = name, domain, city
        self.mails: Counter[str] = Counter()


class _Country:
    """One country's share of the world, as far as it matters to those who come later."""

    def __init__(self, land: Land, random: Random) -> None:
        self.land = land
        self.names = _company_names(land, random)
        self.firms: deque[_Firm] = deque(maxlen=KNOWN)
        self.persons: deque[tuple[str, str, bool]] = deque(maxlen=KNOWN)
        self.mails: Counter[str] = Counter()


class _World:
    """All that is drawn, in one order."""

    def __init__(self, random: Random) -> None:
        self.draw = random.random
        self.random = random
        self.calls: Counter[str] = Counter()
        self.countries = [_Country(land, random) for land in LANDS]
        self.bounds = [bound / 100 for bound in accumulate(SHARES)]

    def one_of(self, things: Sequence[T]) -> T:
        """One of them, each as likely; far quicker than `random.choice`."""
        return things[int(self.draw() * len(things))]

    def contacts(self) -> Iterator[Person]:
        french, german = self.bounds[:2]
        while True:
            drawn = self.draw()
            country = self.countries[0 if drawn < french else 1 if drawn < german else 2]
            chance = self.draw()
            if chance < 0.52:
                yield self.company(country)
            elif chance < 0.59:
                yield from self.family(country)
            else:
                yield self.person(country)

    def company(self, country: _Country) -> Person:
        land = country.land
        name = next(country.names)
        form, label = self.one_of(land.legal_forms)
        domain = f"{_plain(name, land)}.example"
        city = self.one_of(land.cities)
        box = {"fr": "contact", "de": "info", "en": "hello"}[land.language]
        found: Person = {
            "kind": "company",
            "company_name": f"{name} {label}" if label else name,
            "legal_form": form,
            "language": land.language,
            "emails": [{"value": f"{box}@{domain}", "type": "work"}],
            "phones": [{"value": self.phone(land, city), "type": "work"}],
            "addresses": [self.address(land, city)],
        }
        if self.draw() < 0.2:
            found["addresses"].append(self.address(land, city) | {"purpose": "delivery"})
        if self.draw() < 0.6:
            found["vat_id"] = _VAT[land.country](self.draw)
        if self.draw() < 0.7:
            found["website"] = f"https://www.{domain}"
        country.firms.append(_Firm(found["company_name"], domain, city))
        return self.with_extras(found, land)

    def person(self, country: _Country, family: Person | None = None) -> Person:
        draw, land = self.draw, country.land
        woman = draw() < 0.5
        first, last = self.one_of(land.women if woman else land.men), self.one_of(land.last_names)
        if family:
            last = family["last_name"]
        elif country.persons and draw() < 0.03:
            first, last, woman = self.one_of(country.persons)
        found: Person = {
            "kind": "person",
            "salutation": "ms" if woman else "mr",
            "first_name": first,
            "last_name": last,
            "language": land.language,
        }
        local = f"{_local(first)}.{_local(last)}"
        if country.firms and not family and draw() < 0.55:
            firm = self.one_of(country.firms)
            found["employer"] = firm.name
            found["emails"] = [{"value": f"{_once(local, firm.mails)}@{firm.domain}", "type": "work"}]
            # Without an address of their own nothing else tells the country of the number.
            found["phones"] = [{"value": land.abroad + self.phone(land, firm.city)[1:], "type": "work"}]
        else:
            found["emails"] = [{"value": f"{_once(local, country.mails)}@{land.mail}", "type": "home"}]
            if family:
                found["phones"] = [dict(one) for one in family["phones"]]
                found["addresses"] = [dict(one) for one in family["addresses"]]
            else:
                city = self.one_of(land.cities)
                home = [{"value": self.phone(land, city), "type": "home"}]
                found["phones"] = home if draw() < 0.8 else []
                found["addresses"] = [self.address(land, city)]
        if land.mobile and self.calls["mobile"] < 100 and draw() < 0.4:
            found["phones"].append({"value": land.mobile.format(self.calls["mobile"]), "type": "mobile"})
            self.calls["mobile"] += 1
        if draw() < 0.6:
            found["birth_date"] = self.one_of(BIRTH_DATES)
        country.persons.append((first, last, woman))
        return self.with_extras(found, land)

    def family(self, country: _Country) -> Iterator[Person]:
        """Two to four persons of one name in one home."""
        land = country.land
        city = self.one_of(land.cities)
        home: Person = {
            "last_name": self.one_of(land.last_names),
            "phones": [{"value": self.phone(land, city), "type": "home"}],
            "addresses": [self.address(land, city)],
        }
        for _member in range(2 + int(self.draw() * 3)):
            yield self.person(country, family=home)

    def with_extras(self, found: Person, land: Land) -> Person:
        """Tags and a note for some; nothing empty."""
        if self.draw() < 0.35:
            found["tags"] = self.random.sample(land.tags, 1 + int(self.draw() * 2))
        if self.draw() < 0.15:
            found["description"] = self.one_of(land.notes)
        return {key: value for key, value in found.items() if value}

    def address(self, land: Land, city: City) -> dict[str, str]:
        return {
            "street": self.one_of(land.streets).format(1 + int(self.draw() * 140)),
            "postal_code": city.postal_code,
            "city": city.name,
            "region": city.region,
            "country": land.country,
            "purpose": "main",
        }

    def phone(self, land: Land, city: City) -> str:
        """The next number of the city's block, not in order; they repeat only once the block is used up."""
        nth = self.calls[city.phones]
        self.calls[city.phones] = nth + 1
        size = {"FR": 10_000, "DE": 100_000, "GB": 1_000}[land.country]
        number = land.phone.format((nth * 7_919 + 137) % size)
        if land.country == "FR":
            return f"{city.phones} {number[:2]} {number[2:]}"
        return f"{city.phones}{'-' if land.country == 'DE' else ' '}{number}"


def _company_names(land: Land, random: Random) -> Iterator[str]:
    """Names of companies without their legal form, none twice, without end: short ones first, then longer ones."""
    owners = (*land.last_names, *land.stems)
    cities = tuple(dict.fromkeys(city.name for city in land.cities))
    for trade, owner in _shuffled(random, land.trades, owners):
        yield trade.format(owner)
    for trade, stem, owner in _shuffled(random, land.trades, land.stems, land.last_names):
        yield trade.format(f"{stem} {owner}")
    for number in count(1):
        for trade, stem, owner, city in _shuffled(random, land.trades, land.stems, land.last_names, cities):
            name = f"{trade.format(f'{stem} {owner}')} {city}"
            yield name if number == 1 else f"{name} {number}"


def _shuffled(random: Random, *pools: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Each combination of one word of each pool, once, in no order; nothing is kept.

    A linear congruential generator of full period (Hull and Dobell) walks through the numbers of the combinations.
    """
    sizes = [len(pool) for pool in pools]
    total = 1
    for size in sizes:
        total *= size
    bits = max(total.bit_length(), 4)
    mask = (1 << bits) - 1
    number = start = random.getrandbits(bits)
    while True:
        number = (number * 1_664_525 + 1_013_904_223) & mask
        # The high bits are the random ones: they choose the word of the first pool.
        if number < total:
            rest, words = number, []
            for pool, size in zip(reversed(pools), reversed(sizes), strict=True):
                rest, place = divmod(rest, size)
                words.append(pool[place])
            yield tuple(reversed(words))
        if number == start:
            return


def _once(local: str, given: Counter[str]) -> str:
    """The name of a mailbox, with 2, 3 … at its end where it was given before; names themselves end in no digit."""
    given[local] += 1
    number = given[local]
    return local if number == 1 else f"{local}{number}"


@lru_cache(maxsize=4096)
def _local(name: str) -> str:
    return re.sub("[^a-z0-9-]", "", _ascii(name))


def _ascii(text: str) -> str:
    """As people write themselves in addresses: ü becomes ue, other accents fall."""
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        text = text.lower().replace(umlaut, letters)
    return fold(text)


_APART = re.compile("[^a-z0-9]+")


def _plain(name: str, land: Land) -> str:
    """As a domain has it."""
    return _APART.sub("-", (_ascii(name) if land.country == "DE" else fold(name)).replace("'", ""))


def _luhn(body: str) -> str:
    """The check digit after `body` (ISO/IEC 7812)."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        double = int(digit) * (2 if place % 2 == 0 else 1)
        total += double - 9 if double > 9 else double
    return str(-total % 10)


def _french_vat(draw: Callable[[], float]) -> str:
    body = f"{10_000_000 + int(draw() * 89_999_999)}"
    siren = body + _luhn(body)
    return f"FR{int(siren + '12') % 97:02d}{siren}"


def _german_vat(draw: Callable[[], float]) -> str:
    body = f"{10_000_000 + int(draw() * 89_999_999)}"
    check = 10
    for digit in body:
        check = ((int(digit) + check) % 10 or 10) * 2 % 11
    return f"DE{body}{(11 - check) % 10}"


def _british_vat(draw: Callable[[], float]) -> str:
    body = f"{1_000_000 + int(draw() * 8_999_999)}"
    total = sum(weight * int(digit) for weight, digit in zip(range(8, 1, -1), body, strict=True))
    return f"GB{body}{-total % 97:02d}"


_VAT = {"FR": _french_vat, "DE": _german_vat, "GB": _british_vat}

"""Made-up persons and companies of France, Germany and Britain: the same seed gives the same people.

Dictionaries with the keys of the API object (contract: REST), ready for the contacts' service; nothing here
knows the database. No domain or phone number belongs to anyone: domains end in `.example` (RFC 2606), phones
lie in the blocks kept free for films. VAT ids are right by their check digits alone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from itertools import islice
from random import Random
from typing import Any

from webapp.demo.places import LANDS, City, Land
from webapp.text import fold

Person = dict[str, Any]

SHARES = (45, 35, 20)
"""Of a hundred contacts so many are French, German, British."""


def people(count: int, seed: int = 1) -> Iterator[Person]:
    """`count` contacts; always the same for the same seed, and the first ones the same for any count.

    Keys: kind, first_name, last_name, salutation or company_name, legal_form; language, emails, phones,
    addresses, birth_date, vat_id, website, tags, description where there are any; and `employer`, the
    company_name of an earlier contact, for those who work there. Families share a name and a home; some
    persons share a name and nothing else; company names are unique.
    """
    return islice(_World(Random(seed)).contacts(), count)  # noqa: S311 - made-up people, no secret


class _World:
    """What must not happen twice, and who was there before."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.mails: Counter[str] = Counter()
        self.names: set[str] = set()
        self.calls: Counter[str] = Counter()
        self.firms: dict[str, list[tuple[str, str, dict[str, str]]]] = {land.country: [] for land in LANDS}
        self.persons: dict[str, list[Person]] = {land.country: [] for land in LANDS}

    def contacts(self) -> Iterator[Person]:
        while True:
            land = self.random.choices(LANDS, SHARES)[0]
            chance = self.random.random()
            if chance < 0.52:
                yield self.company(land)
            elif chance < 0.59:
                yield from self.family(land)
            else:
                yield self.person(land)

    def company(self, land: Land) -> Person:
        name, form, label = self.company_name(land)
        domain = self.domain(name, land)
        city = self.random.choice(land.cities)
        address = self.address(land, city)
        box = {"fr": "contact", "de": "info", "en": "hello"}[land.language]
        found: Person = {
            "kind": "company",
            "company_name": f"{name} {label}".strip(),
            "legal_form": form,
            "language": land.language,
            "emails": [{"value": f"{box}@{domain}", "type": "work"}],
            "phones": [{"value": self.phone(land, city), "type": "work"}],
            "addresses": [address],
        }
        if self.random.random() < 0.2:
            found["addresses"].append(self.address(land, city) | {"purpose": "delivery"})
        if self.random.random() < 0.6:
            found["vat_id"] = _VAT[land.country](self.random)
        if self.random.random() < 0.7:
            found["website"] = f"https://www.{domain}"
        self.firms[land.country].append((found["company_name"], domain, address))
        return self.with_extras(found, land)

    def person(self, land: Land, family: Person | None = None) -> Person:
        random = self.random
        woman = random.random() < 0.5
        first, last = random.choice(land.women if woman else land.men), random.choice(land.last_names)
        known = self.persons[land.country]
        if family:
            last = family["last_name"]
        elif known and random.random() < 0.03:
            namesake = random.choice(known)
            first, last, woman = namesake["first_name"], namesake["last_name"], namesake["salutation"] == "ms"
        city = random.choice(land.cities)
        found: Person = {
            "kind": "person",
            "salutation": "ms" if woman else "mr",
            "first_name": first,
            "last_name": last,
            "language": land.language,
        }
        firms = self.firms[land.country]
        if firms and not family and random.random() < 0.55:
            name, domain, address = random.choice(firms)
            found["employer"] = name
            found["emails"] = [{"value": self.mail(first, last, domain), "type": "work"}]
            city = next(one for one in land.cities if one.postal_code == address["postal_code"])
            # Without an address of their own nothing else tells the country of the number.
            found["phones"] = [{"value": land.abroad + self.phone(land, city)[1:], "type": "work"}]
        elif family:
            found |= {"phones": family["phones"], "addresses": family["addresses"]}
            found["emails"] = [{"value": self.mail(first, last, land.mail), "type": "home"}]
        else:
            found["emails"] = [{"value": self.mail(first, last, land.mail), "type": "home"}]
            home = [{"value": self.phone(land, city), "type": "home"}]
            found["phones"] = home if random.random() < 0.8 else []
            found["addresses"] = [self.address(land, city)]
        if land.mobile and random.random() < 0.4 and self.calls["mobile"] < 100:
            mobile = {"value": land.mobile.format(self.calls["mobile"]), "type": "mobile"}
            found["phones"] = [*found["phones"], mobile]
            self.calls["mobile"] += 1
        if random.random() < 0.6:
            found["birth_date"] = self.birth_date().isoformat()
        known.append(found)
        return self.with_extras(found, land)

    def family(self, land: Land) -> Iterator[Person]:
        """Two to four persons of one name in one home."""
        city = self.random.choice(land.cities)
        home: Person = {
            "last_name": self.random.choice(land.last_names),
            "phones": [{"value": self.phone(land, city), "type": "home"}],
            "addresses": [self.address(land, city)],
        }
        for _member in range(self.random.randint(2, 4)):
            yield self.person(land, family=deepcopy(home))

    def with_extras(self, found: Person, land: Land) -> Person:
        """Tags and a note for some; nothing empty."""
        if self.random.random() < 0.35:
            found["tags"] = self.random.sample(land.tags, self.random.randint(1, 2))
        if self.random.random() < 0.15:
            found["description"] = self.random.choice(land.notes)
        return {key: value for key, value in found.items() if value}

    def company_name(self, land: Land) -> tuple[str, str, str]:
        """A name not yet given (without its legal form), and the form's code and label."""
        form, label = self.random.choice(land.legal_forms)
        for attempt in range(12):
            if attempt < 3:
                owner = self.random.choice(self.random.choice((land.last_names, land.stems)))
            else:
                owner = f"{self.random.choice(land.stems)} {self.random.choice(land.last_names)}"
            name = self.random.choice(land.trades).format(owner)
            if attempt > 7:
                name = f"{name} {self.random.choice(land.cities).name}"
            if name not in self.names:
                break
        else:
            name = f"{name} {len(self.names)}"
        self.names.add(name)
        return name, form, label

    def domain(self, name: str, land: Land) -> str:
        """A company's domain: its name, numbered where another has the same."""
        return f"{self.once(_plain(name, land)[:50].strip('-'))}.example"

    def mail(self, first: str, last: str, domain: str) -> str:
        names = (re.sub("[^a-z0-9-]", "", _ascii(part)) for part in (first, last))
        return self.once(".".join(names) + "@" + domain)

    def once(self, text: str) -> str:
        """The text, with 2, 3 … at the end of its first part where it was given before."""
        self.mails[text] += 1
        number = self.mails[text]
        if number == 1:
            return text
        local, at, domain = text.partition("@")
        return self.once(f"{local}{number}{at}{domain}")

    def address(self, land: Land, city: City) -> dict[str, str]:
        return {
            "street": self.random.choice(land.streets).format(self.random.randint(1, 140)),
            "postal_code": city.postal_code,
            "city": city.name,
            "region": city.region,
            "country": land.country,
            "purpose": "main",
        }

    def phone(self, land: Land, city: City) -> str:
        """The next number of the city's block, not in order; they repeat only once the block is used up."""
        nth = self.calls[city.phones]
        self.calls[city.phones] += 1
        size = {"FR": 10_000, "DE": 100_000, "GB": 1_000}[land.country]
        number = land.phone.format((nth * 7_919 + 137) % size)
        if land.country == "FR":
            return f"{city.phones} {number[:2]} {number[2:]}"
        return f"{city.phones}{'-' if land.country == 'DE' else ' '}{number}"

    def birth_date(self) -> dt.date:
        return dt.date(1940, 1, 1) + dt.timedelta(days=self.random.randrange(24_000))


def _ascii(text: str) -> str:
    """As people write themselves in addresses: ü becomes ue, other accents fall."""
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        text = text.lower().replace(umlaut, letters)
    return fold(text)


def _plain(name: str, land: Land) -> str:
    return re.sub("[^a-z0-9]+", "-", (_ascii(name) if land.country == "DE" else fold(name)).replace("'", ""))


def _luhn(body: str) -> str:
    """The check digit after `body` (ISO/IEC 7812)."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        double = int(digit) * (2 if place % 2 == 0 else 1)
        total += double - 9 if double > 9 else double
    return str(-total % 10)


def _french_vat(random: Random) -> str:
    body = f"{random.randrange(10_000_000, 99_999_999)}"
    siren = body + _luhn(body)
    return f"FR{int(siren + '12') % 97:02d}{siren}"


def _german_vat(random: Random) -> str:
    body = f"{random.randrange(10_000_000, 99_999_999)}"
    check = 10
    for digit in body:
        check = ((int(digit) + check) % 10 or 10) * 2 % 11
    return f"DE{body}{(11 - check) % 10}"


def _british_vat(random: Random) -> str:
    body = f"{random.randrange(1_000_000, 9_999_999)}"
    total = sum(weight * int(digit) for weight, digit in zip(range(8, 1, -1), body, strict=True))
    return f"GB{body}{-total % 97:02d}"


_VAT = {"FR": _french_vat, "DE": _german_vat, "GB": _british_vat}

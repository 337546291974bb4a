"""A contact in its normal forms: what two contacts are compared by (spec E8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from plugins.duplicates import normal

FIELD, ITEM, PART = "\x1f", "\x1e", "\x1d"
"""What parts the fields of a profile as text, their items, and the parts of an item: signs that nobody types."""
PERSON, COMPANY = "person", "company"
VAT, TAX, IBAN = "v", "t", "i"
"""What an identifier begins with: its kind."""
MOST = 20
"""Values of one kind that are looked at; nobody has more e-mail addresses than these, but files may."""


class Place(NamedTuple):
    """An address: house number, words of the street, postal code, city, region, country."""

    number: str
    street: str
    postal_code: str
    city: str
    region: str
    country: str


class Profile(NamedTuple):
    """Normal forms of a contact. `last` of a company is empty, its `first` the words of its name."""

    kind: str
    first: str
    last: str
    birth: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    idents: tuple[str, ...]
    domains: tuple[str, ...]
    places: tuple[Place, ...]

    def text(self) -> str:
        """As it is kept in the database."""
        places = ITEM.join(map(PART.join, self.places))
        lists = (ITEM.join(one) for one in (self.emails, self.phones, self.idents, self.domains))
        return FIELD.join((self.kind, self.first, self.last, self.birth, *lists, places))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known by which anybody could be the same."""
        return not (self.first or self.last or self.emails or self.phones or self.idents)


def parse(text: str) -> Profile:
    """What `Profile.text` wrote."""
    kind, first, last, birth, emails, phones, idents, domains, places = text.split(FIELD)
    return Profile(
        kind,
        first,
        last,
        birth,
        tuple(emails.split(ITEM)) if emails else (),
        tuple(phones.split(ITEM)) if phones else (),
        tuple(idents.split(ITEM)) if idents else (),
        tuple(domains.split(ITEM)) if domains else (),
        tuple(Place(*one.split(PART)) for one in places.split(ITEM)) if places else (),
    )


def profile(
    single: Mapping[str, Any],
    *,
    emails: Iterable[str] = (),
    phones: Iterable[tuple[str, str | None]] = (),
    ibans: Iterable[str] = (),
    addresses: Iterable[Sequence[str]] = (),
) -> Profile:
    """The profile of a contact's values: single ones by their fields' names, phones as typed with their normal form,
    addresses as street, its second line, postal code, city, region, country.
    """
    is_company = single["kind"] == COMPANY
    addressed = _some(normal.email(one) for one in emails)
    domains = [normal.domain(single.get("website") or "")]
    if is_company:
        domains += [normal.domain(one) for one in addressed]
    idents = [VAT + normal.plain(single.get("vat_id") or ""), TAX + normal.plain(single.get("tax_number") or "")]
    idents += [IBAN + normal.plain(one) for one in ibans]
    if is_company:
        first = normal.company_name(f"{single.get('company_name') or ''} {single.get('company_name2') or ''}".strip())
        last = ""
    else:
        first = normal.person_name(f"{single.get('first_name') or ''} {single.get('middle_name') or ''}".strip())
        last = normal.person_name(single.get("last_name") or "")
    return Profile(
        kind=PERSON if not is_company else COMPANY,
        first=first,
        last=last,
        birth=_day(single.get("birth_date")),
        emails=addressed,
        phones=_some(normal.phone(*one) for one in phones),
        idents=_some(one for one in idents if len(one) > 5),
        domains=_some(domains),
        places=_some(_place(one) for one in addresses),
    )


def _place(values: Sequence[str]) -> Place | None:
    line, second, code, city, region, country = values
    number, street = normal.street(line, second)
    found = Place(
        number, street, normal.postal_code(code), normal.city(city), normal.plain(region), (country or "").lower()
    )
    return found if found.street or found.postal_code or found.city else None


def _some(found: Iterable[Any]) -> tuple[Any, ...]:
    kept = [one for one in found if one]
    return tuple(dict.fromkeys(kept))[:MOST] if len(kept) > 1 else tuple(kept)


def _day(value: Any) -> str:
    """A day as eight digits, whether it comes as a date or as ISO text."""
    if not value:
        return ""
    text = value if isinstance(value, str) else value.isoformat()
    found = text.replace("-", "")
    return found if len(found) == 8 and found.isdecimal() else ""

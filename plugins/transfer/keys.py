"""By what a row of a file, or a contact, is found (spec H3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from plugins.transfer.held import Held
from webapp.api import check_email, check_phone, check_vat, digits, fold, setting, sort_name

Marks = set[tuple[str, str]]
"""Keys, each with its kind."""


PLACE, CALLER = "place", "caller"
"""Kinds of keys of several things: a name and a postal code; a kind of contact, its phone and a word of its name."""


class Keys(NamedTuple):
    """By what a row, or a contact, is found. `name` is the sort name, `named` whether it is made of names.

    `numbers`: those that a row has for functions, folded, beside the `number` for whatever it names. `country` is the
    one by which the row's phones are read.
    """

    kind: str
    name: str
    named: bool
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    postal_codes: frozenset[str] = frozenset()
    vat: str = ""
    external: str = ""
    number: str = ""
    numbers: tuple[tuple[str, str], ...] = ()
    country: str = ""

    @property
    def marks(self) -> Marks:
        """All by which a contact with these keys is found."""
        found = self._own | self._places | self._callers | {("phone", one) for one in self.phones}
        return found | {("name", self.name)} if self.name else found

    def wanted(self, *, by_name: bool) -> Marks:
        """All by which the contacts are found that a row of these keys can meet; `by_name` where a name is enough.

        A name may be hundreds of people's, a phone a whole firm's. One of whom the row says nothing new, or who may be
        its double, has its postal code, or else its e-mail address, where it tells one; and who has its
        phone is of its kind, a person also of one word of its name, or of no name at all. Others are not asked for.
        """
        found = self._own | self._places
        if self.name and (by_name or not (self.emails or self.postal_codes)):
            found.add(("name", self.name))
        if self.name and self.kind == "company":
            found.add(("company", self.name))
        if self.kind == "person" and not self.named:
            return found | {("phone", one) for one in self.phones}
        return found | self._callers | {(CALLER, f"{self.kind} {one} ") for one in self.phones}

    @property
    def _own(self) -> Marks:
        found = {("email", one) for one in self.emails}
        single = (("vat", self.vat), ("external", self.external), ("number", self.number))
        found |= {("number", number) for _function, number in self.numbers}
        return found | {mark for mark in single if mark[1]}

    @property
    def _callers(self) -> Marks:
        words = calling(self.kind, self.name, named=self.named)
        return {(CALLER, f"{self.kind} {one} {word}") for one in self.phones for word in words}

    @property
    def _places(self) -> Marks:
        """The name with each postal code."""
        return {(PLACE, f"{self.name} {one}") for one in self.postal_codes} if self.name else set()


def calling(kind: str, name: str, *, named: bool) -> list[str]:
    """The words of a sort name by which whoever answers a phone is told apart: of a person that has a name."""
    return name.split() if kind == "person" and named else [""]


def keys_of(values: Mapping[str, Any]) -> Keys:
    """The keys of a row's values."""
    names = [values.get(name, "") for name in ("first_name", "last_name", "company_name")]
    addresses: list[dict[str, str]] = values.get("addresses", [])
    main = [one for one in addresses if one.get("purpose") == "main"] or addresses
    country = (main[0].get("country") if main else "") or str(setting("company.country"))
    emails = [item["value"] for item in values.get("emails", [])]
    phones = [item["value"] for item in values.get("phones", [])]
    name = sort_name(values["kind"], *names)
    return Keys(
        kind=values["kind"],
        name=(name or fold(emails[0] if emails else "") or (digits(phones[0]) if phones else ""))[:400],
        named=bool(name),
        emails=frozenset(filter(None, (check_email(one).normalised for one in emails))),
        phones=frozenset(filter(None, (check_phone(one, country).normalised for one in phones))),
        postal_codes=postal_codes_of(one.get("postal_code", "") for one in addresses),
        vat=(check_vat(values["vat_id"], country).normalised or "") if "vat_id" in values else "",
        external=values.get("external_id", ""),
        number=fold(values.get("number", "")),
        numbers=tuple((function, fold(number)) for function, number in values.get("numbers", {}).items()),
        country=country,
    )


NAMING = frozenset({"employer", "links", "parent"})
"""Values that name companies beside the row's own contact."""


def named_companies(values: Mapping[str, Any]) -> Iterator[str]:
    """The companies that a row names: where its person is a contact person, which one is above."""
    for name in ("employer", "parent"):
        if name in values:
            yield values[name]
    for one in values.get("links", ()):
        yield one["party"]


def postal_codes_of(codes: Iterable[str]) -> frozenset[str]:
    """Postal codes as they are compared."""
    return frozenset(bare for code in codes if (bare := fold(code).replace(" ", "")))


def keys_of_contact(contact: Held) -> Keys:
    """The keys of a contact that is there, or planned."""
    return Keys(
        kind=contact.kind,
        name=contact.sort_name,
        named=bool(contact.name),
        emails=frozenset(one.normalised for one in contact.emails if one.normalised),
        phones=frozenset(one.normalised for one in contact.phones if one.normalised),
        postal_codes=postal_codes_of(one.postal_code for one in contact.addresses),
        vat=contact.vat_id_normalised or "",
    )


def marks_of(contact: Held, keys: Keys) -> Marks:
    """All by which a contact is found but its numbers."""
    return keys.marks | {("external", one.value) for one in contact.external_ids if not one.source}

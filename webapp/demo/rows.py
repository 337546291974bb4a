"""From made-up people to rows of the database: tuples in the order of `COLUMNS`, as both drivers take them.

What the checks and `webapp.contacts.derived` would find is written here at once, since the form of every value is
known: a tenth of their time. Tests compare both.
"""

from __future__ import annotations

import json
from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from random import Random
from typing import Any

from webapp.acting import act
from webapp.contacts.fields import FIELDS
from webapp.demo.moments import DAYS, Clock
from webapp.demo.numbering import Number, Numbers
from webapp.demo.offered import Offered
from webapp.demo.people import KNOWN, Person
from webapp.demo.roles import Cast, Role
from webapp.plugin.made_up import DemoChunk, DemoContact
from webapp.search.texts import words_of
from webapp.text import fold

Row = tuple[Any, ...]
Rows = dict[str, list[Row]]

COLUMNS: dict[str, tuple[str, ...]] = {
    "contact": (
        "id", "kind", "salutation", "first_name", "last_name", "birth_date", "company_name", "legal_form", "website",
        "language", "currency", "vat_id", "vat_id_normalised", "category", "source", "description", "sort_name",
        "search_text", "city", "sort_city", "sort_number", "country", "created_at", "updated_at", "version",
        "plugin_text",
    ),
    "contact_email": ("contact_id", "position", "type", "value", "normalised", "is_primary"),
    "contact_phone": ("contact_id", "position", "type", "value", "normalised", "is_primary"),
    "contact_address": (
        "contact_id", "position", "purpose", "street", "postal_code", "city", "region", "country",
    ),
    "contact_tag": ("contact_id", "tag_id"),
    "contact_function": (
        "id", "contact_id", "function", "slot", "is_final", "started_at", "started_way", "ended_at", "ended_way",
        "ended_how", "converted_to_id",
    ),
    "contact_number": (
        "contact_id", "function", "value", "folded", "sort_value", "valid_from", "valid_to", "origin", "reserved",
    ),
    "contact_link": (
        "person_id", "party_id", "role", "department", "is_primary", "is_invoice_recipient", "active_from",
        "created_at",
    ),
    "history_entry": ("contact_id", "at", "way", "source", "action", "changes"),
}  # fmt: skip
"""The columns that are filled, by table, in the order in which rows refer to each other; the others have defaults."""
JOBS = {
    "fr": (("Directrice", "Direction"), ("Acheteur", "Achats"), ("Comptable", "Comptabilité"), ("Aide", "Ventes")),
    "de": (("Leiter", "Leitung"), ("Einkäuferin", "Einkauf"), ("Buchhalter", "Buchhaltung"), ("Hilfe", "Verkauf")),
    "en": (("Manager", "Board"), ("Buyer", "Purchasing"), ("Accountant", "Accounts"), ("Assistant", "Sales")),
}
CATEGORIES, SOURCES = "abc", ("website", "recommendation", "fair", "phone")
LARGE = 7
"""Contact persons that every twentieth company gets at least, while persons last."""
CALLING = {"fr": "+33", "de": "+49", "en": "+44"}
GIVEN = tuple(field.name for field in FIELDS if field.name in COLUMNS["contact"])
SIGNS = str.maketrans("", "", " +-")
"""What stands between the digits of a made-up phone number."""
SHOWN_FIRST = ("customer", "supplier", "prospect")
"""Whose number a contact is sorted by (`webapp.contacts.derived.number_of`)."""

_folded = lru_cache(maxsize=8192)(fold)


class _Firm:
    """A company that persons may still be linked to, and how many are."""

    __slots__ = ("contact_id", "staff")

    def __init__(self, contact_id: int) -> None:
        self.contact_id, self.staff = contact_id, 0


class Stage:
    """Turns people into rows; keeps what later contacts need to know of earlier ones."""

    def __init__(self, seed: int, clock: Clock) -> None:
        # Functions are drawn for a whole chunk before the rest is: each from a row of its own, or the chunk's length
        # would change what the next contacts are.
        self.roles = Random(f"roles {seed}")  # noqa: S311 - made-up people, no secret
        self.draw = Random(f"rows {seed}").random  # noqa: S311
        self.cast = Cast(self.roles)
        self.numbers = Numbers(self.functions())
        self.clock = clock
        self.way, self.source = act().way, act().source
        self.offered = Offered(seed)
        self.firms: dict[str, OrderedDict[str, _Firm]] = defaultdict(OrderedDict)
        self.growing: deque[_Firm] = deque()

    @property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """The columns filled, by table: the core's, those of the functions' own tables, and of what plug-ins add."""
        own = {function.model.__tablename__: self.cast.fields[function.key].columns for function in self.functions()}
        return COLUMNS | own | self.offered.columns

    def functions(self) -> list[Any]:
        """All functions that are drawn."""
        return [function for slot in self.cast.slots for _share, function, _before in slot]

    def rows(
        self,
        chunk: Iterable[tuple[int, Person]],
        tags: dict[str, int],
        ids: Iterable[int],
        own_ids: Mapping[str, Iterator[int]],
    ) -> Rows:
        """The rows of contacts with their ids, by table; `ids` are for what they do, `own_ids` for what plug-ins add,
        `tags` have theirs by name."""
        rows: Rows = defaultdict(list)
        row_ids = iter(ids)
        drawn = [(*one, *self._cast(one[1])) for one in chunk]
        self.numbers.number(roles for *_person, roles in drawn)
        for contact_id, person, since, currency, roles in drawn:
            self._contact(rows, contact_id, person, roles, since, currency)
            if "tags" in person:
                wanted = sorted({tags[_folded(tag)] for tag in person["tags"]})
                rows["contact_tag"] += [(contact_id, tag_id) for tag_id in wanted]
            self._functions(rows, contact_id, roles, row_ids)
            self._links(rows, contact_id, person, since)
        contacts = [
            DemoContact(
                id=contact_id, kind=person["kind"], language=person["language"], currency=currency, since=since,
                functions={role.function.key: (role.started, role.ended) for role in roles},
            )
            for contact_id, person, since, currency, roles in drawn
        ]  # fmt: skip
        moment, day = self.clock.moment, self.clock.day
        searched: defaultdict[int, list[str]] = defaultdict(list)
        self.offered.add(
            rows,
            DemoChunk(
                contacts=contacts, moment=moment, day=day, ids=own_ids, way=self.way, source=self.source,
                searched=searched,
            ),
        )  # fmt: skip
        rows["contact"] = [(*row, words_of(searched.get(row[0], ()))) for row in rows["contact"]]
        return rows

    def _cast(self, person: Person) -> tuple[int, str, list[Role]]:
        """Since when a contact is known, in which currency, and which functions it has."""
        draw = self.roles.random
        since = int(draw() * DAYS) * 1440 + int(draw() * 600)
        currency = "GBP" if person["language"] == "en" else "EUR"
        return since, currency, self.cast.roles(since, currency)

    def _contact(
        self, rows: Rows, contact_id: int, person: Person, roles: list[Role], since: int, currency: str
    ) -> None:
        """One contact with its values and numbers; numbers are part of what search finds."""
        values = person | {"currency": currency}
        if self.draw() < 0.5:
            values["category"] = CATEGORIES[int(self.draw() * len(CATEGORIES))]
            values["source"] = SOURCES[int(self.draw() * len(SOURCES))]
        get = values.get
        first, last, company = get("first_name", ""), get("last_name", ""), get("company_name", "")
        if company:
            sort_name = fold(company)
            words = [sort_name]
        else:
            words = [_folded(first), _folded(last)]
            sort_name = f"{words[1]} {words[0]}"
        for place, one in enumerate(person["emails"]):
            value = one["value"]
            # Made of small ASCII letters: its own form for matching, and for search.
            rows["contact_email"].append((contact_id, place, one["type"], value, value, place == 0))
            words.append(value)
        dialled = []
        for place, one in enumerate(get("phones", ())):
            value = one["value"]
            digits = value.translate(SIGNS)
            normal = f"+{digits}" if value[0] == "+" else CALLING[person["language"]] + digits[1:]
            rows["contact_phone"].append((contact_id, place, one["type"], value, normal, place == 0))
            words.append(normal[1:])
            dialled.append(digits)
        words += dialled
        city = country = ""
        for place, one in enumerate(get("addresses", ())):
            if place == 0:
                city, country = one["city"], one["country"]
            rows["contact_address"].append(
                (contact_id, place, one["purpose"], one["street"], one["postal_code"], one["city"], one["region"],
                 one["country"])
            )  # fmt: skip
            words.append(_folded(f"{one['postal_code']} {one['city']}"))
        updated = since
        numbers: dict[str, Number] = {}
        for role in roles:
            updated = max(updated, role.started)
            if role.number:
                words.append(role.number.folded)
                if role.ended is None:
                    numbers[role.function.key] = role.number
        shown = next((numbers[key] for key in SHOWN_FIRST if key in numbers), next(iter(numbers.values()), None))
        created = self.clock.moment(since)
        rows["contact"].append(
            (contact_id, person["kind"], get("salutation", ""), first, last, get("birth_date"), company,
             get("legal_form", ""), get("website", ""), person["language"], currency, get("vat_id", ""), get("vat_id"),
             get("category", ""), get("source", ""), get("description", ""), sort_name,
             f" {' '.join(dict.fromkeys(words))} ".replace(" ", "  "), city, _folded(city),
             shown.sorts if shown else "", country, created, self.clock.moment(updated), 1 + len(roles))
        )  # fmt: skip
        changes = {name: ["", values[name]] for name in GIVEN if name in values}
        rows["history_entry"].append((contact_id, created, self.way, self.source, "created", json.dumps(changes)))

    def _functions(self, rows: Rows, contact_id: int, roles: list[Role], row_ids: Iterator[int]) -> None:
        """Functions with their own fields, numbers and history; what one was converted to stands before it."""
        moment = self.clock.moment
        became: int | None = None
        for role in reversed(roles):
            row_id = next(row_ids)
            function = role.function
            started, ended = moment(role.started), None if role.ended is None else moment(role.ended)
            own_way, how, after = (self.way, "converted", became) if ended else (None, None, None)
            rows["contact_function"].append(
                (row_id, contact_id, function.key, function.slot, function.final, started, self.way, ended, own_way,
                 how, after)
            )  # fmt: skip
            rows[function.model.__tablename__].append((row_id, *self.cast.values(role)))
            became = row_id if role.follows else None
        for role in roles:
            if (number := role.number) is None:
                continue
            started, ended = moment(role.started), None if role.ended is None else moment(role.ended)
            rows["contact_number"].append(
                (contact_id, role.function.key, number.value, number.folded, number.sorts, started, ended, role.origin,
                 role.reserved)
            )  # fmt: skip
        for role in sorted(roles, key=_started):
            before = role.follows.function.key if role.follows else None
            rows["history_entry"].append(
                (contact_id, moment(role.started), self.way, self.source, "converted" if before else "activated",
                 _change(before, role.function.key))
            )  # fmt: skip

    def _links(self, rows: Rows, contact_id: int, person: Person, since: int) -> None:
        """The parties where this person is a contact person: its employer, or a large company that needs one."""
        if person["kind"] == "company":
            # The companies that people may still work for, as `people` remembers them.
            firms = self.firms[person["language"]]
            firms[person["company_name"]] = firm = _Firm(contact_id)
            if len(firms) > KNOWN:
                firms.popitem(last=False)
            if self.draw() < 0.05:
                self.growing.append(firm)
            return
        parties = [self.firms[person["language"]][person["employer"]]] if "employer" in person else []
        if self.growing and self.draw() < 0.5 and self.growing[0] not in parties:
            parties.append(self.growing[0])
        for party in parties:
            role, department = JOBS[person["language"]][int(self.draw() * 4)]
            rows["contact_link"].append(
                (contact_id, party.contact_id, role, department, party.staff == 0, self.draw() < 0.1,
                 self.clock.day(since), self.clock.moment(since))
            )  # fmt: skip
            party.staff += 1
        if self.growing and self.growing[0].staff >= LARGE:
            self.growing.popleft()


def _started(role: Role) -> int:
    return role.started


@lru_cache(maxsize=256)
def _change(before: str | None, after: str) -> str:
    return json.dumps({"function": [before, after]})

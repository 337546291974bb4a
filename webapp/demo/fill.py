"""Fill the base with made-up contacts, thousands at a time (contract: `carnet demo`).

Rows are written by bulk inserts, past the services that would take one contact after the other; what is
derived is computed by the same code as theirs (`webapp.contacts.derived`).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import islice
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import sqlalchemy as sa

from webapp.acting import act
from webapp.administration.settings import setting
from webapp.contacts import derived
from webapp.contacts import values as check
from webapp.contacts.fields import FIELDS
from webapp.contacts.models import (
    Address,
    Contact,
    ContactLink,
    ContactNumber,
    ContactTag,
    Email,
    Phone,
    Tag,
)
from webapp.db import Base, db, is_sqlite, transaction
from webapp.demo.people import Person, people
from webapp.demo.roles import Cast, Role, blank
from webapp.functions.models import FunctionRow
from webapp.history.models import HistoryEntry
from webapp.history.services import plain
from webapp.text import fold

CHUNK = 2_500
FIRST_DAY = dt.datetime(2023, 1, 2, 8, tzinfo=dt.UTC)
DAYS = 900
"""A fixed span: the same seed makes the same base on any day."""
BLANK = blank(Contact)
JOBS = {
    "fr": (("Directrice", "Direction"), ("Acheteur", "Achats"), ("Comptable", "Comptabilité"), ("Aide", "Ventes")),
    "de": (("Leiter", "Leitung"), ("Einkäuferin", "Einkauf"), ("Buchhalter", "Buchhaltung"), ("Hilfe", "Verkauf")),
    "en": (("Manager", "Board"), ("Buyer", "Purchasing"), ("Accountant", "Accounts"), ("Assistant", "Sales")),
}
LARGE = 7
"""Contact persons that every twentieth company gets at least, while persons last."""

Rows = dict[type[Base], list[dict[str, Any]]]


def fill(count: int, seed: int = 1, progress: Callable[[int], None] | None = None) -> None:
    """Add `count` contacts with functions, contact persons, tags and history; `progress(done)` after each chunk.

    The same seed, in an empty base, makes the same base; the first contacts are the same for any count.
    """
    with transaction():
        stage = _Stage(seed)
    everyone = people(count, seed)
    done = 0
    while chunk := list(islice(everyone, CHUNK)):
        with transaction():
            stage.write(chunk)
        done += len(chunk)
        if progress:
            progress(done)


class _Stage:
    """What later contacts need to know of earlier ones."""

    def __init__(self, seed: int) -> None:
        self.random = Random(f"roles {seed}")  # noqa: S311 - made-up people, no secret
        self.cast = Cast(self.random)
        self.country = str(setting("company.country"))
        self.way, self.source = act().way, act().source
        self.firms: dict[str, int] = {}
        self.staff: Counter[int] = Counter()
        self.growing: list[int] = []
        self.tags: dict[str, int] = {tag.folded: tag.id for tag in db.session.scalars(sa.select(Tag))}

    def write(self, chunk: list[Person]) -> None:
        """Insert one chunk, in the order in which rows refer to each other."""
        rows: Rows = defaultdict(list)
        own: Rows = defaultdict(list)
        cast_roles: list[tuple[int, Role]] = []
        links: list[dict[str, Any]] = []
        self._add_tags({tag for one in chunk for tag in one.get("tags", [])})
        for contact_id, person in zip(_reserve(Contact, len(chunk)), chunk, strict=True):
            since = self._day()
            currency = "GBP" if person["language"] == "en" else "EUR"
            roles = self.cast.roles(since, currency)
            self._contact(rows, contact_id, person, roles, since, currency)
            cast_roles += [(contact_id, role) for role in roles]
            links += self._links(contact_id, person, since)
        function_ids = _reserve(FunctionRow, len(cast_roles))
        ids = {id(role): row_id for (_, role), row_id in zip(cast_roles, function_ids, strict=True)}
        became = {id(role.follows): ids[id(role)] for _, role in cast_roles if role.follows}
        for contact_id, role in cast_roles:
            row_id = ids[id(role)]
            rows[FunctionRow].append(self._function(contact_id, role, row_id, became.get(id(role))))
            own[role.function.model].append({"contact_function_id": row_id, **role.values})
        # What a row was converted to must be there before it.
        rows[FunctionRow].sort(key=lambda row: row["converted_to_id"] is not None)
        rows[ContactLink] = links
        first: list[type[Base]] = [Contact, Email, Phone, Address, ContactTag, FunctionRow]
        last: list[type[Base]] = [ContactNumber, ContactLink, HistoryEntry]
        for model in [*first, *own, *last]:
            _insert(model, own.get(model) or rows[model])

    def _day(self) -> dt.datetime:
        return FIRST_DAY + dt.timedelta(days=self.random.randrange(DAYS), minutes=self.random.randrange(600))

    def _add_tags(self, names: set[str]) -> None:
        new = {fold(name): name for name in sorted(names) if fold(name) not in self.tags}
        for tag_id, (folded, name) in zip(_reserve(Tag, len(new)), new.items(), strict=True):
            db.session.execute(sa.insert(Tag).values(id=tag_id, name=name, folded=folded))
            self.tags[folded] = tag_id

    def _contact(
        self, rows: Rows, contact_id: int, person: Person, roles: list[Role], since: dt.datetime, currency: str
    ) -> None:
        """One contact with its values; numbers are part of what search finds."""
        contact = SimpleNamespace(**BLANK)
        for name in person.keys() & BLANK.keys():
            setattr(contact, name, person[name])
        contact.id, contact.currency, contact.warnings = contact_id, currency, {}
        if born := person.get("birth_date"):
            contact.birth_date = dt.date.fromisoformat(born)
        if self.random.random() < 0.5:
            contact.category = self.random.choice("abc")
            contact.source = self.random.choice(("website", "recommendation", "fair", "phone"))
        if vat_id := person.get("vat_id"):
            contact.vat_id_normalised = check.check_vat(vat_id).normalised
        contact.created_at = since
        contact.updated_at = max([since, *(role.started_at for role in roles)])
        contact.version = 1 + len(roles)
        contact.addresses = _items(person, "addresses")
        country = next((one.country for one in contact.addresses), "") or self.country
        contact.emails = _items(person, "emails", primary=True)
        for email in contact.emails:
            email.normalised = check.check_email(email.value).normalised
        contact.phones = _items(person, "phones", primary=True)
        for phone in contact.phones:
            phone.normalised = check.check_phone(phone.value, country).normalised
        contact.external_ids = []
        numbers = [self._number(contact_id, role) for role in roles]
        contact.numbers = [SimpleNamespace(**row) for row in numbers]
        derived.refresh(cast(Contact, contact))
        rows[Contact].append({name: getattr(contact, name) for name in BLANK})
        rows[ContactNumber] += numbers
        for model, items in ((Email, contact.emails), (Phone, contact.phones), (Address, contact.addresses)):
            rows[model] += [{"contact_id": contact_id, **vars(item)} for item in items]
        tags = {self.tags[fold(tag)] for tag in person.get("tags", [])}
        rows[ContactTag] += [{"contact_id": contact_id, "tag_id": tag_id} for tag_id in sorted(tags)]
        self._history(rows, contact, roles)

    def _history(self, rows: Rows, contact: SimpleNamespace, roles: list[Role]) -> None:
        def note(at: dt.datetime, action: str, changes: dict[str, Any]) -> None:
            rows[HistoryEntry].append(
                {"contact_id": contact.id, "at": at, "way": self.way, "source": self.source, "action": action,
                 "changes": changes}
            )  # fmt: skip

        given = {field.name: value for field in FIELDS if (value := getattr(contact, field.name))}
        note(contact.created_at, "created", {name: ["", plain(value)] for name, value in given.items()})
        for role in sorted(roles, key=lambda one: one.started_at):
            before = role.follows.function.key if role.follows else None
            action = "converted" if before else "activated"
            note(role.started_at, action, {"function": [before, role.function.key]})

    def _number(self, contact_id: int, role: Role) -> dict[str, Any]:
        return {
            "contact_id": contact_id,
            "function": role.function.key,
            "value": role.number,
            "folded": fold(role.number),
            "valid_from": role.started_at,
            "valid_to": role.ended_at,
            "origin": role.origin,
        }

    def _function(self, contact_id: int, role: Role, row_id: int, became: int | None) -> dict[str, Any]:
        return {
            "id": row_id,
            "contact_id": contact_id,
            "function": role.function.key,
            "slot": role.function.slot,
            "is_final": role.function.final,
            "started_at": role.started_at,
            "started_way": self.way,
            "ended_at": role.ended_at,
            "ended_way": self.way if became else None,
            "ended_how": "converted" if became else None,
            "converted_to_id": became,
        }

    def _links(self, contact_id: int, person: Person, since: dt.datetime) -> list[dict[str, Any]]:
        """The parties where this person is a contact person: its employer, or a large company that needs one."""
        if person["kind"] == "company":
            self.firms[person["company_name"]] = contact_id
            if self.random.random() < 0.05:
                self.growing.append(contact_id)
            return []
        parties = [self.firms[person["employer"]]] if "employer" in person else []
        if self.growing and self.random.random() < 0.5:
            parties.append(self.growing[0])
        found = []
        for party_id in dict.fromkeys(parties):
            role, department = self.random.choice(JOBS[person["language"]])
            found.append(
                {"person_id": contact_id, "party_id": party_id, "role": role, "department": department,
                 "is_primary": not self.staff[party_id], "is_invoice_recipient": self.random.random() < 0.1,
                 "active_from": since.date(), "created_at": since}
            )  # fmt: skip
            self.staff[party_id] += 1
        if self.growing and self.staff[self.growing[0]] >= LARGE:
            self.growing.pop(0)
        return found


def _items(person: Person, name: str, primary: bool = False) -> list[SimpleNamespace]:
    """Values of one kind, the first one primary."""
    marks = (lambda place: {"is_primary": place == 0, "normalised": None}) if primary else (lambda place: {})
    return [SimpleNamespace(**item, position=place, **marks(place)) for place, item in enumerate(person.get(name, []))]


def _insert(model: type[Base], rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(sa.insert(model.metadata.tables[model.__tablename__]), rows)


def _reserve(model: type[Base], count: int) -> list[int]:
    """Ids for rows that others refer to before they are written; never given twice, whoever else writes."""
    table = model.__tablename__
    if is_sqlite(db.session.connection()):
        # The write lock is held: nobody gets an id until this transaction has ended.
        last = db.session.scalar(sa.text("SELECT seq FROM sqlite_sequence WHERE name = :table"), {"table": table})
        first = (last or 0) + 1
        return list(range(first, first + count))
    given = sa.text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
    return list(db.session.scalars(given, {"table": table, "count": count}))

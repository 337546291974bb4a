"""Contacts that come with their functions and numbers, many at once: an import's (spec H2, F3).

What `create`, `activate` and a link do for one contact after the other is done here in a fixed number of statements,
by the same rules and with the same result: values, history, versions, numbers, what lists and search need.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from webapp.acting import act, need
from webapp.contacts import added, bulk, drafts
from webapp.contacts.collections import tags_of
from webapp.contacts.fields import LINK_FIELDS
from webapp.contacts.models import Contact
from webapp.contacts.services import KINDS
from webapp.db import among, db, fetch, is_sqlite, now
from webapp.driven import ids, moment, tell_planner, write
from webapp.errors import Refused
from webapp.events import ContactCreated, FunctionActivated
from webapp.functions.numbers import reserved_for, scope_of
from webapp.functions.services import known
from webapp.history.services import Change, plain
from webapp.many_rows import insert_many
from webapp.plugin import ContactFunction
from webapp.ports import Numbering
from webapp.registry import registry
from webapp.text import fold, natural

FUNCTION = ("id", "contact_id", "function", "slot", "is_final", "started_at", "started_by_id", "started_way")
NUMBER = ("contact_id", "function", "value", "folded", "sort_value", "valid_from", "origin", "reserved")
LINK = ("person_id", "party_id", *(one.name for one in LINK_FIELDS), "created_at")
NOTHING: Mapping[str, Any] = {"boolean": False, "date": None}
"""What a link has in a field of which nothing is said, by the field's kind; texts are empty."""
HISTORY = ("contact_id", "at", "user_id", "way", "action", "changes", "source", "about_id")


@dataclass(kw_only=True)
class Newcomer:
    """A contact to be made under an id of `ids("contact")`, its values as `create` takes them.

    `functions`: keys, each with a number of the contact's own, else an empty text: then the range gives one. Whoever
    names a number has seen that it is free; the database refuses it else. `links`: parties where a person is a contact
    person, there already or among the newcomers, each with what holds for the link: that it may, the caller has seen.
    `warnings` join those of its values.
    """

    id: int
    values: Mapping[str, Any]
    functions: Sequence[tuple[str, str]] = ()
    warnings: Mapping[str, str] = field(default_factory=dict)
    links: Sequence[tuple[int, Mapping[str, Any]]] = ()
    draft: Any = None
    changes: dict[str, Change] = field(default_factory=dict)
    filled: dict[str, dict[str, str]] = field(default_factory=dict)
    version: int = 1


def arrive(newcomers: Sequence[Newcomer]) -> None:
    """Write them; each then has its `draft` and `version`.

    Raises `Invalid` or `Refused` for the first that can't be, `IntegrityError` where another contact has an external id
    or a number, `Refused` where a range has not so many numbers left: to be called in a savepoint.
    """
    need("contacts.edit")
    if not newcomers:
        return
    functions = {key: known(key) for one in newcomers for key, _number in one.functions}
    _draft(newcomers)
    parties = _hold_parties(newcomers)
    _number(newcomers, functions)
    _carry_out(newcomers, functions, parties)


def _draft(newcomers: Sequence[Newcomer]) -> None:
    tagged: list[tuple[Newcomer, dict[str, str]]] = []
    more = {kind: added.added_by_name("", kind) for kind in KINDS}
    for one in newcomers:
        one.draft, one.changes, words = drafts.draft(one.values, more.get(one.values["kind"]))
        if one.warnings:
            one.draft.warnings = one.draft.warnings | one.warnings
        if words:
            tagged.append((one, words))
    if tagged:
        # As it is written first.
        spelt = {folded: name for _one, words in reversed(tagged) for folded, name in words.items()}
        tags = tags_of(dict(reversed(spelt.items())))
        db.session.flush()
        for one, words in tagged:
            drafts.tag(one.draft, words, tags, one.changes)
    for one in newcomers:
        one.draft.id = one.id


def _hold_parties(newcomers: Sequence[Newcomer]) -> dict[int, str]:
    """Names of those who are worked for; who were there before are locked."""
    names = {one.id: one.draft.name for one in newcomers}
    wanted = {party_id for one in newcomers for party_id, _values in one.links}
    there = sorted(one for one in wanted if one not in names)
    if there:
        held, told = bulk.hold(there, (Contact.company_name,))
        for outcome in told.values():
            raise Refused(str(outcome.reason))
        names |= {one: row.company_name for one, row in held.items()}
    return {one: names[one] for one in wanted}


def _number(newcomers: Sequence[Newcomer], functions: Mapping[str, ContactFunction]) -> None:
    """Decide which numbers they have: their own, one that another of their functions shows, else the next (spec F3)."""
    numbering = registry().service(Numbering)
    for key in functions:
        shares = numbering.shares(key)
        scope = scope_of(key, shares)
        lacking: list[Newcomer] = []
        gaining = [(one, number) for one in newcomers for name, number in one.functions if name == key]
        for one, number in gaining:
            present = {row.function: row for row in one.draft.numbers}
            same = next((present[other] for other in shares if other in present), None)
            if number and (same is None or same.folded != fold(number)):
                _add_number(one, key, number, "typed", shares)
            elif same is not None:
                _add_number(one, key, same.value, "kept", shares)
            else:
                lacking.append(one)
        if lacking:
            for one, given in zip(lacking, numbering.give(key, len(lacking)), strict=False):
                one.draft.numbers.append(
                    drafts.Number(function=key, value=given, folded=fold(given), origin="given", reserved=scope)
                )
        for name, range_key in numbering.filled(key).items():
            for (one, _typed), given in zip(gaining, numbering.give(range_key, len(gaining)), strict=False):
                one.filled.setdefault(key, {})[name] = given


def _add_number(one: Newcomer, key: str, value: str, origin: str, shares: Sequence[str]) -> None:
    folded = fold(value)
    same = [row for row in one.draft.numbers if row.folded == folded]
    reserved = reserved_for(key, shares, same)
    one.draft.numbers.append(drafts.Number(function=key, value=value, folded=folded, origin=origin, reserved=reserved))


def _carry_out(
    newcomers: Sequence[Newcomer], functions: Mapping[str, ContactFunction], parties: Mapping[int, str]
) -> None:
    session = db.session()
    session.flush()
    connection = session.connection()
    sqlite, at = is_sqlite(connection), now()
    rows, writer = drafts.no_rows(), _Writer(moment(at, sqlite))
    linked = Counter(party_id for one in newcomers for party_id, _values in one.links)
    row_ids = ids("contact_function")
    own: dict[str, list[dict[str, Any]]] = {key: [] for key in functions}
    defaults: dict[str, dict[int, dict[str, Change]]] = {key: {} for key in functions}
    begun = {key: {name: (None, value) for name, value in added.begin(drafts.Item(), key).items()} for key in functions}
    for one in newcomers:
        # As often as it would have been touched, one by one.
        one.version = 1 + len(one.functions) + linked.pop(one.id, 0)
        drafts.rows_of(one.draft, one.version, writer.at, rows)
        writer.note(rows, one.id, "created", one.changes)
        for key, _number in one.functions:
            row_id = next(row_ids)
            writer.begin(rows, row_id, one.id, functions[key])
            own[key].append({"contact_function_id": row_id, **one.filled.get(key, {})})
            if begun[key]:
                defaults[key][row_id] = begun[key]
        writer.number(rows, one)
        for party_id, values in one.links:
            writer.link(rows, one, party_id, parties[party_id], values)
    # Numbers before functions: the line that a list has of a function begins with its number, and is written once.
    for table, columns in (
        *drafts.COLUMNS.items(), ("contact_number", NUMBER), ("contact_function", FUNCTION), ("contact_link", LINK),
        ("history_entry", HISTORY),
    ):  # fmt: skip
        if table in rows:
            write(connection, table, columns, rows[table])
            tell_planner(connection, table)
    for key, some in own.items():
        insert_many(functions[key].model, some)
        added.save(key, defaults[key])
    added.save("", {one.id: one.changes for one in newcomers})
    _touch(linked, at)
    registry().publish_many([ContactCreated(contact_id=one.id, held=one.draft) for one in newcomers])
    registry().publish_many(
        [FunctionActivated(contact_id=one.id, function=key) for one in newcomers for key, _number in one.functions]
    )


def _touch(linked: Mapping[int, int], at: dt.datetime) -> None:
    """Those who were there before have gained contact persons; others must notice."""
    by_number: dict[int, list[int]] = {}
    for party_id, number in linked.items():
        by_number.setdefault(number, []).append(party_id)
    for number, some in by_number.items():
        touched = sa.update(Contact).where(among(Contact.id, some))
        fetch(touched.values(version=Contact.version + number, updated_at=at))
        bulk.forget(some)


class _Writer:
    """Makes the rows that are alike but for whose they are."""

    def __init__(self, at: str) -> None:
        who = act()
        self.at, self.user_id, self.way, self.source = at, who.user_id, who.way, who.source
        self._begun: dict[str, str] = {}

    def note(
        self, rows: drafts.Rows, contact_id: int, action: str, changes: Mapping[str, Change], about: int | None = None
    ) -> None:
        """A line of the history."""
        told = json.dumps({key: [plain(old), plain(new)] for key, (old, new) in changes.items()})
        self.tell(rows, contact_id, action, told, about)

    def tell(self, rows: drafts.Rows, contact_id: int, action: str, told: str, about: int | None = None) -> None:
        """The same of changes that are JSON already."""
        rows["history_entry"].append((contact_id, self.at, self.user_id, self.way, action, told, self.source, about))

    def begin(self, rows: drafts.Rows, row_id: int, contact_id: int, function: ContactFunction) -> None:
        """A function that begins, and that it does."""
        rows["contact_function"].append(
            (row_id, contact_id, function.key, function.slot, function.final, self.at, self.user_id, self.way)
        )
        if function.key not in self._begun:
            self._begun[function.key] = json.dumps({"function": [None, function.key]})
        self.tell(rows, contact_id, "activated", self._begun[function.key])

    def number(self, rows: drafts.Rows, one: Newcomer) -> None:
        """The numbers that it comes with."""
        rows["contact_number"] += [
            (one.id, row.function, row.value, row.folded, natural(row.folded), self.at, row.origin, row.reserved)
            for row in one.draft.numbers
        ]

    def link(self, rows: drafts.Rows, person: Newcomer, party_id: int, party: str, values: Mapping[str, Any]) -> None:
        """That a person is a party's contact person: both files tell of it."""
        held = [values.get(one.name, NOTHING.get(one.kind, "")) for one in LINK_FIELDS]
        held = [one.isoformat() if isinstance(one, dt.date) else one for one in held]
        rows["contact_link"].append((person.id, party_id, *held, self.at))
        told: dict[str, Change] = {name: (None, value) for name, value in values.items() if value}
        self.note(rows, party_id, "linked", told | {"person": (None, person.draft.name)}, person.id)
        self.note(rows, person.id, "linked", told | {"party": (None, party)}, party_id)

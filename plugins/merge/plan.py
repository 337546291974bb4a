"""What a merge would do, without doing any of it: the steps, and what a preview tells of them (spec E2).

Everything is read in a fixed number of statements, whatever the number of contacts, and planned in Python.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from plugins.merge import consents, entries, fields, functions, links, others
from plugins.merge.steps import Add, Change, Move, there
from webapp.api import Contact, ContactNumber, among, fetch, orphaned, registry

Row = Mapping[str, Any]
OWN = frozenset(
    {"contact_function.contact_id", "contact_number.contact_id", "contact_link.person_id", "contact_link.party_id",
     "contact_consent.contact_id", "contact_picture.contact_id", *(f"{one}.contact_id" for one in entries.BY_TABLE)}
)  # fmt: skip
"""Places whose rows are not just moved."""


@dataclass(kw_only=True)
class Plan:
    """A merge of `order` (the main contact first, then by precedence), whole.

    `first`, `moves`, `adds`, `then` are its steps in the order in which they are done; `values` are the single values,
    `own_fields` those of functions that several contacts have.
    """

    order: list[Contact]
    values: fields.Values
    own_fields: list[fields.Choice]
    numbers: functions.Numbers
    functions: functions.Functions
    consents: consents.United
    links: links.Links
    entries: dict[str, entries.United]
    met: list[others.Met]
    picture: int | None
    found: others.Found
    first: list[Change] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    adds: list[Add] = field(default_factory=list)
    then: list[Change] = field(default_factory=list)

    @property
    def main(self) -> Contact:
        """The contact that is kept."""
        return self.order[0]

    @property
    def absorbed(self) -> list[Contact]:
        """Those that lead to it from then on."""
        return self.order[1:]

    def name(self, merge_id: int) -> None:
        """Let the rows of functions say which merge it was: the database asks for it (spec C4)."""
        for one in (*self.functions.endings, *self.functions.arrivals):
            one.after[functions.MARK] = merge_id

    @cached_property
    def choices(self) -> list[fields.Choice]:
        """All single values, those of functions after the contact's own."""
        return [*self.values.choices, *self.own_fields]

    @cached_property
    def moved(self) -> dict[str, int]:
        """How many rows of each table get another contact."""
        found = Counter[str]()
        for move in self.moves:
            found[move.table] += len(move.rows)
        for change in self.first + self.then:
            if change.table == functions.FUNCTION and "contact_id" in change.after:
                found[change.table] += 1
        return {table: number for table, number in found.items() if number}


def make(order: list[Contact], chosen: Mapping[str, int], found: others.Found) -> Plan:
    """Plan a merge of contacts whose rows are held; `chosen` are choices by field, checked; `found` by `rows_of`."""
    ids = [one.id for one in order]
    read = _Reader(found.rows)
    of_functions = functions.unite(ids, read.all(functions.FUNCTION))
    number_rows = read.all(functions.NUMBER)
    taken = _taken(functions.shared(number_rows, of_functions.keys), ids)
    numbers = functions.number(ids, of_functions, number_rows, taken)
    united = {
        one.name: entries.unite(one, ids, read.all(one.table), chosen.get(one.name)) for one in entries.KINDS
    }  # fmt: skip
    of_consents = consents.unite(ids, read.all("contact_consent"))
    of_links = links.unite(ids, read.all("contact_link"))
    pictures = {row["contact_id"]: row["id"] for row in read.keys("contact_picture")}
    plan = Plan(
        order=order,
        values=fields.of_contacts(order, chosen),
        own_fields=_own_fields(of_functions, chosen),
        functions=of_functions,
        numbers=numbers,
        entries=united,
        consents=of_consents,
        links=of_links,
        met=[],
        picture=next((one for one in ids if one in pictures), None),
        found=found,
    )
    _steps(plan, found, pictures)
    return plan


def rows_of(ids: Sequence[int]) -> others.Found:
    """Every row that refers to one of these contacts, by place; one statement."""
    return _references().find(ids)


def _steps(plan: Plan, found: others.Found, pictures: Mapping[int, int]) -> None:
    """Put all steps in the order in which the database allows them."""
    ids, rows = [one.id for one in plan.order], found.rows
    plan.first += plan.links.first + plan.functions.endings
    plan.then += plan.functions.arrivals
    for united in plan.entries.values():
        plan.moves.append(_move(united.kind.table, united.moves, rows))
        plan.then += united.changes
    plan.moves.append(_move("contact_consent", plan.consents.moves, rows))
    plan.then += plan.consents.changes
    plan.moves.append(_move(functions.NUMBER, plan.numbers.moves, rows))
    plan.then += plan.numbers.changes
    plan.adds += plan.numbers.adds
    if plan.picture is not None and plan.picture != ids[0]:
        plan.moves.append(_move("contact_picture", [pictures[plan.picture]], rows))
    plan.moves += plan.links.moves.values()
    plan.then += plan.links.then
    for reference in found.references:
        if reference.place in rows and reference.place not in OWN:
            moved = others.move(reference, ids, rows[reference.place])
            plan.first += moved.first
            plan.moves.append(moved.move)
            plan.then += moved.then
            plan.met += moved.met
    plan.moves = [one for one in plan.moves if one.rows]
    plan.then += _own_changes(plan) + _main_changes(plan)


def _move(table: str, keys: Iterable[int], rows: others.Rows) -> Move:
    held = rows.get(f"{table}.contact_id", {})
    return Move(table=table, column="contact_id", origin="came_from_id", rows={(key,): held[key,] for key in keys})


def _own_fields(found: functions.Functions, chosen: Mapping[str, int]) -> list[fields.Choice]:
    made: list[fields.Choice] = []
    for twins in found.twins:
        function = registry().function(twins[0]["function"])
        if function is None:
            continue
        table = function.model.__table__
        own = {
            row["contact_function_id"]: row
            for row in fetch(
                sa.select(table).where(among(table.c.contact_function_id, [one["id"] for one in twins]))
            ).mappings()
        }
        held = {one["contact_id"]: own[one["id"]] for one in twins if one["id"] in own}
        if len(held) > 1:
            made += fields.of_functions(function, held, chosen)
    return made


def _own_changes(plan: Plan) -> list[Change]:
    found: list[Change] = []
    survivors = {twins[0]["function"]: twins[0]["id"] for twins in plan.functions.twins}
    for one in plan.own_fields:
        if one.result != one.own:
            function = registry().function(one.function)
            table = function.model.__tablename__ if function else ""
            key = (survivors[one.function],)
            found.append(
                Change(table=table, key=key, before={one.name: one.own}, after={one.name: one.result}, field=one.key)
            )
    return found


def _main_changes(plan: Plan) -> list[Change]:
    """What changes in the main contact's own row, a step for each field that a user may be asked about."""
    main, found = plan.main, list[Change]()
    by_id = {one.id: one for one in plan.order}

    def note(name: str, after: dict[str, Any]) -> None:
        changed = {column: value for column, value in after.items() if getattr(main, column) != value}
        if changed:
            before = {column: getattr(main, column) for column in changed}
            found.append(Change(table="contact", key=(main.id,), before=before, after=changed, field=name))

    note("kind", {"kind": plan.values.kind})
    for one in plan.values.choices:
        after = {one.name: one.result}
        if one.name == "vat_id" and one.chosen is not None:
            after["vat_id_normalised"] = by_id[one.chosen].vat_id_normalised
        note(one.name, after)
    for name in plan.values.foreign:
        note(name, {name: None if name == "birth_date" else ""})
    sources = {one.name: one.chosen for one in plan.values.choices}
    note("", {"warnings": fields.warnings(plan.order, sources)})
    if main.archived_at is not None and any(one.archived_at is None for one in plan.order):
        note("", {"archived_at": None})
    return found


class _Reader:
    """Whole rows of tables, read where the main contact or another one has any."""

    def __init__(self, rows: others.Rows) -> None:
        self.rows = rows

    def keys(self, name: str) -> list[dict[str, int]]:
        """Id and contact of each row."""
        held = self.rows.get(f"{name}.contact_id", {})
        return [{"id": key[0], "contact_id": whose} for key, (whose, _origin) in held.items()]

    def all(self, name: str) -> list[Row]:
        """The rows of all the contacts, in the order of their ids."""
        table = there(name)
        places = [place for place in self.rows if place.partition(".")[0] == name]
        keys = {key[0] for place in places for key in self.rows[place]}
        if not keys:
            return []
        query = sa.select(table).where(among(table.c.id, keys)).order_by(table.c.id)
        return [dict(row) for row in fetch(query).mappings()]


def _taken(pairs: set[tuple[str, str]], ids: Sequence[int]) -> set[tuple[str, str]]:
    """Which of these numbers, by function and folded value, are or were another contact's."""
    values: dict[str, list[str]] = {}
    for function, folded in sorted(pairs):
        values.setdefault(function, []).append(folded)
    if not values:
        return set()
    # Function by function: SQLite finds no pair by an index.
    found = (
        sa.and_(ContactNumber.function == function, ContactNumber.folded.in_(held)) for function, held in values.items()
    )
    query = sa.select(ContactNumber.function, ContactNumber.folded, ContactNumber.contact_id).where(sa.or_(*found))
    mine = set(ids)
    return {(row.function, row.folded) for row in fetch(query) if row.contact_id not in mine}


def _references() -> others.References:
    """Read once for the tables that there are: which plug-ins are installed does not change while Carnet runs."""
    more = orphaned(registry())
    held: tuple[Any, others.References] | None = registry().memo.get("merge")
    if held is None or held[0] is not more:
        held = registry().memo["merge"] = (more, others.References.read(more.values()))
    return held[1]

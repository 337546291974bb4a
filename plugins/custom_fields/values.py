"""Reading and writing values: typed rows, a whole page at once; the provider of the port `MoreFields`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from plugins.custom_fields import filters
from plugins.custom_fields.definitions import Definition, known
from plugins.custom_fields.models import FOLDED, CustomValue
from webapp.api import Field, Filter, among, db, fold, is_nothing

Kept = dict[str, Any]
"""The typed columns of a row."""


class Provider:
    """What the core asks of this plug-in."""

    def fields(self, owner: str) -> Sequence[Field]:
        """Those in use, in their order."""
        return [one.field for one in known().by_owner.get(owner, ())]

    def named(self, name: str) -> Field | None:
        """Also one that is out of use, or deleted."""
        found = known().by_name.get(name)
        return found.field if found else None

    def read(self, owner: str, ids: Collection[int]) -> Mapping[int, Mapping[str, Any]]:
        """One statement."""
        return read(owner, ids)

    def write(self, owner: str, values: Mapping[int, Mapping[str, Any]]) -> None:
        """One statement to read, and one for each row that changes."""
        write(owner, values)

    def filters(self) -> Sequence[Filter]:
        """One for each field in use."""
        return [filters.of(one) for of_one in known().by_owner.values() for one in of_one]


def _whose(owner: str) -> Any:
    return CustomValue.contact_function_id if owner else CustomValue.contact_id


def read(owner: str, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Values by id and name; of fields out of use too, which nobody asks for."""
    rows: dict[int, dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
    whose = _whose(owner)
    columns = [getattr(CustomValue, name) for name in ("field_id", "text", "number", "day", "yes", "choice_id")]
    for row in db.session.execute(sa.select(whose.label("whose"), *columns).where(among(whose, ids))):
        rows[row.whose][row.field_id].append(row)
    by_id = known().by_id
    return {
        key: {by_id[field].field.name: told(by_id[field], of_field) for field, of_field in of_one.items()}
        for key, of_one in rows.items()
    }


def told(definition: Definition, rows: Sequence[Any]) -> Any:
    """The value that rows of one field hold."""
    if definition.column != "choice_id":
        return getattr(rows[0], definition.column)
    held = {row.choice_id for row in rows}
    codes = tuple(one.code for one in definition.choices if one.id in held)
    return codes if definition.kind == "choices" else codes[0]


def kept(definition: Definition, value: Any) -> dict[int, Kept]:
    """The rows that hold a value, by slot: none where it is nothing."""
    if is_nothing(value):
        return {}
    if definition.column == "choice_id":
        ids = {one.code: one.id for one in definition.choices}
        codes = value if definition.kind == "choices" else [value]
        return {ids[code] if definition.kind == "choices" else 0: {"choice_id": ids[code]} for code in codes}
    if definition.column == "text":
        return {0: {"text": value, "folded": fold(value)[:FOLDED]}}
    return {0: {definition.column: value}}


def write(owner: str, values: Mapping[int, Mapping[str, Any]]) -> None:
    """Let exactly the rows be there that hold these values."""
    whose, by_name = _whose(owner), known().by_name
    fields = {by_name[name].id for of_one in values.values() for name in of_one}
    query = sa.select(CustomValue).where(among(whose, values), CustomValue.field_id.in_(fields))
    present: dict[tuple[int, int], dict[int, CustomValue]] = defaultdict(dict)
    for row in db.session.scalars(query):
        present[getattr(row, whose.key), row.field_id][row.slot] = row
    new: list[dict[str, Any]] = []
    for key, of_one in values.items():
        for name, value in of_one.items():
            definition = by_name[name]
            wanted, there = kept(definition, value), present[key, definition.id]
            for slot in there.keys() - wanted.keys():
                db.session.delete(there[slot])
            for slot, columns in wanted.items():
                if slot not in there:
                    new.append({"field_id": definition.id, "slot": slot, whose.key: key, **columns})
                for column, held in columns.items() if slot in there else ():
                    setattr(there[slot], column, held)
    db.session.flush()
    for shape in {tuple(sorted(one)) for one in new}:
        db.session.execute(sa.insert(CustomValue), [one for one in new if tuple(sorted(one)) == shape])

"""Everything that refers to contacts, found from the metadata: nobody has to remember to declare it (spec E7).

The walk is transitive: a table that hangs on a table that hangs on a contact belongs to the contact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from webapp.db import Base, db
from webapp.plugin import MergeRule, PersonalData
from webapp.registry import Registry

CONTACT = "contact"
ORIGIN = "came_from_id"
"""Where a merged row keeps the contact that it came from; of `person_id` it is `person_came_from_id`."""


EMPTY = (sa.String, sa.JSON, sa.LargeBinary)
"""Types that have a value for nothing."""
FREE = (sa.Text, sa.JSON, sa.LargeBinary)
"""Types of columns that take anything."""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A column that says which contact a row belongs to, and the plug-in whose table it is.

    `origin` is the column beside it that keeps where a merge took the row from; empty where there is none. `rules` are
    those for the unique keys that hold this column.
    """

    plugin: str
    table: sa.Table
    column: str
    origin: str
    rules: tuple[MergeRule, ...] = ()

    @property
    def place(self) -> str:
        """Table and column, as one name."""
        return f"{self.table.name}.{self.column}"

    @property
    def keys(self) -> tuple[str, ...]:
        """The table's primary key."""
        return tuple(column.name for column in self.table.primary_key)


def origin_of(column: str) -> str:
    """The column beside a reference that keeps where a merge took the row from."""
    return column.removesuffix("contact_id").removesuffix("id") + ORIGIN


def movable(registry: Registry) -> list[Reference]:
    """Every column that a merge gives another contact, of installed plug-ins, switched on or off (spec E7)."""
    rules: dict[str, list[MergeRule]] = {}
    for _plugin, one in registry.duties("merge_rules"):
        rules.setdefault(one.table, []).append(one)
    found: list[Reference] = []
    for plugin, model in registry.duties("models"):
        table: sa.Table = model.__table__
        ruled = rules.get(table.name, [])
        staying = {name for one in ruled if one.rule == "stay" for name in one.columns}
        columns = sorted(name for name in contact_columns(table) - staying if not name.endswith(ORIGIN))
        for column in columns:
            origin = origin_of(column)
            found.append(
                Reference(
                    plugin=plugin.name,
                    table=table,
                    column=column,
                    origin=origin if origin in table.c else "",
                    rules=tuple(one for one in ruled if column in one.columns and one.rule != "stay"),
                )
            )
    return found


def tables_of_contacts() -> dict[str, sa.Table]:
    """Every table with a row that belongs to a contact, directly or through another; `contact` itself first."""
    found = {CONTACT: Base.metadata.tables[CONTACT]}
    while True:
        more = {
            table.name: table
            for table in Base.metadata.tables.values()
            if table.name not in found and any(key.column.table.name in found for key in table.foreign_keys)
        }
        if not more:
            return found
        found |= more


def going_along(registry: Registry) -> dict[str, sa.Table]:
    """Tables whose rows go with a contact that is deleted for good (spec D1): its own, those of its functions, and
    those of which a plug-in says so."""
    said = {one.table for _plugin, one in registry.duties("personal_data") if one.goes_along}
    said |= {one.model.__tablename__ for one in registry.all_functions()}
    own = {model.__tablename__: model.__table__ for _plugin, model in registry.duties("models")}
    return {name: table for name, table in own.items() if name in said}


def unanswered(registry: Registry) -> list[tuple[str, sa.Table]]:
    """Tables whose rows may refer to a contact, or to what goes with it, and of which nobody says what becomes then.

    Each with its plug-in: they neither go along, nor does a delete guard answer for them (spec D1, D3).
    """
    going = going_along(registry)
    guarded = {name for _plugin, one in registry.duties("delete_guards") for name in one.tables}
    return [
        (plugin.name, model.__table__)
        for plugin, model in registry.duties("models")
        if model.__tablename__ not in going.keys() | guarded
        and any(key.column.table.name in going for key in model.__table__.foreign_keys)
    ]


def undeclared(registry: Registry) -> list[str]:
    """What nobody has declared: unclassified columns (spec D5), exclusive references without a merge rule (E7), tables
    of which nobody says what becomes of them when a contact is deleted (D1)."""
    classified: dict[str, set[str]] = {}
    findings: list[str] = []
    for _plugin, one in registry.duties("personal_data"):
        classified.setdefault(one.table, set()).update((*one.personal, *one.kept))
        findings += not_erasable(one)
    own = {model.__tablename__ for _plugin, model in registry.duties("models")}
    for name, table in sorted(tables_of_contacts().items()):
        if name not in own:
            continue
        references = contact_columns(table)
        keys = {column.name for column in table.primary_key} | references
        for column in table.columns:
            if column.name not in keys and column.name not in classified.get(name, set()):
                findings.append(f"{name}.{column.name} is not classified: name it in the plug-in's personal_data.")
    findings += [
        f"{table.name} refers to contacts: name it in a DeleteGuard's tables, or set goes_along in its PersonalData."
        for _plugin, table in unanswered(registry)
    ]
    return findings + outside(registry, classified) + without_a_rule(registry)


def not_erasable(one: PersonalData) -> list[str]:
    """Personal columns that can't be emptied, and nobody has said what they are set to (spec D5)."""
    table = Base.metadata.tables.get(one.table)
    if table is None or one.rows == "go":
        return []
    return [
        f"{one.table}.{name} may not be NULL: say in its `empty` what it is set to."
        for name in one.personal
        if not table.c[name].nullable and name not in one.empty and not isinstance(table.c[name].type, EMPTY)
    ]


def outside(registry: Registry, classified: Mapping[str, set[str]]) -> list[str]:
    """Tables that hang on no contact, where any text may stand, and nobody has said whether that may be one's."""
    hanging = tables_of_contacts()
    looked_after = {table for _plugin, one in registry.duties("erasures") for table in one.tables}
    return [
        f"{table.name}.{column.name} may hold what is personal: name it in the plug-in's personal_data as kept, or the "
        "table in an erasure."
        for _plugin, model in registry.duties("models")
        for table in [model.__table__]
        if table.name not in hanging and table.name not in looked_after
        for column in table.columns
        if isinstance(column.type, FREE) and column.name not in classified.get(table.name, set())
    ]


def without_a_rule(registry: Registry) -> list[str]:
    """Exclusive references for which nobody has said what a merge does with them (spec E7)."""
    ruled = {(one.table, one.columns) for _plugin, one in registry.duties("merge_rules")}
    own = {model.__tablename__ for _plugin, model in registry.duties("models")}
    return [
        f"{name} {columns} is exclusive and refers to a contact: give the plug-in a MergeRule for it."
        for name, table in sorted(tables_of_contacts().items())
        if name in own
        for columns in exclusive(table)
        if contact_columns(table) & set(columns) and (name, columns) not in ruled
    ]


def orphaned(registry: Registry) -> dict[str, sa.Table]:
    """Tables that refer to contacts and belong to no installed plug-in, as the database describes them (spec I1)."""
    return {name: table for name, table in hanging(registry).items() if contact_columns(table)}


def hanging(registry: Registry) -> dict[str, sa.Table]:
    """The same, and those that refer to what goes along with a contact, such as its functions.

    Their packages are gone and may come back. Described once, and anew where other tables are there than before.
    """
    known = {model.__tablename__ for _plugin, model in registry.duties("models")}
    inspector = sa.inspect(db.session.connection())
    foreign = frozenset(inspector.get_table_names()) - known
    seen: tuple[frozenset[str], dict[str, sa.Table]] = registry.memo.get("orphaned", (frozenset(), {}))
    if seen[0] != foreign:
        described = sa.MetaData()
        going = going_along(registry).keys()
        described.reflect(
            db.session.connection(),
            only=[
                name
                for name in foreign
                if any(key["referred_table"] in going for key in inspector.get_foreign_keys(name))
            ],
        )
        # What they refer to is described with them.
        found = {name: table for name, table in described.tables.items() if name in foreign and table.foreign_keys}
        seen = registry.memo["orphaned"] = (foreign, found)
    return seen[1]


def of_orphaned(table: sa.Table) -> list[Reference]:
    """The columns that a merge gives another contact, of a table that nobody explains.

    What is exclusive there stands in the way where two rows meet: nobody can say what becomes of them.
    """
    columns = contact_columns(table)
    origins = {name for name in columns if name.endswith(ORIGIN)}
    return [
        Reference(
            plugin="",
            table=table,
            column=column,
            origin=origin
            if (origin := column.removesuffix("contact_id").removesuffix("id") + ORIGIN) in origins
            else "",
            rules=tuple(
                MergeRule(table=table.name, columns=together, rule="refuse")
                for together in exclusive(table)
                if column in together
            ),
        )
        for column in sorted(columns - origins)
    ]


def contact_columns(table: sa.Table) -> set[str]:
    """The columns of a table that refer to `contact` directly."""
    return {key.parent.name for key in table.foreign_keys if key.column.table.name == CONTACT}


def exclusive(table: sa.Table) -> list[tuple[str, ...]]:
    """The column sets that are unique in a table, whether by constraint, by index or as its primary key."""
    found = [
        tuple(column.name for column in one.columns)
        for one in table.constraints
        if isinstance(one, sa.UniqueConstraint | sa.PrimaryKeyConstraint)
    ]
    found += [tuple(column.name for column in one.columns) for one in table.indexes if one.unique]
    return found

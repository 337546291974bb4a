"""Everything that refers to contacts, found from the metadata: nobody has to remember to declare it (spec E7).

The walk is transitive: a table that hangs on a table that hangs on a contact belongs to the contact.
"""

from __future__ import annotations

import sqlalchemy as sa

from webapp.db import Base
from webapp.registry import Registry

CONTACT = "contact"


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


def undeclared(registry: Registry) -> list[str]:
    """What nobody has declared: unclassified columns (spec D5), exclusive references without a merge rule (E7)."""
    classified: dict[str, set[str]] = {}
    for _plugin, one in registry.duties("personal_data"):
        classified.setdefault(one.table, set()).update((*one.personal, *one.kept))
    ruled = {(one.table, one.columns) for _plugin, one in registry.duties("merge_rules")}
    own = {model.__tablename__ for _plugin, model in registry.duties("models")}
    findings: list[str] = []
    for name, table in sorted(tables_of_contacts().items()):
        if name not in own:
            continue
        references = contact_columns(table)
        keys = {column.name for column in table.primary_key} | references
        for column in table.columns:
            if column.name not in keys and column.name not in classified.get(name, set()):
                findings.append(f"{name}.{column.name} is not classified: name it in the plug-in's personal_data.")
        for columns in exclusive(table):
            if references & set(columns) and (name, columns) not in ruled:
                findings.append(
                    f"{name} {columns} is exclusive and refers to a contact: give the plug-in a MergeRule for it."
                )
    return findings


def contact_columns(table: sa.Table) -> set[str]:
    """The columns of a table that refer to `contact` directly."""
    return {key.parent.name for key in table.foreign_keys if key.column.table.name == CONTACT}


def exclusive(table: sa.Table) -> list[tuple[str, ...]]:
    """The column sets that are unique in a table, whether by constraint or by index."""
    found = [
        tuple(column.name for column in one.columns)
        for one in table.constraints
        if isinstance(one, sa.UniqueConstraint)
    ]
    found += [tuple(column.name for column in one.columns) for one in table.indexes if one.unique]
    return found

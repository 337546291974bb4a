"""What lists and search will say of the main contact, worked out from the plan: nothing is read once more (design)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any, cast

import sqlalchemy as sa

from plugins.merge.functions import NUMBER
from plugins.merge.plan import Plan
from plugins.merge.steps import Change
from webapp.api import CONTACT_FIELDS, Contact, ExternalId, among, db, fetch, refresh_contact

DERIVED = ("city", "country", "sort_city", "sort_name", "sort_number", "search_text")


def derived(plan: Plan) -> dict[str, Any]:
    """The derived columns of the main contact after the merge."""
    own = {one.name: getattr(plan.main, one.name) for one in CONTACT_FIELDS} | {"kind": plan.values.kind}
    for change in plan.then:
        if change.table == Contact.__tablename__ and change.key == (plan.main.id,):
            own |= change.after
    name = own["company_name"] if own["kind"] == "company" else ""
    made = SimpleNamespace(
        **own, name=name, numbers=_numbers(plan), external_ids=_external(plan), absorbed=_names(plan)
    )
    for collection in ("emails", "phones", "addresses"):
        united = plan.entries[collection]
        setattr(made, collection, _after(united.rows, united.changes))
    refresh_contact(cast(Contact, made))
    return {column: getattr(made, column) for column in DERIVED}


def _after(rows: Iterable[Mapping[str, Any]], changes: Iterable[Change]) -> list[SimpleNamespace]:
    after = {one.key[0]: one.after for one in changes}
    return [SimpleNamespace(**{**row, **after.get(row["id"], {})}) for row in rows]


def _numbers(plan: Plan) -> list[SimpleNamespace]:
    made = _after(plan.numbers.rows, plan.numbers.changes)
    return made + [SimpleNamespace(**one.values, valid_to=None) for one in plan.adds if one.table == NUMBER]


def _external(plan: Plan) -> list[Any]:
    """Asked for where there are any."""
    if f"{ExternalId.__tablename__}.contact_id" not in plan.found.rows:
        return []
    ids = [one.id for one in plan.order]
    query = sa.select(ExternalId.value).where(among(ExternalId.contact_id, ids)).order_by(ExternalId.id)
    return list(fetch(query))


def _names(plan: Plan) -> list[Any]:
    """Those that lead to the main contact now, and those that led to one of them before."""
    found: list[Any] = [SimpleNamespace(id=one.id, name=one.name) for one in plan.absorbed]
    if f"{Contact.__tablename__}.merged_into_id" in plan.found.rows:
        ids = [key[0] for key in plan.found.rows[f"{Contact.__tablename__}.merged_into_id"]]
        found += db.session.scalars(sa.select(Contact).where(among(Contact.id, ids)))
    return sorted(found, key=lambda one: one.id)

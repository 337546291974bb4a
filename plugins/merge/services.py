"""Merging contacts (spec E): which may be merged, what a preview tells, and doing it, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from plugins.merge import becoming, noting, problems
from plugins.merge import plan as planning
from plugins.merge.models import MergeStep
from plugins.merge.plan import Plan
from plugins.merge.steps import NAMES, Change, Step, write
from webapp.api import (
    CONTACT_COLLECTIONS,
    CONTACT_FIELDS,
    Contact,
    ContactsMerged,
    Invalid,
    Merge,
    MergedContact,
    Missing,
    Refused,
    _,
    act,
    acting,
    among,
    db,
    fetch,
    functions_of,
    insert_many,
    need,
    not_writable,
    now,
    registry,
)

MOST = 500
"""Contacts that become one at once: more is a mistake."""
PRECEDENCE = ("customer", "supplier", "prospect")
"""Which functions make a contact the one that is suggested to be kept (spec E2)."""
CONTACT: Any = Contact.__table__
Versions = Mapping[int, int]


def preview(ids: Sequence[int], main_id: int | None = None, choices: Mapping[str, Any] | None = None) -> Plan:
    """What a merge of these contacts would do; `main_id` is the one that is kept, suggested where it is left out.

    Raises `Invalid` for fewer than two, more than `MOST`, or choices that can't be; `Missing`; `Refused` for one whose
    state allows no merge. What else is in the way is named by `problems.of`.
    """
    need("contacts.manage")
    contacts = _hold(ids, main_id, lock=False)
    found = planning.rows_of(list(contacts))
    order = _order(contacts, _suggested(contacts, found.rows) if main_id is None else main_id)
    return planning.make(order, checked(choices or {}, contacts), found)


def merge(
    ids: Sequence[int],
    main_id: int | None = None,
    choices: Mapping[str, Any] | None = None,
    *,
    versions: Versions | None = None,
    source: str | None = None,
) -> tuple[Merge, Plan]:
    """Make contacts one, whole or not at all; what it did, and the merge that can be taken back.

    `versions` are those that the user saw: where one of them has changed since, it is `Refused` with `changed`.
    `source` names what caused it. Raises as `preview` does, and `Refused` with `blockers` for what is in the way.
    """
    need("contacts.manage")
    contacts = _hold(ids, main_id, lock=True)
    if any(contacts[one].version != version for one, version in (versions or {}).items() if one in contacts):
        raise Refused(
            _("One of the contacts has been changed since you looked: look at the preview again."), changed=True
        )
    found = planning.rows_of(list(contacts))
    order = _order(contacts, _suggested(contacts, found.rows) if main_id is None else main_id)
    plan = planning.make(order, checked(choices or {}, contacts), found)
    refuse(plan)
    who = act()
    values = {
        "main_id": order[0].id, "user_id": who.user_id, "way": who.way, "source": source or who.source, "at": now(),
    }  # fmt: skip
    merges: Any = Merge.__table__
    merge_id = fetch(sa.insert(merges).values(values).returning(merges.c.id)).scalar_one()
    plan.name(merge_id)
    absorbed = tuple(one.id for one in plan.absorbed)
    insert_many(
        MergedContact,
        [{"merge_id": merge_id, "contact_id": one, "position": at} for at, one in enumerate(absorbed)],
    )
    with acting(replace(who, way="merge", source=f"merge:{merge_id}")):
        _do(plan)
        _keep(merge_id, plan)
        noting.merged(plan)
        # What the session has read is not what there is any more.
        db.session.expire_all()
        registry().publish(ContactsMerged(main_id=order[0].id, absorbed_ids=absorbed, merge_id=merge_id))
    return db.session.get_one(Merge, merge_id), plan


def refuse(plan: Plan) -> None:
    """Raise `Refused`, with `blockers`, where something is in the way of a merge."""
    if found := problems.of(plan):
        raise Refused(_("These contacts can't be merged yet: resolve what is listed first."), blockers=found)


def _hold(ids: Sequence[int], main_id: int | None, *, lock: bool) -> dict[int, Contact]:
    """The contacts, their rows locked in the order of their ids, with those that name them as parent or as merged.

    So two merges that share a contact, or an edit of one, wait for each other and never meet crosswise.
    """
    wanted = list(dict.fromkeys([*([] if main_id is None else [main_id]), *ids]))
    if len(wanted) < 2:
        raise Invalid(_("Choose at least two contacts: one can't be merged with itself."))
    if len(wanted) > MOST:
        raise Invalid(_("At most %(most)s contacts are merged at once: choose fewer.", most=MOST))
    if not all(0 < one < 2**63 for one in wanted):
        raise Missing(_("There is no such contact."))
    if lock:
        near = sa.or_(Contact.id.in_(wanted), Contact.parent_id.in_(wanted), Contact.merged_into_id.in_(wanted))
        db.session.execute(sa.select(Contact.id).where(near).order_by(Contact.id).with_for_update(key_share=True))
    query = sa.select(Contact).where(Contact.id.in_(wanted)).execution_options(populate_existing=True)
    contacts = {one.id: one for one in db.session.scalars(query)}
    for one in wanted:
        if one not in contacts:
            raise Missing(_("There is no such contact."))
        if refusal := not_writable(contacts[one]):
            contact = contacts[one]
            details = dict(refusal.details)
            raise Refused(
                _("%(name)s can't be merged. %(why)s", name=contact.name or contact.sort_name, why=refusal.message),
                **details,
            )
    return contacts


def _order(contacts: Mapping[int, Contact], main_id: int) -> list[Contact]:
    """The main contact, then the others by whose values come next: changed last, then the lower id (spec E3)."""
    others = sorted((one for one in contacts.values() if one.id != main_id), key=lambda one: one.id)
    others.sort(key=lambda one: one.updated_at, reverse=True)
    return [contacts[main_id], *others]


def suggested(groups: Sequence[Sequence[int]]) -> list[int]:
    """Of each group of contacts the one that is suggested to be kept; a fixed number of statements.

    Raises `Missing` where a contact is not there.
    """
    need("contacts.manage")
    ids = list(dict.fromkeys(one for group in groups for one in group))
    contacts = {one.id: one for one in db.session.scalars(sa.select(Contact).where(among(Contact.id, ids)))}
    if len(contacts) < len(ids):
        raise Missing(_("There is no such contact."))
    ranks = _ranks(contacts, planning.rows_of(ids).rows) if ids else {}
    return [min(group, key=ranks.__getitem__) for group in groups]


def _suggested(contacts: Mapping[int, Contact], rows: Mapping[str, Any]) -> int:
    """The one of these contacts that is suggested to be kept."""
    return min(contacts, key=_ranks(contacts, rows).__getitem__)


def _ranks(contacts: Mapping[int, Contact], rows: Mapping[str, Any]) -> dict[int, tuple[Any, ...]]:
    """Customer before supplier before prospect before none, then the fullest, then the oldest (spec E2).

    One that is archived is nobody's choice while another one is in the lists.
    """
    functions = functions_of(contacts)
    full = dict.fromkeys(contacts, 0)
    for place, held in rows.items():
        if not place.startswith("history_entry"):
            for whose, _origin in held.values():
                full[whose] += 1
    for contact in contacts.values():
        full[contact.id] += sum(getattr(contact, one.name) not in ("", None) for one in CONTACT_FIELDS)

    def rank(contact: Contact) -> tuple[Any, ...]:
        held = functions.get(contact.id, [])
        known = [PRECEDENCE.index(one) for one in held if one in PRECEDENCE]
        best = min(known, default=len(PRECEDENCE) + (not held))
        return (contact.archived_at is not None, best, -full[contact.id], contact.created_at, contact.id)

    return {key: rank(contact) for key, contact in contacts.items()}


def checked(choices: Mapping[str, Any], contacts: Mapping[int, Contact]) -> dict[str, int]:
    """Choices by field; raises `Invalid` for a field that there is not, or a contact that is not merged here."""
    known = {"kind", *(one.name for one in CONTACT_FIELDS), *(one.name for one in CONTACT_COLLECTIONS)}
    for function in registry().all_functions():
        known |= {f"{function.key}.{one.name}" for one in function.fields} | {f"{function.key}.currency"}
    errors: dict[str, str] = {}
    for name, contact_id in choices.items():
        if name not in known:
            errors[name] = _("There is no field “%(field)s”.", field=str(name)[:60])
        elif contact_id not in contacts:
            errors[name] = _("Choose the value of one of the contacts that are merged.")
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    return dict(choices)


def _do(plan: Plan) -> None:
    """Take all steps, then let the others lead to the main contact."""
    main_id = plan.main.id
    for statement in by_row(plan.first):
        write(*statement)
    for move in plan.moves:
        move.do(main_id)
    for add in plan.adds:
        add.do()
    for statement in by_row(plan.then):
        write(*statement)
    states = {"updated_at": now(), "version": CONTACT.c.version + 1}
    absorbed = [one.id for one in plan.absorbed]
    fetch(sa.update(CONTACT).where(among(CONTACT.c.id, absorbed)).values(merged_into_id=main_id, **states), flush=False)
    fetch(sa.update(CONTACT).where(CONTACT.c.id == main_id).values(**becoming.derived(plan), **states), flush=False)


def by_row(changes: Sequence[Change]) -> list[tuple[str, tuple[int, ...], dict[str, Any]]]:
    """Changes as statements: those of one row are one."""
    found: dict[tuple[str, tuple[int, ...]], dict[str, Any]] = {}
    for one in changes:
        found.setdefault((one.table, one.key), {}).update(one.after)
    return [(table, key, values) for (table, key), values in found.items()]


def _keep(merge_id: int, plan: Plan) -> None:
    """Write the steps down, those of one kind and table together."""
    groups: dict[tuple[str, str], list[Any]] = {}
    steps: list[Step] = [*plan.first, *plan.moves, *plan.adds, *plan.then]
    for one in steps:
        groups.setdefault((NAMES[type(one)], one.table), []).append(one.kept())
    insert_many(
        MergeStep,
        [
            {"merge_id": merge_id, "position": at, "kind": kind, "table": table, "data": data}
            for at, ((kind, table), data) in enumerate(groups.items())
        ],
    )

"""What is in the way of a merge, each with the click that resolves it (spec E5): nothing is dropped to make it fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from plugins.merge.plan import Plan
from webapp.api import Blocker, Contact, ContactLink, _, db, link_blocker

MOST = 20
"""Links that are named."""


def of(plan: Plan) -> list[Blocker]:
    """All that has to be resolved first; empty where the merge can be done."""
    return [*_inner_links(plan), *_inner_parents(plan), *_wrong_kind(plan), *_of_nobody(plan)]


def _inner_links(plan: Plan) -> list[Blocker]:
    """A contact and its own contact person are two."""
    found = []
    for link in _links([row["id"] for row in plan.links.inner]):
        one = link_blocker(link, link.party)
        label = _("%(person)s is a contact person of %(party)s", person=_name(link.person), party=_name(link.party))
        found.append(replace(one, label=label, override=False))
    return found


def _inner_parents(plan: Plan) -> list[Blocker]:
    """No company may stand above itself: neither directly nor by a chain of parents (spec A2)."""
    ids = {one.id for one in plan.order}
    for contact in plan.order:
        if contact.parent_id in ids:
            parent = next(one for one in plan.order if one.id == contact.parent_id)
            return [_parent(contact, parent)]
    step = next((one.result for one in plan.values.choices if one.name == "parent_id"), None)
    seen: set[int] = set()
    while step is not None and step not in seen:
        seen.add(step)
        above = db.session.scalar(sa.select(Contact.parent_id).where(Contact.id == step))
        if above in ids:
            child = db.session.get_one(Contact, step)
            return [_parent(child, next(one for one in plan.order if one.id == above))]
        step = above
    return []


def _parent(child: Contact, parent: Contact) -> Blocker:
    return Blocker(
        key="parent",
        label=_("%(parent)s is the parent company of %(child)s", parent=_name(parent), child=_name(child)),
        count=1,
        remedy=_("First give the subsidiary another parent company, or none."),
        endpoint="contacts.edit",
        values={"id": child.id},
    )


def _wrong_kind(plan: Plan) -> list[Blocker]:
    """A contact person is a person, and a parent company is a company (spec A3)."""
    ids = [one.id for one in plan.order]
    if all(one.kind == plan.values.kind for one in plan.order):
        return []
    if plan.values.kind == "company":
        held = _links(
            db.session.scalars(
                sa.select(ContactLink.id)
                # What an earlier merge laid aside with the party that it absorbed is in nobody's way.
                .join(Contact, Contact.id == ContactLink.party_id)
                .where(
                    ContactLink.person_id.in_(ids), ContactLink.party_id.not_in(ids), Contact.merged_into_id.is_(None)
                )
                .order_by(ContactLink.id)
                .limit(MOST)
            ).all()
        )
        why = _("A company can't be a contact person: keep the person as the main contact, or remove this link.")
        return [
            one if one.key == "primary_contact" else replace(one, remedy=why)
            for one in (replace(link_blocker(link, link.party), override=False) for link in held)
        ]
    children = db.session.scalars(
        sa.select(Contact).where(Contact.parent_id.in_(ids), Contact.merged_into_id.is_(None)).order_by(Contact.id)
    ).first()
    if children is None:
        return []
    parent = next(one for one in plan.order if one.id == children.parent_id)
    one = _parent(children, parent)
    return [replace(one, remedy=_("A person can't be a parent company: keep the company as the main contact."))]


def _of_nobody(plan: Plan) -> list[Blocker]:
    """Rows that meet in a table whose plug-in is gone: nobody can say what becomes of them (design: three states)."""
    tables = sorted({met.reference.table.name for met in plan.met if met.rule == "refuse"})
    return [
        Blocker(
            key="orphaned",
            label=_("Data of a plug-in that is gone: %(table)s", table=table),
            count=sum(met.reference.table.name == table for met in plan.met),
            remedy=_("An administrator installs that plug-in again, or removes its data."),
        )
        for table in tables
    ]


def _links(ids: Sequence[int]) -> Sequence[ContactLink]:
    return db.session.scalars(sa.select(ContactLink).where(ContactLink.id.in_(ids)).order_by(ContactLink.id)).all()


def _name(contact: Contact) -> str:
    return contact.name or contact.sort_name

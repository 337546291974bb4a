"""What holds a contact back from deletion: the core's own reasons and those of every installed plug-in (spec D1-D4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa

from webapp.contacts.models import Contact, ContactLink
from webapp.db import db
from webapp.functions.models import FunctionRow
from webapp.i18n import _, ngettext
from webapp.plugin import Blocker, DeleteGuard, Plugin
from webapp.registry import registry


def blockers(ids: Sequence[int]) -> dict[int, list[Blocker]]:
    """Every blocker of each contact, those of switched-off plug-ins too (spec D3)."""
    found: dict[int, list[Blocker]] = {}
    for plugin, guard in registry().duties("delete_guards"):
        for contact_id, reasons in guard.find(ids).items():
            found.setdefault(contact_id, []).extend(_told(one, plugin) for one in reasons)
    return found


def _told(one: Blocker, plugin: Plugin) -> Blocker:
    """The blocker with whose it is; a page of a switched-off plug-in is no way to its remedy (spec D3, I1)."""
    own = {blueprint.name for blueprint in plugin.blueprints}
    if registry().is_enabled(plugin.name) or one.endpoint.partition(".")[0] not in own:
        return replace(one, plugin=plugin.name)
    remedy = _(
        "%(remedy)s “%(plugin)s” is switched off: an administrator switches it on first.",
        remedy=one.remedy,
        plugin=plugin.label,
    )
    return replace(one, plugin=plugin.name, remedy=remedy, endpoint="", button_endpoint="")


def _has_function() -> sa.ColumnElement[bool]:
    return (
        sa.select(FunctionRow.id)
        .where(FunctionRow.contact_id == ContactLink.party_id, FunctionRow.ended_at.is_(None))
        .exists()
    )


def _links(ids: Sequence[int]) -> Iterator[tuple[ContactLink, Contact]]:
    """Links of these persons to parties with a function; links to a party without one go with the person."""
    rows = db.session.execute(
        sa.select(ContactLink, Contact)
        .join(Contact, Contact.id == ContactLink.party_id)
        .where(ContactLink.person_id.in_(ids), Contact.deleted_at.is_(None), _has_function())
        .order_by(Contact.sort_name, ContactLink.id)
    )
    yield from rows


def of_link(link: ContactLink, party: Contact) -> Blocker:
    """What holds a contact person: its link, and before that its mark as the primary one (spec D1, D2)."""
    name = party.name or party.sort_name
    if link.is_primary:
        return Blocker(
            key="primary_contact",
            label=_("Primary contact of %(party)s", party=name),
            count=1,
            remedy=_("First untick “Primary contact” and save, then remove the link."),
            override=True,
            endpoint="links.edit",
            values={"link_id": link.id},
            button=_("Untick “Primary contact”"),
            button_endpoint="links.untick_primary",
        )
    return Blocker(
        key="contact_person",
        label=_("Contact person of %(party)s", party=name),
        count=1,
        remedy=_("First remove the link to %(party)s.", party=name),
        override=True,
        endpoint="links.edit",
        values={"link_id": link.id},
        button=_("Remove the link"),
        button_endpoint="links.remove",
    )


def linked_persons(ids: Sequence[int]) -> Mapping[int, Sequence[Blocker]]:
    """D1 and D2: the person is a contact person of a prospect, customer or supplier."""
    found: dict[int, list[Blocker]] = {}
    for link, party in _links(ids):
        found.setdefault(link.person_id, []).append(of_link(link, party))
    return found


def party_with_persons(ids: Sequence[int]) -> Mapping[int, Sequence[Blocker]]:
    """D4: a prospect, customer or supplier with contact persons."""
    counts = db.session.execute(
        sa.select(ContactLink.party_id, sa.func.count())
        .join(Contact, Contact.id == ContactLink.person_id)
        .where(ContactLink.party_id.in_(ids), Contact.deleted_at.is_(None), _has_function())
        .group_by(ContactLink.party_id)
    )
    return {
        party_id: [
            Blocker(
                key="contact_persons",
                label=ngettext("%(num)s contact person", "%(num)s contact persons", count),
                count=count,
                remedy=_("First remove the links to its contact persons."),
                override=True,
                endpoint="contacts.persons",
                values={"id": party_id},
            )
        ]
        for party_id, count in counts
    }


def subsidiaries(ids: Sequence[int]) -> Mapping[int, Sequence[Blocker]]:
    """D1: other contacts that name this one as their parent company."""
    counts = db.session.execute(
        sa.select(Contact.parent_id, sa.func.count(), sa.func.min(Contact.id))
        .where(Contact.parent_id.in_(ids), Contact.deleted_at.is_(None))
        .group_by(Contact.parent_id)
    )
    return {
        parent_id: [
            Blocker(
                key="subsidiaries",
                label=ngettext("Parent company of %(num)s contact", "Parent company of %(num)s contacts", count),
                count=count,
                remedy=_("First give the subsidiary another parent company, or none."),
                override=True,
                endpoint="contacts.edit",
                values={"id": first},
            )
        ]
        for parent_id, count, first in counts
        if parent_id is not None
    }


GUARDS = (
    DeleteGuard(key="linked_persons", find=linked_persons),
    DeleteGuard(key="party_with_persons", find=party_with_persons),
    DeleteGuard(key="subsidiaries", find=subsidiaries),
)

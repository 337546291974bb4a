"""What holds a contact back from deletion: the core's own reasons and those of every installed plug-in (spec D1-D4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa

from webapp.contacts import cutting, strays
from webapp.contacts.models import Contact, ContactLink
from webapp.contacts.queries import functions_of
from webapp.db import db
from webapp.functions.models import FunctionRow
from webapp.i18n import _, ngettext
from webapp.plugin import Blocker, DeleteGuard, Plugin
from webapp.registry import registry

AT_A_CLICK = 200
"""Links that one click in the dialog removes: as many records as are done within a request."""
NAMED = 3
"""Parties that are named where a person is linked to several."""


def blockers(ids: Sequence[int]) -> dict[int, list[Blocker]]:
    """Every blocker of each contact, those of switched-off plug-ins too (spec D3)."""
    found: dict[int, list[Blocker]] = {}
    for plugin, guard in registry().duties("delete_guards"):
        for contact_id, reasons in guard.find(ids).items():
            found.setdefault(contact_id, []).extend(_told(one, plugin, guard) for one in reasons)
    for contact_id, reasons in strays.blockers(ids).items():
        found.setdefault(contact_id, []).extend(reasons)
    return found


def cut(contact_id: int) -> None:
    """Take away all that may be overridden and holds a contact, by each guard's own way (spec D4)."""
    for _plugin, guard in registry().duties("delete_guards"):
        if guard.cut is not None and guard.find([contact_id]):
            guard.cut(contact_id)


def refusal(contact: Contact, blockers: Sequence[Blocker]) -> str:
    """The first sentence of a contact that can't be deleted: of one whose papers the law keeps, that it can only be
    anonymised (spec D4)."""
    if not any(one.retained for one in blockers):
        name = contact.name or contact.sort_name
        return _("%(name)s can't be deleted yet: resolve what is listed first.", name=name)
    held = set(functions_of([contact.id]).get(contact.id, ()))
    # A customer is spoken of as one, whatever else it is.
    told = [one for one in registry().all_functions() if one.key in held and one.kept_papers]
    if told:
        return str(max(told, key=lambda one: one.final).kept_papers)
    return _("Documents that must be kept exist for this contact: it can't be deleted, only anonymised.")


def _told(one: Blocker, plugin: Plugin, guard: DeleteGuard) -> Blocker:
    """The blocker with whose it is; a page of a switched-off plug-in is no way to its remedy (spec D3, I1).

    What the law keeps no one may override, nor what nobody would take away (spec D4).
    """
    one = replace(one, plugin=plugin.name, override=one.override and not one.retained and guard.cut is not None)
    own = {blueprint.name for blueprint in plugin.blueprints}
    ways = {place.partition(".")[0] for place in (one.endpoint, one.button_endpoint) if place}
    if registry().is_enabled(plugin.name) or not (ways & own or one.retained):
        return one
    if one.retained:
        remedy = _(
            "%(remedy)s “%(plugin)s” is switched off: its data stay protected.", remedy=one.remedy, plugin=plugin.label
        )
    else:
        remedy = _(
            "%(remedy)s “%(plugin)s” is switched off: an administrator switches it on first.",
            remedy=one.remedy,
            plugin=plugin.label,
        )
    return replace(
        one,
        remedy=remedy,
        endpoint="plugins.show",
        values={"name": plugin.name},
        see=_("To the plug-in"),
        button_endpoint="",
        right="settings",
    )


def _there() -> tuple[sa.ColumnElement[bool], ...]:
    """Neither in the bin nor merged away: a merge leaves a link that met another with the absorbed contact, for its
    undo; nobody sees it, so it holds nothing back (spec E5, D3)."""
    return Contact.deleted_at.is_(None), Contact.merged_into_id.is_(None)


def _merged_person() -> sa.ColumnElement[bool]:
    """A person that was merged away goes with the main contact, whose own links hold both (spec D9)."""
    person = sa.orm.aliased(Contact)
    return sa.select(person.id).where(person.id == ContactLink.person_id, person.merged_into_id.is_not(None)).exists()


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
        .where(ContactLink.person_id.in_(ids), *_there(), sa.not_(_merged_person()), _has_function())
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
            see=_("Open the link"),
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
        see=_("Open the link"),
        button=_("Remove the link"),
        button_endpoint="links.remove",
    )


def linked_persons(ids: Sequence[int]) -> Mapping[int, Sequence[Blocker]]:
    """D1 and D2: the person is a contact person of a prospect, customer or supplier."""
    found: dict[int, list[Blocker]] = {}
    plain: dict[int, list[tuple[ContactLink, Contact]]] = {}
    for link, party in _links(ids):
        if link.is_primary:
            found.setdefault(link.person_id, []).append(of_link(link, party))
        else:
            plain.setdefault(link.person_id, []).append((link, party))
    for person_id, links in plain.items():
        one = of_link(*links[0]) if len(links) == 1 else _of_links(person_id, [party for _link, party in links])
        found.setdefault(person_id, []).append(one)
    return found


def links_that_hold(*, party_id: int | None, person_id: int | None) -> Sequence[int]:
    """Ids of links that hold a party or a person back and that one click removes: those of no primary contact."""
    other, one = (
        (ContactLink.person_id, ContactLink.party_id) if party_id else (ContactLink.party_id, ContactLink.person_id)
    )
    query = (
        sa.select(ContactLink.id)
        .join(Contact, Contact.id == other)
        .where(one == (party_id or person_id), sa.not_(ContactLink.is_primary), *_there(), _has_function())
    )
    return db.session.scalars(query.order_by(ContactLink.id).limit(AT_A_CLICK)).all()


def _of_links(person_id: int, parties: Sequence[Contact]) -> Blocker:
    """Several links that one click removes."""
    number, clicked = len(parties), min(len(parties), AT_A_CLICK)
    names = ", ".join(party.name or party.sort_name for party in parties[:NAMED])
    if number > NAMED:
        names = _("%(names)s and %(num)s more", names=names, num=number - NAMED)
    return Blocker(
        key="contact_person",
        label=ngettext("Contact person of %(num)s party", "Contact person of %(num)s parties", number),
        count=number,
        remedy=_("First remove the links to %(parties)s.", parties=names),
        override=True,
        endpoint="contacts.file",
        values={"id": person_id},
        see=_("See them"),
        button=ngettext("Remove %(num)s link", "Remove %(num)s links", clicked),
        button_endpoint="links.remove_from_parties",
    )


def party_with_persons(ids: Sequence[int]) -> Mapping[int, Sequence[Blocker]]:
    """D4: a prospect, customer or supplier with contact persons; D2 for the primary one."""
    of_parties = (ContactLink.party_id.in_(ids), *_there(), _has_function())
    found: dict[int, list[Blocker]] = {}
    primary = sa.select(ContactLink, Contact).join(Contact, Contact.id == ContactLink.person_id)
    for link, person in db.session.execute(primary.where(ContactLink.is_primary, *of_parties)):
        found.setdefault(link.party_id, []).append(_of_primary(link, person))
    counts = db.session.execute(
        sa.select(ContactLink.party_id, sa.func.count())
        .join(Contact, Contact.id == ContactLink.person_id)
        .where(sa.not_(ContactLink.is_primary), *of_parties)
        .group_by(ContactLink.party_id)
    )
    for party_id, count in counts:
        found.setdefault(party_id, []).append(_of_persons(party_id, count))
    return found


def _of_primary(link: ContactLink, person: Contact) -> Blocker:
    name = person.name or person.sort_name
    return Blocker(
        key="primary_person",
        label=_("%(person)s is its primary contact", person=name),
        count=1,
        remedy=_("First untick “Primary contact” and save, then remove the link."),
        override=True,
        endpoint="links.edit",
        values={"link_id": link.id},
        see=_("Open the link"),
        button=_("Untick “Primary contact”"),
        button_endpoint="links.untick_primary",
    )


def _of_persons(party_id: int, count: int) -> Blocker:
    clicked = min(count, AT_A_CLICK)
    return Blocker(
        key="contact_persons",
        label=ngettext("%(num)s contact person", "%(num)s contact persons", count),
        count=count,
        remedy=_("First remove the links to its contact persons."),
        override=True,
        endpoint="contacts.persons",
        values={"id": party_id},
        see=_("See them"),
        button=ngettext("Remove %(num)s link", "Remove %(num)s links", clicked),
        button_endpoint="links.remove_persons",
    )


def subsidiaries(ids: Sequence[int]) -> Mapping[int, Sequence[Blocker]]:
    """D1: other contacts that name this one as their parent company."""
    counts = db.session.execute(
        sa.select(Contact.parent_id, sa.func.count(), sa.func.min(Contact.id))
        .where(Contact.parent_id.in_(ids), *_there())
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
                see=_("Give it another one"),
                button=ngettext(
                    "Take the parent company off %(num)s contact",
                    "Take the parent company off %(num)s contacts",
                    min(count, AT_A_CLICK),
                ),
                button_endpoint="contacts.free_subsidiaries",
                button_values={"id": parent_id},
            )
        ]
        for parent_id, count, first in counts
        if parent_id is not None
    }


GUARDS = (
    DeleteGuard(key="linked_persons", find=linked_persons, cut=cutting.links_of_person),
    DeleteGuard(key="party_with_persons", find=party_with_persons, cut=cutting.links_of_party),
    DeleteGuard(key="subsidiaries", find=subsidiaries, cut=cutting.subsidiaries_of),
)

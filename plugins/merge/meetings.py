"""What meets in a merge, as sentences (spec E5): where two become one, where a mark goes, what the history keeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from plugins.merge.fields import EMPTY
from plugins.merge.plan import Plan
from plugins.merge.words import Words, entry, name_of, table_labels
from webapp.api import CONTACT_FIELDS, LINK_FIELDS, Base, _, among, change_label, fetch, ngettext, registry

FEW = 3
"""So many of a kind are told each by itself."""
ALIKE = "contact_tag"
"""Rows that say nothing but that they are there: two are one, and nobody has to read of it."""


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """A sentence; of many that say the same of others, how many they are, and each of them beneath."""

    text: str
    each: tuple[str, ...] = ()


def told(plan: Plan, words: Words) -> list[Meeting]:
    """Everything that meets, the gravest first."""
    united, demoted, addresses = (
        list(found) for found in (_united(plan, words), _demoted(plan, words), _addresses(plan, words))
    )
    found = [Meeting(text=one) for one in _functions(plan)]
    found += _together(
        united,
        ngettext("%(num)s link is there twice.", "%(num)s links are there twice, and become one each.", len(united)),
    )
    found += _together(
        demoted,
        ngettext(
            "%(num)s contact person loses the mark “Primary contact”.",
            "%(num)s contact persons lose the mark “Primary contact”.",
            len(demoted),
        ),
    )
    found += _together(
        addresses,
        ngettext("%(num)s second main address.", "%(num)s main addresses become “other” ones.", len(addresses)),
    )
    rest = (*_rows(plan), *_pictures(plan, words), *_archived(plan), *_history(plan, words))
    return found + [Meeting(text=one) for one in rest]


def _together(each: list[str], summary: str) -> list[Meeting]:
    """A few of a kind as they are, more of them beneath one sentence."""
    return [Meeting(text=one) for one in each] if len(each) <= FEW else [Meeting(text=summary, each=tuple(each))]


def _functions(plan: Plan) -> Iterator[str]:
    pairs = Counter((row["function"], winner["function"]) for row, winner in plan.functions.ended)
    for (ended, lives), number in pairs.items():
        one, other = (registry().function(key) for key in (ended, lives))
        if one is None or other is None:
            continue
        if ended != lives:
            yield _(
                "“%(winner)s” wins over “%(other)s”, for good: what was noted there stays readable in the file.",
                winner=other.label,
                other=one.label,
            )
            continue
        yield ngettext(
            "Two of them are “%(function)s”: the fields become one, as chosen below.",
            "%(number)s of them are “%(function)s”: the fields become one, as chosen below.",
            number,
            number=number + 1,
            function=one.label,
        )


def _united(plan: Plan, words: Words) -> Iterator[str]:
    ids = {one.id for one in plan.order}
    labels = {one.name: one.label for one in LINK_FIELDS}
    for row, _stays in plan.links.united:
        is_person = row["person_id"] in ids
        other = words.names.get(row["party_id" if is_person else "person_id"], "")
        text = (
            _(
                "Two of them are contact persons of %(name)s. One link stays, with both roles and every mark.",
                name=other,
            )
            if is_person
            else _("%(name)s is linked to two of them. One link stays, with both roles and every mark.", name=other)
        )
        lost = plan.links.losing.get(row["id"], {})
        for name, value in lost.items():
            text += " " + _("“%(value)s” (%(field)s) goes into the history.", value=value, field=labels.get(name, name))
        yield text


def _demoted(plan: Plan, words: Words) -> Iterator[str]:
    ids, main = {one.id for one in plan.order}, name_of(plan.main)
    for row in plan.links.demoted:
        person, party = (
            main if row[side] in ids else words.names.get(row[side], "") for side in ("person_id", "party_id")
        )
        yield _(
            "%(person)s stays linked to %(party)s, without the mark “Primary contact”: another one has it.",
            person=person,
            party=party,
        )


def _addresses(plan: Plan, words: Words) -> Iterator[str]:
    for row in plan.entries["addresses"].renamed:
        yield _(
            "A second main address, %(address)s (%(name)s), becomes an “other” one: nothing is sent there by itself.",
            address=entry("addresses", row),
            name=words.names.get(row["contact_id"], ""),
        )


def _rows(plan: Plan) -> Iterator[str]:
    """Rows of plug-ins that can't stand side by side, by what their owner's rule does."""
    pairs = Counter((met.reference.table.name, met.rule) for met in plan.met if met.reference.table.name != ALIKE)
    labels = table_labels() if pairs else {}
    for (table, rule), number in pairs.items():
        label = labels.get(table, (table, False))[0]
        if rule == "unite":
            yield ngettext(
                "%(label)s: one is there twice. It becomes one, filled up; the other is kept with its contact.",
                "%(label)s: %(num)s are there twice. They become one each, filled up; the others are kept with their "
                "contacts.",
                number,
                label=label,
            )
        elif rule == "demote":
            yield ngettext(
                "%(label)s: one gives its mark up to the main contact's.",
                "%(label)s: %(num)s give their mark up to the main contact's.",
                number,
                label=label,
            )
        else:
            yield ngettext(
                "%(label)s: one stays with its contact, as the main contact has one. The undo brings it back.",
                "%(label)s: %(num)s stay with their contacts, as the main contact has one. The undo brings them back.",
                number,
                label=label,
            )


def _pictures(plan: Plan, words: Words) -> Iterator[str]:
    if plan.picture is None:
        return
    pictures = Base.metadata.tables["contact_picture"]
    query = sa.select(sa.func.count()).where(among(pictures.c.contact_id, [one.id for one in plan.order]))
    if fetch(query).scalar_one() > 1:
        yield _(
            "Several have a picture: that of %(name)s is shown, the others are kept with their contacts.",
            name=words.called(plan.picture),
        )


def _archived(plan: Plan) -> Iterator[str]:
    if plan.main.archived_at is not None and any(one.archived_at is None for one in plan.order):
        yield _("%(name)s is archived, and comes back into the lists.", name=name_of(plan.main))


def _history(plan: Plan, words: Words) -> Iterator[str]:
    """Values that have no place in the result's kind; those not chosen are seen in the table."""
    fields = {one.name: one for one in CONTACT_FIELDS}
    for name, values in plan.values.placeless.items():
        for contact_id, value in values.items():
            if value in EMPTY:
                continue
            yield _(
                "%(field)s “%(value)s” of %(name)s has no place there, and goes into the history.",
                field=change_label(name),
                value=words.say(fields[name], value),
                name=words.called(contact_id),
            )

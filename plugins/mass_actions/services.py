"""Run one action on many contacts: each in a savepoint, with its own outcome (spec G3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from webapp.api import Contact as ContactModel
from webapp.api import (
    Invalid,
    MassAction,
    Missing,
    _,
    act,
    acting,
    db,
    live,
    need,
    place,
    registry,
)

MOST = 200
"""Contacts at once: a page's selection."""


class Bar:
    """The provider of the lists' form address."""

    def address(self) -> str:
        """Where the chosen contacts are sent."""
        return place("mass_actions.run")


@dataclass
class Outcome:
    """What became of each chosen contact: done, skipped (nothing to change), failed (with the reason)."""

    done: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def find(key: str) -> MassAction:
    """The action called `key`; raises `Missing`."""
    for one in registry().offers("mass_actions"):
        if one.key == key:
            return one
    raise Missing(_("There is no such mass action."))


@dataclass(frozen=True)
class Chosen:
    """The live contacts of a selection; `gone` counts those that are no longer in the lists."""

    contacts: list[ContactModel]
    gone: int


def chosen(ids: Sequence[str]) -> Chosen:
    """What a selection holds now; raises `Invalid` where nothing, or too much, is chosen, or nothing of it is left."""
    numbers = {int(one) for one in ids if one.isdecimal() and len(one) < 19}
    if not numbers:
        raise Invalid(_("Nothing is chosen: tick the contacts first. Nothing chosen is never everything."))
    if len(numbers) > MOST:
        raise Invalid(_("At most %(most)s contacts at once: choose fewer.", most=MOST))
    query = live().where(ContactModel.id.in_(numbers)).order_by(ContactModel.sort_name, ContactModel.id)
    contacts = list(db.session.scalars(query))
    if not contacts:
        raise Invalid(_("None of the chosen contacts is in the lists any more: go back and choose again."))
    return Chosen(contacts, len(numbers) - len(contacts))


def run(action: MassAction, contacts: Sequence[ContactModel]) -> Outcome:
    """Do it to each; a refusal takes no neighbour along."""
    need(action.right)
    outcome = Outcome()
    with acting(replace(act(), way="mass_action")):
        names = {one.id: one.name for one in contacts}
        for contact_id, result in action.run(list(names), {}).items():
            if result.what == "failed":
                outcome.failed.append((names[contact_id], str(result.reason)))
            else:
                (outcome.done if result.what == "done" else outcome.skipped).append(names[contact_id])
    return outcome

"""One action on many contacts, as a job: each contact with its own outcome, and the way back (spec G2, G3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask_babel import format_decimal

from plugins.mass_actions.asking import answers
from webapp.api import (
    Chunk,
    Invalid,
    MassAction,
    Missing,
    Outcome,
    Refused,
    Selection,
    _,
    act,
    db,
    listed,
    need,
    ngettext,
    place,
    registry,
    start_job,
)

KIND = "mass_action"
"""The kind of jobs that run mass actions; `params`: `action`, its `values`, the list (`in`), its page (`back`), and to
how many it was `announced`."""


class Provider:
    """What the core asks of mass actions (`webapp.ports.MassActions`)."""

    def address(self) -> str:
        """Where the chosen contacts are sent."""
        return place("mass_actions.ask")

    def offers(self, function: str = "", *, archived: bool = False) -> Sequence[MassAction]:
        """What the present user may do to contacts of a list."""
        of = "archived" if archived else "live"
        return [
            one
            for one in registry().offers("mass_actions")
            if one.of == of
            and act().may(one.right)
            and (not one.functions or not function or function in one.functions)
        ]

    def find(self, action: str) -> MassAction:
        """The action, which the present user may do."""
        found = find(action)
        need(found.right)
        return found

    def start(self, action: str, selection: Selection, values: Mapping[str, Any]) -> Any:
        """Begin it as a job."""
        found = self.find(action)
        refuse_page(found)
        asked = answers(found, values)
        unknown = {one: _("There is no field “%(field)s”.", field=one[:60]) for one in values.keys() - asked.names}
        errors = unknown | asked.errors | {one: _("This is needed.") for one in asked.missing}
        if errors:
            raise Invalid(_("Please correct what is marked."), errors)
        return begin(found, selection, asked.values)


def find(key: str) -> MassAction:
    """The action called `key`; raises `Missing` where nobody offers it (any more)."""
    for one in registry().offers("mass_actions"):
        if one.key == key:
            return one
    raise Missing(_("This mass action is not offered: the plug-in that brings it may be switched off."))


def refuse_page(action: MassAction) -> None:
    """Raise `Refused` for what is looked at as a whole, on a page of its own, and is nothing for a job."""
    if action.page is None:
        return
    label = str(action.label).removesuffix("…")
    if action.call:
        raise Refused(_("“%(action)s” has a call of its own: use %(call)s.", action=label, call=action.call))
    raise Refused(
        _("“%(action)s” is looked at, and confirmed, on a page of its own: choose it in a list.", action=label)
    )


def page_of(action: MassAction, selection: Selection, back: str) -> str:
    """The address where those chosen are looked at as a whole; `back` is the list they were chosen from.

    Raises `Invalid` where they are too many, or can't be done together; nothing is left out of them unsaid.
    """
    assert action.page is not None
    ids = list(selection.ids or db.session.scalars(selection.select().limit(action.most + 1)))
    if len(ids) > action.most:
        raise Invalid(
            _("At most %(most)s contacts can be done together: choose fewer.", most=format_decimal(action.most))
        )
    address = action.page(ids)
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'back': back})}"


def begin(
    action: MassAction, selection: Selection, values: Mapping[str, Any], back: str = "", announced: int = 0
) -> Any:
    """A job that does it to all that are chosen now; raises `CountChanged` where the user was told another number.

    `announced` is to how many the preview said that it will be done: the job is called so.
    """
    need(action.right)
    total = selection.settle()
    if not total:
        raise Invalid(_("The list holds no contact now: there is nothing to do."))
    params: dict[str, Any] = {"action": action.key, "values": dict(values), "in": selection.place, "back": back}
    if 0 < announced <= total:
        params["announced"] = announced
    return start_job(KIND, params, selection.ids or selection.select(), total=total, way="mass_action")


def gone() -> Outcome:
    """What becomes of a contact that is not there, or not in the lists."""
    return Outcome(
        "failed", _("Not found: it is no longer in the list, since it was deleted, archived, merged or anonymised.")
    )


def run(chunk: Chunk) -> None:
    """Do a chunk of the job; what the lists do not hold is never touched."""
    action, values = _of(chunk.params)
    ids = [item.contact_id for item in chunk.items if item.contact_id is not None]
    present = listed(ids, archived=action.of == "archived", lock=action.run is not None)
    absent = gone()
    for item in chunk.items:
        chunk.tell(item, absent)
    if action.work is not None:
        there = set(present)
        action.work(replace(chunk, items=[item for item in chunk.items if item.contact_id in there]), values)
    elif action.run is not None and present:
        _tell(chunk, action.run(present, values))


def undo(chunk: Chunk) -> None:
    """Take a chunk of an earlier job back."""
    action, values = _of(chunk.params)
    if action.undo is None:
        return
    befores = {item.contact_id: item.before for item in chunk.items if item.contact_id is not None}
    found = action.undo(befores, values)
    _tell(chunk, found)


def _tell(chunk: Chunk, found: Mapping[int, Outcome]) -> None:
    for item in chunk.items:
        if item.contact_id is not None and item.contact_id in found:
            chunk.tell(item, found[item.contact_id])


def title(params: Mapping[str, Any], total: int) -> str:
    """What the job is called: what is done, to how many."""
    action, values = _of(params)
    return called(action, params.get("announced", total), values)


def called(action: MassAction, number: int, values: Mapping[str, Any]) -> str:
    """What is done, to how many."""
    if action.title is not None:
        return str(action.title(number, values))
    return ngettext("%(action)s: %(num)s contact", "%(action)s: %(num)s contacts", number, action=action.label)


def final(params: Mapping[str, Any]) -> str:
    """Why there is no way back; empty where there is one."""
    action, values = _of(params)
    return why_final(action, values)


def why_final(action: MassAction, values: Mapping[str, Any]) -> str:
    """The same of an action."""
    return str(action.final(values)) or ("" if action.undo else _("This can't be taken back."))


def size(params: Mapping[str, Any]) -> int:
    """Contacts of one chunk."""
    return _of(params)[0].chunk


def right(params: Mapping[str, Any]) -> str:
    """What its owner needs."""
    return _of(params)[0].right


def _of(params: Mapping[str, Any]) -> tuple[MassAction, Mapping[str, Any]]:
    return find(params["action"]), params["values"]

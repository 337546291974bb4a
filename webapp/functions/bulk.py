"""Many activations and conversions, by the same rules as one (`webapp.functions.services`), in a fixed number of
statements.

What is decided for each contact is decided on rows that are locked, in the order of their ids, so that two that work
on the same contacts wait for each other and never meet crosswise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from webapp.acting import act, need
from webapp.contacts.bulk import forget, hold
from webapp.contacts.models import Contact, ContactNumber
from webapp.db import among, db, fetch, now
from webapp.events import FunctionActivated
from webapp.functions import numbers, numbers_of_many
from webapp.functions.models import FunctionRow
from webapp.functions.services import known, not_to_be_left, nothing_to_convert, release
from webapp.history.services import record_many
from webapp.i18n import _
from webapp.many_rows import insert_many
from webapp.outcomes import each
from webapp.plugin import ContactFunction, Outcome
from webapp.ports import Numbering
from webapp.registry import registry
from webapp.text import fold


def convert_many(ids: Sequence[int], to: str) -> dict[int, Outcome]:
    """Turn prospects into customers, for good (spec C2-C6): by contact id what became of each, and why.

    Raises what `known` raises, `Refused` where a range has not so many numbers left, and whatever a subscriber does:
    to be called in a savepoint.
    """
    need("contacts.edit")
    return _do(_Plan(known(to)), ids)


def activate_many(ids: Sequence[int], key: str) -> dict[int, Outcome]:
    """Give contacts a function, without fields; where it may follow another one of its slot, it is a conversion."""
    need("contacts.edit")
    return _do(_Plan(known(key), begins=True), ids)


def would_not_convert(ids: Sequence[int], to: str) -> dict[int, Outcome]:
    """Those that `convert_many` would skip or refuse now, and why; nothing is changed and no number taken."""
    return _look(_Plan(known(to)), ids)


def would_not_activate(ids: Sequence[int], key: str) -> dict[int, Outcome]:
    """Those that `activate_many` would skip or refuse now, and why."""
    return _look(_Plan(known(key), begins=True), ids)


def release_since(befores: Mapping[int, Any], key: str) -> dict[int, Outcome]:
    """Take a function back that `activate_many` gave, one by one; what has been released or given anew stays."""
    live = {
        row.contact_id: row.id
        for row in db.session.execute(
            sa.select(FunctionRow.id, FunctionRow.contact_id).where(
                among(FunctionRow.contact_id, befores), FunctionRow.function == key, FunctionRow.ended_at.is_(None)
            )
        )
    }

    def one(contact_id: int, values: Mapping[str, Any]) -> bool | Outcome:
        if befores[contact_id] != live.get(contact_id):
            return Outcome("skipped", _("It was changed since: what stands there now stays."))
        release(contact_id, key)
        return True

    return each(one)(sorted(befores), {})


def _do(plan: _Plan, ids: Sequence[int]) -> dict[int, Outcome]:
    plan.look(ids, lock=True)
    plan.number(gives=True)
    rows = _carry_out(plan) if plan.steps else {}
    # A conversion is not taken back.
    told = {one.contact_id: Outcome("done", before=None if one.row_id else rows[one.contact_id]) for one in plan.steps}
    return {one: (told | plan.held)[one] for one in dict.fromkeys(ids)}


def _look(plan: _Plan, ids: Sequence[int]) -> dict[int, Outcome]:
    need("contacts.read")
    plan.look(ids, lock=False)
    plan.number(gives=False)
    return plan.held


@dataclass(kw_only=True)
class _Step:
    """A contact that gains the function: the row and the function that end by that, if any, and its number then."""

    contact_id: int
    sort_number: str
    row_id: int | None = None
    function: str = ""
    number: str = ""
    origin: str = "kept"
    numbers: list[Any] = field(default_factory=list)
    own: dict[str, str] = field(default_factory=dict)

    @property
    def action(self) -> str:
        """What the history calls it."""
        return "converted" if self.row_id else "activated"


class _Plan:
    """Who gains a function, and who does not and why; `begins`: also who has none of its slot. `_carry_out` writes."""

    def __init__(self, function: ContactFunction, *, begins: bool = False) -> None:
        self.function, self.begins = function, begins
        self.held: dict[int, Outcome] = {}
        self.shares: Sequence[str] = ()
        self.steps: list[_Step] = []

    def look(self, ids: Sequence[int], *, lock: bool) -> None:
        """Decide by the states of the contacts, the functions they have, and the guards of these."""
        contacts, self.held = hold(ids, (Contact.sort_number,), lock=lock)
        holders = {
            row.contact_id: row
            for row in db.session.execute(
                sa.select(FunctionRow.id, FunctionRow.contact_id, FunctionRow.function, FunctionRow.is_final).where(
                    among(FunctionRow.contact_id, ids),
                    FunctionRow.slot == self.function.slot,
                    FunctionRow.ended_at.is_(None),
                )
            )
        }
        for contact_id, contact in contacts.items():
            found = self._judge(contact, holders.get(contact_id))
            if isinstance(found, Outcome):
                self.held[contact_id] = found
            else:
                self.steps.append(found)
        self._ask_guards()

    def _judge(self, contact: Any, holder: Any) -> Outcome | _Step:
        step = _Step(contact_id=contact.id, sort_number=contact.sort_number)
        if holder is None:
            if self.begins:
                return step
            return Outcome("failed", nothing_to_convert(self.function).message)
        if holder.function == self.function.key:
            return Outcome("skipped", _("It has the function “%(function)s” already.", function=self.function.label))
        if refusal := not_to_be_left(holder.function, holder.is_final, self.function):
            return Outcome("failed", refusal.message)
        step.row_id, step.function = holder.id, holder.function
        return step

    def _ask_guards(self) -> None:
        for _plugin, guard in registry().duties("function_guards"):
            asked = {one.row_id: one.contact_id for one in self.steps if one.row_id and one.function == guard.function}
            if guard.action == "convert" and asked:
                held = {asked[row]: Outcome("failed", reason) for row, reason in guard.find(list(asked)).items()}
                self._hold(held)

    def _hold(self, held: Mapping[int, Outcome]) -> None:
        self.held |= held
        self.steps = [one for one in self.steps if one.contact_id not in held]

    def number(self, *, gives: bool) -> None:
        """Decide which number each has afterwards: one that it has, else, where it `gives` any, the next (spec F3).

        All that are needed are taken at once.
        """
        numbering, key = registry().service(Numbering), self.function.key
        self.shares = numbering.shares(key)
        found = numbers_of_many.known([one.contact_id for one in self.steps])
        for one in self.steps:
            one.numbers = found[one.contact_id]
            present = {row.function: row.value for row in one.numbers if row.valid_to is None}
            left = present.pop(one.function, "")
            one.number = left if one.function and numbering.keeps(key, one.function) else ""
            one.number = one.number or next((present[other] for other in self.shares if other in present), "")
        lacking = [one for one in self.steps if not one.number]
        if gives and lacking:
            for one, given in zip(lacking, numbering.give(key, len(lacking)), strict=False):
                one.number, one.origin = given, "given"
        self._keep_apart()
        if gives and self.steps:
            for name, range_key in numbering.filled(key).items():
                for one, given in zip(self.steps, numbering.give(range_key, len(self.steps)), strict=False):
                    one.own[name] = given

    def _keep_apart(self) -> None:
        """A number that is or was another contact's, in this function or one that shares its numbers, stays theirs."""
        wanted = [one.number for one in self.steps if one.number]
        owners = numbers_of_many.owners(self.function.key, self.shares, wanted)
        held = {}
        for one in self.steps:
            if not one.number:
                continue
            if owners[fold(one.number)] - {one.contact_id}:
                held[one.contact_id] = Outcome("failed", numbers.not_free(one.number).message)
            else:
                owners[fold(one.number)].add(one.contact_id)
        self._hold(held)


def _carry_out(plan: _Plan) -> dict[int, int]:
    """Write what was decided; returns the rows of the function by contact id.

    Lists are kept by triggers, so what ends is ended before what lists show of it is changed.
    """
    steps, key = plan.steps, plan.function.key
    ids, ended = [one.contact_id for one in steps], [one.row_id for one in steps if one.row_id]
    moment, who = now(), act()
    if ended:
        rows = sa.update(FunctionRow).where(among(FunctionRow.id, ended))
        _update(rows.values(ended_at=moment, ended_how="converted", ended_way=who.way, ended_by_id=who.user_id))
    _renumber(plan, moment)
    row = {
        "function": key,
        "slot": plan.function.slot,
        "is_final": plan.function.final,
        "started_at": moment,
        "started_by_id": who.user_id,
        "started_way": who.way,
    }
    insert_many(FunctionRow, [{"contact_id": one, **row} for one in ids])
    live = sa.select(FunctionRow.contact_id, FunctionRow.id).where(
        among(FunctionRow.contact_id, ids), FunctionRow.function == key, FunctionRow.ended_at.is_(None)
    )
    begun: dict[int, int] = {row.contact_id: row.id for row in fetch(live).all()}
    insert_many(plan.function.model, [{"contact_function_id": begun[one.contact_id], **one.own} for one in steps])
    if ended:
        following = sa.orm.aliased(FunctionRow)
        after = sa.select(following.id).where(
            following.contact_id == FunctionRow.contact_id, following.function == key, following.ended_at.is_(None)
        )
        rows = sa.update(FunctionRow).where(among(FunctionRow.id, ended))
        _update(rows.values(converted_to_id=after.scalar_subquery()))
    forget(ids, FunctionRow, ContactNumber)
    for action in ("activated", "converted"):
        told = {one.contact_id: {"function": (one.function or None, key)} for one in steps if one.action == action}
        record_many(action, told)
    for one in steps:
        event = FunctionActivated(contact_id=one.contact_id, function=key, converted_from=one.function or None)
        registry().publish(event)
    return begun


def _renumber(plan: _Plan, moment: Any) -> None:
    """End the numbers of the functions that end, let the next function have its own, and write what follows of it."""
    key = plan.function.key
    by_function: dict[str, list[int]] = defaultdict(list)
    for one in plan.steps:
        if one.row_id:
            by_function[one.function].append(one.contact_id)
    for function, ids in by_function.items():
        numbers_of_many.end(ids, [function], moment)
    wanted = [numbers_of_many.Wanted(one.contact_id, key, one.number, one.origin) for one in plan.steps if one.number]
    numbers_of_many.write(wanted, {one.contact_id: one.numbers for one in plan.steps}, plan.shares, moment)
    shown, before, found_anew = {}, {}, []
    for one in plan.steps:
        present = {
            row.function: row.folded for row in one.numbers if row.valid_to is None and row.function != one.function
        }
        if one.number:
            present[key] = fold(one.number)
        shown[one.contact_id], before[one.contact_id] = present, one.sort_number
        if one.number and fold(one.number) not in {row.folded for row in one.numbers}:
            found_anew.append(one.contact_id)
    numbers_of_many.touch(shown, before, found_anew, moment)


def _update(statement: Any) -> None:
    """An update that leaves what the session holds to `forget`."""
    db.session.execute(statement, execution_options={"synchronize_session": False})

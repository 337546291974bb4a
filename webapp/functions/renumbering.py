"""Next numbers for many contacts at once (spec F3): what they had stays theirs as a former number, and is found.

In a fixed number of statements however many contacts they are; rows are locked in the order of their ids.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import sqlalchemy as sa

from webapp.acting import need
from webapp.contacts.bulk import forget, hold
from webapp.contacts.models import Contact, ContactNumber
from webapp.db import among, db, now
from webapp.errors import Refused
from webapp.events import ContactChanged
from webapp.functions import numbers_of_many
from webapp.functions.models import FunctionRow
from webapp.functions.numbers import not_free
from webapp.functions.services import known
from webapp.history.services import record_many
from webapp.i18n import _
from webapp.plugin import ContactFunction, Outcome
from webapp.ports import Numbering
from webapp.registry import registry
from webapp.text import fold

Which = Literal["all", "without"]
"""Who gets a number: all that have the function, or those of them that have none."""
Told = dict[int, Outcome]
Enough = Callable[[int], tuple[int, str]]
"""Of so many numbers that are needed, how many there are, and why there are not more."""


def renumber_many(ids: Sequence[int], function: str, which: Which = "all") -> Told:
    """Give contacts that have the function the next numbers of its range, in the order of `ids`.

    Functions that share the range show the same number; so one `without` a number is shown the one that another of
    its functions has, where there is one. Raises what `known` raises, and `Refused` where no number is given, or not
    so many: to be called in a savepoint.
    """
    need("contacts.edit")
    plan = _Plan(known(function), which)
    plan.look(ids, lock=True)
    if lacking := plan.lacking:
        # Until the transaction ends nobody else is given any: what could be read before was.
        given = registry().service(Numbering).give(function, len(lacking))
        if not given:
            raise gives_none(plan.function)
        # In the order of the list, so that who stands first there has the first.
        for one, number in zip(lacking, given, strict=True):
            one.give(number)
    plan.keep_apart()
    told = {one.contact_id: Outcome("done", one.said(), one.before()) for one in plan.steps}
    _carry_out(plan.steps, plan.shares)
    return {one: (told | plan.held)[one] for one in dict.fromkeys(ids)}


def would_not_renumber(ids: Sequence[int], function: str, which: Which = "all", enough: Enough | None = None) -> Told:
    """Those that `renumber_many` would skip or refuse now, and why; nothing is changed and no number taken.

    `enough` is asked how far the range goes, by who knows.
    """
    need("contacts.read")
    plan = _Plan(known(function), which)
    plan.look(ids, lock=False)
    if lacking := plan.lacking:
        there, reason = enough(len(lacking)) if enough else _one_comes(plan.function, len(lacking))
        plan.hold({one.contact_id: Outcome("failed", reason) for one in lacking[there:]})
    plan.keep_apart()
    return plan.held


def renumber_back(befores: Mapping[int, Any], function: str) -> Told:
    """Give back the numbers that contacts had; the ones given meanwhile stay as former ones.

    `befores` are what `renumber_many` told. Where another number stands there now, it stays.
    """
    need("contacts.edit")
    shares = registry().service(Numbering).shares(function)
    contacts, told = hold(list(befores), (Contact.sort_number,))
    found = numbers_of_many.known(contacts)
    steps = []
    for one, contact in contacts.items():
        given, olds = befores[one]["given"], befores[one]["before"]
        step = _Step(contact, function, found[one])
        if fold(step.present.get(function, "")) != fold(given):
            told[one] = Outcome("skipped", _("It was changed since: what stands there now stays."))
            continue
        # A function that began since shows the same number as the others.
        common = olds[function] or next(filter(None, olds.values()), "")
        for key in {*shares, *olds}:
            if fold(step.present.get(key, "")) == fold(given):
                step.after[key] = olds.get(key, common)
        steps.append(step)
    held = _not_free(steps, function, shares)
    steps = [one for one in steps if one.contact_id not in held]
    _carry_out(steps, shares)
    return told | held | {one.contact_id: Outcome("done") for one in steps}


def gives_none(function: ContactFunction) -> Refused:
    """No range gives a function its numbers."""
    return Refused(
        _(
            "Numbers of the function “%(function)s” are not given by a range: type them, or let an administrator have "
            "them given in Settings.",
            function=function.label,
        ),
        field="number",
    )


def _one_comes(function: ContactFunction, many: int) -> tuple[int, str]:
    """Whether any number comes next is all that every provider says beforehand."""
    if registry().service(Numbering).preview(function.key) is None:
        return 0, gives_none(function).message
    return many, ""


class _Step:
    """A contact whose functions show other numbers `after` than at `present`; an empty text: none."""

    def __init__(self, contact: Any, function: str, numbers: Sequence[Any]) -> None:
        self.contact_id: int = contact.id
        self.sort_number: str = contact.sort_number
        self.function, self.numbers = function, numbers
        self.present: dict[str, str] = {row.function: row.value for row in numbers if row.valid_to is None}
        self.after: dict[str, str] = {}
        self.origin = "kept"

    @property
    def number(self) -> str:
        """The one that comes."""
        return self.after.get(self.function, "")

    def give(self, number: str) -> None:
        """Let all of them show a number that nobody had."""
        self.after, self.origin = dict.fromkeys(self.after, number), "given"

    @property
    def changes(self) -> dict[str, tuple[str, str]]:
        """By function what it shows and what it is to show, where these differ; the one that was asked for first."""
        keys = sorted(self.after, key=lambda key: (key != self.function, key))
        pairs = {key: (self.present.get(key, ""), self.after[key]) for key in keys}
        return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}

    def said(self) -> str:
        """What became of it, in the list of results."""
        if old := self.present.get(self.function):
            return _("%(new)s instead of %(old)s", new=self.number, old=old)
        return self.number

    def before(self) -> dict[str, Any]:
        """What taking it back needs."""
        # Of functions that change nothing as well: they show the number rightly when it is taken back.
        showing = {*self.after, *(key for key, value in self.present.items() if value == self.number)}
        return {"given": self.number, "before": {key: self.present.get(key, "") for key in sorted(showing)}}


class _Plan:
    """Who gets a number, and who does not and why; `_carry_out` writes."""

    def __init__(self, function: ContactFunction, which: Which) -> None:
        self.function, self.which = function, which
        self.shares = registry().service(Numbering).shares(function.key)
        self.held: Told = {}
        self.steps: list[_Step] = []

    @property
    def lacking(self) -> list[_Step]:
        """Those for whom a number has to be given."""
        return [one for one in self.steps if not one.number]

    def look(self, ids: Sequence[int], *, lock: bool) -> None:
        """Decide by the states of the contacts, the functions they have, and the numbers these show."""
        key = self.function.key
        contacts, self.held = hold(ids, (Contact.sort_number,), lock=lock)
        live = _live(contacts, {key, *self.shares})
        found = numbers_of_many.known([one for one in contacts if key in live[one]])
        for one, contact in contacts.items():
            if key not in live[one]:
                label = self.function.label
                self.held[one] = Outcome("skipped", _("It does not have the function “%(function)s”.", function=label))
                continue
            step = _Step(contact, key, found[one])
            if self.which == "all":
                step.after = dict.fromkeys(live[one], "")
            elif key in step.present:
                self.held[one] = Outcome("skipped", _("It has a number already."))
                continue
            else:
                shown = next((step.present[other] for other in self.shares if other in step.present), "")
                step.after = {other: shown for other in live[one] if other not in step.present}
            self.steps.append(step)

    def hold(self, held: Told) -> None:
        """Leave these out."""
        self.held |= held
        self.steps = [one for one in self.steps if one.contact_id not in held]

    def keep_apart(self) -> None:
        """A number that is or was another contact's stays theirs."""
        self.hold(_not_free(self.steps, self.function.key, self.shares))


def _live(ids: Iterable[int], functions: Iterable[str]) -> dict[int, set[str]]:
    """Which of these functions contacts have now."""
    query = sa.select(FunctionRow.contact_id, FunctionRow.function).where(
        among(FunctionRow.contact_id, ids), FunctionRow.function.in_(functions), FunctionRow.ended_at.is_(None)
    )
    found: dict[int, set[str]] = defaultdict(set)
    for row in db.session.execute(query):
        found[row.contact_id].add(row.function)
    return found


def _not_free(steps: Iterable[_Step], function: str, shares: Sequence[str]) -> Told:
    """Those whose numbers to come are or were another contact's; what a function had before is its own."""
    wanted: dict[int, set[str]] = {}
    for one in steps:
        own = {(row.function, row.folded) for row in one.numbers}
        wanted[one.contact_id] = {new for key, new in one.after.items() if new and (key, fold(new)) not in own}
    owners = numbers_of_many.owners(function, shares, {value for values in wanted.values() for value in values})
    held: Told = {}
    for contact_id, values in wanted.items():
        if taken := next((one for one in sorted(values) if owners[fold(one)] - {contact_id}), ""):
            held[contact_id] = Outcome("failed", not_free(taken).message)
        else:
            for value in values:
                owners[fold(value)].add(contact_id)
    return held


def _carry_out(steps: Sequence[_Step], shares: Sequence[str]) -> None:
    """Write what was decided."""
    if not steps:
        return
    moment, ids = now(), [one.contact_id for one in steps]
    ending: dict[str, list[int]] = defaultdict(list)
    for one in steps:
        for key, (old, _new) in one.changes.items():
            if old:
                ending[key].append(one.contact_id)
    for key, those in sorted(ending.items()):
        numbers_of_many.end(those, [key], moment)
    wanted = []
    for one in steps:
        # The first row of a number reserves it.
        for key, (_old, new) in one.changes.items():
            if new:
                origin = one.origin if key == one.function else "kept"
                wanted.append(numbers_of_many.Wanted(one.contact_id, key, new, origin))
    numbers_of_many.write(wanted, {one.contact_id: one.numbers for one in steps}, shares, moment)
    shown, found_anew = {}, []
    for one in steps:
        folded = {key: fold(value) for key, value in (one.present | one.after).items() if value}
        shown[one.contact_id] = folded
        if set(folded.values()) - {row.folded for row in one.numbers}:
            found_anew.append(one.contact_id)
    numbers_of_many.touch(shown, {one.contact_id: one.sort_number for one in steps}, found_anew, moment)
    forget(ids, ContactNumber)
    changes = {
        one.contact_id: {f"{key}.number": (old or None, new or None) for key, (old, new) in one.changes.items()}
        for one in steps
    }
    record_many("changed", changes)
    for contact_id, changed in changes.items():
        registry().publish(ContactChanged(contact_id=contact_id, fields=tuple(changed)))

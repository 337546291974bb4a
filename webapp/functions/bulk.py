"""Many conversions by the same rules as one (`webapp.functions.services.convert`), in a fixed number of statements.

What is decided for each contact is decided on rows that are locked, in the order of their ids, so that two that work
on the same contacts wait for each other and never meet crosswise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from webapp.acting import act, need
from webapp.contacts.derived import number_of, refresh
from webapp.contacts.models import Contact, ContactNumber, full_name
from webapp.contacts.services import not_writable
from webapp.db import db, now
from webapp.events import FunctionActivated
from webapp.functions import numbers
from webapp.functions.models import FunctionRow
from webapp.functions.services import known, not_to_be_left, nothing_to_convert
from webapp.history.services import record_many
from webapp.i18n import _
from webapp.plugin import ContactFunction, Outcome
from webapp.ports import Numbering
from webapp.registry import registry
from webapp.text import fold, natural

SEARCHED = ("emails", "phones", "addresses", "numbers", "external_ids")
"""Collections of which the line for search is made."""


def convert_many(ids: Sequence[int], to: str) -> dict[int, Outcome]:
    """Turn prospects into customers, for good (spec C2-C6): by contact id what became of each, and why.

    Raises what `known` raises; and whatever a subscriber does, to be called in a savepoint then.
    """
    need("contacts.edit")
    function = known(to)
    plan = _Plan(function)
    plan.look(ids, lock=True)
    plan.number(lambda: registry().service(Numbering).give(function.key) or "")
    if plan.leaving:
        _carry_out(plan)
    told = {one.contact_id: Outcome("done", _told(one)) for one in plan.leaving}
    return {one: (told | plan.held)[one] for one in dict.fromkeys(ids)}


def would_not_convert(ids: Sequence[int], to: str) -> dict[int, Outcome]:
    """Those that `convert_many` would skip or refuse now, and why; nothing is changed and no number taken."""
    need("contacts.read")
    plan = _Plan(known(to))
    plan.look(ids, lock=False)
    plan.number(lambda: "")
    return plan.held


def _told(one: _Leaving) -> str:
    if not one.number:
        return ""
    if one.origin == "kept":
        return _("Number %(number)s kept", number=one.number)
    return _("Number %(number)s given", number=one.number)


@dataclass
class _Leaving:
    """A contact that leaves a function: the row that ends, and the number that the next function has."""

    contact_id: int
    row_id: int
    function: str
    number: str = ""
    origin: str = ""
    numbers: list[Any] = field(default_factory=list)
    sort_number: str = ""


class _Plan:
    """Who is converted, and who is not and why. Reads; `_carry_out` writes."""

    def __init__(self, function: ContactFunction) -> None:
        self.function = function
        self.held: dict[int, Outcome] = {}
        self.leaving: list[_Leaving] = []

    def look(self, ids: Sequence[int], *, lock: bool) -> None:
        """Decide by the states of the contacts, the functions they have, and the guards of these."""
        query = sa.select(
            Contact.id, Contact.kind, Contact.first_name, Contact.middle_name, Contact.last_name, Contact.company_name,
            Contact.merged_into_id, Contact.deleted_at, Contact.anonymised_at, Contact.sort_number,
        ).where(Contact.id.in_(ids)).order_by(Contact.id)  # fmt: skip
        if lock:
            query = query.with_for_update(key_share=True)
        contacts = {row.id: row for row in db.session.execute(query)}
        holders = {
            row.contact_id: row
            for row in db.session.execute(
                sa.select(FunctionRow.id, FunctionRow.contact_id, FunctionRow.function, FunctionRow.is_final).where(
                    FunctionRow.contact_id.in_(ids),
                    FunctionRow.slot == self.function.slot,
                    FunctionRow.ended_at.is_(None),
                )
            )
        }
        for contact_id in dict.fromkeys(ids):
            found = self._judge(contacts.get(contact_id), holders.get(contact_id))
            if isinstance(found, Outcome):
                self.held[contact_id] = found
            else:
                self.leaving.append(found)
        self._ask_guards()

    def _judge(self, contact: Any, holder: Any) -> Outcome | _Leaving:
        if contact is None:
            return Outcome("failed", _("There is no such contact."))
        if refusal := not_writable(contact):
            return Outcome("failed", refusal.message)
        name = full_name(contact)
        if holder is None:
            return Outcome("failed", nothing_to_convert(name, self.function).message)
        if holder.function == self.function.key:
            return Outcome("skipped", _("It has the function “%(function)s” already.", function=self.function.label))
        if refusal := not_to_be_left(name, holder.function, holder.is_final, self.function):
            return Outcome("failed", refusal.message)
        return _Leaving(
            contact_id=contact.id, row_id=holder.id, function=holder.function, sort_number=contact.sort_number
        )

    def _ask_guards(self) -> None:
        for _plugin, guard in registry().duties("function_guards"):
            asked = {one.row_id: one.contact_id for one in self.leaving if one.function == guard.function}
            if guard.action == "convert" and asked:
                held = {asked[row]: Outcome("failed", reason) for row, reason in guard.find(list(asked)).items()}
                self._hold(held)

    def _hold(self, held: Mapping[int, Outcome]) -> None:
        self.held |= held
        self.leaving = [one for one in self.leaving if one.contact_id not in held]

    def number(self, give: Any) -> None:
        """Decide which number each has afterwards: the one it has, else what `give()` gives (spec F3)."""
        ids = [one.contact_id for one in self.leaving]
        columns = ("id", "contact_id", "function", "value", "folded", "valid_to")
        query = sa.select(*(getattr(ContactNumber, name) for name in columns)).where(ContactNumber.contact_id.in_(ids))
        of_contact: dict[int, list[Any]] = defaultdict(list)
        for row in db.session.execute(query.order_by(ContactNumber.id)):
            of_contact[row.contact_id].append(row)
        for one in self.leaving:
            one.numbers = of_contact[one.contact_id]
            present = (row.value for row in one.numbers if row.function == one.function and row.valid_to is None)
            one.number, one.origin = next(present, ""), "kept"
            if not one.number:
                one.number, one.origin = give(), "given"
        self._keep_apart()

    def _keep_apart(self) -> None:
        """A number that is or was another contact's in this function is not given again."""
        wanted = [fold(one.number) for one in self.leaving if one.number]
        taken = sa.select(ContactNumber.folded, ContactNumber.contact_id).where(
            ContactNumber.function == self.function.key, ContactNumber.folded.in_(wanted)
        )
        owners: dict[str, int | None] = dict(db.session.execute(taken).tuples().all())
        held = {}
        for one in self.leaving:
            if one.number and owners.setdefault(fold(one.number), one.contact_id) != one.contact_id:
                held[one.contact_id] = Outcome("failed", numbers.not_free(one.number).message)
        self._hold(held)


def _carry_out(plan: _Plan) -> None:
    """Write what was decided. Lists are kept by triggers: what ends is ended before what they show is changed."""
    leaving, key = plan.leaving, plan.function.key
    ids = [one.contact_id for one in leaving]
    moment, who = now(), act()
    _update(
        sa.update(FunctionRow)
        .where(FunctionRow.id.in_([one.row_id for one in leaving]))
        .values(ended_at=moment, ended_how="converted", ended_way=who.way, ended_by_id=who.user_id)
    )
    _renumber(plan)
    _update(sa.update(Contact).where(Contact.id.in_(ids)).values(version=Contact.version + 1, updated_at=moment))
    begun = db.session.scalars(
        sa.insert(FunctionRow).returning(FunctionRow.id),
        [
            {
                "contact_id": one,
                "function": key,
                "slot": plan.function.slot,
                "is_final": plan.function.final,
                "started_at": moment,
                "started_by_id": who.user_id,
                "started_way": who.way,
            }
            for one in ids
        ],
    ).all()
    db.session.execute(sa.insert(plan.function.model), [{"contact_function_id": one} for one in begun])
    following = sa.orm.aliased(FunctionRow)
    _update(
        sa.update(FunctionRow)
        .where(FunctionRow.id.in_([one.row_id for one in leaving]))
        .values(
            converted_to_id=sa.select(following.id)
            .where(
                following.contact_id == FunctionRow.contact_id, following.function == key, following.ended_at.is_(None)
            )
            .scalar_subquery()
        )
    )
    _forget(ids)
    _refresh(leaving, key)
    record_many("converted", {one.contact_id: {"function": (one.function, key)} for one in leaving})
    for one in leaving:
        registry().publish(FunctionActivated(contact_id=one.contact_id, function=key, converted_from=one.function))


def _renumber(plan: _Plan) -> None:
    """End the numbers of the functions that end, and let the next function have its own."""
    key, moment = plan.function.key, now()
    by_function: dict[str, list[int]] = defaultdict(list)
    for one in plan.leaving:
        by_function[one.function].append(one.contact_id)
    for function, ids in by_function.items():
        _update(
            sa.update(ContactNumber)
            .where(
                ContactNumber.contact_id.in_(ids), ContactNumber.function == function, ContactNumber.valid_to.is_(None)
            )
            .values(valid_to=moment)
        )
    made, revived = [], []
    for one in plan.leaving:
        folded = fold(one.number)
        own = next((row.id for row in one.numbers if row.function == key and row.folded == folded), None)
        if one.number and own is None:
            row = {"contact_id": one.contact_id, "function": key, "value": one.number, "folded": folded}
            made.append({**row, "origin": one.origin, "valid_from": moment})
        elif one.number:
            revived.append({"id": own, "value": one.number, "valid_to": None})
    if made:
        db.session.execute(sa.insert(ContactNumber), made)
    if revived:
        db.session.execute(sa.update(ContactNumber), revived)


def _refresh(leaving: Iterable[_Leaving], key: str) -> None:
    """Derive anew what a number changes: what lists sort by, and, where the number is a new one, what search finds."""
    sorted_anew, found_anew = [], []
    for one in leaving:
        known_before = {row.folded for row in one.numbers}
        if one.number and fold(one.number) not in known_before:
            found_anew.append(one.contact_id)
            continue
        present = {
            row.function: row.folded for row in one.numbers if row.valid_to is None and row.function != one.function
        }
        if one.number:
            present[key] = fold(one.number)
        if (sort_number := natural(number_of(present))) != one.sort_number:
            sorted_anew.append({"id": one.contact_id, "sort_number": sort_number})
    if sorted_anew:
        db.session.execute(sa.update(Contact), sorted_anew)
    if found_anew:
        query = sa.select(Contact).where(Contact.id.in_(found_anew))
        for contact in db.session.scalars(
            query.options(*(selectinload(getattr(Contact, name)) for name in SEARCHED)),
            execution_options={"populate_existing": True},
        ):
            refresh(contact)
        db.session.flush()


def _update(statement: Any) -> None:
    """An update that leaves what the session holds to `_forget`."""
    db.session.execute(statement, execution_options={"synchronize_session": False})


def _forget(ids: Sequence[int]) -> None:
    """What the session has read of these contacts is no longer so; other objects stay as they are."""
    wanted = set(ids)
    for one in list(db.session):
        # By its identity: to ask an expired object for its id would be a statement each.
        identity = sa.inspect(one).identity or (None,)
        if isinstance(one, FunctionRow | ContactNumber) or (isinstance(one, Contact) and identity[0] in wanted):
            db.session.expire(one)

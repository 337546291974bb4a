"""The rows of a chunk on their way into the database: each whole or not at all (spec H2, H3; design: transactions)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa

from plugins.transfer import uniting
from plugins.transfer.matching import DEFAULT_KEYS, Keys, Known, keys_of, look_up
from plugins.transfer.report import Double, Report
from plugins.transfer.rows import Row
from webapp.api import (
    N_,
    CarnetError,
    Contact,
    Refused,
    _,
    activate,
    create_contact,
    create_contacts,
    db,
    fold,
    link_person,
    registry,
    touch,
    update_contact,
    writable,
)

WARNING = "import."
"""What the keys of an import's warnings on a contact begin with; the field's name follows."""

NO_FUNCTION = N_(
    "Number “%(number)s” was not taken over, for it belongs to a function: name prospect, customer or supplier in a "
    "column Functions."
)
FUNCTION_REFUSED = N_("The function was not taken over: %(reason)s")
NUMBER_REFUSED = N_("The number was not taken over: %(reason)s")
EXTERNAL_ID_TAKEN = N_("External id “%(id)s” was not taken over, for it is another contact's: correct it there first.")
DATABASE = N_("The database did not take this row: someone else may have changed the same contact. Import it again.")

DATABASE_ERRORS = (sa.exc.IntegrityError, sa.exc.DataError)

Doubles = Literal["create", "update", "skip"]
Outcome = Literal["created", "updated", "unchanged", "skipped"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to import: by which keys rows are matched, what to do with likely doubles, whether only to rehearse."""

    match: tuple[str, ...] = DEFAULT_KEYS
    doubles: Doubles = "create"
    rehearse: bool = False


@dataclass
class _Entry:
    """A row on its way: what of it fits, by what it is found, and what to warn of, by field.

    What writing it has done is noted here first, and counts once its savepoint is released: `double`, `has` (the
    contact's functions now), `employer` with whether it was made, `remarks`.
    """

    row: Row
    values: dict[str, Any]
    warnings: dict[str, str]
    keys: Keys
    functions: tuple[str, ...]
    double: tuple[Contact, str] | None = None
    has: list[str] | None = None
    employer: tuple[Contact | None, str] | None = None
    remarks: list[str] = field(default_factory=list)

    @property
    def marks(self) -> set[tuple[str, str]]:
        """By what a later row may speak of this one's contact, or of its employer."""
        employer = fold(self.values.get("employer", ""))
        return self.keys.marks | ({("name", employer)} if employer else set())


class Chunk:
    """Rows that are written together. `made` are the contacts that this import has created so far."""

    def __init__(
        self, rows: Sequence[Row], options: Options, columns: dict[str, str], made: set[int], report: Report
    ) -> None:
        self.options, self.columns, self.made, self.report = options, columns, made, report
        self.rows, self.known = rows, Known()

    def run(self) -> None:
        """Write the rows, each in a savepoint, so that one refusal takes no neighbour along."""
        entries: list[_Entry] = []
        for row in self.rows:
            if row.refused:
                self.report.refuse(row.line, row.refused.told(_), row.raw)
            else:
                entries.append(self._entry(row))
        self.known = look_up((one.keys, one.values.get("employer", "")) for one in entries)
        waiting: list[_Entry] = []
        marks: set[tuple[str, str]] = set()
        for entry in entries:
            if marks & entry.marks:
                self._write_together(waiting)
                waiting, marks = [], set()
            if self.known.knows_none(entry.keys.marks):
                waiting.append(entry)
                marks |= entry.marks
            else:
                self._write(entry)
        self._write_together(waiting)

    def _write_together(self, entries: Sequence[_Entry]) -> None:
        """Create contacts that meet no other by a few statements for all; where one fails, one by one after all."""
        try:
            with db.session.begin_nested():
                contacts = create_contacts([uniting.new_contact(entry.values) for entry in entries])
                for contact, entry in zip(contacts, entries, strict=True):
                    self._complete(contact, entry)
                    self._warn(contact, entry.warnings)
        except (CarnetError, *DATABASE_ERRORS):
            for entry in entries:
                self._write(self._entry(entry.row))
        else:
            for contact, entry in zip(contacts, entries, strict=True):
                self._count(entry, contact, "created")

    def _write(self, entry: _Entry) -> None:
        try:
            with db.session.begin_nested():
                contact, outcome = self._record(entry)
        except CarnetError as error:
            reason = " ".join([error.message, *getattr(error, "errors", {}).values()])
            self.report.refuse(entry.row.line, reason, entry.row.raw)
        except DATABASE_ERRORS:
            self.report.refuse(entry.row.line, _(DATABASE), entry.row.raw)
        else:
            self._count(entry, contact, outcome)

    def _entry(self, row: Row) -> _Entry:
        warnings: dict[str, str] = {}
        for message in row.warnings:
            field = self.columns.get(message.values.get("column", ""), "row")
            warnings[field] = " ".join(filter(None, (warnings.get(field), message.told(_))))
        values, unfit = uniting.fitting(row.values)
        warnings |= unfit
        return _Entry(row, values, warnings, keys_of(values), _functions(values.get("functions", [])))

    def _count(self, entry: _Entry, contact: Contact, outcome: Outcome) -> None:
        if outcome != "skipped":
            setattr(self.report, outcome, getattr(self.report, outcome) + 1)
        if outcome == "created":
            self.made.add(contact.id)
        if outcome in ("created", "updated"):
            self.known.add(contact)
        if entry.double is not None:
            other, why = entry.double
            self.report.doubles += 1
            self.report.likely.append(
                Double(
                    line=entry.row.line,
                    name=_name(entry.values),
                    contact_id=None if outcome == "skipped" else contact.id,
                    other_name=other.name or other.sort_name,
                    other_id=other.id,
                    reason=_(why),
                )
            )
        if entry.has is not None:
            self.known.functions[contact.id] = entry.has
        if entry.employer is not None:
            company, name = entry.employer
            self.known.employers[contact.id].add(name)
            if company is not None:
                self.known.add(company)
                self.report.employers += 1
        for text in (*entry.warnings.values(), *entry.remarks):
            self.report.remark(entry.row.line, text)

    def _record(self, entry: _Entry) -> tuple[Contact, Outcome]:
        """Write one row; raises a `CarnetError` where it can't go in."""
        contact = self.known.find(entry.keys, entry.functions, self.options.match) or self._same(entry)
        if contact is not None:
            return contact, "updated" if self._update(contact, entry) else "unchanged"
        self._settle_external_id(None, entry)
        entry.double = next(iter(self.known.likely(entry.keys)), None)
        if entry.double is not None and self.options.doubles == "skip":
            return entry.double[0], "skipped"
        if entry.double is not None and self.options.doubles == "update":
            contact = entry.double[0]
            return contact, "updated" if self._update(contact, entry) else "unchanged"
        contact = create_contact(uniting.new_contact(entry.values))
        self._complete(contact, entry)
        self._warn(contact, entry.warnings)
        return contact, "created"

    def _same(self, entry: _Entry) -> Contact | None:
        """The contact of which the row says nothing new, so that the same file twice makes no double (spec H3).

        By name alone it is the same where this import has not made it with more than the row says: two rows of
        one list may be namesakes. A company of which only the name is known, made for those who work there, is
        what the row tells more about.
        """
        for one, _why in self.known.likely(entry.keys):
            if self._says_nothing_new(one, entry):
                return one
        for one, is_bare in self.known.namesakes(entry.keys):
            if is_bare and one.kind == "company" and entry.keys.named:
                return one
            told_apart = one.id in self.made and self.known.fuller(one, entry.keys)
            if not told_apart and self._says_nothing_new(one, entry):
                return one
        return None

    def _says_nothing_new(self, contact: Contact, entry: _Entry) -> bool:
        number, has = entry.values.get("number", ""), self.known.functions.get(contact.id, [])
        return (
            not uniting.difference(contact, entry.values)
            and set(entry.functions) <= {*has, *_followed(has)}
            and all(self._had(contact, one, number) for one in entry.functions if number)
            and self._works_there(contact, entry)
        )

    def _works_there(self, contact: Contact, entry: _Entry) -> bool:
        employer = fold(entry.values.get("employer", ""))
        return contact.kind != "person" or not employer or employer in self.known.employers[contact.id]

    def _update(self, contact: Contact, entry: _Entry) -> bool:
        """Add what the row says to a contact; whether that changed anything."""
        self._settle_external_id(contact, entry)
        changed = False
        if changes := uniting.difference(contact, entry.values):
            update_contact(contact.id, changes)
            changed = True
        changed = self._complete(contact, entry) or changed
        parts = {part for address in entry.values.get("addresses", []) for part in address}
        return self._warn(contact, entry.warnings, settled={"row", *entry.values, *parts}) or changed

    def _settle_external_id(self, contact: Contact | None, entry: _Entry) -> None:
        """An id that leads to this contact already is not added; one that is another's is left out, with a warning."""
        external = entry.values.get("external_id", "")
        if external and (owners := self.known.owners(external)):
            del entry.values["external_id"]
            if contact is None or contact.id not in owners:
                entry.warnings["external_id"] = _(EXTERNAL_ID_TAKEN, id=external)

    def _complete(self, contact: Contact, entry: _Entry) -> bool:
        """Functions, number and employer; whether that changed anything."""
        changed = self._activate(contact, entry)
        if contact.kind == "person" and entry.values.get("employer") and not self._works_there(contact, entry):
            self._employ(contact, entry)
            changed = True
        return changed

    def _activate(self, contact: Contact, entry: _Entry) -> bool:
        number = entry.values.get("number", "")
        has = entry.has = list(self.known.functions.get(contact.id, []))
        wanted = entry.functions or (tuple(has) if number and len(has) == 1 else ())
        if number and not wanted and not any(one.folded == fold(number) for one in contact.numbers):
            entry.warnings["number"] = _(NO_FUNCTION, number=number)
        changed = False
        for function in wanted:
            if function in entry.has and (not number or self._had(contact, function, number)):
                continue
            try:
                changed = self._give(contact, function, number, entry) or changed
            except CarnetError as error:
                # The row's other values go in all the same: a rule about one function is no reason to lose them.
                entry.remarks.append(_(FUNCTION_REFUSED, reason=error.message))
        return changed

    @staticmethod
    def _had(contact: Contact, function: str, number: str) -> bool:
        """Whether it is or was the contact's number: an old list does not bring a former number back."""
        return any(one.function == function and one.folded == fold(number) for one in contact.numbers)

    def _give(self, contact: Contact, function: str, number: str, entry: _Entry) -> bool:
        has = entry.has or []
        try:
            with db.session.begin_nested():
                activate(contact.id, function, {"number": number} if number else None)
        except Refused as error:
            if error.details.get("field") != "number":
                raise
            entry.warnings["number"] = _(NUMBER_REFUSED, reason=error.message)
            if function in has:
                return False
            activate(contact.id, function)
        slot = _slot(function)
        entry.has = [one for one in has if _slot(one) != slot] + [function]
        return True

    def _employ(self, person: Contact, entry: _Entry) -> None:
        """Link a person to the company of exactly that name, made where there is none."""
        employer = entry.values["employer"]
        name = fold(employer)
        if companies := self.known.companies.get(name):
            entry.employer = (None, name)
            link_person(companies[0], person.id, {})
        else:
            company = create_contact({"kind": "company", "company_name": employer})
            entry.employer = (company, name)
            link_person(company.id, person.id, {})

    @staticmethod
    def _warn(contact: Contact, warnings: dict[str, str], settled: Any = ()) -> bool:
        """Keep the row's warnings on the contact, drop those of cells that are good now; whether that changed any."""
        present = contact.warnings or {}
        kept = {key: text for key, text in present.items() if key.removeprefix(WARNING) not in settled or
                not key.startswith(WARNING)}  # fmt: skip
        kept |= {WARNING + field: text for field, text in warnings.items()}
        if kept == present:
            return False
        if settled:
            contact = writable(contact.id)
            touch(contact)
        contact.warnings = kept
        return True


def _slot(function: str) -> str:
    found = registry().function(function)
    return found.slot if found else function


def _functions(named: Sequence[str]) -> tuple[str, ...]:
    """The functions of a row, without those that another of them follows: a customer has been a prospect."""
    followed = _followed(named)
    return tuple(key for key in named if key not in followed)


def _followed(functions: Sequence[str]) -> set[str]:
    return {one for key in functions if (found := registry().function(key)) for one in found.follows}


def _name(values: dict[str, Any]) -> str:
    """A row's contact in the report."""
    name = values.get("company_name") if values["kind"] == "company" else ""
    names = (values.get("first_name"), values.get("last_name"))
    reach = [item["value"] for field in ("emails", "phones") for item in values.get(field, [])]
    return name or " ".join(filter(None, names)) or next(iter(reach), "")

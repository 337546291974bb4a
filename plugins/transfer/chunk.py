"""The rows of a chunk on their way into the database: each whole or not at all (spec H2, H3; design: transactions)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from plugins.transfer import added, uniting
from plugins.transfer.entry import Entry
from plugins.transfer.matching import DEFAULT_KEYS, Known, keys_of, load_contacts, look_up
from plugins.transfer.reading.rows import Row
from plugins.transfer.report import Double, Report
from plugins.transfer.slots import followed, leading, with_function
from webapp.api import (
    N_,
    CarnetError,
    Contact,
    Numbering,
    Refused,
    _,
    activate,
    create_contact,
    create_contacts,
    db,
    fold,
    function_values,
    link_person,
    many_contacts,
    many_functions,
    registry,
    save_fields,
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
NO_SUCH_FUNCTION = N_("What stands there of “%(function)s” is left out: the contact does not have this function.")
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


class Chunk:
    """Rows that are written together. `made` are the contacts that this import has created so far."""

    def __init__(
        self, rows: Sequence[Row], options: Options, columns: dict[str, str], made: set[int], report: Report
    ) -> None:
        self.options, self.columns, self.made, self.report = options, columns, made, report
        self.rows, self.known = rows, Known()
        self.beginning: dict[str, list[tuple[Contact, Entry]]] | None = None

    def run(self) -> None:
        """Write the rows, each in a savepoint, so that one refusal takes no neighbour along."""
        entries: list[Entry] = []
        for row in self.rows:
            if row.refused:
                self.report.refuse(row.line, row.refused.told(_), row.raw)
            else:
                entries.append(self._entry(row))
        self.known = look_up((one.keys, one.values.get("employer", "")) for one in entries)
        self._note_numbers(entries)
        waiting: list[Entry] = []
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

    def _note_numbers(self, entries: Sequence[Entry]) -> None:
        """Let ranges give numbers beyond those of the file, before any is written.

        Two that take the same number at once, one from a file and one given, would wait for each other crosswise;
        so would two that lock contacts and ranges in another order than the services, which lock contacts first.
        """
        if not any(one.functions for one in entries):
            return
        many_contacts.hold(sorted(self.known.contacts))
        numbers: dict[str, list[str]] = defaultdict(list)
        for entry in entries:
            for function in entry.functions if "number" in entry.values else ():
                numbers[function].append(entry.values["number"])
        numbering = registry().service(Numbering)
        for function, typed in sorted(numbers.items()):
            numbering.note(function, typed)

    def _write_together(self, entries: Sequence[Entry]) -> None:
        """Create contacts that meet no other by a few statements for all; where one fails, one by one after all."""
        try:
            with db.session.begin_nested():
                contacts = create_contacts([uniting.new_contact(entry.values) for entry in entries])
                for entry in entries:
                    entry.lack()
                self.beginning = defaultdict(list)
                for contact, entry in zip(contacts, entries, strict=True):
                    self._complete(contact, entry)
                    self._warn(contact, entry.warnings)
                self._begin_together(self.beginning)
        except (CarnetError, *DATABASE_ERRORS):
            self.beginning = None
            for entry in entries:
                self._write(self._entry(entry.row))
        else:
            for contact, entry in zip(contacts, entries, strict=True):
                self._count(entry, contact, "created")

    def _begin_together(self, beginning: dict[str, list[tuple[Contact, Entry]]]) -> None:
        """Give new contacts the functions for which a range gives the numbers: last, since until the commit nobody
        else is given any of it. Where that fails for all, such as by a range that has not so many left, one by one.
        """
        self.beginning = None
        for function, some in beginning.items():
            try:
                with db.session.begin_nested():
                    told = many_functions.activate_many([contact.id for contact, _entry in some], function)
            except (CarnetError, *DATABASE_ERRORS):
                for contact, entry in some:
                    self._begin(contact, function, "", entry)
                continue
            for contact, entry in some:
                outcome = told[contact.id]
                if outcome.what == "failed":
                    entry.remarks.append(_(FUNCTION_REFUSED, reason=outcome.reason))
                else:
                    entry.has = with_function(entry.has or [], function)
        if beginning:
            # All at once: what was written past the session would be read contact by contact.
            load_contacts({contact.id for some in beginning.values() for contact, _entry in some})

    def _write(self, entry: Entry) -> None:
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

    def _entry(self, row: Row) -> Entry:
        warnings: dict[str, str] = {}
        for message in row.warnings:
            field = self.columns.get(message.values.get("column", ""), "row")
            warnings[field] = " ".join(filter(None, (warnings.get(field), message.told(_))))
        values, unfit = uniting.fitting(row.values)
        warnings |= unfit
        return Entry(row, values, warnings, keys_of(values), leading(values.get("functions", [])))

    def _count(self, entry: Entry, contact: Contact, outcome: Outcome) -> None:
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

    def _record(self, entry: Entry) -> tuple[Contact, Outcome]:
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
        entry.lack()
        self._complete(contact, entry)
        self._warn(contact, entry.warnings)
        return contact, "created"

    def _same(self, entry: Entry) -> Contact | None:
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

    def _says_nothing_new(self, contact: Contact, entry: Entry) -> bool:
        number, has = entry.values.get("number", ""), self.known.functions.get(contact.id, [])
        return (
            not uniting.difference(contact, entry.values)
            and set(entry.functions) <= {*has, *followed(has)}
            and all(
                self._had(contact, one, number) or self._is_others(contact, one, number)
                for one in entry.functions
                if number
            )
            and self._works_there(contact, entry)
            and not self._own_changes(contact, entry, has)
        )

    def _is_others(self, contact: Contact, function: str, number: str) -> bool:
        """Whether it is another contact's, so that this one does not get it now either."""
        shares = {function, *registry().service(Numbering).shares(function)}
        return any(one not in (None, contact.id) for one in self.known.holders(number, shares))

    def _works_there(self, contact: Contact, entry: Entry) -> bool:
        employer = fold(entry.values.get("employer", ""))
        return contact.kind != "person" or not employer or employer in self.known.employers[contact.id]

    def _update(self, contact: Contact, entry: Entry) -> bool:
        """Add what the row says to a contact; whether that changed anything."""
        self._settle_external_id(contact, entry)
        changed = False
        if changes := uniting.difference(contact, entry.values):
            update_contact(contact.id, changes)
            changed = True
        changed = self._complete(contact, entry) or changed
        parts = {part for address in entry.values.get("addresses", []) for part in address}
        return self._warn(contact, entry.warnings, settled={"row", *entry.values, *parts}) or changed

    def _settle_external_id(self, contact: Contact | None, entry: Entry) -> None:
        """An id that leads to this contact already is not added; one that is another's is left out, with a warning."""
        external = entry.values.get("external_id", "")
        if external and (owners := self.known.owners(external)):
            del entry.values["external_id"]
            if contact is None or contact.id not in owners:
                entry.warnings["external_id"] = _(EXTERNAL_ID_TAKEN, id=external)

    def _complete(self, contact: Contact, entry: Entry) -> bool:
        """Functions, number and employer; whether that changed anything."""
        changed = self._activate(contact, entry)
        changed = self._note_own(contact, entry) or changed
        if contact.kind == "person" and entry.values.get("employer") and not self._works_there(contact, entry):
            self._employ(contact, entry)
            changed = True
        return changed

    def _own_changes(self, contact: Contact, entry: Entry, has: Sequence[str]) -> dict[str, dict[str, Any]]:
        """What a row says of the contact's functions in added fields that is not noted yet, by function."""
        own = {key: values for key, values in entry.values.get("own", {}).items() if key in has}
        rows = function_values(contact.id, list(own)) if own else {}
        found = {key: added.difference(rows[key], key, values) for key, values in own.items() if key in rows}
        return {key: changes for key, changes in found.items() if changes}

    def _note_own(self, contact: Contact, entry: Entry) -> bool:
        has = entry.has or []
        for key in entry.values.get("own", {}).keys() - set(has):
            entry.remarks.append(_(NO_SUCH_FUNCTION, function=key))
        changes = self._own_changes(contact, entry, has)
        for key, values in changes.items():
            save_fields(contact.id, key, values)
        return bool(changes)

    def _activate(self, contact: Contact, entry: Entry) -> bool:
        number = entry.values.get("number", "")
        has = entry.has = list(self.known.functions.get(contact.id, []))
        wanted = entry.functions or (tuple(has) if number and len(has) == 1 else ())
        if number and not wanted and not any(one.folded == fold(number) for one in contact.numbers):
            entry.warnings["number"] = _(NO_FUNCTION, number=number)
        changed = False
        for function in wanted:
            if function in entry.has and (not number or self._had(contact, function, number)):
                continue
            changed = self._begin(contact, function, number, entry) or changed
        return changed

    def _begin(self, contact: Contact, function: str, number: str, entry: Entry) -> bool:
        try:
            return self._give(contact, function, number, entry)
        except CarnetError as error:
            # The row's other values go in all the same: a rule about one function is no reason to lose them.
            entry.remarks.append(_(FUNCTION_REFUSED, reason=error.message))
            return False

    @staticmethod
    def _had(contact: Contact, function: str, number: str) -> bool:
        """Whether it is or was the contact's number: an old list does not bring a former number back."""
        return any(one.function == function and one.folded == fold(number) for one in contact.numbers)

    def _give(self, contact: Contact, function: str, number: str, entry: Entry) -> bool:
        has = entry.has or []
        if number:
            try:
                with db.session.begin_nested():
                    activate(contact.id, function, {"number": number})
            except Refused as error:
                if error.details.get("field") != "number":
                    raise
                entry.warnings["number"] = _(NUMBER_REFUSED, reason=error.message)
                if function in has:
                    return False
            else:
                entry.has = with_function(has, function)
                return True
        if self.beginning is not None and function not in entry.values.get("own", {}):
            self.beginning[function].append((contact, entry))
            return True
        with db.session.begin_nested():
            activate(contact.id, function)
        entry.has = with_function(has, function)
        return True

    def _employ(self, person: Contact, entry: Entry) -> None:
        """Link a person to the company of exactly that name, made where there is none."""
        employer = entry.values["employer"]
        name = fold(employer)
        place: dict[str, Any] = {one: entry.values[one] for one in ("role", "department") if one in entry.values}
        if companies := self.known.companies.get(name):
            entry.employer = (None, name)
            link_person(companies[0], person.id, place)
        else:
            company = create_contact({"kind": "company", "company_name": employer})
            entry.employer = (company, name)
            link_person(company.id, person.id, place)

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


def _name(values: dict[str, Any]) -> str:
    """A row's contact in the report."""
    name = values.get("company_name") if values["kind"] == "company" else ""
    names = (values.get("first_name"), values.get("last_name"))
    reach = [item["value"] for field in ("emails", "phones") for item in values.get(field, [])]
    return name or " ".join(filter(None, names)) or next(iter(reach), "")
